# Whole sites: what a block brings to its page and to the site, and what a site without blocks is spared.

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from site_project import Built, Project, block

from html_tree import Node, faults

THEMES = ("material", "mkdocs")
CUT_IN = """{road: {lanes: 2}, ego: {lane: 2, speed: 100 km/h},
  actors: {lorry: {kind: truck, lane: 1, ahead: 25 m, speed: 85 km/h}},
  story: [{when: {time: 0.5 s}, do: {lorry: {change_lane: {to: 2, over: 2 s}}}}], stop: {time: 4 s}}"""

OTHER_FENCES = """# Fences

```python title="a.py" linenums="1"
x = {"a": 1}
```

- item

    ~~~ yaml
    a: "```"
    ~~~

> ```text
> quoted
> ```

````markdown
```python
inner
```
````

    indented
    ```

```
plain
`````
still plain
```

"""


def outer(node: Node) -> object:
    return node.tag, node.attrs, [c if isinstance(c, str) else outer(c) for c in node.children]


@pytest.fixture(autouse=True)
def _same_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")


@pytest.mark.parametrize("theme", THEMES)
def test_a_site_without_blocks_stays_the_same_to_the_byte(project: Project, theme: str) -> None:
    project.write("index.md", OTHER_FENCES + "The word worldmodel, `worldmodel`, and a [link](a/b.md).\n")
    project.write("a/b.md", "---\ntitle: B\n---\n````md\n```worldmodel\nscenario: {}\n```\n````\n")
    without = project.build(theme, plugin=False, site="without").files()
    assert project.build(theme, site="with").files() == without
    assert not (project.root / ".cache").exists()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("extensions", [None, ["tables"]], ids=["superfences", "fenced_code"])
def test_other_fences_on_the_page_stay_the_same(project: Project, theme: str, extensions: list[str] | None) -> None:
    project.write("index.md", OTHER_FENCES + "# Last\n\n" + block("id: ours"))
    pages = [
        project.build(theme, extensions=extensions, plugin=plugin, site=site).page()
        for plugin, site in ((False, "without"), (True, "with"))
    ]
    code = [[outer(n) for n in page.all("pre") if "scenario:" not in n.text] for page in pages]
    assert len(code[0]) >= 3
    assert code[1] == code[0]
    assert pages[1].first(id="ours").classes == ["wm"]


def links(root: Node) -> Iterator[str]:
    for node in root.all():
        for name in ("href", "src", "poster"):
            if name in node.attrs:
                yield node.attrs[name]


def broken_links(built: Built) -> list[str]:
    """Every address in the built pages that leads to no file and to no anchor."""
    out = []
    pages = {p.relative_to(built.folder).as_posix() for p in built.folder.rglob("*.html")} - {"404.html"}
    anchors = {p: {n.attrs["id"] for n in built.page(p).all() if "id" in n.attrs} for p in pages}
    for page in sorted(pages):
        for link in links(built.page(page)):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or link.startswith("/"):
                continue
            target, fragment = unquote(parts.path), parts.fragment
            target = posixpath.normpath(posixpath.join(posixpath.dirname(page), target)) if target else page
            target = (Path(target) / "index.html").as_posix() if (built.folder / target).is_dir() else target
            if not (built.folder / target).is_file():
                out.append(f"{page}: {link}")
            elif fragment and target in anchors and fragment not in anchors[target] | {"__skip"}:
                out.append(f"{page}: no anchor for {link}")
    return out


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("directory_urls", [True, False])
def test_addresses_are_right_at_every_depth(project: Project, theme: str, directory_urls: bool) -> None:
    for name in ("index.md", "guide/cut-in.md", "a/b/c/index.md"):
        project.write(name, f"# Page\n\n{block(f'title: In {name}', scenario=CUT_IN)}")
    built = project.build(theme, use_directory_urls=directory_urls)
    assert not built.warnings
    assert built.summary == "3 figures: 1 made, 2 from store, 0 failed"
    assert broken_links(built) == []
    for page in ("index.html", "guide/cut-in/index.html" if directory_urls else "guide/cut-in.html"):
        hrefs = [a.attrs["href"] for a in built.page(page).all("a") if "download" in a.attrs]
        assert [Path(h).suffix for h in hrefs] == [".csv", ".json"]
        depth = page.count("/")
        assert all(h.startswith("../" * depth + "assets/worldmodel/") for h in hrefs)
    assert len(list((built.folder / "assets/worldmodel").glob("*/*"))) == 2, "equal figures bring their files once"


@pytest.mark.parametrize("theme", THEMES)
def test_figures_are_balanced_and_without_script_or_style(project: Project, theme: str) -> None:
    project.write("index.md", block("id: one\nexpect: [no collision]", scenario=CUT_IN))
    html = project.build(theme).html()
    end = "</wm-figure>\n</div>"
    figure = html[html.index('<div class="wm" id="one"') : html.index(end) + len(end)]
    assert faults(figure) == []
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", figure)


