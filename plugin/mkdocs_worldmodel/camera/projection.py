# Pinhole views of a rig, and what polygons need on their way to pixels: projection and clipping at the near plane.
#
# Frames: world (x, y, z up) -> vehicle (x forward, y left, z up) -> camera (x right, y down, z forward).
# Pixel coordinates are continuous (u, v): pixel i covers [i, i + 1). OpenCV puts integers on pixel centres, so
# drawing subtracts one half.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.rig import Camera

F8 = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Picture = npt.NDArray[Any]
"""(H, W) or (H, W, C) uint8; OpenCV's stubs do not tell the type of what they return."""

NEAR = 0.25
"""Distance of the near plane [m]."""

SUBPIXEL_BITS = 6
"""Fractional bits of the coordinates that OpenCV draws."""

_ONE = float(1 << SUBPIXEL_BITS)
_FAR_OFF = 1.0e5


@dataclass(frozen=True, slots=True)
class View:
    """A camera with a picture size. Row axes of `axes` are right, down, forward in the vehicle's frame."""

    name: str
    width: int
    height: int
    focal: float
    """[px], the same across and down."""
    pitch: float
    """Positive looks down [rad]."""
    axes: F8
    """(3, 3)"""
    origin: F8
    """(3,) place of the camera in the vehicle's frame [m]."""

    matrix: F8
    """(3, 4) from the vehicle's frame into the camera's."""
    lens: F8
    """(3, 4) from the camera's frame to homogeneous pixels."""
    sides: F8
    """(5, 4) distances of a point of the vehicle's frame inside the picture's sides and the near plane [m]."""

    @property
    def horizon(self) -> float:
        """Continuous row of the horizon [px]; the rig has no roll, so it is a straight row."""
        return 0.5 * self.height - self.focal * float(np.tan(self.pitch))

    def to_camera(self, points: F8) -> F8:
        """Carry points (..., 3) from the vehicle's frame into the camera's [m]."""
        return transform(points, self.matrix)

    def project(self, points: F8) -> F8:
        """Return (u, v) [px] of camera-frame points (..., 3) in front of the near plane."""
        if not points.size:
            return np.zeros((*points.shape[:-1], 2))
        uv: npt.NDArray[Any] = cv2.perspectiveTransform(points.reshape(1, -1, 3), self.lens)
        return uv.reshape(*points.shape[:-1], 2)

    def rays(self, top: int = 0) -> F8:
        """Directions (H - top, W, 3) of the pixel centres from row `top` on, in the vehicle's frame, not unit."""
        u = np.arange(self.width) + 0.5 - 0.5 * self.width
        v = np.arange(top, self.height) + 0.5 - 0.5 * self.height
        right, down, forward = self.axes
        rays: F8 = u[None, :, None] * right + v[:, None, None] * down + self.focal * forward
        return rays


def view_of(camera: Camera, width: int, height: int) -> View:
    """Make the view of a rig camera."""
    cy, sy, cp, sp = np.cos(camera.yaw), np.sin(camera.yaw), np.cos(camera.pitch), np.sin(camera.pitch)
    forward = np.array([cy * cp, sy * cp, -sp])
    right = np.array([sy, -cy, 0.0])
    axes = np.stack([right, np.cross(forward, right), forward])
    focal = 0.5 * width / float(np.tan(0.5 * camera.fov))
    origin = np.array([camera.x, camera.y, camera.z], dtype=float)
    lens = np.array([[focal, 0.0, 0.5 * width, 0.0], [0.0, focal, 0.5 * height, 0.0], [0.0, 0.0, 1.0, 0.0]])
    normals = [axes[2]]
    for axis, half in ((axes[0], 0.5 * width), (axes[1], 0.5 * height)):
        slope = float(np.hypot(focal, half))
        normals += [(half * axes[2] + side * focal * axis) / slope for side in (-1.0, 1.0)]
    sides = _moved(np.stack(normals), origin)
    sides[0, 3] -= NEAR
    return View(camera.name, width, height, focal, camera.pitch, axes, origin, _moved(axes, origin), lens, sides)


def _moved(axes: F8, origin: F8) -> F8:
    """The (N, 4) matrix that measures along `axes` (N, 3) from an origin."""
    return np.concatenate([axes, -(axes * origin).sum(axis=1, keepdims=True)], axis=1)


def transform(points: F8, matrix: F8) -> F8:
    """Apply an affine matrix (M, N + 1) to points (..., N); OpenCV is many times faster than numpy at this."""
    shape = (*points.shape[:-1], len(matrix))
    if not points.size:
        return np.zeros(shape)
    moved: npt.NDArray[Any] = cv2.transform(points.reshape(1, -1, points.shape[-1]), matrix)
    return moved.reshape(shape)


def to_vehicle(points: F8, x: float, y: float, heading: float) -> F8:
    """Carry world points (..., 3) into the frame of a vehicle that stands at (x, y, heading)."""
    c, s = float(np.cos(heading)), float(np.sin(heading))
    return transform(points, _moved(np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]]), np.array([x, y, 0.0])))


