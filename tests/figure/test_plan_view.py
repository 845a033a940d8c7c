# Top views of the whole library: what a reader can rely on in every one of them.

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pytest

import scenes
from html_tree import tree
from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.analysis.said import replaced
from mkdocs_worldmodel.figure import languages, plan_labels
from mkdocs_worldmodel.figure.plan_cast import critical
from mkdocs_worldmodel.figure.plan_frame import WIDTH
from mkdocs_worldmodel.figure.plan_labels import Box, Point
from mkdocs_worldmodel.figure.plan_moments import tops
from mkdocs_worldmodel.spec.block import LIBRARY
from mkdocs_worldmodel.world.simulator import Simulator

NAMES = sorted(path.stem for path in LIBRARY.glob("*.yaml"))
DRIVERS = ("idm", "constant")
MOST_BYTES, USUAL_BYTES, MOST_TAGS = 7_000, 5_500, 56


@dataclass(frozen=True)
class Views:
    """The top views of a run, with the words of an English page."""

    readings: Readings
    svgs: list[str]
    captions: list[str]
    drawn: list[str]
    """The same as stored, without a language."""


def views(text: str, driver: str = "idm") -> Views:
    made = scenes.scenario(text, driver=driver)
    readings = Readings(made, Simulator().run(made))
    drawn = tops(readings)
    svgs, captions = [replaced(v["svg"], str) for v in drawn], [str(v["caption"]) for v in drawn]
    return Views(readings, svgs, captions, [v["svg"] for v in drawn])


@pytest.fixture(scope="session")
def library() -> dict[tuple[str, str], Views]:
    return {(name, driver): views(f"from: library/{name}", driver) for name in NAMES for driver in DRIVERS}


def every(library: dict[tuple[str, str], Views]) -> Iterator[tuple[str, str]]:
    for (name, driver), each in library.items():
        for n, svg in enumerate(each.svgs):
            yield f"{name} {driver} {n}", svg


def words(svg: str) -> list[tuple[str, Box]]:
    """All words that are placed on the drawing, with their room; a pixel less, since their places are rounded."""
    found = [(t.text, float(t.attrs["x"]), float(t.attrs["y"])) for t in tree(svg).all("text")]
    rooms = [(text, plan_labels.room(text, x, y)) for text, x, y in found]
    return [(text, Box(b.left + 1, b.top + 1, b.right - 1, b.bottom - 1)) for text, b in rooms]


def polygons(svg: str) -> list[list[Point]]:
    """Outlines of the road users that stand there now."""
    out: list[list[Point]] = []
    for path in tree(svg).all("path", class_="wm-car"):
        if "wm-ghost" in path.classes:
            continue
        for part in re.findall(r"M([^Zl]*)l([^Z]*)Z", path.attrs["d"]):
            start, steps = (np.array(p.split(), dtype=float).reshape(-1, 2) for p in part)
            out.append([(float(x), float(y)) for x, y in np.cumsum(np.vstack([start, steps]), axis=0)])
    return out


def test_no_two_words_overlap(library: dict[tuple[str, str], Views]) -> None:
    met = [
        (where, a, b)
        for where, svg in every(library)
        for (a, one), (b, other) in combinations(words(svg), 2)
        if one.meets(other)
    ]
    assert met == []


@pytest.mark.parametrize("language", ["de", "fr", "ja"])
def test_words_of_other_languages_have_room_as_well(library: dict[tuple[str, str], Views], language: str) -> None:
    tongue = languages.language(language)
    for where, each in library.items():
        for drawn in each.drawn:
            found = words(replaced(drawn, tongue.words))
            assert [(a, b) for (a, one), (b, other) in combinations(found, 2) if one.meets(other)] == [], where


def test_the_ego_is_called_as_the_sentences_of_the_page_call_it(library: dict[tuple[str, str], Views]) -> None:
    view = library["ccr-stationary", "idm"].drawn[0]
    german, japanese = (replaced(view, languages.language(code).words) for code in ("de", "ja"))
    assert "Ego 50 km/h" in [text for text, _ in words(german)]
    assert not any("ego" in text for text, _ in words(japanese))


