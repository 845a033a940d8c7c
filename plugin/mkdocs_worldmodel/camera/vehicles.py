# The road users of a run as lit faces at one row: bodies, lamps, and who stands in front of whom.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.bodies import body_mesh
from mkdocs_worldmodel.camera.faces import SMALLEST, Faces, offsets, sizes
from mkdocs_worldmodel.camera.light import RGB, Light, ego_headlights
from mkdocs_worldmodel.camera.mesh import Role, Size
from mkdocs_worldmodel.camera.projection import to_vehicle
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.road_user import Kind

F8 = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

PALETTE = ("#c9ccd0", "#b3261e", "#f2f2ef", "#23364f", "#5b6066", "#e0a526", "#2d6e52", "#17181a", "#7d93a8", "#8a4b2b")
"""Colours of road users where none are given, by turns."""

BRAKING = -0.5
"""Acceleration under which brake lights shine [m/s²]."""

_VISIBLE = 320.0

_ALBEDO: dict[Role, tuple[float, float, float]] = {
    Role.GLASS: (38, 46, 54),
    Role.TRIM: (34, 35, 37),
    Role.TYRE: (28, 28, 30),
    Role.RIM: (150, 153, 158),
    Role.HEADLAMP: (214, 222, 230),
    Role.TAIL_LAMP: (128, 16, 18),
    Role.BRAKE_LAMP: (70, 12, 14),
    Role.PLATE: (214, 214, 206),
    Role.INDICATOR_LEFT: (150, 74, 22),
    Role.INDICATOR_RIGHT: (150, 74, 22),
    Role.BOX: (222, 224, 226),
    Role.GRILLE: (24, 25, 27),
}


_LAMP_PLACES: dict[Kind, tuple[tuple[float, float], tuple[float, float]]] = {
    "car": ((0.64, 0.60), (0.64, 0.80)),
    "van": ((0.66, 0.80), (0.90, 0.92)),
    "truck": ((0.77, 0.71), (0.77, 0.82)),
}
"""Of head and tail lamps: share of the half width, height [m]."""


@dataclass(frozen=True, slots=True)
class Lamp:
    """A shining lamp in the ego's frame."""

    x: float
    y: float
    z: float
    facing: float
    """Direction in which it shines [rad]."""
    colour: tuple[float, float, float]
    strength: float
    size: float
    """Radius of its glow [m]."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """The road users at one row, in the ego's frame."""

    faces: Faces
    corners: F8
    """(N, 4, 2) of the footprints [m]."""
    box: F8
    """(N, 4) length, width, height, centre ahead of the reference point [m]."""
    lamps: tuple[Lamp, ...]


def parse_colour(text: str) -> tuple[float, float, float]:
    """Return '#rrggbb' as red, green, blue (0…255)."""
    return (float(int(text[1:3], 16)), float(int(text[3:5], 16)), float(int(text[5:7], 16)))


def colours_of(rollout: Rollout, colours: Sequence[str] | None) -> list[tuple[float, float, float]]:
    """Return the colour of each road user; the palette by turns where none are given."""
    if colours is not None:
        return [parse_colour(c) for c in colours]
    return [parse_colour(PALETTE[i % len(PALETTE)]) for i in range(len(rollout.names))]


