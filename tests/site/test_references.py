# Running text that speaks of figures: links to them and to their moments, and measured numbers as inline code.

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from site_project import FENCED_CODE, SUPERFENCES, Built, Project, block

from html_tree import Node

SCENARIO = """{
  road: {lanes: 3}, ego: {lane: 2, speed: 100 km/h},
  actors: {lorry: {kind: truck, lane: 1, ahead: 25 m, speed: 85 km/h}},
  story: [{when: {time: 1.5 s}, do: {lorry: {change_lane: {to: 2, over: 3 s}}}}],
  stop: {time: 6 s}}"""
CUT_IN = block("id: cut-in\ntitle: A <lorry> & cuts in", scenario=" ".join(SCENARIO.split()))
SHORT = "{stop: {time: 1 s}}"


@pytest.fixture(scope="module")
def site(new_project: Callable[[], Project]) -> Built:
    """Everything at once: the figure comes after the page that speaks of it."""
    project = new_project()
    project.write("index.md", """---
title: Home
---
# Braking `worldmodel cut-in.min_ttc:.1f s`

To [the cut-in](worldmodel:cut-in), [](worldmodel:cut-in), [its *second* moment](worldmodel:cut-in-2),
[](worldmodel:cut-in-2) and [by name][name].

| ttc | speed |
|-----|-------|
| `worldmodel cut-in.min_ttc:.2f s` | `worldmodel cut-in.lorry.max_speed:.0f km/h` |

- `worldmodel cut-in.max_speed` `worldmodel cut-in.max_speed:.0f m/s` `worldmodel cut-in.max_speed:.2f`
- `worldmodel cut-in.min_ttc.time:.2f s` `worldmodel cut-in-2.time:.1f s`
- `worldmodel cut-in.impact_speed:.0f km/h or no contact`
- `worldmodel cut-in.min_rss_margin:+.1f m`
- ``worldmodel cut-in.min_ttc:.1f s`` `worldmodel check` `` `worldmodel cut-in.min_ttc` ``

```text
`worldmodel cut-in.min_ttc:.1f s` [x](worldmodel:cut-in)
```

[name]: worldmodel:cut-in
""")  # fmt: skip
    project.write("deep/er/page.md", f"# Page\n\n{CUT_IN}\n[here](worldmodel:cut-in) [home](../../index.md)\n")
    project.write("sp ace/é.md", "# Odd\n\n" + block("id: odd", scenario=SHORT) + "\n[there](worldmodel:cut-in)\n")
    return project.build("material", validation={"anchors": "warn", "links": {"not_found": "warn"}})


def texts(root: Node) -> list[str]:
    return [n.text for n in root.all(class_="wm-value")]


def test_nothing_is_wrong_with_it(site: Built) -> None:
    assert not site.warnings


def test_a_link_leads_to_the_figure_on_whatever_page(site: Built) -> None:
    links = [n for n in site.page().all("a") if "cut-in" in n.attrs.get("href", "")]
    links = [n for n in links if "md-nav__link" not in n.classes]
    assert [(n.attrs["href"], n.text) for n in links] == [
        ("deep/er/page/#cut-in", "the cut-in"),
        ("deep/er/page/#cut-in", "A <lorry> & cuts in"),
        ("deep/er/page/#cut-in-2", "its second moment"),
        ("deep/er/page/#cut-in-2", "A <lorry> & cuts in, 1.5\N{NO-BREAK SPACE}s"),
        ("deep/er/page/#cut-in", "by name"),
    ]
    page = site.page("deep/er/page/index.html")
    assert page.first(id="cut-in-2").tag == "li"
    assert [n.attrs["href"] for n in page.all("a") if n.text == "here"] == ["#cut-in"]
    there = [n.attrs["href"] for n in site.page("sp ace/é/index.html").all("a") if n.text == "there"]
    assert there == ["../../deep/er/page/#cut-in"]


def test_numbers_are_those_of_the_run(site: Built) -> None:
    [run] = [name for name in site.files() if name.endswith("cut-in.csv")]
    header, *rows = [line.split(",") for line in site.files()[run].decode().splitlines()]
    speeds = [float(row[header.index("speed")]) for row in rows if row[header.index("id")] == "lorry"]
    [shown] = [n for n in site.page().all("data") if n.text == f"{3.6 * max(speeds):.0f}\N{NO-BREAK SPACE}km/h"]
    assert float(shown.attrs["value"]) == pytest.approx(3.6 * max(speeds), abs=1e-3)
    table = site.page("deep/er/page/index.html").first("details", class_="wm-numbers")
    row = next(n for n in table.all("tr") if "(TTC)" in n.text)
    [ttc, at] = [n.text for n in row.all("td")]
    found = texts(site.page())
    assert found[0].replace("\N{NO-BREAK SPACE}", " ") == ttc.replace("\N{NO-BREAK SPACE}", " ")
    assert any(float(t.split("\N{NO-BREAK SPACE}")[0]) == pytest.approx(float(at.split()[0]), abs=0.06) for t in found)


