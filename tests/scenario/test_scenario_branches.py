# The branches of a `what_if` block: what each changes, and where its mistakes are told.

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mkdocs_worldmodel.errors import SpecError
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.branches import Branch, branches
from mkdocs_worldmodel.scenario.compose import compose
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.sim.simulation import Simulation
from mkdocs_worldmodel.spec.block import Place, parse_block

BASE = """\
figure: what_if
scenario:
  road: {lanes: 3, length: 900 m}
  ego: {lane: 2, speed: 25 m/s}
  actors:
    lorry: {kind: truck, lane: 1, ahead: 40 m, speed: 20 m/s}
    follower: {lane: 2, behind: 20 m, speed: 25 m/s}
  story:
    - name: cut in
      when: {time: 1 s}
      do: {lorry: {change_lane: {to: 2, over: 2 s}}}
  stop: {time: 6 s}
from: 1.5 s
what_if:
"""
FIRST = len(BASE.splitlines()) + 1
ROLLOUT = BASE.split("from:", maxsplit=1)[0].replace("what_if", "rollout")


def parted(*ways: str, base: str = BASE) -> tuple[Branch, ...]:
    block = parse_block(base + "".join(f"  {way}\n" for way in ways), Place(Path(), ()))
    return branches(block, compose(block))


def mistakes(*ways: str, base: str = BASE) -> list[tuple[int, str]]:
    with pytest.raises(SpecError) as raised:
        parted(*ways, base=base)
    return [(m.line, str(m)) for m in raised.value.mistakes]


def run(scenario: Scenario) -> Rollout:
    return Simulation([scenario], [0]).run().one(0)