class Vehicles:
    """Makes the traffic of any row."""

    def __init__(self, rollout: Rollout, light: Light, sun: F8, colours: Sequence[str] | None) -> None:
        self._rollout = rollout
        self._light = light
        self._sun = sun
        paints = colours_of(rollout, colours)
        meshes = [
            body_mesh(
                kind,
                Size(
                    float(rollout.length[i]),
                    float(rollout.width[i]),
                    float(rollout.height[i]),
                    float(rollout.rear_overhang[i]),
                    float(rollout.wheelbase[i]),
                ),
            )
            for i, kind in enumerate(rollout.kinds)
        ]
        count = [len(m.role) for m in meshes]
        self._owner = np.repeat(np.arange(len(meshes)), count)
        self._points = np.concatenate([m.points for m in meshes])
        self._size = sizes(self._points) * (SMALLEST / np.concatenate([m.pixels for m in meshes]))
        self._normal = np.concatenate([m.normal for m in meshes])
        self._facing = np.concatenate([m.facing for m in meshes])
        self._role = np.concatenate([m.role for m in meshes])
        self._rank = np.concatenate([m.layer for m in meshes])
        self._beside = np.concatenate([m.beside for m in meshes])
        self._part = np.concatenate([m.parts[m.part] for m in meshes])
        self._albedo = np.concatenate([_albedo(m.role, p) for m, p in zip(meshes, paints, strict=True)])
        self._box = np.stack([rollout.length, rollout.width, rollout.height, rollout.centre], axis=1)

    def at(self, k: int) -> Traffic:
        """Return the road users around the ego at row k; the ego itself is left out."""
        r = self._rollout
        ego = (float(r.x[k, 0]), float(r.y[k, 0]), float(r.heading[k, 0]))
        place = to_vehicle(np.stack([r.x[k], r.y[k], np.zeros(len(r.names))], axis=1), *ego)
        turn = r.heading[k] - ego[2]
        near = np.hypot(place[:, 0], place[:, 1]) < _VISIBLE
        near[0] = False
        users = np.flatnonzero(near)
        mine = near[self._owner]
        owner = (np.cumsum(near) - 1)[self._owner[mine]]
        c, s = np.cos(turn[users])[owner], np.sin(turn[users])[owner]
        points = _turn(self._points[mine], c[:, None], s[:, None])
        points[..., :2] += place[users][owner][:, None, :2]
        pose = np.stack([place[users, 0], place[users, 1], turn[users]], axis=1)
        box = self._box[users]
        middle = place[users].copy()
        middle[:, 0] += np.cos(turn[users]) * box[:, 3]
        middle[:, 1] += np.sin(turn[users]) * box[:, 3]
        middle[:, 2] = 0.5 * box[:, 2]
        radius = 0.5 * np.sqrt((box[:, :3] ** 2).sum(axis=1)) + 0.25
        lit = self._lit(k, mine, users, owner, ego[2], middle)
        facing = _turn(self._facing[mine], c, s)
        faces = Faces(
            points,
            facing,
            offsets(facing, points),
            self._size[mine],
            lit,
            owner,
            self._rank[mine],
            self._beside[mine],
            self._part[mine],
            middle,
            radius,
            pose,
        )
        return Traffic(faces, _footprints(pose, box), box, self._lamps(k, users, pose))

    def _lit(self, k: int, mine: npt.NDArray[np.bool_], users: Ints, owner: Ints, heading: float, middle: F8) -> F8:
        light, role = self._light, self._role[mine]
        albedo = self._albedo[mine].copy()
        turn = self._rollout.heading[k][users][owner]
        normal = _turn(self._normal[mine], np.cos(turn), np.sin(turn))
        shade = light.shade(normal, self._sun)
        distance = np.hypot(middle[:, 0], middle[:, 1])[owner]
        if light.lamps > 0.0:
            beam = ego_headlights(middle[:, 0] - 1.0, middle[:, 1])[owner] * light.lamps
            seen = _turn(normal, np.array(np.cos(-heading)), np.array(np.sin(-heading)))
            direction = middle[owner] / np.maximum(np.sqrt((middle**2).sum(axis=1))[owner], 1e-6)[:, None]
            shade += (1.1 * beam * np.maximum(-(seen * direction).sum(axis=1), 0.0))[:, None] * (1.0, 0.96, 0.86)
        colour = albedo * shade
        glass = role == Role.GLASS
        sky = np.array(light.horizon) * 0.62 + np.array(light.zenith) * 0.38
        shine = (0.10 + 0.42 * np.clip(normal[glass, 2], 0.0, 1.0))[:, None] * sky * 255.0
        colour[glass] += shine
        paint = role == Role.PAINT
        gleam = (0.05 + 0.10 * np.clip(normal[paint, 2], 0.0, 1.0))[:, None] * sky * 255.0
        colour[paint] = colour[paint] * 0.92 + gleam
        colour = np.minimum(colour, 255.0)
        self._lamps_on(k, users, owner, role, colour)
        clear = light.clear_view(distance)
        lamp = np.isin(role, (Role.TAIL_LAMP, Role.BRAKE_LAMP, Role.HEADLAMP))
        clear = np.where(lamp & (light.lamps > 0.0), np.sqrt(clear), clear)[:, None]
        return np.asarray(np.clip(colour * clear + np.array(light.haze) * 255.0 * (1.0 - clear), 0.0, 255.0))

    def braking(self, k: int) -> npt.NDArray[np.bool_]:
        """Tell whose brake lights shine at row k (N,)."""
        return np.asarray(self._rollout.acceleration[k] < BRAKING)

    def indicating(self, k: int) -> Ints:
        """Return +1 (left), -1 (right) or 0 (N,) for who changes lanes within the next second and blinks now."""
        r = self._rollout
        if len(r.time) < 2:
            return np.zeros(len(r.names), dtype=np.intp)
        ahead = min(k + max(1, round(1.2 / r.dt)), len(r.time) - 1)
        drift = (r.t[ahead] - r.t[k]) * r.direction[k]
        on = np.floor(float(r.time[k]) / 0.35 + 1e-6) % 2 == 0
        return np.where((np.abs(drift) > 0.45) & on, np.sign(drift), 0.0).astype(np.intp)

    def _lamps_on(self, k: int, users: Ints, owner: Ints, role: Ints, colour: F8) -> None:
        brake = self.braking(k)[users][owner]
        signal = self.indicating(k)[users][owner]
        tail = role == Role.TAIL_LAMP
        if self._light.lamps > 0.0:
            colour[tail] = np.maximum(colour[tail], (104 + 24 * self._light.lamps, 8, 10))
            head = role == Role.HEADLAMP
            colour[head] = np.maximum(colour[head], (255.0, 250.0, 232.0))
        colour[tail & brake] = (255.0, 62.0, 48.0)
        colour[(role == Role.BRAKE_LAMP) & brake] = (255.0, 54.0, 40.0)
        colour[(role == Role.INDICATOR_LEFT) & (signal > 0)] = (255.0, 176.0, 40.0)
        colour[(role == Role.INDICATOR_RIGHT) & (signal < 0)] = (255.0, 176.0, 40.0)

    def _lamps(self, k: int, users: Ints, pose: F8) -> tuple[Lamp, ...]:
        """Lamps that glow: head and tail lamps when it is dark, brake lights always, indicators."""
        r, out = self._rollout, []
        brake, signal, dark = self.braking(k), self.indicating(k), self._light.lamps
        for j, i in enumerate(users.tolist()):
            x, y, h = pose[j].tolist()
            c, s = float(np.cos(h)), float(np.sin(h))
            front, rear = float(r.length[i] - r.rear_overhang[i]) + 0.02, -float(r.rear_overhang[i]) - 0.02
            half, places = 0.5 * float(r.width[i]), _LAMP_PLACES[r.kinds[i]]
            for side in (-1.0, 1.0):
                ends: list[tuple[float, float, RGB, float, float]] = []
                if dark > 0.0:
                    ends.append((front, h, (1.0, 0.95, 0.82), 0.35 + 0.65 * dark, 0.62))
                if brake[i]:
                    ends.append((rear, h + np.pi, (1.0, 0.16, 0.10), 0.50 + 0.35 * dark, 0.55))
                elif dark > 0.0:
                    ends.append((rear, h + np.pi, (0.9, 0.06, 0.05), 0.42 * dark, 0.38))
                if signal[i] == side:
                    ends += [(e, f, (1.0, 0.55, 0.10), 0.55, 0.40) for e, f in ((front, h), (rear, h + np.pi))]
                for end, facing, colour, strength, size in ends:
                    out_by, z = places[0 if end > 0.0 else 1]
                    across = side * half * out_by
                    at = (x + c * end - s * across, y + s * end + c * across, z)
                    out.append(Lamp(*at, facing, colour, strength, size))
        return tuple(out)


