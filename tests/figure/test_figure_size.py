# How long the HTML of a figure is: measured on every scenario of the library.

from __future__ import annotations

import pytest
from library_figures import bundles, html_of

from html_tree import tree

BYTES, TAGS = 15_000, 200


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {name: html_of(name, bundle) for name, bundle in bundles()}


def test_every_scenario_of_the_library_keeps_to_the_budget(pages: dict[str, str]) -> None:
    sizes = {name: (len(html.encode()), len(list(tree(html).all()))) for name, html in pages.items()}
    print("\n".join(f"{size:6} bytes {tags:4} tags  {name}" for name, (size, tags) in sorted(sizes.items())))
    assert {name: size for name, size in sizes.items() if size[0] > BYTES or size[1] > TAGS} == {}
