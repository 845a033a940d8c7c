"""A batch of stories is its copies one by one, bit for bit; stories keep their symmetries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from story_scenes import (
    LEFT_BEND,
    PRIORITIES,
    RIGHT_BEND,
    STRAIGHT,
    WIDTH,
    change_lane,
    event,
    offset,
    over,
    road,
    run,
    scenario,
    speed,
    stop_at,
    user,
    walk,
    walker,
    with_lights,
)

from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario import story
from mkdocs_worldmodel.scenario.road import Phase, Road, SignalController
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.scenario.story import (
    AccelerationCondition,
    Action,
    AllOf,
    AnyOf,
    Condition,
    ContactCondition,
    DistanceCondition,
    DriverAction,
    Dynamics,
    EventCondition,
    KeepGapAction,
    LaneCondition,
    Not,
    PositionCondition,
    PresenceAction,
    SignalAction,
    SignalCondition,
    SpeedCondition,
    StandstillCondition,
    TeleportAction,
    ThwCondition,
    TimeCondition,
    TimeToPositionCondition,
    TravelledCondition,
    TtcCondition,
)
from mkdocs_worldmodel.sim.simulation import DT, Simulation

STATES = ("x", "y", "heading", "speed", "acceleration", "yaw_rate", "s", "t", "lane", "present", "signals", "direction")
ROADS = [STRAIGHT, LEFT_BEND, RIGHT_BEND, road((700.0, 0.0, 0.0), lanes=3)]


def same_bytes(batch: Sequence[Scenario]) -> None:
    together = Simulation(batch, range(len(batch))).run()
    for b, copy in enumerate(batch):
        one, alone = together.one(b), Simulation([copy], [b]).run().one(0)
        for name in STATES:
            assert getattr(one, name).tobytes() == getattr(alone, name).tobytes(), name
        assert one.firings == alone.firings
        assert (one.ended, len(one.time)) == (alone.ended, len(alone.time))


class Numbers:
    """Numbers of a copy: the structure asks for them in the same order, so that copies differ in numbers alone."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)

    def of(self, low: float, high: float) -> float:
        return float(np.round(self.random.uniform(low, high), 2))

    def one(self, *choices: object) -> object:
        return choices[int(self.random.integers(len(choices)))]

    def dynamics(self, low: float, high: float) -> Dynamics:
        dimension = self.one("time", "rate", "distance")
        span = self.of(low, high)
        shape = self.one("linear", "cubic", "sinusoidal", "step")
        return Dynamics(shape, dimension, 10.0 * span if dimension == "distance" else span)


EDGES = ("none", "rising", "falling", "rising or falling")
RULES = ("<", "<=", ">", ">=")


def condition(kind: str, n: Numbers, rule: str, edge: str, delayed: bool) -> Condition:
    more = {"edge": edge, "delay": n.of(0.0, 1.0) if delayed else 0.0}
    r, inner = rule, TimeCondition(n.of(0.0, 2.0))
    made: dict[str, Condition] = {
        "time": TimeCondition(n.of(0.0, 3.0), **more),
        "started": EventCondition("e0", "start", **more),
        "ended": EventCondition("e0", "end", **more),
        "speed": SpeedCondition("ego", r, n.of(0.0, 30.0), **more),
        "faster": SpeedCondition("ego", r, n.of(-9.0, 9.0), "a", **more),
        "acceleration": AccelerationCondition("a", r, n.of(-3.0, 3.0), **more),
        "standstill": StandstillCondition("walker", n.of(0.0, 1.0), **more),
        "ttc": TtcCondition("ego", "a", r, n.of(0.0, 5.0), **more),
        "thw": ThwCondition("ego", "a", r, n.of(0.0, 5.0), **more),
        "position": PositionCondition("a", "1", n.of(100.0, 250.0), **more),
        "arrives": TimeToPositionCondition("a", "1", n.of(100.0, 250.0), r, n.of(0.0, 5.0), **more),
        "travelled": TravelledCondition("a", n.of(0.0, 60.0), **more),
        "lane": LaneCondition("a", n.one(-1, -2, -3), **more),
        "same lane": LaneCondition("a", None, same_as="ego", **more),
        "signal": SignalCondition("a", "green", **more),
        "contact": ContactCondition("ego", None, **more),
        "touch": ContactCondition("ego", "a", **more),
        "all": AllOf((inner, SpeedCondition("ego", ">", n.of(0.0, 30.0))), **more),
        "any": AnyOf((inner, SpeedCondition("ego", ">", n.of(0.0, 30.0))), **more),
        "not": Not(inner, **more),
    }
    for axis in ("along", "across", "straight"):
        for free in (True, False):
            made[f"{axis} {free}"] = DistanceCondition("ego", "a", r, n.of(0.0, 60.0), axis, free, **more)
    return made[kind]


CONDITIONS = (
    "time", "started", "ended", "speed", "faster", "acceleration", "standstill", "ttc", "thw", "position", "arrives",
    "travelled", "lane", "same lane", "signal", "contact", "touch", "all", "any", "not", "along True", "along False",
    "across True", "across False", "straight True", "straight False",
)  # fmt: skip