def _albedo(role: Ints, paint: tuple[float, float, float]) -> F8:
    table = np.zeros((len(Role), 3))
    for key, value in _ALBEDO.items():
        table[key] = value
    table[Role.PAINT] = np.minimum(np.array(paint), 244.0)
    table[Role.SEAM] = np.array(paint) * 0.55
    return table[role]


def _turn(v: F8, c: F8, s: F8) -> F8:
    return np.stack([c * v[..., 0] - s * v[..., 1], s * v[..., 0] + c * v[..., 1], v[..., 2]], axis=-1)


def _footprints(pose: F8, box: F8) -> F8:
    sx = np.array([-0.5, 0.5, 0.5, -0.5])
    sy = np.array([-0.5, -0.5, 0.5, 0.5])
    along = sx * box[:, 0:1] + box[:, 3:4]
    across = sy * box[:, 1:2]
    c, s = np.cos(pose[:, 2:3]), np.sin(pose[:, 2:3])
    return np.stack([pose[:, 0:1] + c * along - s * across, pose[:, 1:2] + s * along + c * across], axis=-1)


def _outside(traffic: Traffic, places: F8) -> F8:
    """How far places (N or 1, M, 2) lie outside each edge line of each footprint A: (A, N or 1, M, 4) [m]."""
    x, y, heading = traffic.faces.pose.T[:, :, None, None]
    dx, dy = places[None, ..., 0] - x, places[None, ..., 1] - y
    c, s = np.cos(heading), np.sin(heading)
    length, width, _, ahead = traffic.box.T[:, :, None, None]
    along = c * dx + s * dy - ahead
    across = c * dy - s * dx
    return np.stack([along - 0.5 * length, -along - 0.5 * length, across - 0.5 * width, -across - 0.5 * width], axis=-1)


