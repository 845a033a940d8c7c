# The map: road, marks and road users from above, the ego's heading to the right.

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.projection import SUBPIXEL_BITS, bounds, to_fixed
from mkdocs_worldmodel.camera.road_surface import Material, runs_of, surface_of
from mkdocs_worldmodel.camera.vehicles import BRAKING, colours_of
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.environment import Environment
from mkdocs_worldmodel.scenario.road import RoadNetwork

F8 = npt.NDArray[np.float64]
U1 = npt.NDArray[np.uint8]
Colour = tuple[float, float, float]

EGO: Colour = (47.0, 125.0, 225.0)
"""#2f7de1"""

_OUTSIDE: dict[str, Colour] = {"motorway": (222, 230, 212), "rural": (222, 230, 210), "town": (232, 230, 225)}
_PAPER: dict[Material, Colour] = {
    Material.PAVED_GROUND: (226, 223, 217),
    Material.GRAVEL: (212, 211, 200),
    Material.ASPHALT: (124, 128, 134),
    Material.SHOULDER: (136, 140, 146),
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

    def __init__(self, rollout: Rollout, network: RoadNetwork, environment: Environment,
                 size: tuple[int, int] = (640, 160), pixels_per_metre: float = 4.0,
                 colours: Sequence[str] | None = None) -> None:
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
        self._paint = [EGO, *(_muted(c) for c in colours_of(rollout, colours)[1:])]
        self._anchor = np.array([0.36 * size[0], 0.5 * size[1]])

    def frame(self, k: int) -> U1:
        """Return the (H, W, 3) sRGB map at row k."""
        r = self._rollout
        width, height = self._size
        image = np.empty((height, width, 3), dtype=np.uint8)
        image[:] = np.array(self._outside, dtype=np.uint8)
        x, y, h = float(r.x[k, 0]), float(r.y[k, 0]), float(r.heading[k, 0])
        self._roads(image, (x, y, h))
        for i in range(len(r.names) - 1, -1, -1):
            self._trail(image, k, i, (x, y, h))
        for i in range(len(r.names) - 1, -1, -1):
            self._user(image, k, i, (x, y, h))
        if self._dim < 1.0:
            cv2.convertScaleAbs(image, dst=image, alpha=self._dim)
        self._scale_bar(image)
        return image

    def _to_map(self, points: F8, pose: tuple[float, float, float]) -> F8:
        """World points (..., 2) to continuous pixels."""
        x, y, h = pose
        c, s = float(np.cos(h)), float(np.sin(h))
        dx, dy = points[..., 0] - x, points[..., 1] - y
        u = self._anchor[0] + (c * dx + s * dy) * self._scale
        v = self._anchor[1] - (c * dy - s * dx) * self._scale
        return np.stack([u, v], axis=-1)

    def _roads(self, image: U1, pose: tuple[float, float, float]) -> None:
        distance = np.hypot(self._centre[:, 0] - pose[0], self._centre[:, 1] - pose[1]) - self._radius
        near = np.flatnonzero(distance < self._reach)
        uv = self._to_map(self._points[near], pose)
        (left, right), (upper, lower) = bounds(uv[..., 0]), bounds(uv[..., 1])
        shown = (right > 0) & (lower > 0) & (left < self._size[0]) & (upper < self._size[1])
        near, uv = near[shown], uv[shown]
        layer = self._layer[near]
        fixed = to_fixed(uv)
        for start, end in runs_of(layer):
            colour = _PAPER[Material(int(self._material[near[start]]))]
            cv2.fillPoly(image, list(fixed[start:end]), colour, cv2.LINE_AA, SUBPIXEL_BITS)

    def _trail(self, image: U1, k: int, i: int, pose: tuple[float, float, float]) -> None:
        """Draw where a road user was in the last seconds, fading away."""
        r = self._rollout
        first = max(0, k - round(_TRAIL / r.dt)) if len(r.time) > 1 else k
        if first == k:
            return
        rows = np.unique(np.linspace(first, k, min(k - first + 1, 9)).astype(int))
        way = self._to_map(np.stack([r.x[rows, i], r.y[rows, i]], axis=1), pose)
        if (way[:, 0].max() < 0) or (way[:, 0].min() > self._size[0]):
            return
        fixed = to_fixed(way)
        steps = len(rows) - 1
        road = np.array(_PAPER[Material.ASPHALT])
        for j in range(steps):
            share = 0.70 * (j + 1) / steps
            colour = (road + (np.array(self._paint[i]) - road) * share).tolist()
            cv2.polylines(image, [fixed[j : j + 2]], False, colour, max(1, round(0.55 * self._scale)), cv2.LINE_AA,
                          SUBPIXEL_BITS)

    def _user(self, image: U1, k: int, i: int, pose: tuple[float, float, float]) -> None:
        r = self._rollout
        c, s = float(np.cos(r.heading[k, i])), float(np.sin(r.heading[k, i]))
        length, width, back = float(r.length[i]), float(r.width[i]), float(r.rear_overhang[i])

        def place(points: F8) -> npt.NDArray[np.int32]:
            world = np.stack(
                [r.x[k, i] + c * points[:, 0] - s * points[:, 1], r.y[k, i] + s * points[:, 0] + c * points[:, 1]],
                axis=1,
            )
            return to_fixed(self._to_map(world, pose))

        middle = self._to_map(np.array([[r.x[k, i], r.y[k, i]]]), pose)[0]
        if not (-60 < middle[0] < self._size[0] + 60 and -60 < middle[1] < self._size[1] + 60):
            return
        colour = self._paint[i]
        light = tuple(v + (255.0 - v) * 0.35 for v in colour)
        dark = tuple(v * 0.42 for v in colour)
        cv2.fillPoly(image, [place(_rounded(-back - 0.14, length - back + 0.14, 0.5 * width + 0.14))], (250, 250, 250),
                     cv2.LINE_AA, SUBPIXEL_BITS)
        cv2.fillPoly(image, [place(_rounded(-back, length - back, 0.5 * width))], colour, cv2.LINE_AA, SUBPIXEL_BITS)
        if r.kinds[i] == "truck":
            cab = length - back - 2.4
            parts = [(_box(-back + 0.3, cab - 0.15, 0.42 * width), light),
                     (_box(cab + 1.3, cab + 1.9, 0.40 * width), dark)]
        else:
            front, share = length - back, 0.30 if r.kinds[i] == "car" else 0.20
            parts = [(_screen(front - share * length, front - (share + 0.13) * length, width), dark),
                     (_screen(-back + 0.10 * length, -back + 0.17 * length, width * 0.94), dark)]
        for outline, tone in parts:
            cv2.fillPoly(image, [place(outline)], tone, cv2.LINE_AA, SUBPIXEL_BITS)
        if r.acceleration[k, i] < BRAKING:
            for side in (-1.0, 1.0):
                lamp = _box(-back - 0.1, -back + 0.35, 0.16 * width) + np.array([0.0, side * 0.30 * width])
                cv2.fillPoly(image, [place(lamp)], (232, 40, 32), cv2.LINE_AA, SUBPIXEL_BITS)
        self._arrow(image, place, length - back, float(r.speed[k, i]), colour)

    def _arrow(self, image: U1, place: Callable[[F8], npt.NDArray[np.int32]], front: float, speed: float,
               colour: Colour) -> None:
        """Draw where the road user is in half a second, from its front bumper."""
        reach = 0.5 * speed
        if reach < 1.0:
            return
        head = min(1.3, 0.4 * reach)
        tip = front + 0.4 + reach
        shaft = np.array([[front + 0.4, 0.12], [tip - head, 0.12], [tip - head, -0.12], [front + 0.4, -0.12]])
        point = np.array([[tip - head, 0.62], [tip, 0.0], [tip - head, -0.62]])
        for outline in (shaft, point):
            cv2.fillPoly(image, [place(outline)], colour, cv2.LINE_AA, SUBPIXEL_BITS)

    def _scale_bar(self, image: U1) -> None:
        """Draw 20 m (10 m where the picture is small) in the lower left corner."""
        width, height = self._size
        metres = 20 if 20 * self._scale < 0.3 * width else 10
        x0, y0 = 10, height - 12
        x1 = x0 + round(metres * self._scale)
        ink = (60, 64, 70)
        text = f"{metres} m"
        size = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.38, 1)[0]
        panel = image[y0 - 9 : y0 + 10, x0 - 6 : x1 + size[0] + 12]
        panel[:] = cv2.addWeighted(panel, 0.25, np.full_like(panel, 250), 0.75, 0.0)
        half = (x0 + x1) // 2
        cv2.rectangle(image, (x0, y0 - 2), (half, y0 + 2), ink, -1)
        cv2.rectangle(image, (half, y0 - 2), (x1, y0 + 2), (250, 250, 250), -1)
        cv2.rectangle(image, (x0, y0 - 2), (x1, y0 + 2), ink, 1)
        cv2.putText(image, text, (x1 + 6, y0 + 4), cv2.FONT_HERSHEY_SIMPLEX, 0.38, ink, 1, cv2.LINE_AA)


