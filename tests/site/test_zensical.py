# Zensical: what it does to addresses, when it renders a page again, and what becomes of figures then.

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

from crawl import broken
from host_sites import LIST, OURS, URL, HostSite, build, configure
from site_project import Project, block

from html_tree import Node

MANIFEST = "assets/worldmodel/.manifest.json"
SHORT = "{{stop: {{time: {} s}}}}"
REPORTER = """
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
class Put(Postprocessor):
    def run(self, text):
        return text.replace("<p>HERE</p>", {html!r})
class Reporter(Extension):
    def extendMarkdown(self, md):
        md.postprocessors.register(Put(md), "put", 5)
def makeExtension(**options):
    return Reporter(**options)
"""
COUNTER = """
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
class Count(Preprocessor):
    def run(self, lines):
        with open("rendered", "a") as file:
            print(self.md.preprocessors["rendering_context"].page.path, file=file)
        return lines
class Counter(Extension):
    def extendMarkdown(self, md):
        md.preprocessors.register(Count(md), "count", 1)
def makeExtension(**options):
    return Counter(**options)
"""


def prepare(project: Project, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from mkdocs_worldmodel.cli import main; main()", "prepare", *args]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=project.root, timeout=60)


def zensical(project: Project) -> HostSite:
    site = build("zensical", project)
    assert site.code == 0, site.said
    return site


# -- addresses ------------------------------------------------------------------------------------------------------

REWRITTEN = {
    '<img src="{a}">': "src",
    "<img src='{a}'>": "src",
    '<video src="{a}"></video>': "src",
    '<source src="{a}">': "src",
    '<track src="{a}">': "src",
    '<script src="{a}" defer></script>': "src",
    '<a href="{a}">a</a>': "href",
    '<link rel="stylesheet" href="{a}">': "href",
    '<svg><use href="{a}#x"></use></svg>': "href",
    '<img srcset="{a} 2x">': "srcset",
    '<wm-figure src="{a}"></wm-figure>': "src",
    '<template><img src="{a}"></template>': "src",
}
LEFT_ALONE = {
    '<video poster="{a}"></video>': "poster",
    '<div data-src="{a}"></div>': "data-src",
    '<object data="{a}"></object>': "data",
    '<svg><use xlink:href="{a}"></use></svg>': "xlink:href",
    '<noscript><img src="{a}"></noscript>': "src",
}


def test_zensical_reads_these_addresses_as_seen_from_the_source_and_no_others(project: Project) -> None:
    """The table that our host for it goes by."""
    samples = [*REWRITTEN, *LEFT_ALONE]
    html = "\n".join(f'<div id="n{n}">{s.format(a="assets/a.png")}</div>' for n, s in enumerate(samples))
    (project.root / "reporter.py").write_text(REPORTER.format(html=html))
    project.write("page.md", "# Page\n\nHERE\n")
    project.write("index.md", "# Home\n")
    project.write("assets/a.png", "picture")
    configure(project, extensions=["reporter"], plugin=False)
    site = build("zensical", project)  # runs in the project's folder, where reporter.py lies
    assert site.code == 0, site.said
    root = site.page("page/index.html")
    for n, (sample, name) in enumerate([*REWRITTEN.items(), *LEFT_ALONE.items()]):
        found = next(node for node in root.first(id=f"n{n}").all() if name in node.attrs).attrs[name]
        assert found.startswith("../assets/a.png" if sample in REWRITTEN else "assets/a.png"), sample


# -- settings -------------------------------------------------------------------------------------------------------

TOML = f"""
[project]
site_name = "Test"
site_url = "{URL}"
watch = ["{LIST}"]
extra_css = ["assets/worldmodel/worldmodel.css"]
extra_javascript = SCRIPTS

[project.theme]
font = false

[project.markdown_extensions.admonition]
[project.markdown_extensions.worldmodel]
store_dir = "kept"
defaults = {{ show = ["made"] }}
"""


def test_settings_may_be_written_in_toml(project: Project) -> None:
    from mkdocs_worldmodel.web import scripts

    listed = [f"assets/worldmodel/{name}" for name in scripts("en")]
    (project.root / "zensical.toml").write_text(TOML.replace("SCRIPTS", json.dumps(listed)))
    project.write("index.md", "# Home\n\n" + block("id: home"))
    done = prepare(project)
    assert done.returncode == 0, done.stderr
    assert "1 figures: 1 made" in done.stderr
    assert (project.root / "kept/objects").is_dir()
    site = zensical(project)
    assert not (project.root / ".cache/plugin").exists(), "the store is where the settings say"
    assert list(figure(site).all("details", class_="wm-made"))
    assert not list(figure(site).all("ol", class_="wm-events")), "`show` of the settings holds"
    loaded = [
        n.attrs["src"].removeprefix("./") for n in site.page().all("script") if "worldmodel" in n.attrs.get("src", "")
    ]
    assert loaded == listed, "listed in the settings, they are loaded there alone"
    assert broken(site.folder, URL) == []
    assert prepare(project, "--check").returncode == 0


def test_settings_that_cannot_be_used_end_the_build(project: Project) -> None:
    project.write("index.md", block())
    configure(project, extensions=[{"worldmodel": {"assets_dir": "elsewhere"}}])
    site = build("zensical", project)
    assert site.code == 1
    assert "assets_dir" in site.said
    assert "is not a folder in" in site.said


# -- again and again ------------------------------------------------------------------------------------------------


def figure(site: HostSite, uri: str = "index.html") -> Node:
    found = site.figures(uri)
    assert len(found) == 1
    return found[0]


def csv(site: HostSite, uri: str = "index.html") -> str:
    """Address of a figure's download, which has its key."""
    return next(n.attrs["href"] for n in figure(site, uri).all("a") if n.attrs.get("href", "").endswith(".csv"))


def test_a_build_without_preparation_makes_figures_and_the_next_one_does_not(project: Project) -> None:
    project.write("index.md", "# Home\n\n" + block("id: home"))
    project.write("guide/more.md", "# More\n\n" + block("id: more", scenario=SHORT.format(1)))
    configure(project)
    first = zensical(project)
    assert broken(first.folder, URL) == []
    made = {p: p.stat().st_mtime_ns for p in (project.root / ".cache/plugin/worldmodel/objects").rglob("*.csv")}
    assert len(made) == 2
    files = first.assets()
    again = zensical(project)
    assert again.assets() == files
    assert broken(again.folder, URL) == []
    assert {p: p.stat().st_mtime_ns for p in made} == made


def test_what_is_prepared_is_not_made_by_the_build(project: Project) -> None:
    project.write("index.md", "# Home\n\n" + block("id: home"))
    configure(project)
    assert prepare(project).returncode == 0
    listed = project.docs / MANIFEST
    before = listed.stat().st_mtime_ns, listed.read_bytes()
    site = zensical(project)
    assert (listed.stat().st_mtime_ns, listed.read_bytes()) == before
    assert broken(site.folder, URL) == []


def test_pages_are_rendered_again_when_a_file_of_theirs_was_prepared_anew(project: Project) -> None:
    """Zensical keeps rendered pages; the list of files under `watch:` tells it not to."""
    project.write("cut-in.yaml", "stop: {time: 1 s}\n")
    project.write("index.md", "# Home\n\n```worldmodel\nid: home\nscenario: cut-in.yaml\nfilm: none\n```\n")
    configure(project, watch=[LIST])
    assert prepare(project).returncode == 0
    before = csv(zensical(project))
    project.write("cut-in.yaml", "stop: {time: 2 s}\n")
    assert prepare(project, "--check").returncode == 1
    done = prepare(project)
    assert done.returncode == 0
    assert "watch" not in done.stderr
    site = zensical(project)
    assert csv(site) != before
    assert broken(site.folder, URL) == []
    assert before not in {f"assets/worldmodel/{name}" for name in site.assets()}, "what nobody needs is gone"


def test_pages_are_rendered_again_for_another_version_alone(project: Project) -> None:
    (project.root / "counter.py").write_text(COUNTER)
    project.write("index.md", "# Home\n\n" + block("id: home"))
    configure(project, watch=[LIST], extensions=[OURS, "counter"])
    assert prepare(project).returncode == 0
    listed = project.docs / MANIFEST
    now = json.loads(listed.read_text())
    listed.write_text(json.dumps(now | {"made_by": "mkdocs-worldmodel 0.0.1"}))
    os.utime(listed, (0, 0))  # long ago
    rendered = project.root / "rendered"
    rendered.write_text("")
    assert prepare(project, "--check").returncode == 1
    assert prepare(project).returncode == 0
    assert json.loads(listed.read_text()) == now
    zensical(project)
    assert rendered.read_text() == "index.md\n"
    zensical(project)
    assert prepare(project).returncode == 0
    zensical(project)
    assert rendered.read_text() == "index.md\n", "nothing changed"
    listed.write_text(json.dumps(now | {"made_by": "mkdocs-worldmodel 0.0.1"}))
    os.utime(listed, (0, 0))
    assert figure(zensical(project)).attrs["id"] == "home"
    assert rendered.read_text() == "index.md\n" * 2


def test_prepare_says_what_to_watch(project: Project) -> None:
    project.write("index.md", block())
    configure(project)
    assert f"list {LIST} under `watch:`" in prepare(project).stderr


def test_a_block_from_a_snippet_stays_through_preparation(project: Project) -> None:
    (project.root / "parts").mkdir()
    (project.root / "parts/one.md").write_text(block("id: brought", scenario=SHORT.format(1)))
    project.write("index.md", '# Home\n\n--8<-- "one.md"\n\n' + block("id: own"))
    snippets = {"pymdownx.snippets": {"base_path": [str(project.root / "parts")]}}
    configure(project, extensions=["pymdownx.superfences", snippets, OURS])
    site = zensical(project)
    assert [f.attrs["id"] for f in site.figures()] == ["brought", "own"]
    assert broken(site.folder, URL) == []
    assert prepare(project).returncode == 0
    assert prepare(project, "--check").returncode == 0
    again = zensical(project)
    assert broken(again.folder, URL) == []
    (project.docs / "index.md").rename(project.docs / "other.md")
    assert "1 removed" not in prepare(project).stderr
    assert not [n for n in json.loads((project.docs / MANIFEST).read_text())["files"] if "brought" in n]


def test_mistakes_are_told_and_do_not_stop_the_build(project: Project) -> None:
    project.write("index.md", "# Home\n\n" + block("titel: x\nid: wrong"))
    configure(project)
    site = zensical(project)
    assert re.search(r"(?m)^index\.md:4: unknown key 'titel'", site.said)
    assert figure(site).classes == ["wm", "wm-error"]
    done = prepare(project)
    assert done.returncode == 1
    assert "index.md:4: unknown key 'titel'" in done.stdout


def test_references_lead_to_figures_on_other_pages(project: Project) -> None:
    project.write("guide/a.md", "# A\n\n" + block("id: there\ntitle: There"))
    project.write("index.md", "# Home\n\nSee [the figure](worldmodel:there).\n")
    configure(project)
    site = zensical(project)
    hrefs = [n.attrs["href"] for n in site.page().all("a") if n.text == "the figure"]
    assert hrefs == ["guide/a/#there"]
    assert broken(site.folder, URL) == []


def test_a_figure_is_complete_without_script(project: Project) -> None:
    project.write(
        "guide/a.md", "# A\n\n" + block("id: film\ncameras: [front_wide]", scenario=SHORT.format(1), film="full")
    )
    configure(project)
    found = figure(zensical(project), "guide/a/index.html")
    video = found.first("video")
    assert "controls" in video.attrs
    assert video.attrs["src"].startswith("../../assets/worldmodel/")
    assert video.attrs["poster"].startswith("../../assets/worldmodel/")
    assert list(found.all("ol", class_="wm-events"))
    assert not [n for n in found.all() if n.tag in {"script", "noscript", "template"}]


def test_search_finds_words_and_no_data(project: Project) -> None:
    project.write("index.md", "# Home\n\n" + block("id: home\ntitle: Zebra\ncaption: Quagga caption."))
    configure(project)
    index = json.loads((zensical(project).folder / "search.json").read_text(encoding="utf-8"))
    text = " ".join(item["text"] for item in index["items"])
    assert "Zebra" in text
    assert "Quagga caption." in text
    assert "The ego drives" in text
    assert "data-" not in text
    assert "scenario:" not in text
    assert '{"' not in text


def test_excerpts_of_a_blog_show_the_figure(project: Project) -> None:
    """Zensical takes a post's HTML and rewrites the addresses that it knows; a film's poster it does not."""
    project.write("index.md", "# Home\n")
    project.write("blog/index.md", "# Blog\n")
    film = block("id: teased\ncameras: [rear]", scenario=SHORT.format(1), film="{width: 320}")
    project.write("blog/posts/post.md", f"---\ndate: 2024-01-31\n---\n# Post\n\n{film}\n<!-- more -->\n\nRest.\n")
    configure(project, plugins=["search", "blog"])
    site = zensical(project)
    assert figure(site, "blog/index.html").attrs["id"] == "teased"
    faults = broken(site.folder, URL)
    assert [f for f in faults if "-poster." not in f] == []
    assert not [f for f in faults if f.startswith("blog/2024/")], "the post itself has all"
