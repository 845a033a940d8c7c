# The map: road, marks and road users from above, the ego's heading to the right.

from __future__ import annotations

from collections.abc import Sequence
from math import cos, sin

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.bodies.vehicle_lamps import LampStates
from mkdocs_worldmodel.camera.colours import colours_of
from mkdocs_worldmodel.camera.ground.patches import Material, runs_of
from mkdocs_worldmodel.camera.ground.road_curve import RoadCurve
from mkdocs_worldmodel.camera.ground.road_surface import surface_of
from mkdocs_worldmodel.camera.map_shapes import Colour, Shape, blue_lights, body, brake_lamps, light, muted, sign
from mkdocs_worldmodel.camera.projection import SUBPIXEL_BITS, bounds, to_fixed, transform
from mkdocs_worldmodel.rollout.rollout import ASPECTS, Rollout
from mkdocs_worldmodel.scenario.environment import Environment
from mkdocs_worldmodel.scenario.road import RoadNetwork

F8 = npt.NDArray[np.float64]
U1 = npt.NDArray[np.uint8]
EGO: Colour = (47.0, 125.0, 225.0)
"""#2f7de1"""

_OUTSIDE: dict[str, Colour] = {"motorway": (222, 230, 212), "rural": (222, 230, 210), "town": (232, 230, 225)}
_PAPER: dict[Material, Colour] = {
    Material.PAVED_GROUND: (226, 223, 217),
    Material.GRAVEL: (212, 211, 200),
    Material.ASPHALT: (124, 128, 134),
    Material.SHOULDER: (136, 140, 146),
    Material.CYCLE_LANE: (176, 122, 112),
    Material.PARKING: (146, 147, 150),
    Material.MARK: (252, 252, 250),
    Material.PAVEMENT: (204, 202, 197),
    Material.KERB_TOP: (178, 177, 173),
    Material.MEDIAN: (208, 221, 194),
}
_TRAIL = 2.0
"""How long trails are [s]."""