def action(kind: str, n: Numbers) -> Action:
    s, t, gap = n.of(120.0, 250.0), n.of(-9.0, 2.0), n.of(2.0, 30.0)
    distance = n.one(gap, None)
    made: dict[str, Action] = {
        "speed": speed("a", n.of(0.0, 30.0), n.dynamics(0.0, 4.0)),
        "relative speed": speed("a", n.of(-9.0, 9.0), n.dynamics(0.0, 4.0), "ego"),
        "stop": stop_at("a", s, n.of(0.5, 9.0)),
        "lane": change_lane("a", n.one(-1, -2, -3), n.dynamics(0.3, 4.0)),
        "beside": change_lane("a", -2, n.dynamics(0.3, 4.0), left=n.one(-1, 0, 1)),
        "lane of": change_lane("a", 0, n.dynamics(0.3, 4.0), left=n.one(-1, 0, 1), relative_to="ego"),
        "offset": offset("a", n.of(-1.0, 1.0), n.dynamics(0.3, 4.0)),
        "gap": KeepGapAction(
            "a",
            "ego",
            distance,
            None if distance else n.of(0.5, 3.0),
            n.of(0.5, 3.0),
            n.of(0.5, 6.0),
            n.one(None, 2.0),
        ),
        "walk": walk("walker", (s, t), (s + 3.0, t + gap), speed=n.one(None, n.of(0.5, 2.5))),
        "timed walk": walk("walker", (s, t, n.of(0.1, 2.0)), (s + 3.0, t, n.of(2.1, 4.0))),
        "path": walk("a", (s + 30.0, -5.0), (s + 80.0, t), speed=n.one(None, n.of(5.0, 20.0))),
        "timed path": walk("a", (s, -5.0, n.of(0.1, 2.0)), (s + 30.0, t, n.of(2.1, 4.0))),
        "teleport": TeleportAction("a", "1", n.one(-1, -2), s, t, n.one(None, 3.0)),
        "presence": PresenceAction("a", bool(n.one(True, False))),
        "driver": DriverAction("a", str(n.one("idm", "constant", "scripted"))),
        "phase": SignalAction("lights", int(n.one(0, 1)), None),
        "aspect": SignalAction("a", None, n.one("red", "green")),
    }
    return made[kind]


ACTIONS = (
    "speed", "relative speed", "stop", "lane", "beside", "lane of", "offset", "gap", "walk", "timed walk", "path",
    "timed path", "teleport", "presence", "driver", "phase", "aspect",
)  # fmt: skip
structures = st.lists(
    st.tuples(
        st.sampled_from(CONDITIONS), st.sampled_from(RULES), st.sampled_from(EDGES), st.booleans(),
        st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=3), st.sampled_from(PRIORITIES),
    ),
    min_size=1, max_size=6,
)  # fmt: skip
Structure = Sequence[tuple[str, str, str, bool, Sequence[str], str]]


def copy(structure: Structure, seed: int, on: Road, stop: str | None = None) -> Scenario:
    n = Numbers(seed)
    events = tuple(
        event(condition(kind, n, rule, edge, delayed), *(action(a, n) for a in actions), name=f"e{k}",
              priority=priority, executions=n.one(1, 2, 5))
        for k, (kind, rule, edge, delayed, actions, priority) in enumerate(structure)
    )  # fmt: skip
    drivers = [n.one("idm", "constant", "scripted") for _ in range(2)]
    users = (
        user(on=on, s=n.of(60.0, 100.0), speed=n.of(0.0, 25.0), driver=drivers[0]),
        user("a", on=on, s=n.of(80.0, 150.0), speed=n.of(0.0, 25.0), lane=n.one(-1, -2, -3), driver=drivers[1],
             present=bool(n.one(True, True, False))),
        walker(on=on, s=n.of(100.0, 200.0), t=n.of(-11.0, -7.0), desired_speed=1.2),
    )  # fmt: skip
    phases = (Phase("go", n.of(0.5, 3.0), ("green", "red")), Phase("stop", n.of(0.5, 3.0), ("red", "green")))
    network = with_lights(on, SignalController("lights", ("a", "b"), phases, n.of(0.0, 5.0)))
    end = None if stop is None else condition(stop, n, ">", "none", False)
    return scenario(*users, events=events, network=network, stop_time=n.of(1.0, 5.0), stop=end)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    structure=structures,
    seeds=st.lists(st.integers(0, 9999), min_size=2, max_size=6),
    roads=st.lists(st.sampled_from(ROADS), min_size=6, max_size=6),
    stop=st.sampled_from([None, "travelled", "position", "contact", "ended"]),
)
def test_a_copy_of_a_story_has_the_same_bytes_in_any_company(
    structure: Structure, seeds: list[int], roads: list[Road], stop: str | None
) -> None:
    same_bytes([copy(structure, seed, on, stop) for seed, on in zip(seeds, roads, strict=False)])


