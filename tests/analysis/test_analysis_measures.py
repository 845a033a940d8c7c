from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from drives import CAR, WIDTH, Mover, drive, road, steady

from mkdocs_worldmodel.analysis.analysis import analyse
from mkdocs_worldmodel.analysis.contact import first_contacts
from mkdocs_worldmodel.analysis.measures import measure
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.record import quantised
from mkdocs_worldmodel.rollout.route_lead import RouteTable
from mkdocs_worldmodel.scenario.road import RoadNetwork
from mkdocs_worldmodel.scenario.road_user import BODIES, Leg
from mkdocs_worldmodel.sim.simulation import Simulation
from scenes import run, scenario

LENGTH = BODIES["car"].length
CONSTANT = """
    road: {{lanes: 1, oncoming: 1, length: 900 m}}
    ego: {{speed: {ego} m/s}}
    actors: {{a: {{lane: {lane}, {place}: {gap} m, speed: {other} m/s, driver: scripted}}}}
    stop: {{time: 4 s}}
    """


def two_cars(ego: float, other: float, gap: float, lane: str = "1", place: str = "ahead") -> RolloutBatch:
    return RolloutBatch.of(
        run(CONSTANT.format(ego=ego, other=other, gap=gap, lane=lane, place=place), driver="constant")
    )


def network() -> object:
    return scenario(CONSTANT.format(ego=1, other=1, gap=1, lane="1", place="ahead")).network


def test_gap_headway_and_time_to_collision_of_two_cars_in_closed_form() -> None:
    m = measure(two_cars(20, 15, 60), network())  # type: ignore[arg-type]
    t = np.arange(81) * 0.05
    assert set(m.leader[0].tolist()) == {1}
    assert m.gap[0] == pytest.approx(60 - 5 * t, abs=1e-9)
    assert m.thw[0] == pytest.approx((60 - 5 * t) / 20, abs=1e-9)
    assert m.ttc[0] == pytest.approx(12 - t, abs=1e-9)


@pytest.mark.parametrize("other", [20, 25])
def test_a_gap_that_does_not_close_has_no_time_to_collision(other: float) -> None:
    m = measure(two_cars(20, other, 30), network())  # type: ignore[arg-type]
    assert np.isinf(m.ttc).all()
    assert np.isfinite(m.gap).all()


def test_a_car_behind_or_beside_the_way_is_no_leader() -> None:
    for batch in (two_cars(20, 25, 30, place="behind"), two_cars(20, 25, 30, lane="{oncoming: 1}")):
        m = measure(batch, network())  # type: ignore[arg-type]
        assert set(m.leader.ravel().tolist()) == {-1}
        assert np.isinf([m.gap, m.thw, m.ttc]).all()


def test_who_stands_has_no_headway() -> None:
    m = measure(two_cars(0, 0, 3), network())  # type: ignore[arg-type]
    assert np.isinf(m.thw).all()
    assert m.gap[0] == pytest.approx(3.0, abs=1e-9)


def test_a_gap_on_a_bend_is_what_the_author_wrote() -> None:
    built = scenario("""
        road: {lanes: 3, segments: [{length: 120 m}, {length: 150 m, curve: {radius: 90 m, to: right,
          transition: 40 m}}, {length: 300 m}]}
        ego: {lane: 1, at: 100 m, speed: 10 m/s}
        actors: {a: {lane: 1, ahead: 77.7 m}}
        """)
    batch = Simulation([built], [0]).run()
    assert measure(batch, built.network).gap[0, 0] == pytest.approx(77.7, abs=1e-9)


def test_a_batch_is_measured_as_its_copies_are() -> None:
    text = """
        road: {{lanes: 2, length: 900 m, curve: {{radius: 700 m, to: left}}}}
        ego: {{lane: 2, speed: 30 m/s, at: 60 m}}
        actors: {{a: {{lane: 1, ahead: {} m, speed: 20 m/s}}, b: {{lane: 2, ahead: 150 m, speed: 0}}}}
        story: [{{when: {{time: 1 s}}, do: {{a: {{change_lane: {{to: 2, over: 1 s}}}}}}}}]
        stop: {{time: {} s}}
        """
    copies = [scenario(text.format(2 + i, 3 + i % 3), driver=("idm", "constant")[i % 2]) for i in range(12)]
    batch = Simulation(copies, [0] * 12).run()
    together, contacts = measure(batch, copies[0].network), first_contacts(batch)
    assert any(contacts)
    for b in range(12):
        alone = RolloutBatch.of(batch.one(b))
        single = measure(alone, copies[b].network)
        for name in ("leader", "gap", "thw", "ttc"):
            mine = getattr(together, name)[b, : batch.rows[b]]
            assert mine.tobytes() == np.ascontiguousarray(getattr(single, name)[0]).tobytes(), name
        assert first_contacts(alone) == [contacts[b]]


# -- numbers -----------------------------------------------------------------------------------------------


