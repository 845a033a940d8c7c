"""Who goes first at junctions, and that nobody is hit or waits for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from junctions import ARMS, comer, contacts, drive, junction, scene, still_there

from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.scenario.layout import Layout
from mkdocs_worldmodel.scenario.road_user import BODIES, Kind, RoadUser, YieldParameters
from mkdocs_worldmodel.scenario.scenario import Scenario

KINDS: tuple[Kind, ...] = ("car", "car", "van", "motorcycle")
HEAVY: tuple[Kind, ...] = (*KINDS, "truck", "bus")


def watched(layout: Layout, users: Sequence[RoadUser], stop: float = 90.0) -> Scenario:
    """With a cone as ego, which never leaves."""
    right = layout.network.roads[0].rule == "RHT"
    cone = RoadUser("ego", "cone", BODIES["cone"], "1", -1 if right else 1, 1, 0.5, 30.0, 0.0, "still", 0.0, "#ffffff",
                    follows_lane=False)  # fmt: skip
    return scene(layout.network, [cone, *users], stop)


def arrivals(layout: Layout, rng: np.random.Generator, count: int, kinds: tuple[Kind, ...] = KINDS) -> list[RoadUser]:
    """Some from anywhere to anywhere."""
    arms = [arm for arm in ARMS if arm in layout.arms]
    taken = dict.fromkeys(arms, 5.0)
    users: list[RoadUser] = []
    while len(users) < count:
        arm, kind = arms[rng.integers(len(arms))], kinds[rng.integers(len(kinds))]
        before = taken[arm] + rng.uniform(0.0, 40.0)
        if before > 120.0:
            continue
        try:
            users.append(comer(layout, f"u{len(users)}", arm, before, rng.uniform(5.0, 12.0), kind=kind,
                               turn=str(rng.choice(["left", "straight", "right"])),
                               desired=rng.uniform(9.0, 15.0)))  # fmt: skip
        except ValueError:  # there is no such way
            continue
        taken[arm] = before + BODIES[kind].length + 8.0
    return users


def entered(run: RolloutBatch) -> list[str]:
    """Names in the order in which they come onto connecting roads of the junction."""
    first = {name: int(np.argmax(run.road[0, :, n] != run.road[0, 0, n])) for n, name in enumerate(run.names) if n}
    return sorted(first, key=lambda name: first[name])


LAYOUTS = {
    "right": ("right", {}),
    "priority": ("priority", {}),
    "give way": ("give_way", {}),
    "stop": ("stop", {}),
    "signals": ("signals", {}),
    "roundabout": ("right", {"kind": "roundabout"}),
    "t": ("right", {"kind": "t"}),
    "left-hand traffic": ("right", {"keep": "left"}),
}


@pytest.mark.parametrize(("kinds", "seed"), [(KINDS, 7), (HEAVY, 11)], ids=["light", "heavy"])
@pytest.mark.parametrize("name", LAYOUTS)
def test_nobody_is_hit_and_everybody_leaves(name: str, kinds: tuple[Kind, ...], seed: int) -> None:
    control, more = LAYOUTS[name]
    layout = junction(control, **more)
    rng = np.random.default_rng(seed)
    stop = 150.0 if name == "signals" else 90.0
    run = drive(*(watched(layout, arrivals(layout, rng, 6, kinds), stop) for _ in range(40)))
    assert contacts(run) == []
    assert [who for who in still_there(run) if who[1] != "ego"] == []


@pytest.mark.parametrize(("keep", "first"), [("right", "right"), ("left", "left")])
def test_who_comes_from_the_right_goes_first(keep: str, first: str) -> None:
    layout = junction("right", keep=keep)
    run = drive(watched(layout, [comer(layout, "mine", "ego", 40.0), comer(layout, "other", first, 40.0)]))
    assert entered(run) == ["other", "mine"]
    assert run.acceleration[0, :, 2].min() > -0.1


def test_who_comes_from_the_left_waits() -> None:
    layout = junction("right")
    run = drive(watched(layout, [comer(layout, "mine", "ego", 40.0), comer(layout, "other", "left", 40.0)]))
    assert entered(run) == ["mine", "other"]


def test_four_at_once_do_not_wait_for_ever() -> None:
    layout = junction("right")
    run = drive(watched(layout, [comer(layout, f"from {arm}", arm, 40.0) for arm in ARMS]))
    assert contacts(run) == []
    assert [who for who in still_there(run) if who[1] != "ego"] == []


def test_a_left_turn_gives_way_to_oncoming_traffic() -> None:
    layout = junction("priority")
    run = drive(watched(layout, [comer(layout, "turns", "ego", 40.0, turn="left"), comer(layout, "on", "ahead", 60.0)]))
    assert entered(run) == ["on", "turns"]
    assert run.acceleration[0, :, 2].min() > -0.1


def test_at_a_stop_sign_one_stands_even_if_nobody_comes() -> None:
    layout = junction("stop")
    run = drive(watched(layout, [comer(layout, "mine", "ego", 40.0)], 40.0))
    stands = run.speed[0, :, 1] < 0.1
    assert stands.any()
    front = run.s[0, stands, 1] + BODIES["car"].front
    assert np.all((front > 149.0) & (front <= 150.0))
    assert not run.present[0, -1, 1] or run.road[0, -1, 1] != 0


@pytest.mark.parametrize(("seconds", "goes"), [(3.5, False), (8.0, True)])
def test_a_gap_is_taken_if_it_is_long_enough(seconds: float, goes: bool) -> None:
    layout = junction("give_way")
    mine = comer(layout, "mine", "ego", 0.4, 0.0, desired=10.0)
    on = comer(layout, "on", "left", seconds * 10.0, 10.0)
    run = drive(watched(layout, [mine, on], 40.0))
    assert entered(run) == (["mine", "on"] if goes else ["on", "mine"])
    assert contacts(run) == []
    assert run.acceleration[0, :, 2].min() > -2.5


def test_who_ignores_priority_makes_the_other_brake_or_hits_it() -> None:
    layout = junction("give_way")
    mine = comer(layout, "mine", "ego", 40.0, give_way=YieldParameters(priority=False))
    run = drive(watched(layout, [mine, comer(layout, "on", "left", 42.0)], 20.0))
    assert run.acceleration[0, :, 1].min() == 0.0


def test_a_mirrored_scene_is_the_same_with_sides_exchanged() -> None:
    runs = []
    for keep, arms in (("right", ("left", "right")), ("left", ("right", "left"))):
        layout = junction("right", keep=keep)
        users = [comer(layout, "mine", "ego", 30.0, turn=arms[0]), comer(layout, "a", arms[0], 35.0, 9.0),
                 comer(layout, "b", arms[1], 50.0, 8.0), comer(layout, "c", "ahead", 45.0, 11.0)]  # fmt: skip
        runs.append(drive(watched(layout, users, 40.0)))
    for name, sign in (("x", 1.0), ("y", -1.0), ("speed", 1.0)):
        a, b = (getattr(run, name)[:, :, 1:] for run in runs)
        there = (runs[0].present[:, :, 1:] & runs[1].present[:, :, 1:]) > 0
        assert np.abs(a - sign * b)[there].max() < 1e-6


def test_a_copy_has_the_same_bytes_in_any_company() -> None:
    rng = np.random.default_rng(3)
    layouts = [junction("right"), junction("right", kind="t"), junction("right", keep="left")]
    scenes = [watched(layout, arrivals(layout, rng, 5), 30.0) for layout in layouts for _ in range(2)]
    together = drive(*scenes)
    for b, one in enumerate(scenes):
        alone = drive(one).one(0)
        mine = together.one(b)
        for name in ("x", "y", "heading", "speed", "acceleration", "lane", "present"):
            there = alone.present > 0
            assert np.array_equal(getattr(alone, name)[there], getattr(mine, name)[there]), name


def test_a_lorry_that_swings_out_is_given_room() -> None:
    layout = junction("right")
    lorry = comer(layout, "lorry", "right", 40.0, kind="truck", turn="left")
    other = comer(layout, "mine", "ego", 60.0)
    run = drive(watched(layout, [other, replace(lorry, name="lorry")]))
    assert contacts(run) == []


def test_vehicles_of_other_sizes_in_other_copies_change_nothing() -> None:
    layout = junction("right")
    scenes = [watched(layout, [comer(layout, "mine", "ego", 40.0, kind=kind, turn="right"),
                               comer(layout, "other", "right", 40.0)], 30.0)
              for kind in ("car", "truck", "motorcycle")]  # fmt: skip
    together = drive(*scenes)
    assert contacts(together) == []
    for b, one in enumerate(scenes):
        alone, mine = drive(one).one(0), together.one(b)
        assert np.array_equal(alone.x[alone.present > 0], mine.x[alone.present > 0])
