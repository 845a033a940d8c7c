# Lanes of OpenDRIVE (1.8, chapter 11): sections, widths or borders, types, marks. Where a mark changes within a
# section, the section is split: ours have one mark a lane.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mkdocs_worldmodel.interchange.xml_tree import Element, XmlReading
from mkdocs_worldmodel.scenario.road import Cubic, Lane, LaneSection, LaneType, MarkType

MAX_LANE = 40
_WIDEST = 300.0
"""Of a width, border or offset [m]."""
_STEEP = 1e30
"""Of a coefficient: over a few millimetres some files have huge ones."""
_SHORTEST = 1e-3
"""Sections below this are rounding [m]."""
_MOST_SECTIONS = 1000
"""Of one road."""

_TYPES: dict[str, LaneType] = {
    **{each: each for each in (
        "driving", "shoulder", "border", "curb", "sidewalk", "median", "biking", "none", "stop", "parking", "entry",
        "exit", "onRamp", "offRamp", "bidirectional",
    )},
    "connectingRamp": "driving", "slipLane": "driving", "bus": "driving", "taxi": "driving", "HOV": "driving",
    "mwyEntry": "entry", "mwyExit": "exit", "walking": "sidewalk", "shared": "driving",
}  # fmt: skip
"""Others (restricted, tram, rail, roadWorks, special1 …) are lanes of type none: nobody drives there."""
_MARKS: dict[str, MarkType] = {
    **{each: each for each in (
        "solid", "broken", "solid solid", "solid broken", "broken solid", "none", "curb",
    )},
    "broken broken": "broken", "botts dots": "broken",
}  # fmt: skip


def read_cubics(reading: XmlReading, elements: Sequence[Element], key: str) -> tuple[Cubic, ...]:
    """Cubics in the order in which they begin; `key` is where each says so."""
    found = []
    for each in elements:
        a, b, c, d = (reading.number(each, n, 0.0 if n != "a" else None, low=-_STEEP, high=_STEEP) for n in "abcd")
        found.append(Cubic(reading.number(each, key, 0.0, low=0.0, high=1e6), a, b, c, d))
    return tuple(sorted(found, key=lambda cubic: cubic.s))


def check_reach(reading: XmlReading, at: Element, cubics: Sequence[Cubic], length: float) -> None:
    """Note where a width, border or offset within so many metres is none that a road can have."""
    for cubic, end in zip(cubics, [*(c.s for c in cubics[1:]), length], strict=False):
        for part in (0.0, 0.25, 0.5, 0.75, 1.0):
            ds = part * max(0.0, min(end, length) - cubic.s)
            value = cubic.a + ds * (cubic.b + ds * (cubic.c + ds * cubic.d))
            if not abs(value) <= _WIDEST:
                what = f"the <{at.name}> reaches {value:.3g} m at {cubic.s + ds:.2f} m"
                reading.wrong_at(at, what, f"{_WIDEST:g} m are the most")
                return


def read_lane_offset(reading: XmlReading, road: Element, length: float) -> tuple[Cubic, ...]:
    """How far the middle of the lanes is moved off the reference line of a road of so many metres."""
    elements = road.all("lanes", "laneOffset")
    found = read_cubics(reading, elements, "s")
    if found:
        check_reach(reading, elements[0], found, length)
    return found if found and found[0].s <= 0.0 else (Cubic(0.0, 0.0), *found)


def read_sections(
    reading: XmlReading, road: Element, length: float, offset: Sequence[Cubic]
) -> tuple[LaneSection, ...]:
    """The lane sections of a <road> of so many metres."""
    elements = road.all("lanes", "laneSection")
    if not elements:
        reading.wrong_at(road, "the road has no lanes", "<lanes> with a <laneSection> is needed")
    if len(elements) > _MOST_SECTIONS:
        reading.wrong_at(road, f"the road has {len(elements)} lane sections", f"{_MOST_SECTIONS} are the most")
        return ()
    begins = [reading.number(each, "s", low=0.0, high=1e6) for each in elements]
    if begins and begins[0] > _SHORTEST:
        reading.wrong_at(elements[0], f"the first <laneSection> begins at {begins[0]:g} m", "it begins at 0")
    out: list[LaneSection] = []
    for i, element in enumerate(elements):
        end = begins[i + 1] if i + 1 < len(begins) else max(length, begins[i] + 2.0 * _SHORTEST)
        if i and begins[i] < begins[i - 1]:
            reading.wrong_at(element, f"s of <laneSection> is {begins[i]:g} and falls", f"at least {begins[i - 1]:g}")
        if element.attributes.get("singleSide") in {"true", "1"}:
            reading.wrong_at(element, "the lane section holds for one side only", "write both sides in each section")
        if end - begins[i] < _SHORTEST or (i and begins[i] >= length):
            reading.note(f"road {road.attributes.get('id', '')[:40]}: an empty lane section at {begins[i]:.3f} m")
            continue
        out += _split(reading, element, begins[i], end, offset)
        if len(out) > _MOST_SECTIONS:
            reading.wrong_at(
                element, f"with all changes of marks the road has more than {_MOST_SECTIONS} lane sections"
            )
            return ()
    return tuple(out)


