# Flat patches of ground in world coordinates: what they are made of, and how they are collected.

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.ground.road_curve import RoadCurve

F8 = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

STATIONS = 6
"""Points along each side of a patch; a patch has twice as many corners."""


class Material(IntEnum):
    """What a patch is made of, in the order of painting: asphalt covers the kerbs of roads that it crosses."""

    PAVED_GROUND = 0
    GRAVEL = 1
    PAVEMENT = 2
    JOINT = 3
    KERB_TOP = 4
    KERB_FACE = 5
    MEDIAN = 6
    ASPHALT = 7
    SHOULDER = 8
    CYCLE_LANE = 9
    PARKING = 10
    REPAIR = 11
    TRACK = 12
    TRACK_CORE = 13
    MARK = 14


@dataclass(frozen=True, slots=True)
class Surface:
    """All patches of a network near a run, sorted by material, then road."""

    points: F8
    """(P, 2 * STATIONS, 3) corners in the world [m]."""
    material: Ints
    """(P,)"""
    layer: Ints
    """(P,) equal for patches that may be painted in one go: same material and road; ascending."""
    centre: F8
    """(P, 3)"""
    radius: F8
    """(P,)"""


class PatchBuilder:
    """Collects patches of one road or junction; those of one material must not overlap."""

    def __init__(self) -> None:
        self.points: list[F8] = []
        self.materials: list[int] = []

    def between(self, material: Material, a: F8, b: F8, z: tuple[float, float] = (0.0, 0.0)) -> None:
        """Add patches between two lines of points (P, STATIONS, 2) at heights z."""
        if not len(a):
            return
        a3 = np.concatenate([a, np.full((*a.shape[:2], 1), z[0])], axis=-1)
        b3 = np.concatenate([b, np.full((*b.shape[:2], 1), z[1])], axis=-1)
        self.points.append(np.concatenate([a3, b3[:, ::-1]], axis=1))
        self.materials += [int(material)] * len(a)

    def polygon(self, material: Material, outline: F8, z: float = 0.0) -> None:
        """Add one patch with up to 2 * STATIONS corners (V, 2)."""
        corners = outline[np.arange(2 * STATIONS) * len(outline) // (2 * STATIONS)]
        self.points.append(np.concatenate([corners, np.full((len(corners), 1), z)], axis=1)[None])
        self.materials.append(int(material))

    def fan(self, material: Material, centre: F8, line: F8, z: float = 0.0) -> None:
        """Add the area between a point (2,) and a line of points (V, 2), in wedges."""
        step = 2 * STATIONS - 2
        for i in range(0, len(line) - 1, step):
            self.polygon(material, np.concatenate([centre[None], line[i : i + step + 1]]), z)


class RoadBuilder(PatchBuilder):
    """Collects patches of one road in its own coordinates."""

    def __init__(self, curve: RoadCurve) -> None:
        super().__init__()
        self.curve = curve

    def strip(self, material: Material, s: F8, sides: tuple[F8, F8], z: tuple[float, float] = (0.0, 0.0)) -> None:
        """Add patches with stations s (P, STATIONS) between two lateral positions (P, STATIONS)."""
        if not len(s):
            return
        a, b = (np.stack(self.curve.place(s, t)[:2], axis=-1) for t in sides)
        self.between(material, a, b, z)


def stations(start: float, end: float, step: float) -> F8:
    """Cut [start, end] into patches: stations (P, STATIONS) [m]; cuts lie on whole multiples of the step."""
    length = step * (STATIONS - 1)
    cuts = np.arange(np.floor(start / length) + 1.0, np.ceil(end / length)) * length
    edges = np.concatenate([[start], cuts, [end]])
    edges = edges[np.concatenate([[True], np.diff(edges) > 1e-6])]
    return spread(edges[:-1], edges[1:])


def spread(start: F8, end: F8) -> F8:
    """Stations (P, STATIONS) from `start` to `end` (P,) [m]."""
    points: F8 = start[:, None] + (end - start)[:, None] * np.linspace(0.0, 1.0, STATIONS)
    return points


def runs_of(keys: Ints) -> list[tuple[int, int]]:
    """Start and end of each run of equal keys."""
    if not len(keys):
        return []
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])).tolist()
    return list(zip(starts, [*starts[1:], len(keys)], strict=True))
