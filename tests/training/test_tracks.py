"""A team's own recorded traffic: read, written, converted, and every mistake in it told."""

from __future__ import annotations

import csv
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mkdocs_worldmodel.errors import Mistake, SpecError
from mkdocs_worldmodel.rollout.rollout import ASPECTS, Rollout
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.training.tracks import convert, read_tracks, write_tracks
from mkdocs_worldmodel.world.simulator import Simulator
from recordings import circle, follow, recording, straight, vehicle
from scenes import scenario

DATA = Path(__file__).parents[1] / "data" / "opendrive"
ONSITE = Path(__file__).resolve().parents[3] / "shared" / "reference-data" / "scenarios" / "onsite"
HEADER = ["scene", "id", "kind", "length", "width", "time", "x", "y", "heading", "speed"]
Row = list[str]

MERGE = """
    road: {lanes: 2, kind: motorway, speed_limit: 120 km/h, ramp: {ahead: 60 m, length: 200 m}}
    ego: {lane: 1, speed: 95 km/h}
    actors:
      lorry: {kind: truck, lane: 2, ahead: 70 m, speed: 85 km/h}
      merger: {on: ramp, lane: 1, before: 30 m, speed: 80 km/h, desired_speed: 100 km/h}
    stop: {time: 8 s}
    """
LIGHTS = """
    road:
      kind: town
      oncoming: 1
      junction: {ahead: 40 m, control: signals, crosswalks: true, signals: {green: 5 s}}
    ego: {lane: 1, speed: 40 km/h, turn: left}
    actors:
      first: {on: ahead, lane: 1, before: 40 m, speed: 45 km/h, turn: right}
      walker: {kind: pedestrian, on: right, lane: {left: pavement}, after: 2 m, facing: left}
    story:
      - {when: {time: 2 s}, do: {walker: {cross: {speed: 5 km/h}}}}
    stop: {time: 10 s}
    """


def table(folder: Path, rows: list[Row], *, roads: str = "ramp", header: list[str] | None = None) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "roads.xodr").write_bytes((DATA / f"{roads}.xodr").read_bytes())
    with (folder / "tracks.csv").open("w", encoding="utf-8", errors="surrogatepass", newline="") as file:
        csv.writer(file).writerows([header or HEADER, *rows])
    return folder


def drive(name: str = "a", *, scene: str = "1", kind: str = "car", x: float = 10.0, y: float = -1.75,
          speed: float = 20.0, begin: float = 0.0, count: int = 21) -> list[Row]:  # fmt: skip
    """Lines of somebody who drives along +x, ten times a second."""
    return [
        [
            scene,
            name,
            kind,
            "4.5",
            "1.8",
            f"{begin + 0.1 * k:.3f}",
            f"{x + speed * 0.1 * k:.6f}",
            str(y),
            "0",
            str(speed),
        ]
        for k in range(count)
    ]


def mistakes(folder: Path, **more: str) -> list[Mistake]:
    with pytest.raises(SpecError) as error:
        read_tracks(folder, **more)
    return list(error.value.mistakes)


def run_of(text: str) -> tuple[Scenario, Rollout]:
    made = scenario(text)
    return made, Simulator().run(made)


# -- reading -------------------------------------------------------------------------------------------------------


def test_states_are_placed_on_their_roads_with_the_rear_axle_as_reference(tmp_path: Path) -> None:
    ((made, run),) = read_tracks(table(tmp_path, drive(y=-5.0)))
    assert len(run.time) == 41
    assert run.time[-1] == pytest.approx(2.0)
    overhang = 0.81 * 4.5 / 4.284
    assert run.rear_overhang[0] == pytest.approx(overhang)
    assert run.x[:, 0] == pytest.approx(10.0 - (2.25 - overhang) + 20.0 * run.time)
    assert run.s[:, 0] == pytest.approx(run.x[:, 0])
    assert run.t[:, 0] == pytest.approx(np.full(41, -5.0))
    assert (set(run.lane[:, 0]), set(run.direction[:, 0]), set(run.present[:, 0])) == ({-2}, {1}, {1})
    assert run.acceleration == pytest.approx(0.0)
    assert (run.world, run.ended) == ("recording", "stop")
    user = made.users[0]
    assert (user.road, user.lane, user.driver, user.speed) == ("main", -2, "idm", 20.0)
    assert [leg.road for leg in user.route] == ["main", "main to after", "after"]


