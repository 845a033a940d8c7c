# The preview picture: given where a page has none, and nowhere else.

from __future__ import annotations

import pytest

from mkdocs_worldmodel.site.social import with_preview

PICTURE = "https://example.org/assets/worldmodel/ab/cut-in-preview.jpg"
PAGE = "<!doctype html><html><head><title>A</title>{}</head><body><p>og:image</p></body></html>"


def test_a_page_without_a_picture_gets_one() -> None:
    page = with_preview(PAGE.format(""), PICTURE, 'A "lorry" <cuts> in')
    head, _, body = page.partition("</head>")
    assert f'<meta property="og:image" content="{PICTURE}">' in head
    assert '<meta property="og:image:alt" content="A &quot;lorry&quot; &lt;cuts&gt; in">' in head
    assert '<meta name="twitter:card" content="summary_large_image">' in head
    assert body == "<body><p>og:image</p></body></html>"


@pytest.mark.parametrize(
    "meta",
    [
        '<meta property="og:image" content="x.png">',
        "<META content=x.png property=og:image>",
        "<meta  name='og:image'\n content='x.png' >",
    ],
)
def test_a_page_that_has_one_stays_as_it_is(meta: str) -> None:
    assert with_preview(PAGE.format(meta), PICTURE, "") == PAGE.format(meta)


def test_other_tags_are_no_picture_and_no_tag_is_doubled() -> None:
    page = with_preview(PAGE.format('<meta property="og:image:width" content="1">'), PICTURE, "")
    assert page.count('property="og:image"') == 1
    page = with_preview(PAGE.format('<meta name="twitter:card" content="summary">'), PICTURE, "")
    assert page.count("twitter:card") == 1


def test_what_is_no_whole_page_stays_as_it_is() -> None:
    assert with_preview("<p>part</p>", PICTURE, "") == "<p>part</p>"
