# Other plugins of a site: languages, one page for printing, smaller pictures, no network, files alone, versions.

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from crawl import broken, external
from site_project import Built, Project, block

from html_tree import Node

SHORT = "{{stop: {{time: {} s}}}}"
URL = "https://example.org/docs/"


def figures(built: Built, uri: str) -> list[Node]:
    return [n for n in built.page(uri).all("div", class_="wm") if "id" in n.attrs]


# -- languages ------------------------------------------------------------------------------------------------------


def in_two_languages(project: Project) -> None:
    project.write("index.md", "# Home\n\n" + block("id: cut-in\ntitle: Cut in"))
    project.write("index.de.md", "# Start\n\n" + block("id: cut-in\ntitle: Einscherer"))
    project.write("more.md", "# More\n\n" + block("id: more"))  # not translated: its own language stays


LANGUAGES = {"i18n": {"docs_structure": "suffix", "languages": [
    {"locale": "en", "default": True, "name": "English", "build": True},
    {"locale": "de", "name": "Deutsch", "build": True},
]}}  # fmt: skip


@pytest.mark.parametrize("theme", ["material", "mkdocs"])
def test_each_language_has_its_figures_with_its_words(project: Project, theme: str) -> None:
    in_two_languages(project)
    config_file = {"name": theme, "font": False} if theme == "material" else {"name": theme}
    built = _build_all(project, config_file)
    assert [w for w in built.warnings if ".md:" in w] == []
    english, german = figures(built, "index.html"), figures(built, "de/index.html")
    assert [f.attrs["id"] for f in english + german] == ["cut-in", "cut-in"], "ids are unique in a language"
    assert summary(english[0]) == "Numbers"
    assert summary(german[0]) == "Zahlen"
    assert summary(figures(built, "de/more/index.html")[0]) == "Numbers", "its text is English"
    assert broken(built.folder, URL) == []
    roots = {p.relative_to(built.folder).parts[0] for p in built.folder.rglob("*") if "worldmodel" in p.parts}
    assert roots == {"assets"}, "files are there once for all languages"


def summary(figure: Node) -> str:
    return figure.first("details", class_="wm-numbers").first("summary").text


def _build_all(project: Project, theme: dict[str, object]) -> Built:
    return project.build(theme, plugins=["search", LANGUAGES], extensions=["pymdownx.superfences"])


# -- one page for all -----------------------------------------------------------------------------------------------


def test_the_page_for_printing_shows_every_figure_and_its_pictures_load(project: Project) -> None:
    project.write(
        "index.md", "# Home\n\n" + block("id: home", scenario=SHORT.format(1), film="full\ncameras: [front_wide]")
    )
    project.write("guide/deep/more.md", "# More\n\n" + block("id: more", scenario=SHORT.format(1)))
    built = project.build("material", plugins=["search", {"worldmodel": {"workers": 0}}, "print-site"], plugin=False)
    page = built.page("print_page/index.html")
    shown = list(page.all("div", class_="wm"))
    assert len(shown) == 2
    for picture in page.all("img"):
        source = (built.folder / "print_page" / picture.attrs["src"]).resolve()
        assert source.is_file(), picture.attrs["src"]
    assert list(shown[0].all("img")), "a picture stands for the film, which print-site loses"


# -- Material's own -------------------------------------------------------------------------------------------------


def test_pictures_made_smaller_nothing_from_elsewhere_and_files_alone(project: Project) -> None:
    project.write(
        "index.md", "# Home\n\n" + block("id: home", scenario=SHORT.format(1), film="full\ncameras: [front_wide]")
    )
    project.write("guide/more.md", "# More\n\n" + block("title: '<b> & \"q\"'\nid: more\nalt: a > b"))
    own = {"privacy": {"assets_exclude": ["unpkg.com/*"]}}  # what Material itself brings from there
    plugins = ["search", own, "offline", {"optimize": {"optimize_png": False}}]
    built = project.build({"name": "material", "font": False}, plugins=plugins)
    assert not built.warnings
    assert broken(built.folder, URL) == []
    assert (built.folder / "guide/more.html").is_file(), "offline"
    for uri in ("index.html", "guide/more.html"):
        assert external(figures(built, uri)[0]) == []
    poster = figures(built, "index.html")[0].first("video").attrs["poster"]
    kept = next((project.root / ".cache/plugin/worldmodel/objects").rglob("poster.*"), None)
    assert (built.folder / poster).stat().st_size > 0
    assert kept is not None
    assert (built.folder / poster).read_bytes() != kept.read_bytes(), "made smaller"
    # what Material has made small once, it may fail on again (its threads rename files that it is about to look up)
    left = [*plugins[:-1], {"optimize": {"optimize_png": False, "optimize_exclude": ["assets/worldmodel/*"]}}]
    again = project.build({"name": "material", "font": False}, plugins=left)
    assert (again.folder / poster).read_bytes() == kept.read_bytes()
    assert again.summary.endswith("0 made, 2 from store, 0 failed"), "the store keeps the originals"


# -- versions -------------------------------------------------------------------------------------------------------


def test_mike_puts_a_version_with_its_figures_into_the_branch(project: Project) -> None:
    project.write("index.md", "# Home\n\n" + block("id: home"))
    project.configure("material", plugins=["search", "mike"])
    env = os.environ | {"PYTHONWARNINGS": "ignore", "PYTHONDONTWRITEBYTECODE": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"  # mike starts the host by its name
    env |= {f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}

    def run(*command: str) -> str:
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=project.root, env=env, check=False, timeout=120
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    (project.root / ".gitignore").write_text(".cache\nsite\n")
    run("git", "init", "-q", "-b", "main")
    run("git", "add", ".")
    run("git", "commit", "-q", "-m", "docs")
    for version in ("1.0", "2.0"):
        run(sys.executable, "-c", "from mike.driver import main; main()", "deploy", version)
    tree = run("git", "ls-tree", "-r", "gh-pages")
    blobs = {line.split("\t")[1]: line.split()[2] for line in tree.splitlines()}
    figures_files = {
        name.removeprefix("1.0/"): blob for name, blob in blobs.items() if "1.0/assets/worldmodel/" in name
    }
    assert [n for n in figures_files if n.endswith("home.csv")]
    assert all(blobs[f"2.0/{name}"] == blob for name, blob in figures_files.items()), "the same bytes: kept once"
    (project.root / "out").mkdir()
    run("git", "--work-tree=out", "checkout", "gh-pages", "--", ".")
    assert broken(project.root / "out/1.0", f"{URL}1.0/") == []


# -- search ---------------------------------------------------------------------------------------------------------


def test_search_finds_captions_on_every_language(project: Project) -> None:
    in_two_languages(project)
    project.write("index.de.md", "# Start\n\n" + block("id: cut-in\ncaption: Ein Quagga."))
    built = _build_all(project, {"name": "material", "font": False})
    index = json.loads((built.folder / "search/search_index.json").read_text(encoding="utf-8"))
    assert any("Ein Quagga." in d["text"] for d in index["docs"] if d["location"].startswith("de/"))
    assert not any("data-" in d["text"] or '{"' in d["text"] for d in index["docs"])