def test_accelerations_and_yaw_rates_are_those_of_the_motion(tmp_path: Path) -> None:
    rows = drive(count=31)
    for k, row in enumerate(rows):
        t = 0.1 * k
        row[6], row[9] = f"{10.0 + 10.0 * t + 1.0 * t * t:.9f}", f"{10.0 + 2.0 * t:.9f}"
    ((_, run),) = read_tracks(table(tmp_path, rows))
    assert run.acceleration[:, 0] == pytest.approx(np.full(61, 2.0))
    assert run.speed[:, 0] == pytest.approx(10.0 + 2.0 * run.time)
    assert np.diff(run.x[:, 0]) == pytest.approx(0.05 * (run.speed[:-1, 0] + run.speed[1:, 0]) / 2.0)


def test_who_comes_later_or_leaves_is_not_there_the_rest_of_the_time(tmp_path: Path) -> None:
    rows = drive("a", count=31) + drive("b", x=60.0, begin=1.0, count=11)
    ((made, run),) = read_tracks(table(tmp_path, rows))
    assert [user.present for user in made.users] == [True, False]
    assert run.present[:, 1].tolist() == [0] * 20 + [1] * 21 + [0] * 20
    assert run.x[:20, 1] == pytest.approx(np.full(20, run.x[20, 1]))


def test_scenes_are_read_in_order_and_time_begins_in_each(tmp_path: Path) -> None:
    rows = drive("a", scene="first", begin=100.0) + drive("a", scene="second", begin=7.0, count=11)
    found = read_tracks(table(tmp_path, rows))
    assert [len(run.time) for _, run in found] == [41, 21]
    assert all(run.time[0] == 0.0 for _, run in found)


def test_the_ego_is_the_named_one_else_the_vehicle_that_drives_the_furthest(tmp_path: Path) -> None:
    rows = drive("slow", speed=5.0) + drive("fast", x=60.0, speed=30.0) + drive("walker", kind="pedestrian", speed=2.0)
    folder = table(tmp_path, rows)
    assert read_tracks(folder)[0][1].names == ("fast", "slow", "walker")
    assert read_tracks(folder, ego="slow")[0][1].names == ("slow", "fast", "walker")
    assert read_tracks(table(tmp_path, [*rows, *drive("ego", x=120.0, speed=1.0)]))[0][1].names[0] == "ego"


def test_who_drives_off_the_roads_is_left_out_and_told(tmp_path: Path) -> None:
    notes: list[str] = []
    rows = drive("a") + drive("b", x=-12.0) + drive("c", y=200.0)
    ((_, run),) = read_tracks(table(tmp_path, rows), note=notes.append)
    assert run.names == ("a", "b")
    assert notes == ["scene 1: b is off the roads for 0.70 s at the ends", "scene 1: c is near no road and left out"]


def test_walkers_keep_their_place_beside_the_road(tmp_path: Path) -> None:
    rows = drive("a") + drive("p", kind="pedestrian", y=4.0, speed=1.5)
    ((made, run),) = read_tracks(table(tmp_path, rows))
    assert (made.users[1].driver, made.users[1].follows_lane) == ("still", False)
    assert run.t[:, 1] == pytest.approx(np.full(41, 4.0))
    assert set(run.lane[:, 1]) == {0}


# -- mistakes ------------------------------------------------------------------------------------------------------


def change(row: int, key: str, value: str) -> Callable[[list[Row]], None]:
    def apply(rows: list[Row]) -> None:
        rows[row][HEADER.index(key)] = value

    return apply


