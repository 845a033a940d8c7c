# The same docs on MkDocs, on ProperDocs without MkDocs, and on Zensical: the same figures, and every address leads
# somewhere.

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from crawl import broken, external
from fence_corpus import CASES, page
from host_sites import HOSTS, PLUGIN, URL, HostSite, build, configure, packages_without_mkdocs, plain
from site_project import Project, block

CUT_IN = """{road: {lanes: 2}, ego: {lane: 2, speed: 100 km/h},
  actors: {lorry: {kind: truck, lane: 1, ahead: 25 m, speed: 85 km/h}}, stop: {time: 1 s}}"""
PAGES = ("index.md", "guide/cut-in.md", "a/b/c/index.md")
LINES = re.compile(r"(?m)^(?:WARNING +-  ?)?(?P<page>[\w./-]+\.md):(?P<line>\d+): (?P<said>.*)$")


@pytest.fixture(scope="session")
def without_mkdocs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packages_without_mkdocs(tmp_path_factory.mktemp("packages"))


Sites = dict[str, HostSite]


@pytest.fixture(scope="module", params=[True, False], ids=["folders", "files"])
def sites(request: pytest.FixtureRequest, new_project: Callable[[], Project], without_mkdocs: Path) -> Sites:
    """A site with film, references and captions, each host with a store of its own."""
    out = {}
    for host in HOSTS:
        project = new_project()
        write(project)
        configure(project, use_directory_urls=request.param)
        out[host] = build(host, project, "--strict", without_mkdocs=without_mkdocs)
    return out


def write(project: Project) -> None:
    project.write("index.md", "# Home\n\n" + block("id: home\ntitle: At home\nshow: [verdict, events]"))
    more = "id: cut-in\ntitle: Cut in\ncaption: A lorry.\nexpect: [no collision]\ncameras: [front_wide]"
    project.write("guide/cut-in.md", "# Guide\n\n" + block(more, scenario=CUT_IN, film="full"))
    project.write("a/b/c/index.md", "# Deep\n\n" + block("title: Deep", scenario=CUT_IN))


def html_of(source: str, sites: Sites) -> str:
    """Address of a page's file."""
    name = source.removesuffix(".md")
    inside = (sites["mkdocs"].folder / "guide/cut-in/index.html").exists()
    return f"{name}.html" if name.split("/")[-1] == "index" or not inside else f"{name}/index.html"


def test_all_build_strictly(sites: Sites) -> None:
    for host, site in sites.items():
        assert site.code == 0, (host, site.said)


@pytest.mark.parametrize("source", PAGES)
def test_figures_are_the_same(sites: Sites, source: str) -> None:
    uri = html_of(source, sites)
    figures = {host: [plain(f, uri) for f in site.figures(uri)] for host, site in sites.items()}
    assert len(figures["mkdocs"]) == 1
    assert figures["properdocs"] == figures["mkdocs"]
    assert figures["zensical"] == figures["mkdocs"]


def test_files_are_the_same_to_the_byte(sites: Sites) -> None:
    # the picture for the page's head, which an extension of Markdown cannot reach
    files = {name: content for name, content in sites["mkdocs"].assets().items() if not name.endswith("-social.jpg")}
    assert {Path(name).suffix for name in files} >= {".mp4", ".csv", ".css", ".js"}
    assert sites["properdocs"].assets() == sites["mkdocs"].assets()
    assert sites["zensical"].assets() == files