def test_the_numbers_of_a_run_are_what_happened() -> None:
    text = """
        ego: {speed: 20 m/s}
        actors: {a: {lane: 2, ahead: 90 m}}
        story: [{when: {time: 1 s}, do: {ego: {speed: {to: 10 m/s, rate: 4}}}}]
        stop: {time: 5 s}
        """
    numbers = {str(n.label): n for n in analyse(scenario(text), quantised(run(text))).numbers}
    assert numbers["Duration"].value == 5.0
    assert numbers["Distance driven by the ego"].value == pytest.approx(20 + 37.5 + 15, abs=0.01)
    assert numbers["Highest speed of the ego"].value == pytest.approx(72.0)
    assert numbers["Lowest speed of the ego"].value == pytest.approx(36.0)
    assert numbers["Strongest braking of the ego"].value == pytest.approx(4.0)
    assert numbers["Strongest braking of the ego"].time == 1.0
    assert numbers["Strongest acceleration of the ego"].value is None
    assert numbers["Smallest time to collision (TTC)"].value is None


def test_nothing_counts_after_a_contact() -> None:
    text = CONSTANT.format(ego=10, other=0, gap=10, lane="1", place="ahead")
    read = analyse(scenario(text, driver="constant"), quantised(run(text, driver="constant")))
    assert read.last == 20
    numbers = {str(n.label): n.value for n in read.numbers}
    assert numbers["Duration"] == 1.0
    assert numbers["Smallest gap to the road user ahead"] == 0.0


def labelled(*movers: Mover, **options: object) -> dict[str, float | None]:
    return {str(n.label): n.value for n in analyse(*drive(*movers, **options)).numbers}  # type: ignore[arg-type]


def test_a_table_says_what_is_most_telling_and_no_more() -> None:
    ego = Mover(steady(100.0, 10.0))
    side = lambda time: -8.0 + 3.0 * time  # noqa: E731
    crosses = Mover(steady(160.0, 0.0), side, turned=math.pi / 2, kind="pedestrian", speed=3.0)
    leaves = (8.0 + 0.5 * BODIES["pedestrian"].length - 0.5 * WIDTH + 0.5 * CAR.width) / 3.0
    enters = (60.0 - 0.5 * BODIES["pedestrian"].width - CAR.front) / 10.0
    usual = set(labelled(ego))
    assert len(usual) == 9
    with_pet = labelled(ego, crosses, seconds=9.0)
    assert with_pet["Smallest post-encroachment time (PET)"] == pytest.approx(enters - leaves, abs=0.02)
    hit = labelled(ego, Mover(steady(120.0, 0.0)))
    assert hit["Speed of the ego at contact"] == pytest.approx(36.0)
    beside = labelled(ego, Mover(steady(100.0, 10.0), -1.5 * WIDTH))
    assert beside["Smallest distance to another road user"] == pytest.approx(WIDTH - CAR.width)
    behind = labelled(ego, Mover(steady(130.0, 5.0)))
    assert "Smallest distance to another road user" not in behind, "the gap says it"
    assert behind["Largest deceleration to avoid a crash (DRAC)"] == pytest.approx(25 / (2 * (30 - CAR.length - 5 * 4)))
    for table in (with_pet, hit, beside, behind):
        assert usual <= set(table)
        assert len(table) <= len(usual) + 2


def test_the_rules_that_the_ego_broke_are_part_of_what_a_run_means() -> None:
    town = RoadNetwork((road(speed_limit=50 / 3.6),))
    fast, wrong = Mover(steady(50.0, 20.0)), Mover(steady(90.0, 10.0), 0.5 * WIDTH)
    assert [v.rule for v in analyse(*drive(fast, wrong, network=town)).violations] == ["speeding"]


# -- batches over several roads --------------------------------------------------------------------------------


def test_a_batch_is_measured_along_its_routes() -> None:
    straight = road("1", 100.0)
    beyond = road("2", 200.0, geometries=tuple(replace(g, x=100.0) for g in road("2", 200.0).geometries))
    network = RoadNetwork((straight, beyond))
    ego = Mover(steady(60.0, 10.0), route=(Leg("1", 1, -1), Leg("2", 1, -1)))
    built, driven = drive(ego, Mover(steady(30.0, 4.0), road=1), network=network)
    batch = RolloutBatch.of(driven)
    along = measure(batch, network, RouteTable([built]))
    gap = 40.0 + 30.0 - CAR.length - 6.0 * driven.time
    assert along.gap[0] == pytest.approx(gap)
    assert along.ttc[0][1:-1] == pytest.approx(gap[1:-1] / 6.0)
    assert (along.leader == 1).all()
    # without routes one sees one's own road
    assert (measure(batch, network).leader == -1).all()
    assert measure(batch, network, RouteTable([built]), follower=1).leader.max() == -1


def test_the_absent_lead_nobody_and_follow_nobody() -> None:
    late = Mover(steady(90.0, 10.0), present=lambda time: time >= 2.0)
    for order, row in (((Mover(steady(50.0, 10.0)), late), 0), ((late, Mover(steady(120.0, 10.0))), 0)):
        built, driven = drive(*order)
        leaders = measure(RolloutBatch.of(driven), built.network).leader[row]
        assert (leaders[driven.time < 1.99] == -1).all()
        assert (leaders[driven.time > 2.01] == 1).all()
