"""The learned world at the wheel: whom it drives, how exactly, and what it leaves to story and simulator."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from pretended import Pretended, accelerating, lively, world

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.rollout.state import EgoAction
from mkdocs_worldmodel.world.simulator import Simulator
from scenes import scenario

CURVE = """
    road: {{lanes: 3, length: 900 m, curve: {{radius: {radius} m, to: left, transition: 60 m}}}}
    ego: {{lane: 2, speed: 20 m/s}}
    actors:
      ahead: {{lane: 2, ahead: {ahead} m, speed: 22 m/s}}
      lorry: {{kind: truck, lane: 1, ahead: 10 m, speed: 20 m/s}}
      steady: {{lane: 3, ahead: 5 m, speed: 25 m/s, driver: constant}}
    stop: {{time: {stop} s}}
    """


def curve(radius: float = 400, ahead: float = 30, stop: float = 6) -> str:
    return CURVE.format(radius=radius, ahead=ahead, stop=stop)


def same(a: Rollout, b: Rollout) -> bool:
    """Whether two runs have the same bytes."""
    return all(
        getattr(a, f.name).tobytes() == getattr(b, f.name).tobytes()
        for f in fields(a)
        if isinstance(getattr(a, f.name), np.ndarray)
    )


# -- how it drives ---------------------------------------------------------------------------------------------


def test_who_is_told_to_follow_its_lane_does_so_at_the_acceleration_that_it_is_told() -> None:
    run = world(accelerating(0.5)).run(scenario(curve()))
    driven = [0, 1, 2]
    wanted = run.speed[0, driven] + 0.5 * run.time[:, None]
    assert np.allclose(run.speed[:, driven], wanted, atol=1e-6)
    aside = run.t[:, driven] - run.t[0, driven]
    assert np.abs(aside).max() < 0.35, "what is not corrected in a curve of 120 m is a matter of decimetres"
    assert (run.lane[:, driven] == run.lane[0, driven]).all()
    assert np.abs(run.yaw_rate[:, 0]).max() == pytest.approx(23.0 / (400 - 0.0), rel=0.1)


def test_who_brakes_stands_in_the_end_and_stays() -> None:
    run = world(accelerating(-6.0)).run(scenario(curve(stop=5)))
    braked = 20.0**2 / (2 * 6.0)
    metres = np.hypot(np.diff(run.x[:, 0]), np.diff(run.y[:, 0])).sum()
    assert metres == pytest.approx(braked, abs=0.05)
    assert (run.speed[75:, 0] == 0.0).all()
    assert run.speed[-1, 2] == 0.0


def test_nobody_does_more_than_its_body_can() -> None:
    built = scenario(curve())
    faster, slower = (world(accelerating(rate)).run(built).acceleration for rate in (12.0, -12.0))
    for n in (0, 1, 2):
        assert faster[:, n].max() == pytest.approx(built.users[n].body.max_acceleration)
        assert slower[:, n].min() == pytest.approx(-built.users[n].body.max_deceleration)


def test_a_turn_to_the_left_leads_into_the_lane_on_the_left() -> None:
    def swerve(seen: object, noise: np.ndarray, window: object) -> np.ndarray:  # type: ignore[type-arg]
        token = np.zeros_like(noise)
        token[:, 0, 5:] = 1.2
        return token

    run = world(swerve).run(scenario("road: {lanes: 3}\nego: {lane: 1, speed: 20 m/s}\nstop: {time: 3 s}"))
    assert run.lane[0, 0] != run.lane[-1, 0]
    assert run.heading[-1, 0] > run.heading[0, 0]


def test_whoever_has_left_the_road_ends_the_run() -> None:
    text = "road: {lanes: 2, length: 150 m}\nego: {lane: 1, speed: 30 m/s, at: 60 m}\nstop: {time: 8 s}"
    run = world(accelerating(0.0)).run(scenario(text))
    assert run.ended == "end of road: ego"
    assert run.time[-1] == pytest.approx((150 - 60) / 30, abs=0.25)


# -- whom it drives --------------------------------------------------------------------------------------------


def test_other_drivers_drive_as_in_the_simulator() -> None:
    built = scenario(curve())
    ours, its = world(lively).run(built), Simulator().run(built)
    n = ours.names.index("steady")
    for name in ("x", "y", "heading", "speed"):
        assert getattr(ours, name)[:, n].tobytes() == getattr(its, name)[:, n].tobytes()
    assert not np.array_equal(ours.x[:, 0], its.x[:, 0])


STORY = """
    road: {lanes: 3, length: 900 m}
    ego: {lane: 2, speed: 20 m/s}
    actors:
      other: {lane: 1, ahead: 20 m, speed: 18 m/s}
      parked: {lane: 1, ahead: 300 m, speed: 0, driver: still}
      walker: {kind: pedestrian, lane: shoulder, ahead: 60 m, facing: left}
    story:
      - {when: {time: 1 s}, do: {other: {speed: {to: 10, over: 2 s, shape: linear}}}}
      - {when: {time: 3.2 s}, do: {other: {change_lane: {to: 2, over: 2 s}}}}
    stop: {time: 8 s}
    """


def test_the_story_is_followed_and_the_model_drives_before_and_after() -> None:
    model = Pretended(accelerating(1.0))
    run = type(world(lively))(model).run(scenario(STORY))
    other = run.speed[:, run.names.index("other")]
    assert other[20] == pytest.approx(19.0), "accelerated by the model for a second"
    assert np.allclose(np.diff(other[20:61]) / 0.05, (10.0 - 19.0) / 2.0)
    n = run.names.index("other")
    assert other[60] == pytest.approx(10.0)
    phases = [(f.event, f.phase, f.time) for f in run.firings]
    assert [p[1] for p in phases] == ["start", "end", "start", "end"]
    # from 5.2 s on the story moves it no more: the chunk that begins at 5.5 s is the model's again
    assert np.allclose(np.diff(other[111:]) / 0.05, 1.0)
    assert run.lane[-1, n] == run.lane[0, 0]
    given = [~np.isnan(tokens[0, :, 0]) for _, tokens in model.asked]
    assert [k for k, g in enumerate(given) if g[n]] == [2, 3, 4, 5, 7, 8, 9, 10]


def test_walkers_and_things_are_the_storys() -> None:
    built = scenario(STORY)
    ours, its = world(lively).run(built), Simulator().run(built)
    for name in ("parked", "walker"):
        n = ours.names.index(name)
        assert np.array_equal(ours.x[:, n], its.x[:, n])
        assert np.array_equal(ours.speed[:, n], its.speed[:, n])


def test_what_is_remembered_is_what_really_happened() -> None:
    model = Pretended(accelerating(1.0))
    run = type(world(lively))(model).run(scenario(STORY))
    n, steps = run.names.index("other"), 10
    for k, (tokens, commanded) in enumerate(model.remembered):
        v = run.speed[k * steps : (k + 1) * steps + 1 : 2, n]
        assert np.allclose(tokens[0, n, :5] * 1.2, np.diff(v) / 0.1, atol=1e-4)
        assert commanded[0, run.names.index("parked")]
        assert not commanded[0, 0]


def test_who_is_put_elsewhere_is_found_there() -> None:
    text = """
    road: {lanes: 2, length: 900 m, curve: {radius: 300 m, to: left}}
    ego: {lane: 1, speed: 20 m/s}
    actors: {other: {lane: 2, ahead: 20 m, speed: 20 m/s}}
    story: [{when: {time: 1 s}, do: {other: {teleport: {lane: 1, ahead: 300 m}}}}]
    stop: {time: 4 s}
    """
    run = world(accelerating(0.0)).run(scenario(text))
    assert run.s[21, 1] - run.s[19, 1] > 200.0
    assert (run.lane[21:, 1] == run.lane[0, 0]).all()
    assert np.abs(run.t[21:, 1] - run.t[21, 1]).max() < 0.2, "it follows the lane into which it was put"


# -- the same in any company, step by step, and causal -----------------------------------------------------------


def test_a_run_alone_is_the_same_as_in_a_batch() -> None:
    copies = [scenario(curve(radius, ahead)) for radius, ahead in ((400, 30), (250, 45), (400, 12), (700, 80))]
    (batch,) = world(lively).run_many(copies, [5, 5, 7, 9])
    for b, copy in enumerate(copies):
        assert same(batch.one(b), world(lively).run(copy, [5, 5, 7, 9][b]))


def test_chance_is_the_seeds_alone() -> None:
    built = scenario(curve(stop=2))
    (batch,) = world(lively).run_many([built] * 3, [3, 4, 3])
    assert same(batch.one(0), batch.one(2))
    assert not same(batch.one(0), batch.one(1))


def test_step_by_step_is_the_run() -> None:
    built = scenario(curve(stop=3))
    run, stepped = world(lively).run(built, 2), world(lively)
    state = stepped.reset(built, 2)
    for k in range(len(run.time)):
        for name in ("x", "y", "heading", "speed"):
            assert getattr(state, name).tobytes() == getattr(run, name)[k].tobytes(), (name, k)
        state = stepped.step()


def commanded(actions: list[EgoAction]) -> np.ndarray:  # type: ignore[type-arg]
    """x, y, speed of everyone at every step, (T, 3, N)."""
    stepped = world(lively)
    state = stepped.reset(scenario(curve(stop=5)), 1)
    out = [np.stack([state.x, state.y, state.speed])]
    for action in actions:
        state = stepped.step(action)
        out.append(np.stack([state.x, state.y, state.speed]))
    return np.stack(out)


def test_a_command_changes_nothing_before_it_and_the_others_answer_after_it() -> None:
    steady, brakes = [EgoAction(0.0, 0.0)] * 80, [EgoAction(0.0, 0.0)] * 40 + [EgoAction(-5.0, 0.0)] * 40
    one, two = commanded(steady), commanded(brakes)
    assert one[:41].tobytes() == two[:41].tobytes()
    assert np.allclose(two[40:, 2, 0], np.maximum(one[40, 2, 0] - 5.0 * 0.05 * np.arange(41), 0.0))
    # the others answer in the chunk that begins with the command: they are told of it there
    assert not np.array_equal(one[41:, :, 1], two[41:, :, 1])


def test_a_command_within_a_chunk_is_followed_at_once_and_answered_in_the_next() -> None:
    steady, brakes = [EgoAction(0.0, 0.0)] * 60, [EgoAction(0.0, 0.0)] * 33 + [EgoAction(-5.0, 0.0)] * 27
    one, two = commanded(steady), commanded(brakes)
    assert two[34, 2, 0] < one[34, 2, 0]
    assert np.array_equal(one[:41, :, 1:3], two[:41, :, 1:3])
    assert not np.array_equal(one[41:, :, 1:3], two[41:, :, 1:3])


def test_the_seat_can_be_left_again() -> None:
    stepped = world(accelerating(1.0))
    state = stepped.reset(scenario("road: {lanes: 2}\nego: {lane: 1, speed: 20 m/s}\nstop: {time: 5 s}"))
    for k in range(60):
        state = stepped.step(EgoAction(-2.0, 0.0) if k < 20 else None)
    assert state.speed[0] == pytest.approx(18.0 + 2.0)


# -- room and mistakes -----------------------------------------------------------------------------------------


def test_the_nearest_are_the_models_where_it_has_no_room_for_all() -> None:
    actors = "\n".join(f"  a{k}: {{lane: 3, ahead: {30 + 40 * k} m, speed: 20 m/s}}" for k in range(6))
    text = f"road: {{lanes: 3, length: 900 m}}\nego: {{lane: 1, speed: 20 m/s}}\nactors:\n{actors}\nstop: {{time: 2 s}}"
    run = world(accelerating(1.0), most_users=3).run(scenario(text))
    assert run.world.endswith("; 4 of 7 road users by the simulator")
    assert np.allclose(run.speed[-1, :3], 22.0)
    assert not np.isclose(run.speed[-1, 3:], 22.0, atol=0.2).any()
    everyone = world(accelerating(1.0)).run(scenario(text))
    assert np.allclose(everyone.speed[-1], 22.0)
    assert "by the simulator" not in everyone.world


def test_it_says_with_which_weights_it_drives() -> None:
    learned = world(lively)
    assert "0123456789ab" in learned.version
    assert "simulator" in learned.version
    assert learned.run(scenario(curve(stop=1))).world == learned.version


def test_an_answer_that_is_no_number_is_said() -> None:
    def broken(seen: object, noise: np.ndarray, window: object) -> np.ndarray:  # type: ignore[type-arg]
        return noise * np.float32(np.nan)

    with pytest.raises(WorldError, match="not a number"):
        world(broken).run(scenario(curve(stop=1)))


def test_horizons_have_an_end() -> None:
    with pytest.raises(WorldError, match=r"no longer than 24 s; the scenario stops at 40 s"):
        world(lively).run(scenario(curve(stop=40)))
    stepped = world(accelerating(0.0))
    stepped.reset(scenario("road: {length: 2000 m}\nego: {lane: 1, speed: 5 m/s}\nstop: {time: 30 s}"))
    for _ in range(480):
        stepped.step()
    with pytest.raises(WorldError, match="no longer than 24 s"):
        stepped.step()


def test_steps_come_after_a_reset_and_commands_are_numbers() -> None:
    learned = world(lively)
    with pytest.raises(WorldError, match="reset"):
        learned.step()
    learned.reset(scenario(curve(stop=1)))
    with pytest.raises(WorldError, match="finite"):
        learned.step(EgoAction(float("nan"), 0.0))