@pytest.mark.parametrize(
    ("wrong", "line", "message"),
    [
        (change(4, "x", "nan"), 6, "x is 'nan'"),
        (change(4, "y", ""), 6, "y is ''"),
        (change(4, "speed", "-1"), 6, "speed is '-1'"),
        (change(4, "heading", "270"), 6, "heading is '270'"),
        (change(4, "length", "0"), 6, "length is '0'"),
        (change(4, "kind", "lorry"), 6, "kind is 'lorry'"),
        (change(4, "width", "2.5"), 6, "a changes its kind or size"),
        (change(4, "time", "0.3"), 6, "the time of a does not rise: 0.3 s"),
        (change(4, "x", "60"), 6, "a jumps by 44.00 m in 0.10 s"),
        (lambda rows: rows.__delitem__(slice(5, 18)), 7, "a is not recorded for 1.40 s"),
        (lambda rows: rows[4].pop(), 6, "the line has 9 values"),
        (lambda rows: [row.__setitem__(9, "72") for row in rows], 2,
         "a of scene 1 moves at 20.0 m/s and its speed says 72.0"),
        (lambda rows: [row.__setitem__(8, "1.57") for row in rows], 2, "a of scene 1 drives 90° off its heading"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_file_and_line(
    tmp_path: Path, wrong: Callable[[list[Row]], object], line: int, message: str
) -> None:
    rows = drive()
    wrong(rows)
    found = mistakes(table(tmp_path, rows))
    assert (found[0].file, found[0].line, found[0].message) == ("tracks.csv", line, message)
    assert found[0].hint


def test_missing_columns_files_and_scenes_are_told(tmp_path: Path) -> None:
    assert [m.message for m in mistakes(table(tmp_path, [], header=HEADER[:-2]))] == [
        "there is no column heading", "there is no column speed",
    ]  # fmt: skip
    assert mistakes(table(tmp_path, []))[0].message == "the file has no states"
    assert mistakes(table(tmp_path, drive()), ego="nobody")[0].message == "scene 1 has no road user 'nobody'"
    assert mistakes(table(tmp_path, drive(y=5000.0)))[0].message == "no scene has a road user on its roads"
    (tmp_path / "tracks.csv").write_bytes(b"\xff\xfe,")
    assert "not UTF-8" in mistakes(tmp_path)[0].message
    (tmp_path / "tracks.csv").unlink()
    assert (mistakes(tmp_path)[0].file, mistakes(tmp_path)[0].message[:25]) == (
        "tracks.csv",
        "the file cannot be read: ",
    )
    (tmp_path / "roads.xodr").write_text("<OpenDRIVE>", encoding="utf-8")
    assert (mistakes(tmp_path)[0].file, mistakes(tmp_path)[0].line) == ("roads.xodr", 1)


CELLS = st.one_of(
    st.floats().map(repr), st.integers(-9, 9).map(str), st.text(max_size=3), st.sampled_from(["car", "child", "1e9"])
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 9), CELLS), max_size=4))
def test_whatever_stands_in_the_table_nothing_but_mistakes_is_raised(
    tmp_path: Path, edits: list[tuple[int, int, str]]
) -> None:
    rows = drive("a", count=10) + drive("b", x=60.0, count=10)
    for line, column, value in edits:
        rows[line][column] = value
    with suppress(SpecError):
        for _, run in read_tracks(table(tmp_path, rows)):
            assert np.isfinite(run.x).all()
            assert np.isfinite(run.acceleration).all()


