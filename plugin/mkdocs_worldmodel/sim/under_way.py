# Copies that begin in the middle of a drive: what a scenario cannot say about its start. Accelerations, which others
# see, and lane changes under way.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.road_user import TWO_WHEELERS
from mkdocs_worldmodel.sim.shapes import SHAPES
from mkdocs_worldmodel.sim.simulation import Simulation

F8 = npt.NDArray[np.float64]

_ASIDE = 0.5
"""Whoever is this far from the middle of its lane [m] comes back to it, or goes on into it, smoothly."""
_ALONG = 0.15
"""Who moves sideways slower than this rides there for good, if it is a cyclist or far aside [m/s]."""
_SHORTEST, _USUAL, _LONGEST = 1.5, 3.0, 6.0
"""Durations of a whole change of lanes [s]."""


def take_up(simulation: Simulation, acceleration: F8) -> None:
    """Let copies that have not begun yet go on as those who are under way already.

    Args:
        simulation: at its first step, of scenarios made by `rollout.resume`.
        acceleration: (B, N) of the steps that led here [m/s²].
    """
    m, lateral = simulation.motion, simulation.lateral
    m.acceleration = np.where(m.present, acceleration, 0.0)
    middle = m.middle()
    aside = m.direction * (m.t - middle.value)
    drift = m.v * (np.sin(m.slant) - np.cos(m.slant) * middle.slope)
    rides = np.array([kind in TWO_WHEELERS for kind in m.tables.kinds]) | (np.abs(aside) > _ASIDE)
    stays = m.keeps | (rides & (np.abs(drift) < _ALONG))
    m.offset = np.where(stays, m.offset, 0.0)
    changes = ~stays & (np.abs(aside) > _ASIDE)
    for n in np.flatnonzero(changes.any(axis=0)).tolist():
        copies = changes[:, n]
        start, span, progress = _entered(aside[:, n], drift[:, n], m.tables.lanes.width(m.road, m.s, m.lane)[:, n])
        lateral.change.begin(
            copies, n, start, np.zeros_like(start), span, np.full(len(start), SHAPES.index("sinusoidal")),
            by_distance=np.zeros(len(start), dtype=bool), action=-1,
        )  # fmt: skip
        lateral.change.progress[copies, n] = progress[copies]


def _entered(aside: F8, drift: F8, width: F8) -> tuple[F8, F8, F8]:
    """The sinusoidal change of a whole lane that passes this place at this speed; all (B,).

    Args:
        aside: distance from where it ends, left positive [m]
        drift: its change [m/s]
        width: of the lane [m]

    Returns:
        where it began [m], its duration, how much of that is over [s].
    """
    size = np.maximum(width, np.abs(aside))
    # at the part p of its time (1 + cos(pi p)) / 2 of the way is left, and pi/2 sin(pi p) / duration of it per second
    left = np.abs(aside) / size
    p = np.arccos(2.0 * left - 1.0) / np.pi
    pace = 0.5 * np.pi * np.sin(np.pi * p) * size
    toward = np.maximum(-np.sign(aside) * drift, 0.0)
    known = toward > _ALONG
    span = np.clip(pace / np.where(known, toward, 1.0), _SHORTEST, _LONGEST)
    span = np.where(known, span, _USUAL)
    return np.sign(aside) * size, span, p * span
