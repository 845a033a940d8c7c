from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.sim import shapes
from mkdocs_worldmodel.sim.simulation import DT, Simulation
from scenes import scenario

STATES = ("x", "y", "heading", "speed", "acceleration", "yaw_rate", "s", "t", "lane")

ROADS = [
    "{lanes: 3, oncoming: 1, length: 700 m}",
    "{lanes: 3, oncoming: 1, length: 650 m, lane_width: 3 m}",
    "{lanes: 3, oncoming: 1, length: 700 m, curve: {radius: 300 m, to: left}}",
    "{lanes: 3, oncoming: 1, length: 700 m, curve: {radius: 400 m, to: right, transition: 120 m}}",
    (
        "{lanes: 3, oncoming: 1, segments: [{length: 200 m}, {length: 250 m, curve: {radius: 150 m, to: right, "
        "transition: 60 m}}, {length: 250 m}]}"
    ),
]


def variation(
    road: str = ROADS[0], v: float = 25.0, gap: float = 20.0, to: int = 2, over: float = 3.0, shape: str = "sinusoidal",
    drivers: Sequence[str] = ("idm", "idm", "idm"), stop: float = 4.0,
) -> Scenario:  # fmt: skip
    return scenario(
        f"""
        road: {road}
        ego: {{lane: 2, at: 60 m, speed: {v} m/s}}
        actors:
          a: {{kind: truck, lane: 1, ahead: {gap} m, speed: {0.8 * v} m/s, driver: {drivers[1]}}}
          b: {{lane: {{oncoming: 1}}, ahead: {8 * gap} m, speed: {v} m/s, driver: {drivers[2]}}}
        story:
          - {{when: {{time: 0.5 s}}, do: {{a: {{change_lane: {{to: {to}, over: {over} s, shape: {shape}}}}}}}}}
          - when: {{time: {0.3 * over} s}}
            do: {{a: {{speed: {{to: {v}}}}}, b: {{speed: {{to: 3, shape: {shape}, over: 2 s}}}}}}
        stop: {{time: {stop} s}}
        """,
        driver=drivers[0],
    )


def same_bytes(a: Rollout, b: Rollout) -> None:
    for name in STATES:
        assert getattr(a, name).tobytes() == getattr(b, name).tobytes(), name
    assert a.firings == b.firings
    assert (a.ended, a.seed, a.names, len(a.time)) == (b.ended, b.seed, b.names, len(b.time))