@pytest.mark.parametrize("host", HOSTS)
def test_every_address_leads_somewhere(sites: Sites, host: str) -> None:
    assert broken(sites[host].folder, URL) == []


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("source", PAGES)
def test_style_and_scripts_are_loaded_on_pages_with_figures(sites: Sites, host: str, source: str) -> None:
    root = sites[host].page(html_of(source, sites))
    sheets = [n.attrs["href"] for n in root.all("link", rel="stylesheet")]
    scripts = [n.attrs["src"] for n in root.all("script") if "src" in n.attrs]
    assert len([s for s in sheets if s.endswith("assets/worldmodel/worldmodel.css")]) == 1
    assert len([s for s in scripts if s.endswith("assets/worldmodel/worldmodel.js")]) == 1


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("source", PAGES)
def test_a_strict_content_security_policy_allows_all_of_a_figure(sites: Sites, host: str, source: str) -> None:
    """`script-src 'self'; style-src 'self'`: no script, style or address from elsewhere in the page."""
    uri = html_of(source, sites)
    for figure in sites[host].figures(uri):
        for node in figure.all():
            assert node.tag not in {"script", "style"}
            assert "style" not in node.attrs, node.attrs
            assert not [name for name in node.attrs if name.startswith("on")]
            assert not [v for v in node.attrs.values() if v.lower().startswith(("javascript:", "data:", "blob:"))]
        assert external(figure) == []


@pytest.mark.parametrize("host", ["mkdocs", "properdocs"])
def test_a_second_build_makes_nothing_and_the_same_site(project: Project, without_mkdocs: Path, host: str) -> None:
    write(project)
    configure(project)
    first = build(host, project, without_mkdocs=without_mkdocs)
    assert "3 figures: 3 made, 0 from store, 0 failed" in first.said
    before = {p: p.read_bytes() for p in first.folder.rglob("*.html")}, first.assets()
    again = build(host, project, without_mkdocs=without_mkdocs)
    assert "3 figures: 0 made, 3 from store, 0 failed" in again.said
    assert ({p: p.read_bytes() for p in again.folder.rglob("*.html")}, again.assets()) == before


# -- fences ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["properdocs", "zensical"])
def corpus(request: pytest.FixtureRequest, new_project: Callable[[], Project], without_mkdocs: Path) -> HostSite:
    project = new_project()
    project.write("index.md", "# Home\n")
    for case in CASES:
        project.write(f"{case.name}.md", page(case))
    configure(project)
    return build(request.param, project, without_mkdocs=without_mkdocs)


def test_fences_become_on_all_hosts_what_they_become_on_mkdocs(corpus: HostSite) -> None:
    assert corpus.code == 0, corpus.said
    wrong = []
    for case in CASES:
        figures = corpus.figures(f"{case.name}/index.html")
        found = [f.attrs["id"] for f in figures if "wm-error" not in f.classes]
        wanted = {"two-equal": ["two-equal", "two-equal-2"]}.get(case.name, [case.name])
        if found != (wanted if case.outcome == "figure" else []) or len(found) != len(figures):
            wrong.append((case.name, found))
    assert wrong == []


def test_mistakes_of_fences_are_told_on_all_hosts_with_page_and_line(corpus: HostSite) -> None:
    said = sorted((m["page"], int(m["line"])) for m in LINES.finditer(corpus.said))
    wanted = sorted((f"{c.name}.md", int(c.warning.split(":")[0])) for c in CASES if c.warning)
    assert said == wanted


# -- ProperDocs alone -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "import mkdocs_worldmodel, mkdocs_worldmodel.cli, mkdocs_worldmodel.pipeline, mkdocs_worldmodel.build.worker",
        "import mkdocs_worldmodel.site.extension, mkdocs_worldmodel.site.prepare, mkdocs_worldmodel.site.standalone",
        "import markdown; markdown.Markdown(extensions=['worldmodel']).convert('# x')",
    ],
)
def test_nothing_but_the_plugin_needs_mkdocs(without_mkdocs: Path, code: str) -> None:
    never = "import importlib.util; assert importlib.util.find_spec('mkdocs') is None\n"
    env = {"PYTHONPATH": f"{PLUGIN}:{without_mkdocs}", "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-S", "-c", never + code], capture_output=True, text=True, env=env, check=False
    )
    assert done.returncode == 0, done.stderr