@pytest.mark.parametrize("kind", CONDITIONS)
def test_every_condition_is_the_same_in_a_batch(kind: str) -> None:
    for edge in EDGES:
        structure = [
            ("time", "<", "none", False, ["speed"], "parallel"),
            (kind, "<=", edge, True, ["lane"], "parallel"),
        ]
        same_bytes([copy(structure, seed, ROADS[seed % 4]) for seed in range(4)])


@pytest.mark.parametrize("kind", ACTIONS)
@pytest.mark.parametrize("after", ["speed", "path", "driver"])
def test_every_action_is_the_same_in_a_batch_whatever_takes_its_place(kind: str, after: str) -> None:
    structure: Structure = [
        ("time", "<", "none", False, [kind], "parallel"), ("travelled", "<", "none", False, [after], "parallel"),
        ("time", "<", "none", False, [kind, after], "override"),
    ]  # fmt: skip
    same_bytes([copy(structure, seed, ROADS[seed % 4]) for seed in range(4)])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(structure=structures, seed=st.integers(0, 9999), on=st.sampled_from(ROADS))
def test_whatever_the_story_says_the_states_stay_finite_and_firings_are_in_order(
    structure: Structure, seed: int, on: Road
) -> None:
    r = Simulation([copy(structure, seed, on)], [0]).run().one(0)
    for name in STATES:
        assert np.isfinite(getattr(r, name)).all(), name
    assert (r.speed >= 0.0).all()
    times = [f.time for f in r.firings]
    assert times == sorted(times)
    under_way: set[tuple[str, int]] = set()
    for f in r.firings:
        assert ((f.event, f.action) in under_way) == (f.phase != "start")
        under_way ^= {(f.event, f.action)}


# -- symmetries --------------------------------------------------------------------------------------------

LONG = road((4000.0, 0.0, 0.0))


def shifted(r: Rollout, steps: int, rows: int, first: int) -> dict[str, np.ndarray]:
    take = slice(first + steps, first + steps + rows)
    return {n: getattr(r, n)[take] for n in ("speed", "acceleration", "t", "heading", "yaw_rate")} | {
        "s": r.s[take] - r.s[first + steps]
    }


@pytest.mark.parametrize("steps", [1, 17, 60])
@pytest.mark.parametrize(
    "kind", [k for k in ACTIONS if k not in {"stop", "path", "timed path", "walk", "timed walk", "teleport"}]
)
def test_a_story_that_begins_later_gives_the_same_states_later(kind: str, steps: int) -> None:
    def drive(time: float) -> Rollout:
        users = user(on=LONG, driver="scripted"), user("a", on=LONG, s=160.0, driver="scripted"), walker()
        return run(*users, network=with_lights(LONG), events=(event(time, action(kind, Numbers(5))),), stop_time=15.0)

    now, later = drive(1.0), drive(1.0 + steps * DT)
    a, b = shifted(now, 0, 200, 20), shifted(later, steps, 200, 20)
    for name, tolerance in (("speed", 1e-9), ("t", 1e-9), ("s", 1e-6), ("acceleration", 1e-6), ("heading", 1e-6)):
        assert np.abs(a[name] - b[name]).max() < tolerance, name
    assert [(round(f.time + steps * DT, 6), f.action, f.phase) for f in now.firings if f.time + steps * DT <= 15.0] == [
        (f.time, f.action, f.phase) for f in later.firings
    ]


@pytest.mark.parametrize("driver", ["scripted", "constant", "idm"])
@pytest.mark.parametrize("kind", ["offset", "lane", "path", "timed path"])
def test_stories_to_the_left_and_to_the_right_are_mirror_images(kind: str, driver: str) -> None:
    middle = -1.5 * WIDTH

    def drive(side: int) -> Rollout:
        actions = {
            "offset": offset("ego", 0.7 * side, over(2.0, "cubic")),
            "lane": change_lane("ego", 0, over(3.0, "sinusoidal"), left=side),
            "path": walk("ego", (160.0, middle + 1.0 * side), (180.0, middle + 3.0 * side)),
            "timed path": walk("ego", (150.0, middle, 2.0), (180.0, middle + 3.0 * side, 4.0)),
        }
        return run(user(driver=driver), events=(event(1.0, actions[kind]),))

    left, right = drive(1), drive(-1)
    assert np.abs((left.t - middle) + (right.t - middle)).max() < 1e-9
    assert np.abs(left.t - middle).max() > 0.5
    for name, sign in (("heading", -1.0), ("yaw_rate", -1.0), ("speed", 1.0), ("acceleration", 1.0), ("s", 1.0)):
        assert np.abs(getattr(left, name) - sign * getattr(right, name)).max() < 1e-9, name
    assert left.firings == right.firings


def test_the_lists_hold_every_kind() -> None:
    n = Numbers(0)
    made = {type(condition(k, n, "<", "none", False)) for k in CONDITIONS}
    assert made == set(get_args(story.Condition))
    assert {type(action(k, n)) for k in ACTIONS} == set(get_args(story.Action))
