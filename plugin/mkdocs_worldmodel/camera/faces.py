# Faces of upright things, ready to be painted by any camera of the rig: in the ego's frame, lit, and grouped by the
# object that they belong to.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.projection import View, bounds, project_polygons, to_fixed

F8 = npt.NDArray[np.float64]
I4 = npt.NDArray[np.int32]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Faces:
    """Convex faces in the ego's frame. Faces of one object lie together; object ids ascend."""

    points: F8
    """(F, V, 3) [m]"""
    facing: F8
    """(F, 3) unit normal; zeros where both sides show."""
    colour: F8
    """(F, 3) lit and hazy, 0…255."""
    owner: Ints
    """(F,) object of each face."""
    rank: F8
    """(F,) painting order within the object: higher later; equal ranks go by distance, far first."""
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
    """Polygons of one view in painting order within their objects."""

    fixed: list[I4]
    """Corners for OpenCV."""
    colour: list[tuple[float, float, float]]
    owner: Ints


def _gather(start: Ints, count: Ints) -> Ints:
    """Indices of the runs start[i] … start[i] + count[i] - 1, joined."""
    total = int(count.sum())
    if not total:
        return np.zeros(0, dtype=np.intp)
    offset = np.repeat(np.cumsum(count) - count, count)
    return np.arange(total) - offset + np.repeat(start, count)


def faces_in_view(view: View, faces: Faces, smallest: float = 0.6) -> Drawn:
    """Cull, project and order the faces that a camera sees; those under `smallest` pixels are left out."""
    objects = np.flatnonzero(view.sees(view.to_camera(faces.centre), faces.radius))
    start = np.searchsorted(faces.owner, objects, side="left")
    count = np.searchsorted(faces.owner, objects, side="right") - start
    chosen = _gather(start, count)
    points = faces.points[chosen]
    toward = view.origin - points[:, 0]
    normal = faces.facing[chosen]
    seen = (normal * toward).sum(axis=1) > 0.0
    seen |= ~normal.any(axis=1)
    chosen, points = chosen[seen], points[seen]
    if not len(chosen):
        return Drawn([], [], np.zeros(0, dtype=np.intp))
    cam = view.to_camera(points)
    found = project_polygons(view, cam)
    index, uv = found.index, found.uv
    (left, right), (upper, lower) = bounds(uv[..., 0]), bounds(uv[..., 1])
    big = np.maximum(right - left, lower - upper) > smallest
    index, uv = index[big], uv[big]
    picked = chosen[index]
    owner = faces.owner[picked]
    half = cam.shape[1] // 2
    middle = cam[index, 0] + cam[index, half]
    distance = (middle * middle).sum(axis=1)
    order = np.lexsort((-distance, faces.rank[picked], -_part_distance(view, faces, picked), owner))
    fixed = to_fixed(uv[order])
    colour = [(c[0], c[1], c[2]) for c in faces.colour[picked[order]].tolist()]
    return Drawn(list(fixed), colour, owner[order])


def _part_distance(view: View, faces: Faces, picked: Ints) -> F8:
    """How far along its object each face's part lies from the camera [m]; 0 where the camera is beside it."""
    pose = faces.pose[faces.owner[picked]]
    dx, dy = view.origin[0] - pose[:, 0], view.origin[1] - pose[:, 1]
    along = np.cos(pose[:, 2]) * dx + np.sin(pose[:, 2]) * dy
    part = faces.part[picked]
    gap: F8 = np.maximum(part[:, 0] - along, along - part[:, 1])
    return np.maximum(gap, 0.0)
