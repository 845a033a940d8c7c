# What pages say about figures of other pages comes out alike on all hosts.

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from host_sites import HOSTS, build, configure, packages_without_mkdocs
from site_project import Project, block

SHORT = "{stop: {time: 1 s}}"


@pytest.mark.parametrize("host", HOSTS)
def test_references_lead_across_pages(host: str, new_project: Callable[[], Project], tmp_path: Path) -> None:
    project = new_project()
    project.write(
        "index.md", "# Home\n\nSee [](worldmodel:far): `worldmodel far.duration:.1f s`, [it](worldmodel:far-1).\n"
    )
    caption = "caption: '[home](../index.md) and [](worldmodel:near)'"
    project.write("deep/page.md", "# Page\n\n" + block(f"id: far\ntitle: Far away\n{caption}", scenario=SHORT))
    project.write("deep/other.md", "# Other\n\n" + block("id: near\ntitle: Near by", scenario="{stop: {time: 2 s}}"))
    configure(project)
    site = build(host, project, without_mkdocs=None if host == "mkdocs" else packages_without_mkdocs(tmp_path))
    home = site.page()
    links = {n.text: n.attrs["href"] for n in home.all("a") if "#far" in n.attrs.get("href", "")}
    assert links == {"Far away": "deep/page/#far", "it": "deep/page/#far-1"}
    assert [n.text for n in home.all("data", class_="wm-value")] == ["1.0\N{NO-BREAK SPACE}s"]
    shown = site.page("deep/page/index.html").first(class_="wm-caption")
    assert {n.text: n.attrs["href"] for n in shown.all("a")} == {"home": "../../", "Near by": "../other/#near"}
