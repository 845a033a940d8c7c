# Faces of upright things, ready to be painted by any camera of the rig: in the ego's frame, lit, and grouped by the
# object that they belong to.

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.projection import NEAR, Rig, bounds, to_fixed, transform

F8 = npt.NDArray[np.float64]
I4 = npt.NDArray[np.int32]
Ints = npt.NDArray[np.intp]

SMALLEST = 0.6
"""Smaller faces are left out [px]."""


@dataclass(frozen=True, slots=True)
class Faces:
    """Convex faces in the ego's frame. Faces of one object lie together; object ids ascend."""

    points: F8
    """(F, V, 3) [m]"""
    facing: F8
    """(F, 3) unit normal; zeros where both sides show."""
    offset: F8
    """(F,) an eye sees a face where its place along the normal is greater than this [m]."""
    size: F8
    """(F,) no two corners are further apart [m]; less where a face is to be seen from near only."""
    colour: F8
    """(F, 3) lit and hazy, 0…255."""
    owner: Ints
    """(F,) object of each face."""
    rank: F8
    """(F,) painting order within the object: higher later; equal ranks go by distance, far first."""
    beside: F8
    """(F,) a face that sticks out beyond this y is painted first, unless the eye is beyond it too; 0 = none [m]."""
    part: F8
    """(F, 2) from x to x of the face's part along its object [m]."""
    centre: F8
    """(N, 3) of each object [m]."""
    radius: F8
    """(N,)"""
    pose: F8
    """(N, 3) x, y, heading of each object's own frame."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Polygons in the pictures of a rig, in painting order within their objects."""

    fixed: list[I4]
    """Corners for OpenCV."""
    colour: list[tuple[float, float, float]]
    runs: list[dict[int, range]]
    """For each camera, which polygons belong to each object in view."""


def offsets(facing: F8, points: F8) -> F8:
    """Return how far each face's plane lies along its normal; less than any eye where both sides show."""
    offset: F8 = (facing * points[:, 0]).sum(axis=1)
    offset[~facing.any(axis=1)] = -1.0
    return offset


def sizes(points: F8) -> F8:
    """Return how large each face (F, V, 3) is at most: the diagonal of its bounding box."""
    low, high = bounds(points)
    size: F8 = np.sqrt(((high - low) ** 2).sum(axis=0))
    return size


def least_sizes(rig: Rig, centre: F8, radius: F8, smallest: float = SMALLEST) -> F8:
    """Return how large faces of objects (N, 3), (N,) must be to have `smallest` pixels in each picture (K, N) [m].

    Objects out of sight have no face that large.
    """
    nearest = np.maximum(rig.place(centre)[2] - radius, NEAR)
    needed: F8 = nearest * (smallest / np.hypot(rig.focal, 0.5 * rig.size[:, 0]))[:, None]
    needed[~rig.sees(centre, radius)] = np.inf
    return needed


def faces_in_views(rig: Rig, faces: Faces, smallest: float = SMALLEST) -> Drawn:
    """Cull, project and order the faces that cameras see; those under `smallest` pixels are left out."""
    needed = least_sizes(rig, faces.centre, faces.radius, smallest)
    eyes = np.concatenate([rig.origin, np.zeros((len(rig.views), 1))], axis=1)
    toward = faces.offset < transform(faces.facing, eyes).T
    camera, chosen = np.nonzero(toward & (faces.size > needed[:, faces.owner]))
    cam = rig.to_cameras(faces.points, (camera, chosen))
    found = rig.project(cam, camera)
    found = found.part((found.high - found.low).max(axis=0) > smallest)
    picked = chosen[found.index]
    owner = faces.owner[picked]
    middle = cam[found.index, 0] + cam[found.index, cam.shape[1] // 2]
    distance = (middle * middle).sum(axis=1)
    x, y = _eyes(rig, faces)
    along, across = x[found.camera, owner], y[found.camera, owner]
    part, beside = faces.part[picked], faces.beside[picked]
    # how far along its object a face's part lies from the camera; 0 where the camera is beside it
    gap = np.maximum(np.maximum(part[:, 0] - along, along - part[:, 1]), 0.0)
    rank = np.where(beside * across < beside * beside, -1.0, faces.rank[picked])
    order = np.lexsort((-distance, rank, -gap, owner, found.camera))
    camera, owner = found.camera, owner[order]
    colour = [(c[0], c[1], c[2]) for c in faces.colour[picked[order]].tolist()]
    runs: list[dict[int, range]] = [{} for _ in rig.views]
    starts = np.flatnonzero((np.diff(owner, prepend=-1) != 0) | (np.diff(camera, prepend=-1) != 0)).tolist()
    for start, end in pairwise([*starts, len(owner)]):
        runs[camera[start]][int(owner[start])] = range(start, end)
    return Drawn(list(to_fixed(found.uv[order])), colour, runs)


def _eyes(rig: Rig, faces: Faces) -> tuple[F8, F8]:
    """Places of the cameras along and across each object (K, N) [m]."""
    x, y, heading = faces.pose.T
    dx, dy = rig.origin[:, :1] - x, rig.origin[:, 1:2] - y
    c, s = np.cos(heading), np.sin(heading)
    return c * dx + s * dy, c * dy - s * dx