def test_formats_and_units_are_the_authors_choice(site: Built) -> None:
    page = site.page()
    plain = [t.replace("\N{NO-BREAK SPACE}", " ") for t in texts(page)]
    assert {"100.0 km/h", "28 m/s", "100.00", "1.5 s", "no contact"} <= set(plain)
    assert any(re.fullmatch(r"\N{MINUS SIGN}\d+\.\d m", t) for t in plain)
    values = {n.text: n.attrs["value"] for n in page.all("data", class_="wm-value")}
    assert float(values["28\N{NO-BREAK SPACE}m/s"]) == pytest.approx(100 / 3.6, abs=1e-3)
    assert page.first("span", class_="wm-value").text == "no contact"


def test_code_that_is_meant_as_code_stays(site: Built) -> None:
    code = [n.text for n in site.page().all("code")]
    assert "worldmodel cut-in.min_ttc:.1f s" in code
    assert "worldmodel check" in code
    assert "`worldmodel cut-in.min_ttc`" in code
    assert any("`worldmodel cut-in.min_ttc:.1f s` [x](worldmodel:cut-in)" in text for text in code)


def test_headings_contents_and_search_have_the_number(site: Built) -> None:
    heading = site.page().first("h1")
    number = heading.first("data").text
    assert heading.text.startswith(f"Braking {number}")
    entries = json.loads(site.html("search/search_index.json"))["docs"]
    assert any("Braking" in e["title"] and number.split("\N{NO-BREAK SPACE}")[0] in e["title"] for e in entries)


@pytest.mark.parametrize("extensions", [SUPERFENCES, [*SUPERFENCES, "pymdownx.inlinehilite"], FENCED_CODE])
def test_whoever_reads_inline_code(project: Project, extensions: list[object]) -> None:
    project.write("index.md", block("id: a", scenario=SHORT) + "\n`worldmodel a.duration:.1f s` `plain` ``a ` b``\n")
    built = project.build(extensions=extensions)
    assert texts(built.page()) == ["1.0\N{NO-BREAK SPACE}s"]
    assert [n.text for n in built.page().all("code")][-2:] == ["plain", "a ` b"]
    assert not built.warnings


def test_languages_have_their_own_decimal_mark(project: Project) -> None:
    project.write("index.md", block("id: a", scenario=SHORT) + "\n`worldmodel a.duration:.1f s`\n")
    built = project.build({"name": "material", "language": "de"})
    [value] = built.page().all("data", class_="wm-value")
    assert value.text == "1,0\N{NO-BREAK SPACE}s"
    assert value.attrs["value"] == "1"


WRONG = {
    "[x](worldmodel:cut-inn)": "there is no figure with the id 'cut-inn' (did you mean cut-in?)",
    "[](worldmodel:Cut-in)": "there is no figure with the id 'Cut-in' (did you mean cut-in?)",
    "[x](worldmodel:)": "there is no figure with the id '' (known: bad, cut-in)",
    "[x](worldmodel:cut-in-99)": "the figure 'cut-in' has no moment 99 "
    "(it has 2: the list of what happened numbers them)",
    "[x](worldmodel:a-title)": "there is no figure with the id 'a-title' "
    "(the figure at index.md:8 has no id of its own: write `id: a-title` into its block)",
    "`worldmodel cut-in.min_tc:.1f s`": "the figure 'cut-in' has no value 'min_tc' (did you mean min_ttc?)",
    "`worldmodel cut-in.duration:.1f km`": "'km' is no unit of this value (write s or ms or min or h)",
    "`worldmodel cut-in.duration:%s`": "'%s' is no unit of this value (write s or ms or min or h)",
    "`worldmodel cut-in.duration:.99f s`": "'.99f s' is no format (write it like `worldmodel cut-in.min_ttc:.1f s`: "
    "digits after the point, then the unit)",
    "`worldmodel cut-in.impact_speed:.0f km/h`": "this run of 'cut-in' has no impact_speed "
    "(say what stands there then: `worldmodel cut-in.impact_speed:.0f km/h or none`)",
    "`worldmodel cut-in`": "'worldmodel cut-in' does not name a value of 'cut-in' (write it like "
    "`worldmodel cut-in.min_ttc:.1f s`)",
    "`worldmodel cut-in-1.speed`": "a moment has no 'speed' (write `worldmodel cut-in-1.time:.1f s`)",
    "`worldmodel bad.duration`": "the figure 'bad' could not be made (see what is said about it at its block)",
}  # fmt: skip


