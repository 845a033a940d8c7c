# Captions, whatever is written in them: inline elements of ours alone, balanced, and links that lead to pages.

from __future__ import annotations

import re
from pathlib import Path
from typing import NoReturn

from hypothesis import given, settings
from hypothesis import strategies as st

from html_tree import faults, tree
from mkdocs_worldmodel.site.captions import caption_html
from mkdocs_worldmodel.site.mentions import Speaker
from mkdocs_worldmodel.site.session import Page, Session

PIECES = [
    "[", "]", "(", ")", "](", "<", ">", "</", '"', "'", "`", "``", "*", "**", "_", "\\", "&", ";", "#", "!", "![", "{",
    " ", "{:", "&#58;", "&colon;", "&#x0;", "\n", "\n\n", "\t", "    ", "- ", "> ", "# ", "|", "}", "<!--", "-->",
    "&amp;", "</script>", "<img src=x onerror=alert(1)>", "javascript:", "data:", "vbscript:", "alert(1)", "java",
    "script", "worldmodel:", "worldmodel a.b", "worldmodel:a", "http://", "mailto:", "//x", "x.md", "\N{SOFT HYPHEN}",
    "\u202e", "\ufeff", "onclick=", "style=", "é", "a",
]  # fmt: skip
ALLOWED = {"em", "strong", "code", "a", "span", "data"}


def nobody() -> NoReturn:
    raise AssertionError


def rendered(text: str) -> str:
    session = Session(nobody, (), ())
    speaker = Speaker(session.references, Page("page.md", Path()), lambda _, __: None)
    return str(caption_html(text, speaker, str))


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_nothing_runs_in_a_caption(text: str) -> None:
    html = rendered(text)
    assert not faults(html)
    for node in tree(html).all():
        assert node.tag in ALLOWED
        assert set(node.attrs) <= {"href", "title", "class", "value"}
        # as browsers read it: without what they cannot see
        href = re.sub(
            r"[\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]", "", node.attrs.get("href", "")
        )
        assert not re.match(r"(?!https?:|mailto:)[a-z][a-z0-9+.-]*:", href, re.IGNORECASE)


@given(st.text(st.characters(exclude_characters="*_`\\[<&", exclude_categories=["Cs", "Cc"]), max_size=50))
def test_plain_text_is_what_it_is(text: str) -> None:
    assert tree(rendered(text)).text == text
