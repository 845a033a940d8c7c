"""Recorded traffic in OpenSCENARIO files."""

from __future__ import annotations

import math
import re
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mkdocs_worldmodel.errors import Mistake, SpecError
from mkdocs_worldmodel.interchange.openscenario_tracks import read_recording
from recordings import circle, follow, recording, straight, vehicle

ONSITE = Path(__file__).resolve().parents[3] / "shared" / "reference-data" / "scenarios" / "onsite"


def mistakes(text: str) -> list[Mistake]:
    with pytest.raises(SpecError) as error:
        read_recording(text, file="drive.xosc")
    return list(error.value.mistakes)


def test_times_positions_and_sizes_are_those_of_the_file() -> None:
    found = read_recording(recording([vehicle("a")], [follow("a", straight(20.0, 3.0))], roads="maps/town.xodr"))
    assert found.roads == "maps/town.xodr"
    (track,) = found.tracks
    assert (track.name, track.kind, track.length, track.width, track.height, track.centre) == (
        "a", "car", 4.5, 1.8, 1.5, 1.4,
    )  # fmt: skip
    assert np.allclose(track.time, 0.1 * np.arange(31))
    assert np.allclose(track.x, 10.0 + 20.0 * track.time)
    assert np.allclose(track.y, -1.75)


def test_headings_count_on_over_whole_turns() -> None:
    points = [(t, x, y, math.remainder(h, 2.0 * math.pi)) for t, x, y, h in circle(20.0, 10.0, 30.0)]
    (track,) = read_recording(recording([vehicle("a")], [follow("a", points)])).tracks
    assert np.allclose(track.heading, 0.5 * track.time)


def test_without_headings_they_are_those_of_the_motion() -> None:
    (track,) = read_recording(recording([vehicle("a")], [follow("a", [p[:3] for p in circle(50.0, 10.0, 5.0)])])).tracks
    assert np.abs(track.heading - 0.2 * track.time)[1:-1].max() < 1e-9


def test_relative_times_count_from_when_the_event_starts() -> None:
    text = recording([vehicle("a")], [follow("a", straight(10.0, 1.0), timing="relative", delay=2.0)])
    (track,) = read_recording(text).tracks
    assert (track.time[0], track.time[-1]) == pytest.approx((2.5, 3.5))


def test_relative_times_that_depend_on_what_happens_are_refused() -> None:
    text = recording([vehicle("a")], [follow("a", straight(10, 1), timing="relative", when="<ByEntityCondition/>")])
    assert "begin when something happens" in mistakes(text)[0].message


def test_two_trajectories_of_one_road_user_follow_one_another() -> None:
    later = [(t + 2.0, x + 20.0, y, h) for t, x, y, h in straight(10.0, 1.0)]
    both = [follow("a", straight(10.0, 1.0)), follow("a", later)]
    (track,) = read_recording(recording([vehicle("a")], both)).tracks
    assert len(track.time) == 22
    assert "overlap in time" in mistakes(recording([vehicle("a")], [both[1], both[0]]))[0].message


@pytest.mark.parametrize(
    ("category", "size", "kind"),
    [
        ("van", (6, 2, 2), "van"),
        ("motorbike", (2, 1, 1), "motorcycle"),
        ("bicycle", (2, 1, 1), "bicycle"),
        ("trailer", (8, 2, 3), "truck"),
        ("pedestrian", (0.6, 0.6, 1.8), "pedestrian"),
        ("car", (12.0, 2.5, 3.0), "truck"),
    ],
)
def test_kinds_are_ours_and_a_long_car_is_a_lorry(category: str, size: tuple[float, ...], kind: str) -> None:
    found = read_recording(recording([vehicle("a", category, size)], [follow("a", straight(3.0, 1.0))]))
    assert found.tracks[0].kind == kind
    assert ("what is called a car and longer than 7 m is taken for a lorry" in found.notes) == (size[0] == 12.0)


def test_what_is_not_read_is_told() -> None:
    change = """<ManeuverGroup><Actors><EntityRef entityRef="b"/></Actors><Maneuver><Event><Action><PrivateAction>
      <LateralAction><LaneChangeAction/></LateralAction></PrivateAction></Action></Event></Maneuver></ManeuverGroup>"""
    text = recording([vehicle("a"), vehicle("b")], [follow("a", straight(3.0, 1.0)), change])
    assert read_recording(text).notes == (
        "LaneChangeAction is not read", "b follows no trajectory with times and is left out",
    )  # fmt: skip


def test_a_file_without_recorded_traffic_is_refused() -> None:
    text = recording([vehicle("a")], [follow("a", straight(3.0, 1.0), timing="")])
    assert [m.message for m in mistakes(text)] == ["nobody follows a trajectory with times"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('<Vertex time="0.5">', '<Vertex time="0.3">', "the time 0.3 s does not rise"),
        ('<Vertex time="0.5">', '<Vertex time="NaN">', "time of <Vertex> is 'NaN'"),
        ('x="15.0"', 'x="far"', "x of <WorldPosition> is 'far'"),
        ('x="15.0"', 'x="$here"', "x of <WorldPosition> is '$here'"),
        ("WorldPosition", "LanePosition", "a point is not given as <WorldPosition>"),
        ('entityRef="a"', 'entityRef="nobody"', "there is no entity 'nobody'"),
        ('vehicleCategory="car"', 'vehicleCategory="spaceship"', "a is a vehicle of category 'spaceship'"),
        ('length="4.5"', 'length="-1"', "length of <Dimensions> is '-1'"),
    ],
)
def test_mistakes_are_told_with_their_line(old: str, new: str, message: str) -> None:
    text = recording([vehicle("a")], [follow("a", straight(10.0, 1.0))])
    assert old in text
    found = [m for m in mistakes(text.replace(old, new)) if m.message == message]
    assert found
    assert new in text.replace(old, new).splitlines()[found[0].line - 1] or "LanePosition" in new


VALUES = st.one_of(st.floats().map(repr), st.integers().map(str), st.sampled_from(["", "x", "$p", "car", "relative"]))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.floats(0.0, 0.999), VALUES), max_size=4))
def test_whatever_stands_in_the_file_nothing_but_mistakes_is_raised(edits: list[tuple[float, str]]) -> None:
    text = recording(
        [vehicle("a"), vehicle("b")], [follow("a", straight(9.0, 1.0)), follow("b", circle(9.0, 5.0, 1.0))]
    )
    for place, value in edits:
        found = list(re.finditer(r'"[^"]*"', text))
        at = found[int(place * len(found))]
        text = f'{text[: at.start()]}"{value}"{text[at.end() :]}'
    with suppress(SpecError):
        assert read_recording(text).tracks


def test_somebody_from_a_catalog_has_no_known_size() -> None:
    entity = '<ScenarioObject name="a"><CatalogReference catalogName="c" entryName="e"/></ScenarioObject>'
    assert "comes from a catalog" in mistakes(recording([entity], [follow("a", straight(10.0, 1.0))]))[0].message


@pytest.mark.skipif(not ONSITE.is_dir(), reason="the reference data are not at hand (../shared/reference-data)")
def test_all_recorded_scenes_at_hand_are_read() -> None:
    files = sorted(ONSITE.rglob("*.xosc"))
    tracks = [track for path in files for track in read_recording(path.read_bytes(), file=path.name).tracks]
    assert len(files) == 10
    assert len(tracks) == 117
    assert all(len(track.time) >= 20 for track in tracks)