def clip_near(points: F8, near: float = NEAR) -> F8:
    """Clip polygons (P, V, 3) of the camera's frame at z = near; returns (P, V + 2, 3).

    Each edge gives two slots: its start (if in front) and its crossing. Those without a point are left out, and the
    last point is repeated. All polygons must have a point in front; they cross the plane four times at most.
    """
    count, v, _ = points.shape
    ahead = np.concatenate([points[:, 1:], points[:, :1]], axis=1)
    z0, z1 = points[..., 2], ahead[..., 2]
    inside = z0 >= near
    crosses = inside != (z1 >= near)
    share = (near - z0) / np.where(crosses, z1 - z0, 1.0)
    slots = np.stack([points, points + share[..., None] * (ahead - points)], axis=2).reshape(count, 2 * v, 3)
    valid = np.stack([inside, crosses], axis=2).reshape(count, 2 * v)
    source = np.argsort(~valid, axis=1, kind="stable")[:, : v + 2]
    filled = np.minimum(np.arange(v + 2), valid.sum(axis=1)[:, None] - 1)
    rows = np.arange(count)[:, None]
    clipped: F8 = slots[rows, source[rows, filled]]
    return clipped


def bounds(values: F8) -> tuple[F8, F8]:
    """Least and greatest of the corners of each polygon (P, V, ...); numpy is faster down columns than along rows."""
    columns = np.ascontiguousarray(values.transpose(*range(1, values.ndim), 0))
    return columns.min(axis=0), columns.max(axis=0)


@dataclass(frozen=True, slots=True)
class Projected:
    """Polygons in the pictures of a rig, camera by camera."""

    camera: Ints
    """(Q,) ascending."""
    index: Ints
    """(Q,) which of the given polygons each one is, ascending."""
    uv: F8
    """(Q, V', 2) [px]"""
    low: F8
    """(2, Q) left and upper bound [px]."""
    high: F8
    """(2, Q) right and lower bound [px]."""

    def part(self, chosen: npt.NDArray[Any] | slice) -> Projected:
        """Return some of the polygons."""
        return Projected(
            self.camera[chosen], self.index[chosen], self.uv[chosen], self.low[:, chosen], self.high[:, chosen]
        )


class Rig:
    """All views at once: what numpy does for seven cameras takes little longer than for one."""

    def __init__(self, views: Sequence[View]) -> None:
        self.views = tuple(views)
        self.origin = np.stack([v.origin for v in views])
        self.size = np.array([(v.width, v.height) for v in views], dtype=float)
        self.focal = np.array([v.focal for v in views])
        self._sides = np.concatenate([v.sides for v in views])
        self._matrix = np.concatenate([v.matrix for v in views])

    def sees(self, centres: F8, radii: F8) -> npt.NDArray[np.bool_]:
        """Tell which spheres (N, 3), (N,) of the vehicle's frame may touch each picture (K, N); conservative."""
        inside = -radii < transform(centres, self._sides).T.reshape(len(self.views), 5, len(radii))
        return np.asarray(inside.all(axis=1))

    def place(self, points: F8) -> F8:
        """Carry points (N, 3) of the vehicle's frame into all cameras' frames: (3, K, N)."""
        return np.moveaxis(transform(points, self._matrix).T.reshape(len(self.views), 3, len(points)), 0, 1)

    def parts(self, camera: Ints) -> list[slice]:
        """Where each camera's share of an ascending list of cameras is."""
        edges = np.searchsorted(camera, np.arange(len(self.views) + 1)).tolist()
        return [slice(a, b) for a, b in pairwise(edges)]

    def to_cameras(self, points: F8, picked: tuple[Ints, Ints]) -> F8:
        """Carry polygons (N, V, 3) into cameras' frames; `picked` are cameras, ascending, and which polygons."""
        camera, index = picked
        shares = zip(self.views, self.parts(camera), strict=True)
        return np.concatenate([view.to_camera(points[index[part]]) for view, part in shares])

    def project(self, points: F8, camera: Ints) -> Projected:
        """Project camera-frame polygons (P, V, 3): those out of the picture are dropped, others clipped."""
        nearest, farthest = bounds(points[..., 2])
        front = farthest > NEAR
        crossing = front & (nearest < NEAR)
        whole, cut = np.flatnonzero(front & ~crossing), np.flatnonzero(crossing)
        # all get as many corners, or smooth edges would tell whether another polygon was clipped
        corners = [*range(points.shape[1]), -1, -1]
        index = np.concatenate([whole, cut])
        order = np.argsort(index, kind="stable")
        shown, index = np.concatenate([points[whole][:, corners], clip_near(points[cut])])[order], index[order]
        camera = camera[index]
        shares = zip(self.views, self.parts(camera), strict=True)
        uv = np.concatenate([view.project(shown[part]) for view, part in shares])
        low, high = bounds(uv)
        width, height = self.size[camera].T
        keep = (high > -1.0).all(axis=0) & (low[0] < width + 1) & (low[1] < height + 1)
        return Projected(camera, index, uv, low, high).part(keep)


def to_fixed(uv: F8) -> npt.NDArray[np.int32]:
    """Continuous pixel coordinates as the fixed-point integers that OpenCV draws with `shift=SUBPIXEL_BITS`."""
    return np.rint((np.clip(uv, -_FAR_OFF, _FAR_OFF) - 0.5) * _ONE).astype(np.int32)