def test_a_scene_that_is_too_large_for_memory_is_refused(tmp_path: Path) -> None:
    rows = [["1", "a", "car", "4", "2", str(t), "10", "-1.75", "0", "0"] for t in (0.0, 0.5)]
    rows += [["1", "b", "car", "4", "2", str(t), "30", "-1.75", "0", "0"] for t in (1e6, 1e6 + 0.5)]
    found = mistakes(table(tmp_path, rows))
    assert found[0].message == "scene 1 is too large: 2 road users in 1000000 s"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1,0.5,light main,purple", "there is no aspect 'purple'"),
        ("1,0.5,nothing,red", "there is no light 'nothing'"),
        ("9,0.5,post,red", "there is no scene '9'"),
        ("1,nan,post,red", "time is 'nan'"),
    ],
)
def test_mistakes_in_recorded_lights_are_told(tmp_path: Path, line: str, message: str) -> None:
    folder = table(tmp_path, drive(x=15.0, y=18.0, speed=5.0), roads="curves")
    (folder / "signals.csv").write_text(
        f"scene,time,signal,aspect\n1,0,post,green\n{line}\n".replace("light main", "post")
    )
    found = mistakes(folder)
    assert (found[0].file, found[0].line, found[0].message) == ("signals.csv", 3, message)


# -- there and back ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [MERGE, LIGHTS], ids=["merge", "lights"])
def test_a_run_that_is_written_comes_back_as_it_was(tmp_path: Path, text: str) -> None:
    made, run = run_of(text)
    write_tracks(made, run, tmp_path)
    ((again, back),) = read_tracks(tmp_path)
    assert (back.names, back.kinds, back.roads) == (run.names, run.kinds, run.roads)
    for name in ("time", "length", "width", "rear_overhang"):
        assert np.abs(getattr(back, name) - getattr(run, name)).max() < 1e-6
    there = (run.present > 0) & (back.present > 0)
    assert (run.present == back.present).all()
    for name in ("x", "y", "s", "t", "speed"):
        assert np.abs(getattr(back, name) - getattr(run, name))[there].max() < 5e-6, name
    turned = np.angle(np.exp(1j * (back.heading - run.heading)))
    assert np.abs(turned[there]).max() < 2e-6
    assert (back.road == run.road)[there].all()
    assert (back.lane == run.lane)[there].all()
    drives = np.array([user.driver != "still" for user in made.users])
    assert (back.direction == run.direction)[:, drives].all()
    assert np.abs(back.acceleration - run.acceleration)[:-1, drives].max() < 0.05
    for old, new in zip(made.users, again.users, strict=True):
        assert (old.driver, old.road) == (new.driver, new.road)
        driven = {str(run.roads[k]) for k in run.road[:, run.names.index(old.name)]}
        assert driven <= {leg.road for leg in new.route} | {new.road}