@pytest.mark.parametrize("theme", THEMES)
def test_search_finds_words_and_no_data(project: Project, theme: str) -> None:
    project.write("index.md", "# Home\n\n" + block("title: Zebra\ncaption: Quagga caption.", scenario=CUT_IN))
    built = project.build(theme)
    index = json.loads((built.folder / "search/search_index.json").read_text(encoding="utf-8"))
    text = " ".join(d["text"] for d in index["docs"])
    assert "Zebra" in text
    assert "Quagga caption." in text
    assert "The lorry begins to change from lane 1 to lane 2" in text
    assert "speed1" not in text
    assert "data-" not in text
    assert "wm-" not in text.replace("wm-token", "")
    if theme == "material":  # the built-in search indexes all text, whatever is asked of it
        assert "kind: truck" not in text
        assert "Smallest time headway" not in text


def test_a_plain_page_does_not_load_anything_before_a_block_does(project: Project) -> None:
    project.write("index.md", "# Home\n")
    project.write("figure.md", block())
    built = project.build()
    sheets = [n.attrs["href"] for n in built.page("figure/index.html").all("link", rel="stylesheet")]
    assert "../assets/worldmodel/worldmodel.css" in sheets
    assert (built.folder / "assets/worldmodel/worldmodel.js").is_file()


@pytest.mark.parametrize("theme", THEMES)
def test_author_text_is_escaped_everywhere(project: Project, theme: str) -> None:
    evil = """'</code></pre><script>x()</script><img src=x onerror=x()>" onmouseover="x() {{ 7*7 }} {% if %}'"""
    for name, body in {
        "title": f"title: {evil}",
        "caption": f"caption: {evil}",
        "alt": f"alt: {evil}",
        "error": f"title: {evil}\nworld: {evil}\nunknown: {evil}\n{evil}: 1",
    }.items():
        project.write(f"{name}.md", block(body, scenario=CUT_IN))
    project.write("index.md", f"---\nworldmodel: {{caption: {evil}}}\n---\n" + block(scenario=CUT_IN))
    built = project.build(theme)
    for page in built.folder.rglob("*.html"):
        root = built.page(page.relative_to(built.folder).as_posix())
        for figure in root.all("div", class_="wm"):
            assert not list(figure.all("script")), page
            assert {n.attrs.get("src", "") for n in figure.all("img")} <= {""}, page
            assert not [k for n in figure.all() for k in n.attrs if k.startswith("on")], page
    assert "49" not in built.page("title/index.html").first("strong", class_="wm-title").text
    assert built.page("title/index.html").first("strong", class_="wm-title").text == evil[1:-1]


def test_disabled_leaves_plain_code_blocks(project: Project) -> None:
    project.write("index.md", block("id: ours"))
    built = project.build(options={"enabled": False})
    assert not list(built.page().all(class_="wm"))
    assert "id: ours" in built.page().first("pre").text
    assert not (built.folder / "assets").exists()
    assert not [r for r in built.records if r.getMessage().startswith("worldmodel:")]


def test_language_of_the_theme_may_be_one_we_do_not_speak(project: Project) -> None:
    project.write("index.md", block("id: ours"))
    assert project.build({"name": "material", "language": "de"}).page().first(id="ours").classes == ["wm"]


@pytest.mark.parametrize("limits", [True, False])
def test_excerpt_of_a_blog_post_shows_the_figure(project: Project, limits: bool) -> None:
    project.write("index.md", "# Home\n")
    project.write("blog/index.md", "# Blog\n")
    figure = block("id: teased", scenario=CUT_IN)
    post = f"---\ndate: 2024-01-31\n---\n# Post\n\n{figure}\n<!-- more -->\n\n{block('id: below')}"
    project.write("blog/posts/post.md", post)
    built = project.build("material", plugins=["search", "blog"], use_directory_urls=limits)
    assert not built.warnings
    assert built.summary.startswith("2 figures: 2 made")
    assert broken_links(built) == []
    page = "blog/index.html" if limits else "blog.html"
    page = page if (built.folder / page).exists() else "blog/index.html"
    assert built.page(page).first(id="teased").classes == ["wm"]
    assert not list(built.page(page).all(id="below"))


def test_snippets_bring_blocks_too(project: Project) -> None:
    (project.root / "parts").mkdir()
    (project.root / "parts/one.md").write_text(block("id: brought\nwrong: 1"))
    (project.root / "parts/two.md").write_text(block("id: fine"))
    project.write("index.md", '# Home\n\n--8<-- "one.md"\n\n--8<-- "two.md"\n')
    snippets = {"pymdownx.snippets": {"base_path": [str(project.root / "parts")]}}
    built = project.build(extensions=["pymdownx.superfences", snippets])
    assert [d.classes for d in built.page().all("div", class_="wm")] == [["wm", "wm-error"], ["wm"]]
    assert len(built.warnings) == 1
    assert built.warnings[0].startswith("index.md:5: unknown key 'wrong'")


@pytest.fixture(scope="module")
def shown(new_project: Callable[[], Project]) -> Built:
    project = new_project()
    project.write("index.md", block("id: some\nshow: [events]", scenario=CUT_IN))
    return project.build()


def test_show_chooses_the_parts(shown: Built) -> None:
    figure = shown.page().first(id="some")
    assert list(figure.all("ol", class_="wm-events"))
    assert not list(figure.all("svg"))
    assert not list(figure.all("table"))
    assert not list(figure.all("a", download=""))