def far_to_near(traffic: Traffic, eyes: F8) -> list[tuple[Ints, F8]]:
    """Order road users for painting from `eyes` (K, 3): indices far first, and their distances, falling.

    Of two footprints, A cannot hide B where an edge line of A has B on its outer and the eye on its inner side, or
    an edge line of B has A on its outer and the eye on its inner side. What may hide must come later.
    """
    apart = _outside(traffic, traffic.corners).min(axis=2) > -0.02  # [A, B, edge]
    out = _outside(traffic, eyes[None, :, :2])[:, 0].swapaxes(0, 1)  # [eye, A, edge]
    beyond = out[:, :, None] > 0.0
    never_hidden = (apart & ~beyond).any(axis=-1)  # [eye, A, B]: B cannot hide A
    never_hides = (apart & beyond).any(axis=-1)  # [eye, A, B]: A cannot hide B
    may_hide = ~(never_hides | never_hidden.swapaxes(1, 2))
    may_hide &= ~may_hide.swapaxes(1, 2)
    aside = np.maximum(out[..., ::2], out[..., 1::2])  # along and across
    away = np.hypot(*np.moveaxis(np.maximum(aside, 0.0), -1, 0))
    gap = np.where(away > 0.0, away, aside.max(axis=-1))
    return [_sorted(g, m) for g, m in zip(gap, may_hide, strict=True)]


def _sorted(gap: F8, may_hide: npt.NDArray[np.bool_]) -> tuple[Ints, F8]:
    behind = [set(np.flatnonzero(row).tolist()) for row in may_hide]
    left, order = np.argsort(-gap, kind="stable").tolist(), []
    while left:
        ready = next((i for i in left if behind[i].isdisjoint(left)), left[0])
        left.remove(ready)
        order.append(ready)
    index = np.array(order, dtype=np.intp)
    return index, np.minimum.accumulate(gap[index])
