"""What the network is told of a scene."""

from __future__ import annotations

import copy
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from looking import LIGHT, SIGNS, WAY, Drive, nothing

from mkdocs_worldmodel.model.corridor import MIDDLE, Pool
from mkdocs_worldmodel.model.features import Observation, Past, Users, locate, observe
from mkdocs_worldmodel.model.kinematics import TOKEN, Lane, Motion

OVERTAKING = """
    road: {lanes: 2, length: 600 m, speed_limit: 100 km/h, curve: {radius: 300 m, to: left, transition: 50 m}}
    ego: {lane: 1, speed: 25 m/s}
    actors:
      slow: {lane: 1, ahead: 50 m, speed: 15 m/s}
    story:
      - name: out
        when: {time: 0.5 s}
        do: {ego: {change_lane: {to: left, over: 3 s}}}
      - name: back
        when: {time: 6 s}
        do: {ego: {change_lane: {to: right, over: 3 s}}}
    stop: {time: 14 s}
    """
CROSSING = """
    road: {kind: town, lanes: 1, oncoming: 1, speed_limit: 50 km/h,
           junction: {at: 100 m, control: signals, crosswalks: yes, signals: {green: 8 s, amber: 3 s, first: ego}}}
    ego: {lane: 1, speed: 10 m/s, at: 40 m, turn: right}
    actors:
      behind: {lane: 1, behind: 15 m, speed: 10 m/s, turn: straight}
      waiting: {on: right, lane: 1, before: 5 m, speed: 0, desired_speed: 40 km/h, turn: straight}
      oncoming: {on: ahead, lane: 1, before: 70 m, speed: 8 m/s, turn: right}
      walker: {kind: pedestrian, lane: pavement, ahead: 30 m, facing: left}
      bike: {kind: bicycle, on: left, lane: 1, before: 40 m, speed: 5 m/s, turn: straight}
    stop: {time: 12 s}
    """
ROUNDABOUT = """
    road: {kind: town, lanes: 1, oncoming: 1, junction: {at: 60 m, kind: roundabout, radius: 15 m}}
    ego: {lane: 1, speed: 8 m/s, at: 30 m, turn: left}
    stop: {time: 20 s}
    """


@cache
def drive(text: str) -> Drive:
    return Drive.of(text)


def everyone(of: Drive, row: int) -> tuple[Pool, Users, Motion, np.ndarray, Lane, np.ndarray, Past, np.ndarray]:
    """All that `observe` is given, with a past for everyone."""
    shape = of.present(row).shape
    random = np.random.default_rng(5)
    past = Past(random.standard_normal((*shape, 2, TOKEN)).astype(np.float32), np.ones((*shape, 2), dtype=bool))
    return of.pool, of.users, of.motion(row), of.present(row), *of.lane(row), past, of.signals(row)


# -- following corridors ---------------------------------------------------------------------------------------


def test_a_lane_change_is_followed_into_the_other_lane_and_back() -> None:
    of = drive(OVERTAKING)
    columns = []
    for row in range(0, len(of.run.time), 10):
        lane, offset = of.lane(row)
        columns.append(int(lane.column[0, 0]) - MIDDLE)
        assert columns[-1] == of.run.lane[row, 0] - of.run.lane[0, 0]
        assert abs(offset[0, 0]) < 2.0
    assert set(columns) == {0, 1}
    assert columns[0] == columns[-1] == 0


@pytest.mark.parametrize("text", [CROSSING, ROUNDABOUT])
def test_a_way_through_a_junction_is_followed_metre_by_metre(text: str) -> None:
    of = drive(text)
    there = np.flatnonzero(of.run.present[:, 0])
    before, driven = of.lane(0)[0].sample[0, 0], 0.0
    roads = set()
    for row in there[10::10]:
        lane, offset = of.lane(int(row))
        driven += float(of.run.speed[row - 10 : row, 0].mean() * 0.5)
        assert lane.sample[0, 0] - before == pytest.approx(driven, rel=0.02, abs=1.0)
        assert lane.column[0, 0] == MIDDLE
        assert abs(offset[0, 0]) < 0.3
        roads.add(int(of.run.road[row, 0]))
    assert len(roads) >= 3


def test_somebody_is_found_anywhere_on_the_corridor_without_being_followed() -> None:
    of = drive(CROSSING)
    for row in (20, 120, 200):
        known, offset = of.lane(row)
        lost = known._replace(sample=np.zeros_like(known.sample), column=np.full_like(known.column, 4))
        for _ in range(2):
            lost, again = locate(of.pool, lost, of.motion(row).x, of.motion(row).y, anywhere=True)
        cars = (of.users.corridor >= 0) & of.present(row)
        np.testing.assert_allclose(lost.sample[cars], known.sample[cars], atol=1e-6)
        np.testing.assert_allclose(again[cars], offset[cars], atol=1e-6)