def _muted(colour: Colour) -> Colour:
    """A colour that stands out from asphalt grey and the paper: darker where it is light, never near grey 128."""
    c = np.array(colour)
    bright = float(c.mean())
    c = c * (0.86 if bright > 150 else 0.95)
    if abs(float(c.mean()) - 128.0) < 30.0 and float(c.max() - c.min()) < 40.0:
        c = c * 0.55
    return (float(c[0]), float(c[1]), float(c[2]))


def _box(x0: float, x1: float, half: float) -> F8:
    return np.array([[x0, -half], [x1, -half], [x1, half], [x0, half]])


def _screen(x_front: float, x_back: float, width: float) -> F8:
    """A windscreen: wider in front."""
    wide, narrow = 0.42 * width, 0.35 * width
    return np.array([[x_front, -wide], [x_front, wide], [x_back, narrow], [x_back, -narrow]])


def _rounded(x0: float, x1: float, half: float) -> F8:
    """A rectangle with round corners."""
    r = min(0.45, 0.6 * half)
    a = np.linspace(0.0, np.pi / 2, 4)
    arc = np.stack([np.cos(a), np.sin(a)], axis=1) * r
    corners = [(x1 - r, half - r, 1, 1, False), (x0 + r, half - r, -1, 1, True), (x0 + r, -half + r, -1, -1, False),
               (x1 - r, -half + r, 1, -1, True)]
    out = []
    for cx, cy, sx, sy, back in corners:
        part = arc[::-1] if back else arc
        out.append(np.stack([cx + sx * part[:, 0], cy + sy * part[:, 1]], axis=1))
    return np.concatenate(out)