def _split(
    reading: XmlReading, element: Element, begin: float, end: float, offset: Sequence[Cubic]
) -> list[LaneSection]:
    """A section of the file, cut where any mark in it changes."""
    marks = {
        id(lane): [(reading.number(m, "sOffset", 0.0, low=0.0), _mark(reading, m)) for m in lane.all("roadMark")]
        for side in element.children
        for lane in side.all("lane")
    }
    lanes, centre = _lanes(reading, element, (begin, end), offset)
    changes = {s for each in marks.values() for s, _ in each if _SHORTEST < s < end - begin - _SHORTEST}
    cuts = [0.0, *sorted(changes)]
    out = []
    for i, cut in enumerate(cuts):
        first, last = i == 0, i + 1 == len(cuts)
        here = tuple(
            replace(
                lane,
                widths=cut_cubics(lane.widths, cut),
                mark=_at(marks[id(source)], cut),
                predecessor=lane.predecessor if first else lane.id,
                successor=lane.successor if last else lane.id,
            )
            for source, lane in lanes
        )
        out.append(LaneSection(begin + cut, here, _at(marks.get(id(centre), []), cut)))
    return out


def cut_cubics(cubics: Sequence[Cubic], cut: float) -> tuple[Cubic, ...]:
    """Cubics as counted from `cut`, without what is over by then."""
    later = [replace(c, s=c.s - cut) for c in cubics if c.s > cut]
    return tuple(later) if not cubics or cubics[0].s > cut else (Cubic(0.0, *_around(cubics, cut)), *later)


def _at(marks: Sequence[tuple[float, MarkType]], cut: float) -> MarkType:
    here: MarkType = "none"
    for s, mark in sorted(marks, key=lambda each: each[0]):
        here = mark if s <= cut + _SHORTEST else here
    return here


def _mark(reading: XmlReading, element: Element) -> MarkType:
    kind = element.attributes.get("type", "none")
    if kind not in _MARKS:
        reading.note(f"road marks of type {kind[:40]} are not drawn")
    return _MARKS.get(kind, "none")


def _lanes(
    reading: XmlReading, element: Element, span: tuple[float, float], offset: Sequence[Cubic]
) -> tuple[list[tuple[Element, Lane]], Element | None]:
    """Lanes of both sides with the elements that they come from, and the centre lane's element."""
    found: dict[int, Element] = {}
    for side in ("left", "center", "right"):
        for lane in element.all(side, "lane"):
            number = reading.whole(lane, "id", most=MAX_LANE)
            if number in found:
                reading.wrong_at(lane, f"the section has lane {number} twice", "each lane has its own id")
            if (number > 0) - (number < 0) != {"left": 1, "center": 0, "right": -1}[side]:
                reading.wrong_at(lane, f"lane {number} stands under <{side}>", "ids are positive on the left side")
            found[number] = lane
    out: list[tuple[Element, Lane]] = []
    for sign in (1, -1):
        inner = cut_cubics(offset, span[0])
        for number in sorted((n for n in found if n * sign > 0), key=abs):
            lane = found[number]
            widths = read_cubics(reading, lane.all("width"), "sOffset")
            borders = read_cubics(reading, lane.all("border"), "sOffset")
            if not widths and borders:
                widths = _between(inner, borders, sign)
            check_reach(reading, lane, widths, span[1] - span[0])
            inner = sum_cubics(inner, widths, sign)
            out.append((lane, _lane(reading, lane, number, widths)))
    return out, found.get(0)


def _lane(reading: XmlReading, element: Element, number: int, widths: tuple[Cubic, ...]) -> Lane:
    kind = element.attributes.get("type", "none")
    if kind not in _TYPES:
        reading.note(f"nobody drives in lanes of type {kind[:40]}")
    height = element.find("height")
    links = [element.find("link", end) for end in ("predecessor", "successor")]
    before, after = (None if link is None else reading.whole(link, "id", most=MAX_LANE) for link in links)
    return Lane(
        number,
        _TYPES.get(kind, "none"),
        widths,
        height=0.0 if height is None else reading.number(height, "inner", 0.0, low=-10.0, high=10.0),
        predecessor=before,
        successor=after,
    )


# -- sums of piecewise cubics ----------------------------------------------------------------------------------


def sum_cubics(first: Sequence[Cubic], second: Sequence[Cubic], factor: float) -> tuple[Cubic, ...]:
    """One piecewise cubic plus a multiple of another."""
    starts = sorted({max(0.0, c.s) for c in (*first, *second)} | {0.0})
    out = []
    for s in starts:
        p, q = _around(first, s), _around(second, s)
        out.append(Cubic(s, *(a + factor * b for a, b in zip(p, q, strict=True))))
    return tuple(out)


def _between(inner: Sequence[Cubic], outer: Sequence[Cubic], sign: int) -> tuple[Cubic, ...]:
    """Width from an inner border to an outer one, which is given as t."""
    flipped = tuple(replace(c, a=sign * c.a, b=sign * c.b, c=sign * c.c, d=sign * c.d) for c in outer)
    return sum_cubics(flipped, inner, -sign)


def _around(cubics: Sequence[Cubic], s: float) -> tuple[float, float, float, float]:
    """The polynomial that holds at s, in powers of the distance from s."""
    held = [c for c in cubics if c.s <= s]
    if not held:
        return 0.0, 0.0, 0.0, 0.0
    p = held[-1]
    h = s - p.s
    return (p.a + h * (p.b + h * (p.c + h * p.d)), p.b + h * (2.0 * p.c + 3.0 * p.d * h), p.c + 3.0 * p.d * h, p.d)