def test_left_of_the_middle_is_positive() -> None:
    of = drive(OVERTAKING)
    x, y, heading, _ = of.motion(0)
    for left in (-1.0, 0.5):
        _, offset = locate(of.pool, of.lane(0)[0], x - left * np.sin(heading), y + left * np.cos(heading))
        np.testing.assert_allclose(offset, of.lane(0)[1] + left, atol=0.01)


# -- what does not matter --------------------------------------------------------------------------------------


def moved(pool: Pool, motion: Motion, dx: float, dy: float, angle: float) -> tuple[Pool, Motion]:
    """The same roads and road users elsewhere."""
    c, s = np.cos(angle), np.sin(angle)
    other = copy.copy(pool)
    x, y = pool.xy[..., 0], pool.xy[..., 1]
    other.xy = np.stack([c * x - s * y + dx, s * x + c * y + dy], -1)
    other.heading = (pool.heading.astype(np.float64) + angle).astype(np.float32)
    return other, Motion(
        c * motion.x - s * motion.y + dx, s * motion.x + c * motion.y + dy, motion.heading + angle, motion.speed
    )


@pytest.mark.parametrize("text", [OVERTAKING, CROSSING])
def test_where_a_scene_lies_and_how_it_is_turned_does_not_matter(text: str) -> None:
    pool, users, motion, *rest = everyone(drive(text), 100)
    seen = observe(pool, users, motion, *rest)
    elsewhere, placed = moved(pool, motion, 4000.0, -2500.0, 2.1)
    again = observe(elsewhere, users, placed, *rest)
    np.testing.assert_allclose(again.own, seen.own, atol=1e-4)
    np.testing.assert_allclose(again.conflict, seen.conflict, atol=1e-4)
    np.testing.assert_allclose(again.pose[..., 4:], seen.pose[..., 4:], atol=1e-6)
    c, s = np.cos(2.1), np.sin(2.1)
    for name in ("pose", "path"):
        here, there = getattr(seen, name), getattr(again, name)
        for k in (0, 2):
            np.testing.assert_allclose(there[..., k], c * here[..., k] - s * here[..., k + 1], atol=2e-3)
            np.testing.assert_allclose(there[..., k + 1], s * here[..., k] + c * here[..., k + 1], atol=2e-3)


def test_who_stands_first_in_the_list_does_not_matter() -> None:
    given = everyone(drive(CROSSING), 100)
    seen = observe(*given)
    order = np.array([3, 0, 5, 1, 4, 2])
    pool, users, motion, present, lane, offset, past, signals = given
    swapped = Users(
        *(getattr(users, name)[:, order] for name in ("corridor", "kind", "length", "width", "front", "min_radius")),
        users.conflict[:, order][:, :, order],
    )
    again = observe(
        pool, swapped, Motion(*(v[:, order] for v in motion)), present[:, order], Lane(*(v[:, order] for v in lane)),
        offset[:, order], Past(*(v[:, order] for v in past)), signals,
    )  # fmt: skip
    for name in ("own", "pose", "path"):
        np.testing.assert_allclose(getattr(again, name), getattr(seen, name)[:, order], atol=1e-6, err_msg=name)
    np.testing.assert_array_equal(again.conflict, seen.conflict[:, order][:, :, order])


def test_where_somebody_is_who_is_not_there_does_not_matter() -> None:
    pool, users, motion, present, lane, offset, past, signals = everyone(drive(CROSSING), 100)
    gone = present.copy()
    gone[0, [1, 3]] = False
    random = np.random.default_rng(0)
    elsewhere = Motion(*(np.where(gone, v, 100.0 * random.standard_normal(v.shape)) for v in motion))
    seen = observe(pool, users, motion, gone, lane, offset, past, signals)
    again = observe(pool, users, elsewhere, gone, lane, offset, past, signals)
    for name in Observation._fields:
        one, two = (getattr(each, name)[gone] for each in (seen, again))
        assert one.tobytes() == two.tobytes(), name
    assert (again.own[~gone] == 0.0).all()


