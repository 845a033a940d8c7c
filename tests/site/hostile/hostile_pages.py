# Pages that nobody should write: what stands around our blocks, and what is said about them.

from __future__ import annotations

from dataclasses import dataclass

GOOD = "```worldmodel\nscenario: {stop: {time: 1 s}}\nfilm: none\n```\n"
HEAD = "# Page\n\n"


@dataclass(frozen=True, slots=True)
class Hostile:
    """A page, and what must become of it."""

    text: str
    figures: int = 0
    errors: int = 0
    said: tuple[str, ...] = ()
    """Patterns, each of a warning of ours; there is no other."""


def called(name: str, more: str = "seed: 0") -> str:
    """A block with an id."""
    return GOOD.replace("\n", f"\nid: {name}\n{more}\n", 1)


def front(values: str, body: str = GOOD) -> str:
    return f"---\n{values}\n---\n{HEAD}{body}"


def shown(caption: str, **more: str) -> str:
    lines = [f"{key}: {value}" for key, value in {"caption": caption, **more}.items()]
    return front("worldmodel:\n" + "\n".join(f"  {line}" for line in lines))


PAGES: dict[str, Hostile] = {
    # fences
    "unclosed": Hostile(HEAD + GOOD[:-4] + "\nAfter.\n", 0, 1, ("never closed", "YAML|unknown key|colons")),
    "unclosed_in_a_list": Hostile(HEAD + "- a\n\n    " + GOOD[:-4].replace("\n", "\n    ") + "\n\nAfter.\n", 1, 0,
                                  ("never closed",)),
    "in_a_longer_fence": Hostile(HEAD + "````text\n" + GOOD + "````\n\nAfter.\n"),
    "in_a_comment": Hostile(HEAD + "<!--\n" + GOOD + "-->\n\nAfter.\n"),
    "in_an_open_comment": Hostile(HEAD + "After.\n\n<!-- \n\n" + GOOD, 1),
    "in_a_quote": Hostile(HEAD + "> " + GOOD.rstrip("\n").replace("\n", "\n> ") + "\n\nAfter.\n", 1),
    "in_quotes_in_quotes": Hostile(HEAD + "> > > " + GOOD.rstrip("\n").replace("\n", "\n> > > ") + "\n\nAfter.\n", 1),
    "in_a_script": Hostile(HEAD + "<script>\n" + GOOD + "</script>\n\nAfter.\n"),
    "in_a_textarea": Hostile(HEAD + "<textarea>\n\n" + GOOD + "\n</textarea>\n\nAfter.\n"),
    "openers_without_end": Hostile(HEAD + "After.\n\n" + GOOD + "\n" + "```a\n" * 3000, 1),
    "comments_without_end": Hostile(HEAD + "After.\n\n" + GOOD + "\n" + "a `<!--` " * 20_000, 1),
    "spaces_after_the_fence": Hostile(HEAD + "```" + " " * 100_000 + "x\n```\n\n" + GOOD + "\nAfter.\n", 1),
    "header_of_a_megabyte": Hostile(HEAD + "```worldmodel " + "x" * 1_000_000 + "\n" + GOOD[14:] + "\nAfter.\n", 1, 0,
                                    ("header holds",)),
    "header_with_markup": Hostile(HEAD + "```worldmodel <script>alert(1)</script>\n" + GOOD[14:] + "\nAfter.\n", 1, 0,
                                  ("header holds",)),
    "header_with_options": Hostile(HEAD + '```{.worldmodel onclick="alert(1)"}\n' + GOOD[14:] + "\nAfter.\n", 1, 0,
                                   ("header holds",)),
    "ten_megabytes_in_a_block": Hostile(HEAD + GOOD[:-4] + "# " + "word " * 2_000_000 + "\n```\n\nAfter.\n", 0, 1,
                                        ("longer than 64 kB",)),
    "a_megabyte_line_beside": Hostile(HEAD + GOOD + "\nAfter.\n\n" + "word" * 250_000, 1),
    # front matter
    "front_list": Hostile(front("worldmodel: [1, 2]"), 0, 1, ("is no mapping",)),
    "front_text": Hostile(front("worldmodel: <script>alert(1)</script>"), 0, 1, ("is no mapping",)),
    "front_nothing": Hostile(front("worldmodel:"), 1),
    "front_circle": Hostile(front("worldmodel: &a {scenario: *a}"), 0, 1, ("more than 5000 values|circle",)),
    "front_bomb": Hostile(front("a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
                                "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
                                "worldmodel: {title: *d}"), 0, 1, ("more than 5000 values",)),
    "front_unknown": Hostile(front("worldmodel: {titel: x}"), 0, 1, ("unknown key 'titel'",)),
    "front_path": Hostile(front("worldmodel: {scenario: /etc/passwd}", "```worldmodel\nfilm: none\n```\n"), 0, 1,
                          ("outside of the docs",)),
    "front_markup": Hostile(front("worldmodel: {title: '<script>alert(1)</script>'}"), 1),
    "front_markup_caption": Hostile(shown("'<img src=x onerror=alert(1)> [x](javascript:alert(1))'"), 1, 0,
                                    ("cannot link to",)),
    "front_surrogate": Hostile(shown('"\\ud800 \\udfff"'), 1),  # MkDocs takes it for no front matter at all
    "front_nul": Hostile(shown('"a\\0b\\x1b[31m"'), 0, 1, ("character",)),
    "front_stash": Hostile(shown('"\\x02wzxhzdk:0\\x03 \\x02klzzwxh:0000\\x03"'), 0, 1, ("character",)),
    "front_depth": Hostile(front("worldmodel: " + "{scenario: " * 40 + "1" + "}" * 40), 0, 1, ("deep|unknown key",)),
    "front_numbers": Hostile(front("worldmodel: {seed: .inf, 1.5: .nan}"), 0, 1, ("seed", "unknown key '1.5'")),
    "front_binary": Hostile(front("worldmodel: {title: !!binary aGVsbG8=}"), 0, 1, ("binary data",)),
    "front_set": Hostile(front("worldmodel: !!set {title, caption}"), 0, 1, ("is no mapping|title|text",)),
    "front_python": Hostile(front("worldmodel: !!python/object/apply:os.system ['false']"), 1),
    # what is said about figures
    "link_with_markup": Hostile(HEAD + '[x](worldmodel:"><script>alert(1)</script>)\n', said=("no figure with",)),
    "link_with_attribute": Hostile(HEAD + "[x](worldmodel:a'onclick='alert(1))\n", said=("no figure with the id",)),
    "link_of_a_script": Hostile(HEAD + "[x](worldmodel:javascript:alert(1))\n", said=("no figure with the id",)),
    "link_up": Hostile(HEAD + "[x](worldmodel:../../etc/passwd)\n", said=("no figure with the id",)),
    "link_number": Hostile(HEAD + called("one") + "\n[x](worldmodel:one-99999999999999999999)\n", 1, 0,
                           ("no figure with the id",)),
    "value_format": Hostile(HEAD + "`worldmodel a.b:{0.__class__}`\n", said=("no figure with the id",)),
    "value_template": Hostile(HEAD + "`worldmodel {{ 7*7 }}.b`\n"),
    "value_dunder": Hostile(HEAD + called("two") + "\n`worldmodel two.__class__`\n", 1, 0,
                            ("has no value '__class__'",)),
    "value_markup": Hostile(HEAD + called("three")
                            + "\n`worldmodel three.impact_speed or <script>alert(1)</script>`\n", 1),
    "value_format_huge": Hostile(HEAD + called("four")
                                 + "\n`worldmodel four.duration:.9999999999f`\n", 1, 0, ("is no format",)),
    "values_without_end": Hostile(HEAD + "`worldmodel " + "a." * 50_000 + "`\n"),
    "many_values": Hostile(HEAD + called("five")
                           + "\n" + "`worldmodel five.duration` " * 3000 + "\n", 1),
    "title_with_markup_in_a_link": Hostile(
        HEAD + called("six", "title: '\"><script>alert(1)</script>'") + "\n[](worldmodel:six)\n", 1),
    "picture_of_a_figure": Hostile(HEAD + "![x](worldmodel:six)\n"),
}  # fmt: skip

_SAME = GOOD.replace("film: none", "film: none\ntitle: Same\nshow: [events]")
MANY = HEAD + "\n".join(_SAME.replace("show", f"caption: '{n % 3}'\nshow") for n in range(5000))
"""Five thousand blocks on a page, nearly all of them alike."""
DEFAULTS = {
    "title": "<script>alert(1)</script>",
    "caption": "{{ config }} {0.class} %s [x](data:text/html,x)",
    "alt": '"><img src=x onerror=alert(1)>',
}
"""Of mkdocs.yml, for all blocks."""
