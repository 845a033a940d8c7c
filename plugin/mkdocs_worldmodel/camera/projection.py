# Pinhole views of a rig, and what polygons need on their way to pixels: projection and clipping at the near plane.
#
# Frames: world (x, y, z up) -> vehicle (x forward, y left, z up) -> camera (x right, y down, z forward).
# Pixel coordinates are continuous (u, v): pixel i covers [i, i + 1). OpenCV puts integers on pixel centres, so
# drawing subtracts one half.

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.rig import Camera

F8 = npt.NDArray[np.float64]
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

    @property
    def horizon(self) -> float:
        """Continuous row of the horizon [px]; the rig has no roll, so it is a straight row."""
        return 0.5 * self.height - self.focal * float(np.tan(self.pitch))

    def to_camera(self, points: F8) -> F8:
        """Carry points (..., 3) from the vehicle's frame into the camera's [m]."""
        d = points - self.origin
        out = np.empty_like(d)
        for i in range(3):
            a = self.axes[i]
            out[..., i] = d[..., 0] * a[0] + d[..., 1] * a[1] + d[..., 2] * a[2]
        return out

    def project(self, points: F8) -> F8:
        """Return (u, v) [px] of camera-frame points (..., 3) in front of the near plane."""
        scale = self.focal / np.maximum(points[..., 2], 1e-6)
        out = np.empty((*points.shape[:-1], 2))
        out[..., 0] = points[..., 0] * scale + 0.5 * self.width
        out[..., 1] = points[..., 1] * scale + 0.5 * self.height
        return out

    def rays(self, top: int = 0) -> F8:
        """Directions (H - top, W, 3) of the pixel centres from row `top` on, in the vehicle's frame, not unit."""
        u = np.arange(self.width) + 0.5 - 0.5 * self.width
        v = np.arange(top, self.height) + 0.5 - 0.5 * self.height
        right, down, forward = self.axes
        rays: F8 = u[None, :, None] * right + v[:, None, None] * down + self.focal * forward
        return rays

    def sees(self, centres: F8, radii: F8) -> npt.NDArray[np.bool_]:
        """Tell which spheres (N, 3), (N,) of the camera's frame may touch the picture (conservative)."""
        x, y, z = centres[:, 0], centres[:, 1], centres[:, 2]
        half_w, half_h = 0.5 * self.width, 0.5 * self.height
        slack_x = radii * np.sqrt(self.focal**2 + half_w**2)
        slack_y = radii * np.sqrt(self.focal**2 + half_h**2)
        inside: npt.NDArray[np.bool_] = np.abs(x) * self.focal - z * half_w < slack_x
        inside &= np.abs(y) * self.focal - z * half_h < slack_y
        return inside & (z > NEAR - radii)


def view_of(camera: Camera, width: int, height: int) -> View:
    """Make the view of a rig camera."""
    cy, sy, cp, sp = np.cos(camera.yaw), np.sin(camera.yaw), np.cos(camera.pitch), np.sin(camera.pitch)
    forward = np.array([cy * cp, sy * cp, -sp])
    right = np.array([sy, -cy, 0.0])
    axes = np.stack([right, np.cross(forward, right), forward])
    focal = 0.5 * width / float(np.tan(0.5 * camera.fov))
    return View(
        camera.name, width, height, focal, camera.pitch, axes, np.array([camera.x, camera.y, camera.z], dtype=float)
    )


def to_vehicle(points: F8, x: float, y: float, heading: float) -> F8:
    """Carry world points (..., 3) into the frame of a vehicle that stands at (x, y, heading)."""
    c, s = float(np.cos(heading)), float(np.sin(heading))
    dx, dy = points[..., 0] - x, points[..., 1] - y
    return np.stack([c * dx + s * dy, c * dy - s * dx, points[..., 2]], axis=-1)


def clip_near(points: F8, near: float = NEAR) -> F8:
    """Clip polygons (P, V, 3) of the camera's frame at z = near; returns (P, 2 V, 3).

    Each edge gives two slots: its start (if in front) and its crossing. Slots without a point repeat a neighbour,
    which leaves the polygon's shape as it is. All polygons must have at least one point in front.
    """
    count, v, _ = points.shape
    ahead = np.roll(points, -1, axis=1)
    z0, z1 = points[..., 2], ahead[..., 2]
    inside, inside_next = z0 >= near, z1 >= near
    crosses = inside != inside_next
    share = (near - z0) / np.where(crosses, z1 - z0, 1.0)
    crossing = points + share[..., None] * (ahead - points)
    out = np.empty((count, 2 * v, 3))
    out[:, 0::2], out[:, 1::2] = points, crossing
    valid = np.empty((count, 2 * v), dtype=bool)
    valid[:, 0::2], valid[:, 1::2] = inside, crosses
    slots = np.where(valid, np.arange(2 * v), -1)
    last = np.maximum.accumulate(slots, axis=1)
    final = slots.max(axis=1, keepdims=True)
    source = np.where(last < 0, final, last)
    return np.take_along_axis(out, source[..., None], axis=1)


def bounds(values: F8) -> tuple[F8, F8]:
    """Least and greatest value of each row (P, V); numpy is several times faster down columns than along rows."""
    columns = np.ascontiguousarray(values.T)
    return columns.min(axis=0), columns.max(axis=0)


@dataclass(frozen=True, slots=True)
class Projected:
    """Polygons in the picture."""

    index: npt.NDArray[np.intp]
    """(Q,) which of the given polygons each one is, ascending."""
    uv: F8
    """(Q, V', 2) [px]"""


def project_polygons(view: View, points: F8) -> Projected:
    """Project camera-frame polygons (P, V, 3): those behind or beside the picture are dropped, the rest clipped."""
    nearest, farthest = bounds(points[..., 2])
    front = farthest > NEAR
    crossing = front & (nearest < NEAR)
    whole = np.flatnonzero(front & ~crossing)
    cut = np.flatnonzero(crossing)
    uv = view.project(points[whole])
    index = whole
    if len(cut):
        clipped = view.project(clip_near(points[cut]))
        doubled = np.repeat(uv, 2, axis=1)
        uv, index = np.concatenate([doubled, clipped]), np.concatenate([whole, cut])
    if not len(index):
        return Projected(index, uv)
    (left, right), (upper, lower) = bounds(uv[..., 0]), bounds(uv[..., 1])
    keep = (right > -1) & (left < view.width + 1) & (lower > -1) & (upper < view.height + 1)
    index, uv = index[keep], uv[keep]
    order = np.argsort(index, kind="stable")
    return Projected(index[order], uv[order])


def to_fixed(uv: F8) -> npt.NDArray[np.int32]:
    """Continuous pixel coordinates as the fixed-point integers that OpenCV draws with `shift=SUBPIXEL_BITS`."""
    return np.rint((np.clip(uv, -_FAR_OFF, _FAR_OFF) - 0.5) * _ONE).astype(np.int32)
