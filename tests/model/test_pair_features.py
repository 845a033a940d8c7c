"""What the network works out of each neighbour: gaps along bent lanes; where a scene lies does not matter."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from looking import Drive

pytestmark = pytest.mark.train

GAP, ACROSS, IN_WAY, CLOSING = 7, 8, 11, 14
"""Of a pair: asinh(gap / 5), metres beside the way / 2, whether it is in the way, closing speed / 10."""
FOLLOWING = """
    road: {{lanes: 2, length: 320 m, curve: {{radius: {radius} m, to: {to}, transition: 40 m}}}}
    ego: {{lane: 1, speed: 15 m/s, at: 120 m}}
    actors:
      leader: {{lane: 1, ahead: {gap} m, speed: 10 m/s}}
      beside: {{lane: 2, ahead: 5 m, speed: 15 m/s}}
    stop: {{time: 1 s}}
    """
CROSSING = """
    road: {kind: town, lanes: 1, oncoming: 1, junction: {at: 100 m, control: priority}}
    ego: {lane: 1, speed: 10 m/s, at: 40 m, turn: left}
    actors:
      leader: {lane: 1, ahead: 55 m, speed: 6 m/s, turn: left}
      oncoming: {on: ahead, lane: 1, before: 40 m, speed: 8 m/s, turn: straight}
    stop: {time: 3 s}
    """


@cache
def drive(text: str) -> Drive:
    return Drive.of(text)


def pairs(of: Drive, row: int, turned: float = 0.0) -> Any:
    """(N, N, PAIR) features; the whole scene turned and moved if asked for."""
    import torch

    from mkdocs_worldmodel.training.network import pair_features

    seen = of.seen(row)
    pose, path = seen.pose.copy(), seen.path.copy()
    if turned:
        c, s = np.float32(np.cos(turned)), np.float32(np.sin(turned))
        for values in (pose, path):
            for k in (0, 2):
                a, b = values[..., k].copy(), values[..., k + 1].copy()
                values[..., k], values[..., k + 1] = c * a - s * b, s * a + c * b
            values[..., 0] += np.float32(30.0)
    with torch.no_grad():
        return pair_features(*(torch.from_numpy(each) for each in (pose, path, seen.conflict)))[0].numpy()


def between(of: Drive, row: int) -> float:
    """From the ego's front bumper to the leader's rear bumper along their corridor [m]."""
    lane, _ = of.lane(row)
    rear = lane.sample[0, 1] - (of.users.length - of.users.front)[0, 1]
    return float(rear - (lane.sample + of.users.front)[0, 0])


@pytest.mark.parametrize("to", ["left", "right"])
@pytest.mark.parametrize("radius", [80.0, 400.0, 5000.0])
@pytest.mark.parametrize("gap", [3.0, 25.0, 70.0])
def test_the_gap_to_a_leader_is_measured_from_bumper_to_bumper_along_every_bend(
    gap: float, radius: float, to: str
) -> None:
    of = drive(FOLLOWING.format(gap=gap, radius=radius, to=to))
    found = pairs(of, 0)[0, 1]
    assert 5.0 * np.sinh(found[GAP]) == pytest.approx(between(of, 0), abs=0.03)
    assert between(of, 0) == pytest.approx(gap, rel=0.06, abs=0.5)  # which is told along the reference line
    assert abs(found[ACROSS] * 2.0) < 0.3
    assert found[IN_WAY] > 0.9
    assert found[CLOSING] * 10.0 == pytest.approx(5.0, abs=0.1)


def test_who_drives_beside_is_not_in_the_way_and_as_far_aside_as_a_lane_is_wide() -> None:
    found = pairs(drive(FOLLOWING.format(gap=25.0, radius=80.0, to="left")), 0)[0, 2]
    assert found[ACROSS] * 2.0 == pytest.approx(3.5, abs=0.4)
    assert found[IN_WAY] < 0.05


def test_the_gap_goes_on_round_the_corner_of_a_crossing() -> None:
    of = drive(CROSSING)
    for row in (0, 20, 40):
        assert 5.0 * np.sinh(pairs(of, row)[0, 1][GAP]) == pytest.approx(between(of, row), abs=0.8)


@pytest.mark.parametrize("text", [CROSSING, FOLLOWING.format(gap=25.0, radius=80.0, to="left")])
def test_where_a_scene_lies_and_how_it_is_turned_does_not_matter(text: str) -> None:
    usual, turned = pairs(drive(text), 10), pairs(drive(text), 10, 2.0)
    others = ~np.eye(len(usual), dtype=bool)
    np.testing.assert_allclose(turned[others], usual[others], atol=2e-3)