class TopView:
    """Draws the map around the ego.

    Args:
        rollout: What happened; road user 0 is the ego.
        network: The roads.
        environment: Time of day and weather; wet and dark change the map a little.
        size: (width, height) of the picture [px].
        pixels_per_metre: Scale.
        colours: '#rrggbb' of each road user; the ego keeps its accent.
    """

    def __init__(
        self,
        rollout: Rollout,
        network: RoadNetwork,
        environment: Environment,
        size: tuple[int, int] = (640, 160),
        pixels_per_metre: float = 4.0,
        colours: Sequence[str] | None = None,
    ) -> None:
        cv2.setNumThreads(1)
        self._rollout = rollout
        self._size = size
        self._scale = pixels_per_metre
        self._dim = 0.90 if environment.time_of_day == "night" else 1.0
        self._outside = _OUTSIDE[network.roads[0].kind]
        half = 0.75 * float(np.hypot(*size)) / pixels_per_metre
        points = np.stack([rollout.x[:, 0], rollout.y[:, 0]], axis=1)[:: max(1, len(rollout.time) // 200)]
        surface = surface_of(network, points, half + 60.0)
        drawn = np.isin(surface.material, list(_PAPER))
        self._points, self._material = surface.points[drawn, :, :2], surface.material[drawn]
        self._layer, self._centre, self._radius = surface.layer[drawn], surface.centre[drawn], surface.radius[drawn]
        self._reach = half
        self._paint = [EGO, *(muted(c) for c in colours_of(rollout, colours)[1:])]
        self._shapes = [body(rollout, i, colour, pixels_per_metre) for i, colour in enumerate(self._paint)]
        self._brakes = [
            brake_lamps(float(w), -float(b)) for w, b in zip(rollout.width, rollout.rear_overhang, strict=True)
        ]
        self._states = LampStates(rollout, network)
        self._signals = [
            (signal.type, float(x[0]), float(y[0]), float(h[0]) + (0.0 if signal.direction > 0 else np.pi))
            for road, signal in network.signals()
            for x, y, h in [RoadCurve(road).place(np.array([signal.s]), signal.t)]
        ]
        self._anchor = np.array([0.36 * size[0], 0.5 * size[1]])

    def frame(self, k: int) -> U1:
        """Return the (H, W, 3) sRGB map at row k."""
        r = self._rollout
        width, height = self._size
        image = np.empty((height, width, 3), dtype=np.uint8)
        image[:] = np.array(self._outside, dtype=np.uint8)
        x, y, h = float(r.x[k, 0]), float(r.y[k, 0]), float(r.heading[k, 0])
        self._roads(image, (x, y, h))
        there = [i for i in range(len(r.names) - 1, -1, -1) if r.present[k, i]]
        for i in there:
            self._trail(image, k, i, (x, y, h))
        self._furniture(image, k, (x, y, h))
        # who is small comes last: nothing lies over people
        for i in sorted(there, key=lambda i: float(-self._rollout.length[i])):
            self._user(image, k, i, (x, y, h))
        if self._dim < 1.0:
            cv2.convertScaleAbs(image, dst=image, alpha=self._dim)
        self._scale_bar(image)
        return image

    def _to_map(self, points: F8, pose: tuple[float, float, float]) -> F8:
        """World points (..., 2) to continuous pixels."""
        x, y, h = pose
        c, s = float(np.cos(h)), float(np.sin(h))
        turn = np.array([[c, s], [s, -c]]) * self._scale
        shift = self._anchor - (turn * (x, y)).sum(axis=1)
        return transform(points, np.concatenate([turn, shift[:, None]], axis=1))

    def _roads(self, image: U1, pose: tuple[float, float, float]) -> None:
        distance = np.hypot(self._centre[:, 0] - pose[0], self._centre[:, 1] - pose[1]) - self._radius
        near = np.flatnonzero(distance < self._reach)
        uv = self._to_map(self._points[near], pose)
        low, high = bounds(uv)
        shown = (high > 0).all(axis=0) & (low[0] < self._size[0]) & (low[1] < self._size[1])
        near, uv = near[shown], uv[shown]
        layer = self._layer[near]
        fixed = to_fixed(uv)
        for start, end in runs_of(layer):
            colour = _PAPER[Material(int(self._material[near[start]]))]
            cv2.fillPoly(image, list(fixed[start:end]), colour, cv2.LINE_AA, SUBPIXEL_BITS)

    def _trail(self, image: U1, k: int, i: int, pose: tuple[float, float, float]) -> None:
        """Draw where a road user was in the last seconds, fading away."""
        r = self._rollout
        if len(r.time) < 2:
            return
        first = max(0, k - round(_TRAIL / r.dt))
        while first < k and not r.present[first : k + 1, i].all():
            first += 1
        jumps = np.hypot(np.diff(r.x[first : k + 1, i]), np.diff(r.y[first : k + 1, i])) > 100.0 * max(r.dt, 0.02)
        if jumps.any():
            first += int(np.flatnonzero(jumps)[-1]) + 1
        if first == k:
            return
        rows = np.unique(np.linspace(first, k, min(k - first + 1, 7)).astype(int))
        way = self._to_map(np.stack([r.x[rows, i], r.y[rows, i]], axis=1), pose)
        low, high = way.min(axis=0), way.max(axis=0)
        if high.min() < 0 or low[0] > self._size[0] or low[1] > self._size[1]:
            return
        fixed = to_fixed(way)
        steps = len(rows) - 1
        thick = max(1, round(min(0.55, 0.9 * float(r.width[i])) * self._scale))
        road = np.array(_PAPER[Material.ASPHALT])
        for j in range(steps):
            share = 0.70 * (j + 1) / steps
            colour = (road + (np.array(self._paint[i]) - road) * share).tolist()
            cv2.polylines(image, [fixed[j : j + 2]], False, colour, thick, cv2.LINE_AA, SUBPIXEL_BITS)

    def _furniture(self, image: U1, k: int, pose: tuple[float, float, float]) -> None:
        r = self._rollout
        for i, (kind, x, y, heading) in enumerate(self._signals):
            lamps = kind in ("traffic light", "pedestrian light")
            shapes = light(ASPECTS[int(r.signals[k, i])], float(r.time[k])) if lamps else sign(kind)
            small = 0.62 if kind == "pedestrian light" else 1.0
            self._shapes_at(image, [(outline * small, colour) for outline, colour in shapes], (x, y, heading), pose)

    def _user(self, image: U1, k: int, i: int, pose: tuple[float, float, float]) -> None:
        r = self._rollout
        shapes = list(self._shapes[i])
        if self._states.braking(k)[i]:
            shapes += self._brakes[i]
        if self._states.blue[i]:
            shapes += blue_lights(r, i, self._states.flashing(k))
        shapes += self._arrow(i, 0.5 * float(r.speed[k, i]))
        self._shapes_at(image, shapes, (float(r.x[k, i]), float(r.y[k, i]), float(r.heading[k, i])), pose)

    def _shapes_at(
        self, image: U1, shapes: list[Shape], place: tuple[float, float, float], pose: tuple[float, float, float]
    ) -> None:
        """Draw outlines that stand at a place (x, y, heading) of the world."""
        (u, v), scale = self._to_map(np.array(place[:2]), pose).tolist(), self._scale
        if not (-12 * scale < u < self._size[0] + 12 * scale and -12 * scale < v < self._size[1] + 12 * scale):
            return
        turn = place[2] - pose[2]
        c, s = scale * cos(turn), scale * sin(turn)
        for outline, colour in shapes:
            x, y = outline[:, 0], outline[:, 1]
            corners = to_fixed(np.stack([u + c * x - s * y, v - s * x - c * y], axis=1))
            cv2.fillPoly(image, [corners], colour, cv2.LINE_AA, SUBPIXEL_BITS)

    def _arrow(self, i: int, reach: float) -> list[Shape]:
        """Where the road user is in half a second, `reach` [m] from its front bumper."""
        if reach < 1.0:
            return []
        start = float(self._rollout.length[i] - self._rollout.rear_overhang[i]) + 0.4
        head = min(1.3, 0.4 * reach)
        tip = start + reach
        shaft = np.array([[start, 0.12], [tip - head, 0.12], [tip - head, -0.12], [start, -0.12]])
        point = np.array([[tip - head, 0.62], [tip, 0.0], [tip - head, -0.62]])
        return [(shaft, self._paint[i]), (point, self._paint[i])]

    def _scale_bar(self, image: U1) -> None:
        """Draw 20 m (10 m where the picture is small) in the lower left corner."""
        width, height = self._size
        metres = 20 if 20 * self._scale < 0.3 * width else 10
        small = min(width, 2 * height) < 100
        letters, left, half_height, gap = (0.27, 4, 6, 3) if small else (0.38, 10, 9, 6)
        x0, y0 = left, height - left - 2
        x1 = x0 + round(metres * self._scale)
        ink = (60, 64, 70)
        text = f"{metres} m"
        size = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, letters, 1)[0]
        panel = image[y0 - half_height : y0 + half_height + 1, max(x0 - gap, 0) : x1 + size[0] + 2 * gap]
        panel[:] = cv2.addWeighted(panel, 0.25, np.full_like(panel, 250), 0.75, 0.0)
        half = (x0 + x1) // 2
        cv2.rectangle(image, (x0, y0 - 2), (half, y0 + 2), ink, -1)
        cv2.rectangle(image, (half, y0 - 2), (x1, y0 + 2), (250, 250, 250), -1)
        cv2.rectangle(image, (x0, y0 - 2), (x1, y0 + 2), ink, 1)
        cv2.putText(
            image, text, (x1 + gap, y0 + (3 if small else 4)), cv2.FONT_HERSHEY_SIMPLEX, letters, ink, 1, cv2.LINE_AA
        )