def test_other_scenes_of_a_batch_do_not_matter() -> None:
    pool, users, motion, present, lane, offset, past, signals = everyone(drive(CROSSING), 100)
    alone = observe(pool, users, motion, present, lane, offset, past, signals)

    def three(values: np.ndarray, other: np.ndarray) -> np.ndarray:
        return np.concatenate([other, values, other])

    _, _, later, there, later_lane, later_offset, _, shown = everyone(drive(CROSSING), 200)
    together = observe(
        pool, users.take(np.zeros(3, dtype=int)), Motion(*map(three, motion, later)), three(present, there),
        Lane(*map(three, lane, later_lane)), three(offset, later_offset), Past(*map(three, past, past)),
        three(signals, shown),
    )  # fmt: skip
    for name in Observation._fields:
        assert getattr(together, name)[1].tobytes() == getattr(alone, name)[0].tobytes(), name
        assert getattr(together, name)[0].tobytes() != getattr(alone, name)[0].tobytes(), name


def test_a_chunk_that_is_not_known_tells_nothing() -> None:
    pool, users, motion, present, lane, offset, past, signals = everyone(drive(CROSSING), 100)
    blank = nothing(present.shape)
    seen = observe(pool, users, motion, present, lane, offset, blank, signals)
    again = observe(pool, users, motion, present, lane, offset, past._replace(known=blank.known), signals)
    for name in Observation._fields:
        np.testing.assert_array_equal(getattr(seen, name), getattr(again, name), err_msg=name)
    known = observe(pool, users, motion, present, lane, offset, past, signals)
    assert known.own.tobytes() != seen.own.tobytes()


# -- what is seen ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("aspect", "place"), [("green", 0), ("amber", 1), ("red", 2), ("red amber", 3)])
def test_the_light_ahead_is_seen_with_what_it_shows(aspect: str, place: int) -> None:
    of = drive(CROSSING)
    pool, users, motion, present, lane, offset, past, signals = everyone(of, 20)
    column = int(of.pool.lights[of.users.corridor[0, 0], 0, 1])
    shown = np.full_like(signals, -1)
    shown[0, column] = place
    own = observe(pool, users, motion, present, lane, offset, past, shown).own
    front = float(lane.sample[0, 0] + users.front[0, 0])
    away = float(pool.lights[users.corridor[0, 0], 0, 0]) - front
    assert 20.0 < away < 60.0
    near = np.exp(-away / 30.0)
    wanted = np.zeros(6)
    wanted[[place, 4]] = near
    wanted[5] = 0.0 if aspect == "green" else float(motion.speed[0, 0]) ** 2 / (2.0 * away) / 4.0
    np.testing.assert_allclose(own[0, 0, LIGHT], wanted, rtol=1e-5, atol=1e-6)
    assert (own[0, 2, LIGHT][:4] == 0.0).all()  # who comes from the right has another light
    assert own[0, 2, LIGHT][4] > 0.5


def test_a_light_behind_is_no_longer_seen() -> None:
    of = drive(CROSSING)
    passed = next(
        row for row in range(0, len(of.run.time), 10)
        if of.lane(row)[0].sample[0, 0] > of.pool.lights[of.users.corridor[0, 0], 0, 0]
    )  # fmt: skip
    assert (of.seen(passed).own[0, 0, LIGHT] == 0.0).all()


def test_the_crosswalk_and_the_junction_come_near() -> None:
    of = drive(CROSSING)
    walk, junction = (
        [float(of.seen(row).own[0, 0, part][-1]) for row in (0, 20, 40)] for part in (SIGNS, WAY)
    )  # fmt: skip
    assert walk == sorted(walk)
    assert junction == sorted(junction)
    assert junction[-1] > 1.5 * junction[0] > 0.0
    assert (of.seen(0).own[0, 4, WAY] == 0.0).all()  # walkers have no way


def test_the_speed_limit_is_told_and_by_how_much_one_is_over_it() -> None:
    of = drive(OVERTAKING)
    pool, users, motion, *rest = everyone(of, 0)
    own = observe(pool, users, motion._replace(speed=np.full_like(motion.speed, 100 / 3.6 * 1.2)), *rest).own
    np.testing.assert_allclose(own[0, :, WAY][:, :4], [[100 / 36, 100 / 36, 100 / 36, 0.2]] * 2, rtol=1e-5)


def test_no_number_is_beyond_what_the_network_takes_even_far_from_every_road() -> None:
    pool, users, motion, present, lane, offset, past, signals = everyone(drive(CROSSING), 100)
    lost = replace(users, length=users.length * 1e6)
    far = Motion(motion.x + 1e7, motion.y - 1e7, motion.heading * 1e3, motion.speed + 1e4)
    own = observe(pool, lost, far, present, lane, offset + 1e9, past, signals).own
    assert np.isfinite(own).all()
    assert np.abs(own).max() <= 8.0