def test_recorded_lights_show_the_same_again_when_the_scene_is_simulated(tmp_path: Path) -> None:
    made, run = run_of(LIGHTS)
    assert len(set(run.signals[:, 0])) > 1
    write_tracks(made, run, tmp_path)
    ((again, back),) = read_tracks(tmp_path)
    assert (back.signals == run.signals).all()
    simulated = Simulator().run(again)
    rows = min(len(simulated.time), len(run.time))
    assert (simulated.signals[:rows] == run.signals[:rows]).all()
    assert ASPECTS[run.signals[0, 0]] == again.network.controllers[0].phases[0].aspects[0]


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    made, run = run_of(MERGE)
    for name in ("one", "two"):
        write_tracks(made, run, tmp_path / name)
    for file in ("tracks.csv", "roads.xodr"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


# -- OpenSCENARIO --------------------------------------------------------------------------------------------------


def xosc(folder: Path, entities: list[str], story: list[str], roads: str = "ramp.xodr") -> Path:
    (folder / "ramp.xodr").write_bytes((DATA / "ramp.xodr").read_bytes())
    path = folder / "drive.xosc"
    path.write_text(recording(entities, story, roads), encoding="utf-8")
    return path


def test_converted_points_are_rear_axles_as_the_file_says(tmp_path: Path) -> None:
    path = xosc(tmp_path, [vehicle("a", centre=1.4)], [follow("a", straight(20.0, 4.0))])
    convert(path, tmp_path / "out")
    ((_, run),) = read_tracks(tmp_path / "out")
    assert run.x[:, 0] == pytest.approx(10.0 + 20.0 * run.time, abs=1e-5)
    assert run.rear_overhang[0] == pytest.approx(0.5 * 4.5 - 1.4)
    assert run.speed[:, 0] == pytest.approx(20.0, abs=1e-4)


def test_converted_points_may_be_the_middles_of_boxes(tmp_path: Path) -> None:
    path = xosc(tmp_path, [vehicle("a", centre=1.4)], [follow("a", straight(20.0, 4.0))])
    convert(path, tmp_path / "out", points="centre")
    ((_, run),) = read_tracks(tmp_path / "out")
    assert run.x[:, 0] + run.centre[0] == pytest.approx(10.0 + 20.0 * run.time, abs=1e-5)
    assert run.rear_overhang[0] == pytest.approx(0.81 * 4.5 / 4.284)


def test_a_trajectory_that_jumps_becomes_two_road_users(tmp_path: Path) -> None:
    points = straight(20.0, 4.0)
    jumped = [(t, x + (15.0 if t > 2.05 else 0.0), y, h) for t, x, y, h in points]
    notes = convert(xosc(tmp_path, [vehicle("a")], [follow("a", jumped)]), tmp_path / "out")
    assert "a jumps 1 times: each part is a road user of its own" in notes
    ((_, run),) = read_tracks(tmp_path / "out")
    assert set(run.names) == {"a", "a 2"}
    assert np.abs(run.speed[run.present > 0] - 20.0).max() < 0.01


def test_road_networks_that_are_not_where_the_file_says_are_found_beside_it_or_missed(tmp_path: Path) -> None:
    path = xosc(tmp_path, [vehicle("a")], [follow("a", straight(20.0, 4.0))], roads="elsewhere/town.xodr")
    notes = convert(path, tmp_path / "out")
    assert "the road network elsewhere/town.xodr is not there: ramp.xodr beside it is taken" in notes
    (tmp_path / "other.xodr").write_bytes(b"")
    with pytest.raises(SpecError, match="is not there"):
        convert(path, tmp_path / "out")


def test_a_circle_keeps_its_radius_through_conversion(tmp_path: Path) -> None:
    text = (DATA / "junction.xodr").read_text(encoding="utf-8")
    (tmp_path / "junction.xodr").write_text(text, encoding="utf-8")
    path = tmp_path / "drive.xosc"
    # round the right turn's inner side: its centre lies at (80, -20), the lane's middle 18.5 m from it
    points = [(t, 80.0 + x, -20.0 - y, -h) for t, x, y, h in circle(18.5, 6.0, 4.8)]
    path.write_text(recording([vehicle("a")], [follow("a", points)], "junction.xodr"), encoding="utf-8")
    convert(path, tmp_path / "out")
    ((_, run),) = read_tracks(tmp_path / "out")
    assert np.abs(np.hypot(run.x - 80.0, run.y + 20.0) - 18.5).max() < 0.01
    assert run.yaw_rate[10:-10, 0] == pytest.approx(-6.0 / 18.5, abs=0.01)
    assert {run.roads[k] for k in run.road[:, 0]} <= {"1", "13", "3"}


@pytest.mark.skipif(not ONSITE.is_dir(), reason="the reference data are not at hand (../shared/reference-data)")
@pytest.mark.parametrize("path", sorted(ONSITE.rglob("*.xosc")), ids=lambda p: p.stem)
def test_recorded_scenes_at_hand_become_drivable_rollouts(tmp_path: Path, path: Path) -> None:
    convert(path, tmp_path, points="centre")
    ((made, run),) = read_tracks(tmp_path)
    there = run.present > 0
    vehicles = there & np.array([user.driver != "still" for user in made.users])
    assert there.any(axis=0).all()
    assert np.abs(run.acceleration[vehicles]).max() < 8.0
    assert np.abs(run.yaw_rate[vehicles]).max() < 1.2
    assert (run.lane[vehicles] != 0).mean() > 0.95
    assert all(user.route for user in made.users if user.driver == "idm")
    simulated = Simulator().run(made)
    assert np.isfinite(simulated.x).all()