def test_no_mark_of_the_road_is_drawn_where_nobody_sees_it(library: dict[tuple[str, str], Views]) -> None:
    for where, svg in every(library):
        left, top, wide, high = (float(v) for v in tree(svg).first("svg").attrs["viewbox"].split())
        for node in (*tree(svg).all("path", class_="wm-edge"), *tree(svg).all("path", class_="wm-lane")):
            for part in node.attrs["d"].split("M")[1:]:
                x, y = np.cumsum(np.array(part.replace("l", " ").split(), dtype=float).reshape(-1, 2), axis=0).T
                assert x.max() > left - 7.0, where
                assert x.min() < left + wide + 7.0, where
                assert y.max() > top - 7.0, where
                assert y.min() < top + high, where


def test_a_windscreen_is_a_hole_in_its_car(library: dict[tuple[str, str], Views]) -> None:
    """It runs the other way round, and covers a tenth of the body or so."""
    body, hole = (np.array(p) for p in polygons(library["ccr-stationary", "idm"].svgs[0])[-2:])
    areas = [float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum()) for x, y in (body.T, hole.T)]
    assert -0.3 < areas[1] / areas[0] < -0.03


def test_no_word_covers_a_road_user(library: dict[tuple[str, str], Views]) -> None:
    hidden = [
        (where, text)
        for where, svg in every(library)
        for text, box in words(svg)
        if any(plan_labels.overlap(box.corners(), body) for body in polygons(svg))
    ]
    assert hidden == []


def test_no_word_leaves_the_frame(library: dict[tuple[str, str], Views]) -> None:
    for where, svg in every(library):
        left, top, width, height = map(float, tree(svg).first("svg").attrs["viewbox"].split())
        frame = Box(left, top, left + width, top + height)
        assert [text for text, box in words(svg) if not frame.holds(box)] == [], where


def test_the_ego_and_whom_it_meets_have_their_names(library: dict[tuple[str, str], Views]) -> None:
    for (name, driver), each in library.items():
        other = critical(each.readings).other
        for svg in each.svgs:
            said = " ".join(text for text, _ in words(svg))
            assert "ego" in said, (name, driver)
            if other is not None:
                assert each.readings.run.names[other].replace("_", " ") in said, (name, driver)


def test_every_run_has_two_views_and_the_second_is_later(library: dict[tuple[str, str], Views]) -> None:
    for where, each in library.items():
        assert len(each.svgs) == 2, where
        assert float(each.captions[0].split()[0]) == 0.0
        assert float(each.captions[1].split()[0]) > 0.4, where


def test_every_view_has_a_dimension_with_its_unit_and_a_scale(library: dict[tuple[str, str], Views]) -> None:
    for where, svg in every(library):
        numbers = [t.text for t in tree(svg).all("text", class_="wm-number")]
        assert numbers, where
        assert len(numbers) <= 4, where
        assert all(re.fullmatch(r"\d+(\.\d)? m", text) for text in numbers), (where, numbers)
        assert numbers[-1] in {"5 m", "10 m", "20 m"}


def test_both_views_keep_to_the_page_budget(library: dict[tuple[str, str], Views]) -> None:
    sizes = {where: sum(len(svg.encode()) for svg in each.svgs) for where, each in library.items()}
    assert max(sizes.values()) <= MOST_BYTES, max(sizes, key=lambda w: sizes[w])
    assert sum(size > USUAL_BYTES for size in sizes.values()) <= 2
    for where, each in library.items():
        assert sum(len(list(tree(svg).all())) for svg in each.svgs) <= MOST_TAGS, where


def test_colours_and_sizes_are_the_style_sheets(library: dict[tuple[str, str], Views]) -> None:
    for where, svg in every(library):
        for node in tree(svg).all():
            assert not {"style", "fill", "stroke", "id", "font-size"} & node.attrs.keys(), where
        assert "#" not in svg
        assert "nan" not in svg
        assert "inf" not in svg


def test_the_same_run_gives_the_same_bytes(library: dict[tuple[str, str], Views]) -> None:
    again = tops(library["roundabout", "idm"].readings)
    assert [replaced(v["svg"], str) for v in again] == library["roundabout", "idm"].svgs


