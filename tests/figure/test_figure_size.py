# How long the HTML of a figure is: every scenario of the library, as the manual's pages show it, in some languages.

from __future__ import annotations

import pytest
import yaml
from library_figures import FOLDER, bundles

from html_tree import tree
from mkdocs_worldmodel.figure.bundle import Bundle
from mkdocs_worldmodel.figure.page import Dress, render
from mkdocs_worldmodel.site.session import ALL_PARTS

BYTES, TAGS = 14_600, 195
"""The budget is 15,000 and 200: what is left is for longer titles, captions, ids, and folders."""
LANGUAGES = ("en", "de", "fr", "ja")


def on_its_page(name: str, bundle: Bundle, language: str) -> str:
    """The figure as the page of the scenario shows it: with a long id, two folders deep."""
    about = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))["about"]
    expected = "".join(f"  - {text}\n" for text in about.get("expect", []))
    block = f"id: library-{name}\ntitle: {about['title']}\nscenario: library/{name}\n" + (
        f"expect:\n{expected}" if expected else ""
    )
    dress = Dress(f"library-{name}", about["title"], "", "", block, "0123456789abcdef", ALL_PARTS, language)
    return render(bundle, dress, lambda file: f"../../assets/worldmodel/0123456789/library-{name}-{file}")


@pytest.fixture(scope="module")
def pages() -> dict[tuple[str, str], str]:
    drawn = dict(bundles())
    return {(name, code): on_its_page(name, bundle, code) for name, bundle in drawn.items() for code in LANGUAGES}


def test_every_scenario_of_the_library_keeps_to_the_budget(pages: dict[tuple[str, str], str]) -> None:
    sizes = {where: (len(html.encode()), len(list(tree(html).all()))) for where, html in pages.items()}
    print("\n".join(f"{size:6} bytes {tags:4} tags  {where}" for where, (size, tags) in sorted(sizes.items())))
    assert {where: size for where, size in sizes.items() if size[0] > BYTES or size[1] > TAGS} == {}