drivers = st.sampled_from(["idm", "constant", "scripted"])
variations = st.builds(
    variation,
    road=st.sampled_from(ROADS),
    v=st.sampled_from([0.0, 5.0, 17.3, 25.0, 38.1]),
    gap=st.sampled_from([3.0, 12.7, 20.0]),
    to=st.integers(1, 3),
    over=st.sampled_from([0.4, 1.0, 3.0]),
    shape=st.sampled_from(["linear", "cubic", "sinusoidal"]),
    drivers=st.tuples(drivers, drivers, drivers),
    stop=st.sampled_from([1.0, 2.5, 4.0]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(variations, min_size=1, max_size=9))
def test_a_copy_has_the_same_bytes_in_any_company(copies: list[Scenario]) -> None:
    batch = Simulation(copies, range(len(copies))).run()
    for b, copy in enumerate(copies):
        same_bytes(batch.one(b), Simulation([copy], [b]).run().one(0))


def test_a_large_batch_of_equal_roads_has_the_bytes_of_its_copies() -> None:
    copies = [variation(v=10 + 0.37 * i, gap=5 + 0.2 * (i % 50), over=1 + 0.01 * i, stop=2.0) for i in range(67)]
    batch = Simulation(copies, [0] * len(copies)).run()
    for b in (0, 1, 31, 32, 33, 65, 66):
        same_bytes(batch.one(b), Simulation([copies[b]], [0]).run().one(0))


def test_the_same_scenario_gives_the_same_bytes() -> None:
    same_bytes(Simulation([variation()], [7]).run().one(0), Simulation([variation()], [7]).run().one(0))


def test_a_batch_of_one_and_back_is_the_run() -> None:
    r = Simulation([variation()], [3]).run().one(0)
    same_bytes(RolloutBatch.of(r).one(0), r)


def test_rows_after_the_end_of_a_copy_are_not_its_own() -> None:
    batch = Simulation([variation(stop=1.0), variation(stop=4.0)], [0, 0]).run()
    assert batch.rows.tolist() == [21, 81]
    assert batch.valid().sum(axis=1).tolist() == [21, 81]
    assert len(batch) == 2
    assert len(batch.one(0).time) == 21


def test_scenarios_of_another_structure_are_no_batch() -> None:
    alone = scenario("ego: {speed: 10 m/s}")
    with pytest.raises(WorldError, match="same road users"):
        Simulation([alone, variation()], [0, 0])


# -- symmetries --------------------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(
    v=st.sampled_from([5.0, 20.0, 35.0]),
    shape=st.sampled_from(["linear", "cubic", "sinusoidal"]),
    driver=drivers,
    steps=st.integers(1, 40),
)
def test_an_event_that_comes_later_gives_the_same_states_later(v: float, shape: str, driver: str, steps: int) -> None:
    def states(time: float) -> Rollout:
        return Simulation([scenario(f"""
            road: {{lanes: 2, length: 900 m}}
            ego: {{speed: {v} m/s, lane: 1, at: 40 m}}
            actors: {{a: {{lane: 2, ahead: 20 m, driver: {driver}}}}}
            story:
              - when: {{time: {time} s}}
                do: {{a: {{change_lane: {{to: 1, over: 3 s, shape: {shape}}}, speed: {{to: {0.5 * v}, over: 3 s}}}}}}
            stop: {{time: 9 s}}
            """)], [0]).run().one(0)  # fmt: skip

    now, later = states(1.0), states(1.0 + steps * DT)
    n = len(now.time) - steps
    for name, tolerance in (("speed", 1e-6), ("t", 1e-4)):
        assert np.abs(getattr(later, name)[steps:] - getattr(now, name)[:n]).max() < tolerance
    moved = later.s[steps:] - now.s[:n]
    assert np.ptp(moved, axis=0).max() < 1e-3


@pytest.mark.parametrize("driver", ["idm", "constant", "scripted"])
def test_a_mirrored_world_moves_in_mirror_image(driver: str) -> None:
    # the middle lane of three lies as far from the left as from the right edge: mirrored about its centre
    def states(to: int, bend: str) -> Rollout:
        return Simulation([scenario(f"""
            road: {{lanes: 3, length: 700 m, lane_width: 4 m, kind: motorway{bend}}}
            ego: {{lane: 2, at: 40 m, speed: 20 m/s}}
            actors: {{a: {{lane: 2, ahead: 15 m, driver: {driver}}}}}
            story: [{{when: {{time: 1 s}}, do: {{a: {{change_lane: {{to: {to}}}}}}}}}]
            """)], [0]).run().one(0)  # fmt: skip

    left, right = states(3, ""), states(1, "")
    assert np.abs((left.t + 6.0) + (right.t + 6.0)).max() < 1e-9
    assert np.abs(left.heading + right.heading).max() < 1e-9
    assert np.abs(left.speed - right.speed).max() < 1e-9
    assert np.abs(left.s - right.s).max() < 1e-9


# -- shapes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", range(3))
def test_slopes_and_areas_belong_to_their_shape(shape: int) -> None:
    index, p, h = np.array(shape), np.linspace(0.01, 0.99, 99), 1e-5
    first, second = shapes.slopes(index, p)  # type: ignore[arg-type]

    def f(q: np.ndarray) -> np.ndarray:
        return shapes.value(index, q)  # type: ignore[arg-type]

    assert first == pytest.approx((f(p + h) - f(p - h)) / (2 * h), abs=1e-6)
    assert second == pytest.approx((f(p + h) - 2 * f(p) + f(p - h)) / (h * h), abs=1e-3)
    area = shapes.integral(index, p + h) - shapes.integral(index, p - h)  # type: ignore[arg-type]
    assert area / (2 * h) == pytest.approx(f(p), abs=1e-6)
    assert f(np.array([-1.0, 0.0, 0.5, 1.0, 2.0])) == pytest.approx([0, 0, 0.5, 1, 1])
    assert shapes.PEAK_SLOPE[shapes.SHAPES[shape]] == pytest.approx(shapes.slopes(index, np.array([0.5]))[0][0])  # type: ignore[arg-type]
