# Where a fence may stand, and what becomes of it. `{b}` is a block's body, put in with the indentation before it.

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    name: str
    text: str
    outcome: str = "figure"
    """figure · error (an error block) · text (the source stands in the page) · absent"""
    inside: str = ""
    """Element, or .class, around the figure."""
    warning: str = ""
    """`line: words` of the one warning there is, the line counted in the page."""
    extra: str = ""
    """Another text that must still be in the page."""


BODY = ("id: {name}", "title: Case {name}", "scenario: {{stop: {{time: 1 s}}}}", "film: none", "show: [verdict]")


def page(case: Case) -> str:
    """The case's page."""
    out = ""
    for before, end in re.findall(r"([^\r\n]*)(\r\n|\r|\n|$)", case.text):
        start, mark, _ = before.partition("{b}")
        lines = [start + b.format(name=case.name) for b in BODY] if mark else [before]
        out += "".join(line + end for line in lines)
    return out


# fmt: off
CASES = [
    Case("backticks", "# Page\n\n```worldmodel\n{b}\n```\n\nAfter.\n", extra="After."),
    Case("tildes", "~~~worldmodel\n{b}\n~~~\n"),
    Case("space-before-language", "``` worldmodel\n{b}\n```\n"),
    Case("space-after-language", "```worldmodel  \n{b}\n```  \n"),
    Case("four-backticks", "````worldmodel\n{b}\n````\n"),
    Case("longer-end", "```worldmodel\n{b}\n`````\n\nAfter.\n", extra="After."),
    Case("end-further-in", "```worldmodel\n{b}\n   ```\n\nAfter.\n", extra="After."),
    Case("end-further-out", "- a\n\n    ```worldmodel\n    {b}\n```\n\nAfter.\n", extra="After."),
    Case("behind-a-longer-end", "```text\na\n`````\nb\n```\n\n```worldmodel\n{b}\n```\n"),
    Case("behind-a-deep-end", "```text\na\n  ```\nb\n```\n\n```worldmodel\n{b}\n```\n"),
    Case("behind-an-unclosed-one", "- a\n\n    ```text\n    a\n\nb\n\n```worldmodel\n{b}\n```\n"),
    Case("behind-backticks-in-code", "Text.\n\n    ```\n\nText.\n\n```worldmodel\n{b}\n```\n"),
    Case("begin-further-in", "  ```worldmodel\n  {b}\n  ```\n"),
    Case("no-blank-lines", "Before.\n```worldmodel\n{b}\n```\nAfter.\n", extra="After."),
    Case("alone", "```worldmodel\n{b}\n```"),
    Case("under-a-heading", "# Heading\n```worldmodel\n{b}\n```\n## Next\n", extra="Next"),
    Case("braces-with-dot", "```{.worldmodel}\n{b}\n```\n"),
    Case("spaced-braces", "``` { .worldmodel }\n{b}\n```\n"),
    Case("in-a-list", "- item\n\n    ```worldmodel\n    {b}\n    ```\n\n- next\n", inside="li", extra="next"),
    Case("in-a-numbered-list", "1. item\n\n    ```worldmodel\n    {b}\n    ```\n\n2. next\n", inside="ol"),
    Case("in-a-nested-list", "- a\n\n    - b\n\n        ```worldmodel\n        {b}\n        ```\n", inside="li"),
    Case("in-a-list-with-tabs", "- item\n\n\t```worldmodel\n\t{b}\n\t```\n", inside="li"),
    Case("in-an-admonition", '!!! note "Note"\n\n    ```worldmodel\n    {b}\n    ```\n', inside=".admonition"),
    Case("in-a-details", '??? note "Note"\n\n    ```worldmodel\n    {b}\n    ```\n', inside="details"),
    Case("in-a-tab", '=== "A"\n\n    ```worldmodel\n    {b}\n    ```\n\n=== "B"\n\n    B\n', inside=".tabbed-block"),
    Case("in-a-quote", "> ```worldmodel\n> {b}\n> ```\n\nAfter.\n", inside="blockquote", extra="After."),
    Case("in-a-tight-quote", ">```worldmodel\n>{b}\n>```\n", inside="blockquote"),
    Case("in-a-nested-quote", "> a\n>\n> > ```worldmodel\n> > {b}\n> > ```\n", inside="blockquote"),
    Case("in-a-list-in-a-quote", "> - item\n>\n>     ```worldmodel\n>     {b}\n>     ```\n", inside="li"),
    Case("in-a-footnote-like-div", "<div markdown>\n\n```worldmodel\n{b}\n```\n\n</div>\n", inside="div"),
    Case("in-md-in-html", '<section markdown="1">\n```worldmodel\n{b}\n```\n</section>\n', inside="section"),
    Case("windows-line-ends", "# Page\r\n\r\n```worldmodel\r\n{b}\r\n```\r\n\r\nAfter.\r\n", extra="After."),
    Case("old-mac-line-ends", "# Page\r\r```worldmodel\r{b}\r```\r\rAfter.\r", extra="After."),
    Case("blank-lines-with-spaces", "```worldmodel\n\n   \n{b}\n\t\n```\n"),
    Case("front-matter", "---\ntitle: Front\n---\n\n```worldmodel\n{b}\n```\n"),
    Case("line-separator", "A\u2028B\x0cC\x85D\n\n```worldmodel seed=3\n{b}\n```\n", warning="3: header"),
    Case("yaml-document-marks", "```worldmodel\n---\n{b}\n```\n"),
    Case("backticks-in-tildes", "~~~worldmodel\ncaption: |\n  ```\n  not an end\n  ```\n{b}\n~~~\n"),
    Case("deep-fence-in-text", "```worldmodel\ncaption: |\n      ```\n      not an end\n{b}\n```\n"),
    Case("html-in-text", "```worldmodel\ncaption: <b>bold</b> & <!-- note -->\n{b}\n```\n"),
    # headers that fence readers stumble over
    Case("seed-in-header", "```worldmodel seed=3\n{b}\n```\n\n```python\nafter = 1\n```\n", warning="1: header"),
    Case("title-in-header", 'A\n\n```worldmodel title="x"\n{b}\n```\n', warning="3: header"),
    Case("attributes-in-header", "```worldmodel {#a .b}\n{b}\n```\n", warning="1: header"),
    Case("seed-in-braces", "```{.worldmodel seed=3}\n{b}\n```\n", warning="1: header"),
    Case("dash-in-header", '---\na: 1\n---\n```worldmodel max-speed="3"\n{b}\n```\n', warning="4: header"),
    Case("uppercase", "```WorldModel\n{b}\n```\n", warning="1: small letters"),
    Case("unclosed", "Before.\n\n```worldmodel\n{b}\n", warning="3: never closed"),
    Case("unclosed-in-a-quote", "> ```worldmodel\n> {b}\n\nAfter.\n", warning="1: never closed", extra="After."),
    Case("unclosed-in-a-list", "- a\n\n    ```worldmodel\n    {b}\n\nAfter.\n", warning="3: never closed",
         extra="After."),
    Case("lazy-quote", "> ```worldmodel\n> {b}\n```\n\nAfter.\n", warning="1: never closed"),
    # not figures
    Case("first-line-of-an-item", "- ```worldmodel\n  {b}\n  ```\n", "absent", warning="1: list bullet"),
    Case("first-line-of-a-step", "1. ```worldmodel\n   {b}\n   ```\n", "absent", warning="1: list bullet"),
    Case("in-a-longer-fence", "````markdown\n```worldmodel\n{b}\n```\n````\n", "text"),
    Case("in-a-tilde-fence", "~~~markdown\n```worldmodel\n{b}\n```\n~~~\n", "text"),
    Case("deep-in-a-fence", "```text\n    ```worldmodel\n    {b}\n    ```\n```\n\nAfter.\n", "text", extra="After."),
    Case("indented-code", "Text.\n\n    ```worldmodel\n    {b}\n    ```\n\nAfter.\n", "text", inside="",
         extra="After."),
    Case("html-comment", "<!--\n```worldmodel\n{b}\n```\n-->\n\nAfter.\n", "absent", extra="After."),
    Case("raw-pre", "<pre>\n```worldmodel\n{b}\n```\n</pre>\n\nAfter.\n", "text", extra="After."),
    Case("textarea", "<textarea>\n```worldmodel\n{b}\n```\n</textarea>\n", "text"),
    Case("script", "<script type='text/x'>\n```worldmodel\n{b}\n```\n</script>\n\nAfter.\n", "text", extra="After."),
    Case("other-language", "```worldmodel-trace\n{b}\n```\n", "text"),
    Case("longer-language", "```worldmodels\n{b}\n```\n", "text"),
    Case("inline-code", "A ```worldmodel``` span, and `worldmodel`.\n", "absent"),
    Case("typed-token", '<div class="wm-token" data-n="0"></div>\n\n```worldmodel\n{b}\n```\n'),
    Case("typed-placeholder", "\x02wzxhzdk:0\x03 and \x02wzxhzdk:7\x03\n\n```worldmodel\n{b}\n```\n"),
    Case("two-equal", "```worldmodel\n{b}\n```\n\n```worldmodel\n{b}\n```\n", warning="10: is already used"),
]