def until(run: Rollout, time: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    rows = run.time < time - 1e-9
    return np.stack([run.x[rows], run.y[rows], run.speed[rows], run.heading[rows]])


def test_nothing_changes_in_an_empty_branch() -> None:
    keep, _ = parted("keep:", "brake: {ego: {brake: 6 m/s²}}")
    block = parse_block(ROLLOUT, Place(Path(), ()))
    assert keep.scenario == compose(block)
    assert not keep.parts_at_start


def test_commands_begin_where_the_ways_part_and_change_nothing_before() -> None:
    keep, brake = (run(way.scenario) for way in parted("keep: {}", "brake: {ego: {brake: 6 m/s²}}"))
    assert (until(keep, 1.5 + 0.05) == until(brake, 1.5 + 0.05)).all()
    braking = brake.acceleration[round(1.6 / 0.05) : round(4.0 / 0.05), 0]
    assert braking == pytest.approx(np.full(len(braking), -6.0), abs=1e-6)


def test_a_commanded_ego_does_what_it_is_told_and_nothing_else() -> None:
    _, left = parted("keep: {}", "left: {ego: {change_lane: {to: left, over: 3 s}}}")
    ran = run(left.scenario)
    after = ran.time >= 1.5
    speed = ran.speed[after, 0]
    assert np.ptp(speed) < 1e-9  # its own driver would brake for the lorry
    assert ran.lane[-1, 0] == -1
    assert len(left.silent) == 2
    actions = left.scenario.events[-1].actions
    assert [type(actions[i]).__name__ for _, i in left.silent] == ["DriverAction", "SpeedAction"]


def test_a_command_to_the_speed_holds_the_ego_at_no_other() -> None:
    _, slow = parted("keep: {}", "slow: {ego: {speed: {to: 54 km/h, over: 2 s}}}")
    ran = run(slow.scenario)
    assert ran.speed[-1, 0] == pytest.approx(15.0, abs=1e-6)
    assert len(slow.silent) == 1


def test_who_names_a_driver_keeps_it() -> None:
    _, handed = parted("keep: {}", "aeb: {ego: {driver: aeb}}")
    assert handed.silent == ()
    assert [a.driver for a in handed.scenario.events[-1].actions if hasattr(a, "driver")] == ["aeb"]


def test_the_ego_speeds_up_evenly_to_what_its_body_can_do() -> None:
    _, fast = parted("keep: {}", "fast: {ego: {accelerate: 1.5 m/s²}}")
    ran = run(fast.scenario)
    rows = (ran.time > 1.6) & (ran.time < 5.0)
    assert ran.acceleration[rows, 0] == pytest.approx(np.full(rows.sum(), 1.5), abs=1e-6)


def test_other_road_users_can_be_told_too_and_keep_their_drivers() -> None:
    _, stops = parted("keep: {}", "stops: {actors: {follower: {stop: {rate: 4 m/s²}}}}")
    ran = run(stops.scenario)
    follower = ran.names.index("follower")
    assert ran.speed[round(3.0 / 0.05), follower] < 20.0
    assert stops.silent == ()


def test_who_is_removed_is_never_there_and_nobody_reacts() -> None:
    _, alone = parted("keep: {}", "alone: {remove: lorry}")
    without = "\n".join(line for line in ROLLOUT.splitlines() if "lorry:" not in line)
    without = without.replace("  story:\n    - name: cut in\n      when: {time: 1 s}\n", "")
    reference = run(compose(parse_block(without, Place(Path(), ()))))
    ran = run(alone.scenario)
    kept = [ran.names.index(name) for name in reference.names]
    assert not ran.present[:, ran.names.index("lorry")].any()
    assert (ran.x[:, kept] == reference.x).all()
    assert (ran.speed[:, kept] == reference.speed).all()
    assert alone.removed == ("lorry",)
    assert alone.parts_at_start


def test_who_is_removed_does_not_appear_by_the_story() -> None:
    base = BASE.replace("speed: 20 m/s}", "speed: 20 m/s, present: false}").replace(
        "{lorry: {change_lane", "{lorry: {appear: true, change_lane"
    )
    keep, alone = (run(w.scenario) for w in parted("keep: {}", "alone: {remove: [lorry]}", base=base))
    lorry = keep.names.index("lorry")
    assert keep.present[-1, lorry] == 1
    assert not alone.present[:, lorry].any()


def test_another_start_takes_the_place_of_the_first() -> None:
    _, behind = parted("keep: {}", "behind: {actors: {lorry: {behind: 10 m, speed: 72 km/h}}}")
    lorry = behind.scenario.users[behind.scenario.index("lorry")]
    assert lorry.s < behind.scenario.users[0].s
    assert behind.started == (("lorry", "behind: 10 m"), ("lorry", "speed: 72 km/h"))


def test_a_speed_is_a_start_and_a_change_of_speed_a_command() -> None:
    _, start, command = parted("keep: {}", "a: {ego: {speed: 20 m/s}}", "b: {ego: {speed: {to: 20 m/s}}}")
    assert start.scenario.users[0].speed == 20.0
    assert len(start.scenario.events) == 1
    assert command.scenario.users[0].speed == 25.0
    assert len(command.scenario.events) == 2


def test_turns_are_taken_from_the_start() -> None:
    base = BASE.replace("lanes: 3, length: 900 m", "length: 300 m, junction: {ahead: 60 m}")
    base = base.split("  actors:", maxsplit=1)[0].replace("lane: 2, ", "") + "what_if:\n"
    routes = [w.scenario.users[0].route for w in parted("a: {}", "b: {ego: {turn: left}}", "c: {ego: {turn: right}}",
                                                          base=base)]  # fmt: skip
    assert len(set(routes)) == 3


MISTAKES = {
    "{ego: {brake: 6 m}}": "what_if.x.ego.brake: '6 m' is not an acceleration",
    "{ego: {accelerate: fast}}": "what_if.x.ego.accelerate: 'fast' is not an acceleration",
    "{ego: {brak: 6 m/s²}}": "unknown key 'brak' (did you mean brake?)",
    "{ego: {brake: 6, accelerate: 2}}": "ego cannot change its speed and stop at once",
    "{ego: {brake: 6, stop: {rate: 3}}}": "brake and stop contradict each other",
    "{ego: {accelerate: 1, speed: {to: 3}}}": "accelerate and speed contradict each other",
    "{ego: {change_lane: {to: 9}}}": "what_if.x.ego.change_lane.to: this is no lane",
    "{ego: {change_lane: {to: 4}}}": "there is no lane 4",
    "{ego: {speed: {to: 9, over: 1 s, rate: 3}}}": "what_if.x.ego.speed: over and rate contradict each other",
    "{ego: {lane: 7}}": "there is no lane 7",
    "{ego: {turn: left}}": "there is no way left",
    "{ego: {vanish: true}}": "the ego cannot vanish",
    "{ego: 3}": "what_if.x.ego: a mapping is needed",
    "{remove: ego}": "the ego cannot be removed",
    "{remove: lory}": "there is no road user 'lory' (did you mean lorry?)",
    "{remove: lorry, actors: {lorry: {speed: 3}}}": "lorry is removed and changed",
    "{actors: {lory: {speed: 3}}}": "there is no road user 'lory' (did you mean lorry?)",
    "{actors: {ego: {speed: 3}}}": "the ego is no actor",
    "{actors: {lorry: {kind: bicycle}}}": "lorry is too fast",
    "{actors: {lorry: {lane: 2, ahead: 0 m, behind: 3 m}}}": "ahead and behind contradict each other",
    "{actors: {lorry: {lane: 2, behind: 21 m}}}": "lorry",
    "{actors: {lorry: {cross: {}}}}": "a truck does not walk across the road",
    "{expect: 3}": "what_if.x.expect: a list is needed",
    "{remov: lorry}": "unknown key 'remov' (did you mean remove?)",
    "{}": "'x' and 'keep' are the same",
}


@pytest.mark.parametrize("change", MISTAKES)
def test_a_mistake_in_a_branch_is_told_at_its_line(change: str) -> None:
    found = mistakes("keep: {}", f"x: {change}")
    assert [line for line, _ in found] == [FIRST + 1]
    assert MISTAKES[change] in found[0][1]


def test_a_mistake_in_block_style_is_told_at_its_own_line() -> None:
    found = mistakes(
        "keep: {}", "x:\n    ego:\n      change_lane:\n        over: 2 s\n        to: 5", "y: {remove: car}"
    )
    assert [line for line, _ in found] == [FIRST + 5, FIRST + 6]


def test_the_ways_part_before_the_end() -> None:
    late = BASE.replace("from: 1.5 s", "from: 6 s")
    assert mistakes("a: {}", "b: {remove: lorry}", base=late) == [
        (13, "the ways part at 6 s, and the run ends at 6 s (part earlier, or give scenario: {stop: {time: ...}})")
    ]


@pytest.mark.parametrize(
    ("count", "said"), [(0, "a mapping"), (1, "one branch compares nothing"), (7, "7 branches are too many")]
)
def test_there_are_two_to_six_branches(count: int, said: str) -> None:
    found = mistakes(*(f"b{i}: {{ego: {{brake: {i + 1} m/s²}}}}" for i in range(count)))
    assert said in found[0][1]


@pytest.mark.parametrize("name", ["'x y z and many more letters'", "''", "' a'", '"a\\nb"'])
def test_a_name_of_a_branch_is_short_and_on_one_line(name: str) -> None:
    assert "is no name of a branch" in mistakes("keep: {}", f"{name}: {{remove: lorry}}")[0][1]


def test_names_may_be_in_any_language() -> None:
    names = [
        b.name for b in parted("weiter so: {}", "刹车: {ego: {brake: 6 m/s²}}", "30 km/h: {ego: {speed: 30 km/h}}")
    ]
    assert names == ["weiter so", "刹车", "30 km/h"]


def test_what_only_a_branch_makes_doubtful_is_told_there() -> None:
    base = BASE.replace("lanes: 3", "lanes: 2")
    keep, left = parted("keep: {}", "left: {ego: {change_lane: {to: left}}}", base=base)
    assert keep.doubts == ()
    assert [m.line for m in left.doubts] == [FIRST + 1]


def test_hostile_changes_give_mistakes_and_nothing_else() -> None:
    deep = "{a: " * 12 + "1" + "}" * 12
    for change in (f"{{ego: {deep}}}", "{ego: {brake: .nan}}", "{ego: {brake: {}}}", "{ego: {speed: [1]}}",
                   "{actors: {lorry: {follow: {points: 3}}}}", "{ego: {size: {length: -1}}}", "{remove: []}",
                   "{remove: [1]}", "{actors: []}", "{ego: {driver: 7}}", "{ego: {appear: true}}"):  # fmt: skip
        assert mistakes("keep: {}", f"x: {change}"), change