def test_a_view_says_what_it_shows_to_those_who_cannot_see_it(library: dict[tuple[str, str], Views]) -> None:
    start = tree(library["cut-in", "idm"].svgs[0]).first("svg")
    assert start.attrs["role"] == "img"
    assert start.attrs["aria-label"] == "Top view, to scale, at 0.0 s; ego 100 km/h; challenger 80 km/h"


def test_the_view_of_a_contact_marks_where_bodies_touch(library: dict[tuple[str, str], Views]) -> None:
    each = library["ccr-stationary", "constant"]
    assert [len(list(tree(svg).all(class_="wm-contact"))) for svg in each.svgs] == [0, 1]
    assert "contact" in each.captions[1]
    assert not list(tree(library["ccr-stationary", "idm"].svgs[1]).all(class_="wm-contact"))


def test_a_light_is_read_from_its_place_as_well(library: dict[tuple[str, str], Views]) -> None:
    """Red is lit above the middle of its head, green below."""
    svg = library["red-light-runner", "constant"].svgs[1]
    heads = [float(y) for y in re.findall(r"M\S+ (\S+?)h10v24", tree(svg).first(class_="wm-head").attrs["d"])]
    for name, side in (("wm-red", -1), ("wm-green", 1)):
        lit = list(tree(svg).all(class_=name))
        for y in re.findall(r"M\S+ (\S+?)h0", "".join(p.attrs["d"] for p in lit)):
            assert min(abs(float(y) - (top + 12 + side * 7.5)) for top in heads) < 0.2


def test_the_road_leads_to_the_right_on_both_sides_of_a_bend(library: dict[tuple[str, str], Views]) -> None:
    """The ego's body lies along the picture's lower edge, wherever the road turned it."""
    for name in ("lane-end", "overtaking-on-a-rural-road", "lead-vehicle-stopped"):
        for svg in library[name, "idm"].svgs:
            ego = next(tree(svg).all("path", class_="wm-ego"))
            bodies = [p for p in tree(svg).all("path", class_="wm-car") if "wm-ego" in p.classes]
            ego = next(p for p in bodies if "wm-ghost" not in p.classes)
            points = np.array(polygons(str_of(ego.attrs["d"]))[0])
            assert np.ptp(points[:, 0]) > 1.7 * np.ptp(points[:, 1]), name


def str_of(data: str) -> str:
    return f'<svg><path class="wm-car" d="{data}"/></svg>'


THIRTY = ", ".join(f"n{i}: {{lane: {1 + i % 3}, ahead: {6 + 16 * (i // 3)} m, speed: 80 km/h}}" for i in range(30))
LEFT = "road: {keep: left, lanes: 2}\nego: {speed: 50 km/h}\nactors: {van: {lane: 1, ahead: 20 m, speed: 0}}"
BENT = f"""
road: {{lanes: 2, curve: {{radius: 60 m, to: right}}}}
ego: {{speed: 30 km/h}}
actors: {{{30 * "a"}: {{lane: 1, ahead: 9 m, speed: 0}}}}
"""
APPEARS = """
ego: {speed: 50 km/h}
actors: {late: {lane: 1, ahead: 30 m, present: false, speed: 0}}
story: [{when: {time: 2 s}, do: {late: {appear: true}}}]
"""


@pytest.mark.parametrize(
    "text",
    [
        "road: {lanes: 1}\nego: {speed: 50 km/h}",
        LEFT,
        BENT,
        "road: {lanes: 3}\nego: {speed: 0}\nstop: {time: 0.1 s}",
        f"road: {{lanes: 3, length: 900 m}}\nego: {{speed: 90 km/h, lane: 2}}\nactors: {{{THIRTY}}}",
        APPEARS,
    ],
    ids=["alone", "left-hand traffic", "long name in a bend", "a moment", "thirty", "appears"],
)
def test_odd_runs_are_drawn_as_well(text: str) -> None:
    for svg in views(text).svgs:
        boxes = words(svg)
        assert any("ego" in text for text, _ in boxes)
        assert not [(a, b) for (a, one), (b, other) in combinations(boxes, 2) if one.meets(other)]
        assert float(tree(svg).first("svg").attrs["viewbox"].split()[2]) == WIDTH