def test_what_is_wrong_is_said_with_its_line_and_marked_in_the_text(project: Project) -> None:
    head = block("id: cut-in", scenario=SHORT) + "\n" + "\n" + block("title: A title", scenario=SHORT)
    head += "\n" + block("id: bad\nfilme: 1", scenario=SHORT) + "\n"
    start = head.count("\n") + 1
    project.write("index.md", head + "\n\n".join(WRONG) + "\n")
    built = project.build()
    said = [w for w in built.warnings if "filme" not in w]
    expected = [f"index.md:{start + 2 * i}: {message}" for i, message in enumerate(WRONG.values())]
    assert sorted(said) == sorted(expected)
    marks = list(built.page().all("span", class_="wm-error"))
    assert len(marks) == len(WRONG)
    for mark, message in zip(marks, WRONG.values(), strict=True):
        assert message.split(" (")[0] in mark.text
    assert not [n for n in built.page().all("a") if n.attrs.get("href", "").startswith("worldmodel:")]


def test_captions_are_inline_markdown(project: Project) -> None:
    caption = "*One* **two** `a<b` <i>raw</i> [home](../index.md) [](worldmodel:b) `worldmodel b.duration:.1f s` # no"
    project.write("sub/page.md", block(f"id: a\ncaption: '{caption}'", scenario=SHORT))
    project.write("index.md", "# Home\n\n" + block("id: b\ntitle: The other", scenario="{stop: {time: 2 s}}"))
    built = project.build()
    shown = built.page("sub/page/index.html").first(id="a").first(class_="wm-caption")
    assert not built.warnings
    assert [n.tag for n in shown.all()] == ["em", "strong", "code", "a", "a", "data"]
    assert [n.attrs["href"] for n in shown.all("a")] == ["../../", "../../#b"]
    assert shown.text == "One two a<b <i>raw</i> home The other 2.0\N{NO-BREAK SPACE}s # no"


@pytest.mark.parametrize("address", [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java&#115;cript:alert(1)", "javascript&colon;alert(1)",
    "&amp;#106;avascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", " javascript:alert(1)",
])  # fmt: skip
def test_a_caption_links_to_pages_alone(project: Project, address: str) -> None:
    project.write("index.md", block(f"id: a\ncaption: 'See [this]({address}).'", scenario=SHORT))
    built = project.build()
    [said] = built.warnings
    assert said.startswith("index.md:3: a caption cannot link to '")
    shown = built.page().first(class_="wm-caption")
    assert not list(shown.all("a"))
    assert "this" in shown.first("span", class_="wm-error").text


def test_a_blog_shows_references_on_its_overview_too(project: Project) -> None:
    project.write("index.md", "# Home\n\n" + block("id: a\ntitle: One", scenario=SHORT))
    project.write("blog/index.md", "# Blog\n")
    head = "---\ndate: 2024-01-02\n---\n# Post\n\n"
    body = "See [](worldmodel:a), [](worldmodel:b): `worldmodel b.duration:.1f s`\n\n"
    figure = block("id: b\ntitle: Two", scenario=SHORT)
    project.write("blog/posts/post.md", f"{head}{body}{figure}\n<!-- more -->\n")
    built = project.build("material", plugins=["search", "blog"])
    assert not built.warnings
    post = next(name for name in built.files() if name.endswith("post/index.html"))
    up = "../" * post.count("/")
    for page, to_a, to_b in ((post, f"{up}#a", "#b"), ("blog/index.html", "../#a", None)):
        links = {n.text: n.attrs["href"] for n in built.page(page).all("a") if n.text in {"One", "Two"}}
        assert links["One"] == to_a
        assert links["Two"] == (to_b or post.removeprefix("blog/").removesuffix("index.html") + "#b")
        assert texts(built.page(page)) == ["1.0\N{NO-BREAK SPACE}s"]


def test_plain_markdown_knows_the_figures_of_its_own_text(tmp_path: object) -> None:
    import markdown

    text = "See [](worldmodel:a): `worldmodel a.duration:.1f s`.\n\n" + block("id: a\ntitle: One", scenario=SHORT)
    html = markdown.markdown(text, extensions=["worldmodel"],
                             extension_configs={"worldmodel": {"folder": str(tmp_path)}})  # fmt: skip
    assert '<a href="#a">One</a>' in html
    assert '<data class="wm-value" value="1">1.0\N{NO-BREAK SPACE}s</data>' in html


def test_a_superfences_that_keeps_tabs_leaves_our_fences_alone(project: Project) -> None:
    keeping = [{"pymdownx.superfences": {"preserve_tabs": True}}, "admonition"]
    inside = block("id: b", scenario="{stop: {time: 2 s}}").replace("\n", "\n    ")
    other = "```text\n\tstays\n```\n"
    quoted = block().replace("\n", "\n> ")
    first = block("id: a", scenario=SHORT)
    project.write("index.md", f"# T\n\n{other}\n{first}\n!!! note\n\n    {inside}\n\n> {quoted}\n")
    built = project.build(extensions=keeping)
    page = built.page()
    assert not built.warnings
    assert len(list(page.all("div", class_="wm"))) == 3
    assert "note" in " ".join(" ".join(n.classes) for n in page.first(id="b").ancestors)
    assert any(n.tag == "blockquote" for n in list(page.all("div", class_="wm"))[2].ancestors)
    assert "\tstays" in page.first("code").text
