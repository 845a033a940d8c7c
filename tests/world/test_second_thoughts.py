"""Who would come into contact, past a red light or off the road is asked again: who, how often, and that it helps."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from pretended import Pretended, lively

from mkdocs_worldmodel.analysis.drivable import DrivableArea
from mkdocs_worldmodel.analysis.forecast_rates import NEVER, Bodies, first_contacts, leaves_road, passes_red
from mkdocs_worldmodel.model.corridor import MIDDLE, Pool, Roads
from mkdocs_worldmodel.model.features import Observation, Users
from mkdocs_worldmodel.model.kinematics import ACCELERATION, Lane, Motion
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.scenario.road_user import Leg
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.world import second_thoughts
from mkdocs_worldmodel.world.learned import Learned
from scenes import scenario


def behind(ahead: float, driver: str = "idm") -> Scenario:
    """The ego nears a car that stands in its lane; another car is far off in the lane beside."""
    built = scenario(f"""
        road: {{lanes: 2, length: 1200 m}}
        ego: {{lane: 1, speed: 15 m/s}}
        actors:
          broken: {{lane: 1, ahead: {ahead} m, speed: 0}}
          other: {{lane: 2, ahead: 200 m, speed: 15 m/s}}
        stop: {{time: 6 s}}
        """)
    drivers = (driver, "still", "idm")
    users = tuple(replace(user, driver=name) for user, name in zip(built.users, drivers, strict=True))
    return replace(built, users=users)


def undecided(seen: Observation, noise: Any, window: Any) -> Any:
    """Everybody goes on, or brakes hard, as chance will have it: in two of three cases it goes on."""
    token = np.zeros_like(noise)
    token[..., :5] = np.where(noise[..., :1] > -0.43, 0.0, -8.0 / 1.2)
    return token


class Noted(Pretended):
    """Whom it was asked for, and with what noise."""

    def __init__(self) -> None:
        super().__init__(undecided)
        self.calls: list[tuple[Any, Any]] = []

    def chunk(self, seen: Observation, given: Any, noise: Any, window: Any, scenes: Any = None) -> Any:
        self.calls.append((scenes, noise.copy()))
        return super().chunk(seen, given, noise, window, scenes)

    def remember(self, *args: Any, **more: Any) -> Any:
        self.calls.append(("end", None))
        return super().remember(*args, **more)


def driven(model: Pretended, some: list[Scenario], seeds: range) -> RolloutBatch:
    return next(Learned(model).run_many(some, list(seeds)))


def touched(batch: RolloutBatch) -> float:
    return float((first_contacts(Bodies.of(batch, 2))[:, 0, 1] < NEVER).mean())


def test_only_scenes_with_a_contact_ahead_are_asked_for_again_and_in_them_who_can_avoid_it() -> None:
    model = Noted()
    driven(model, [behind(18.0), behind(800.0)], range(2))
    chunk = model.calls[: [str(what) for what, _ in model.calls].index("end")]
    (all_of_them, first), *again = chunk
    assert all_of_them is None
    assert first.shape[0] == 2
    assert len(again) in {1, second_thoughts.TRIES - 1}
    for scenes, noise in again:
        assert scenes.tolist() == [0]
        assert (noise[0, 0] != first[0, 0]).all(), "the ego gets other noise"
        assert (noise[0, 1:] == first[0, 1:]).all(), "all others keep theirs"


def test_nobody_is_asked_again_where_nobody_could_help_it() -> None:
    model = Noted()
    driven(model, [behind(18.0, driver="constant")], range(1))
    assert {str(scenes) for scenes, _ in model.calls} == {"None", "end"}


def test_nobody_is_asked_more_often_than_the_tries() -> None:
    model = Noted()
    driven(model, [behind(10.0)], range(1))
    calls = "".join("." if what == "end" else "x" for what, _ in model.calls)
    assert max(len(part) for part in calls.split(".")) == second_thoughts.TRIES


def test_contacts_become_rare(monkeypatch: pytest.MonkeyPatch) -> None:
    some = [behind(60.0)] * 60
    with_it = touched(driven(Pretended(undecided), some, range(60)))
    monkeypatch.setattr(second_thoughts, "TRIES", 1)
    without = touched(driven(Pretended(undecided), some, range(60)))
    assert with_it < 0.5 * without
    assert without > 0.1


def test_red_lights_are_passed_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    built = scenario("""
        road: {kind: town, junction: {ahead: 70 m, control: signals, signals: {green: 20 s, first: side}}}
        ego: {lane: 1, speed: 12 m/s}
        stop: {time: 8 s}
        """)

    def passed() -> float:
        batch = driven(Pretended(undecided), [built] * 40, range(40))
        return float(passes_red(built.network, Bodies.of(batch, 2), batch.signals[:, ::2])[:, 0].mean())

    with_it = passed()
    monkeypatch.setattr(second_thoughts, "TRIES", 1)
    assert with_it < 0.7 * passed()


def test_where_there_is_no_danger_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    some = [behind(800.0)] * 4
    with_it = driven(Pretended(lively), some, range(4))
    monkeypatch.setattr(second_thoughts, "TRIES", 1)
    without = driven(Pretended(lively), some, range(4))
    assert with_it.x.tobytes() == without.x.tobytes()


def test_a_run_in_danger_alone_is_the_same_as_in_a_batch() -> None:
    some = [behind(30.0), behind(45.0), behind(60.0)]
    together = driven(Pretended(undecided), some, range(3))
    for k in range(3):
        alone = driven(Pretended(undecided), some[k : k + 1], range(k, k + 1))
        assert together.one(k).x.tobytes() == alone.one(0).x.tobytes()


def test_a_better_answer_of_one_counts_though_another_s_is_worse() -> None:
    """Two cars near one that stands, each in its lane; they have nothing to do with each other."""
    shape = (1, 4)
    followed = SimpleNamespace(
        pool=Pool([Roads(behind(18.0).network).corridor((Leg("1", 1, -1),))]),
        users=Users(
            np.full(shape, -1), np.zeros(shape, dtype=int), np.full(shape, 4.5), np.full(shape, 1.8),
            np.full(shape, 3.5), np.full(shape, 5.0), np.zeros((1, 4, 4, 4), np.float32),
        ),
        lane=Lane(np.full(shape, -1), np.full(shape, MIDDLE), np.zeros(shape)),
        motion=Motion(
            np.array([[0.0, 16.0, 0.0, 16.0]]), np.array([[0.0, 0.0, 20.0, 20.0]]), np.zeros(shape),
            np.array([[15.0, 0.0, 15.0, 0.0]]),
        ),
        signals=np.zeros((1, 0), dtype=np.int8),
    )  # fmt: skip
    answers = iter([(0.0, -4.0), *[(-10.0, 3.0)] * second_thoughts.TRIES])
    """Accelerations of the first and of the third; neither can stop any more, but who brakes harder is there later."""

    def ask(scenes: Any, noise: Any) -> Any:
        token = np.zeros((1, 4, 10), dtype=np.float32)
        token[0, 0, :5], token[0, 2, :5] = next(answers)
        return token / np.float32(ACCELERATION)

    everyone = np.ones(shape, dtype=bool)
    token = second_thoughts.reconsidered(
        followed,
        everyone,
        everyone,
        ask,
        lambda attempt: np.zeros((1, 4, 10), dtype=np.float32),  # type: ignore[arg-type]
    )
    assert token[0, 0, 0] * ACCELERATION == pytest.approx(-10.0)
    assert token[0, 2, 0] * ACCELERATION == pytest.approx(-4.0)


def test_the_road_is_left_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    def drifting(seen: Observation, noise: Any, window: Any) -> Any:
        token = np.zeros_like(noise)
        token[..., 5:] = np.clip(1.5 * noise[..., 5:6], -2.0, 2.0)
        return token

    def left() -> float:
        batch = driven(Pretended(drifting), [behind(800.0)] * 20, range(20))
        x, y = (np.swapaxes(each, 1, 2)[:, :1] for each in (batch.x, batch.y))
        area = DrivableArea(behind(800.0).network)
        return float(leaves_road(area, x, y, np.ones_like(x, dtype=bool)).mean())

    with_it = left()
    monkeypatch.setattr(second_thoughts, "TRIES", 1)
    without = left()
    assert with_it < 0.7 * without
    assert without > 0.3
