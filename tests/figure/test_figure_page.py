# The figure's HTML: small, complete without script, and nothing in it but what the run and the author say.

from __future__ import annotations

import json
import re

import pytest
from test_packed import unpacked

from html_tree import Node, faults, tree
from mkdocs_worldmodel.figure.bundle import Bundle
from mkdocs_worldmodel.figure.page import Dress, render, render_error, slug
from mkdocs_worldmodel.pipeline import Figure
from mkdocs_worldmodel.site.session import ALL_PARTS

NUMBER = r"-?\d+(?:\.\d)?"
PATH = re.compile(rf"(?:[MLHVmvhlZ](?:{NUMBER}(?: {NUMBER})?)?(?: ?{NUMBER} {NUMBER})*)+")


def html_of(bundle: Bundle, **dress: str) -> str:
    values = {"id": "cut-in", "title": "Lorry cuts in", "caption": "", "alt": "", "source": "scenario: {}"} | dress
    return render(bundle, Dress(**values, key="0123456789abcdef", show=ALL_PARTS), lambda name: f"assets/{name}")


@pytest.fixture(scope="session")
def html(filmed: Bundle) -> str:
    return html_of(filmed)


@pytest.fixture(scope="session")
def root(html: str) -> Node:
    return tree(html)


def test_ten_seconds_keep_to_the_budget(html: str, root: Node) -> None:
    assert len(html.encode()) <= 15_000
    assert len(list(root.all())) <= 200


def test_html_is_balanced(html: str, cut_in: Figure) -> None:
    assert faults(html) == []
    assert faults(html_of(cut_in.bundle)) == []


def test_nothing_runs_and_nothing_is_styled_inline(root: Node) -> None:
    for node in root.all():
        assert node.tag not in {"script", "style", "link", "iframe"}
        assert not [k for k in node.attrs if k == "style" or k.startswith("on")]
    addresses = [n.attrs[k] for n in root.all() for k in ("src", "href", "poster") if k in n.attrs]
    assert all(a.startswith(("assets/", "#cut-in")) for a in addresses)


def test_the_film_plays_without_script(root: Node) -> None:
    video = root.first("video")
    assert {"controls", "muted", "playsinline"} <= video.attrs.keys()
    assert (video.attrs["src"], video.attrs["poster"]) == ("assets/film.mp4", "assets/poster.jpg")
    assert video.attrs["preload"] == "none"
    assert (video.attrs["width"], video.attrs["height"]) == ("1280", "480")
    assert "Generated film of 10.0 s" in video.attrs["aria-label"]


def test_ids_are_unique_and_references_lead_to_them(root: Node) -> None:
    ids = [n.attrs["id"] for n in root.all() if "id" in n.attrs]
    assert len(ids) == len(set(ids))
    assert {n.attrs["href"][1:] for n in root.all("a") if n.attrs["href"].startswith("#")} <= set(ids)


def test_events_stand_in_the_order_of_time(root: Node) -> None:
    events = list(root.first("ol", class_="wm-events").all("li"))
    frames = [int(e.attrs["data-frame"]) for e in events]
    assert len(events) >= 5
    assert frames == sorted(frames)
    times = [float(e.first("a").text.removesuffix(" s")) for e in events]
    assert times == sorted(times)
    assert all(abs(t * 10 - f) <= 0.51 for t, f in zip(times, frames, strict=True))


def test_data_of_the_player_is_json_that_fits_the_film(root: Node, filmed: Bundle) -> None:
    figure = root.first("wm-figure")
    assert json.loads(figure.attrs["data-tiles"]) == {k: list(v) for k, v in filmed.film.tiles.items()}  # type: ignore[union-attr]
    series = json.loads(figure.attrs["data-series"])
    assert {len(unpacked(v)) for v in series.values()} == {101}
    assert {k.attrs["data-series"] for k in root.all("span", class_="wm-key")} == series.keys()
    moments = json.loads(figure.attrs["data-moments"])
    assert [m[0] for m in moments] == [m.frame for m in filmed.moments]


def test_numbers_of_all_drawings_can_be_read(root: Node) -> None:
    drawings = list(root.all("svg"))
    assert len(drawings) == 3
    for svg in drawings:
        assert svg.attrs["role"] == "img"
        assert svg.attrs["aria-label"]
        box = [float(v) for v in svg.attrs["viewbox"].split()]
        assert len(box) == 4
        assert box[2:] > [0, 0]
        for path in svg.all("path"):
            assert PATH.fullmatch(path.attrs["d"]), path.attrs["d"]
        for text in svg.all("text"):
            assert 0 <= float(text.attrs["x"]) <= box[2]
            assert box[1] <= float(text.attrs["y"]) <= box[1] + box[3]


def test_every_number_of_the_table_has_a_unit_or_says_none(root: Node) -> None:
    rows = list(root.first("details", class_="wm-numbers").first("tbody").all("tr"))
    assert len(rows) >= 8
    for row in rows:
        assert re.fullmatch(r"−?\d+\.\d (s|m|km/h|m/s²)|none", next(row.all("td")).text)


def test_the_page_says_how_it_was_made_and_that_pictures_are_generated(root: Node) -> None:
    made = root.first("details", class_="wm-made").text
    for words in ("simulator", "generated", "seed 0", "0123456789abcdef", "dusk, rain"):
        assert words in made


EVIL = """<b>&'"</b> {{ 7*7 }} </code></pre><script>"""


@pytest.mark.parametrize("part", ["title", "caption", "alt", "source"])
def test_author_text_comes_out_as_it_went_in(filmed: Bundle, part: str) -> None:
    root = tree(html_of(filmed, **{part: EVIL}))
    place = {
        "title": lambda: root.first("strong", class_="wm-title").text,
        "caption": lambda: root.first("span", class_="wm-caption").text,
        "alt": lambda: root.first("video").attrs["aria-label"],
        "source": lambda: root.first("details", class_="wm-source").first("code").text,
    }
    assert place[part]() == EVIL
    assert not list(root.all("script"))
    assert not list(root.all("b"))


def test_an_error_lists_all_mistakes_and_the_source() -> None:
    html = render_error([("a.md:3", EVIL, "hint"), ("a.md:4", "m", "")], EVIL, anchor="x")
    root = tree(html)
    assert faults(html) == []
    box = root.first("div", class_="wm-error")
    assert (box.attrs["role"], box.attrs["id"]) == ("alert", "x")
    assert [n.text for n in root.all(class_="wm-message")] == [EVIL, "m"]
    assert [n.text for n in root.all(class_="wm-hint")] == ["hint"]
    assert root.first("code").text == EVIL
    assert "2 mistakes" in root.first(class_="wm-error-title").text


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Lorry cuts in!", "lorry-cuts-in"),
        ("  Äpfel & Öl  ", "apfel-ol"),
        ("日本", ""),
        ("--", ""),
        ("a" * 99, "a" * 60),
    ],
)
def test_slug_is_small_ascii(title: str, expected: str) -> None:
    assert slug(title) == expected
