# The road users of a run as lit faces at one row: bodies, lamps, and who stands in front of whom.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.bodies.motion import Motion, moved
from mkdocs_worldmodel.camera.bodies.shapes import body_mesh
from mkdocs_worldmodel.camera.bodies.vehicle_lamps import PLACES, Lamp, LampStates, glowing, light_glasses
from mkdocs_worldmodel.camera.colours import albedo_of, colours_of
from mkdocs_worldmodel.camera.faces import SMALLEST, Faces, least_sizes, offsets, sizes
from mkdocs_worldmodel.camera.light.light import Light, ego_headlights
from mkdocs_worldmodel.camera.mesh import Role, Size, mirrored
from mkdocs_worldmodel.camera.projection import Rig, to_vehicle
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.road import RoadNetwork
from mkdocs_worldmodel.scenario.road_user import THINGS, TWO_WHEELERS, WALKERS

F8 = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

_BLURRED = np.array([112.0, 114.0, 118.0])
"""Colour of the gaps between spokes of a fast wheel."""
_VISIBLE = 320.0
_SMALL_VISIBLE = 200.0
"""Of people and things [m]."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """The road users at one row, in the ego's frame."""

    faces: Faces
    corners: F8
    """(N, 4, 2) of the footprints [m]."""
    box: F8
    """(N, 4) length, width, height, centre ahead of the reference point [m]."""
    slim: npt.NDArray[np.bool_]
    """(N,) whose shadow is much narrower than its box: people, and who rides on two wheels."""
    beams: npt.NDArray[np.bool_]
    """(N,) who has the head lamps of a motor vehicle."""
    lamps: tuple[Lamp, ...]


class Vehicles:
    """Makes the traffic of any row."""

    def __init__(
        self, rollout: Rollout, network: RoadNetwork, light: Light, sun: F8, colours: Sequence[str] | None
    ) -> None:
        self._rollout = rollout
        self._states = LampStates(rollout, network)
        self._light = light
        self._sun = sun
        paints = colours_of(rollout, colours)
        self._sizes = [
            Size(*values)
            for values in zip(
                rollout.length.tolist(),
                rollout.width.tolist(),
                rollout.height.tolist(),
                rollout.rear_overhang.tolist(),
                rollout.wheelbase.tolist(),
                strict=True,
            )
        ]
        meshes = [body_mesh(kind, size) for kind, size in zip(rollout.kinds, self._sizes, strict=True)]
        if network.roads[0].rule == "LHT":  # a bus has its doors on the side of the kerb
            meshes = [mirrored(m) if kind == "bus" else m for m, kind in zip(meshes, rollout.kinds, strict=True)]
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
        self._albedo = np.concatenate([albedo_of(m.role, p) for m, p in zip(meshes, paints, strict=True)])
        self._limbs = np.concatenate([m.limb for m in meshes])
        self._movers = np.array([k in WALKERS or k in TWO_WHEELERS for k in rollout.kinds])
        self._beams = np.array([k in PLACES and k != "bicycle" for k in rollout.kinds])
        small = [k in WALKERS or k in THINGS or k == "bicycle" for k in rollout.kinds]
        self._reach = np.where(small, _SMALL_VISIBLE, _VISIBLE)
        self._motion = Motion(rollout, self._sizes, meshes)
        self._box = np.stack([rollout.length, rollout.width, rollout.height, rollout.centre], axis=1)

    def at(self, k: int, rig: Rig | None = None) -> Traffic:
        """Return the road users around the ego at row k; the ego itself is left out.

        With a rig, faces are left out that are too small for all of its cameras.
        """
        r = self._rollout
        ego = (float(r.x[k, 0]), float(r.y[k, 0]), float(r.heading[k, 0]))
        place = to_vehicle(np.stack([r.x[k], r.y[k], np.zeros(len(r.names))], axis=1), *ego)
        turn = r.heading[k] - ego[2]
        near = (np.hypot(place[:, 0], place[:, 1]) < self._reach) & (r.present[k] > 0)
        near[0] = False
        users = np.flatnonzero(near)
        pose = np.stack([place[users, 0], place[users, 1], turn[users]], axis=1)
        box = self._box[users]
        middle = place[users].copy()
        middle[:, 0] += np.cos(turn[users]) * box[:, 3]
        middle[:, 1] += np.sin(turn[users]) * box[:, 3]
        middle[:, 2] = 0.5 * box[:, 2]
        radius = 0.5 * np.sqrt((box[:, :3] ** 2).sum(axis=1)) + 0.25
        mine = near[self._owner]
        if rig is not None:
            # with its mirror image under a wet road; that one's faces must be larger
            needed = np.full(len(near), np.inf)
            needed[users] = least_sizes(rig, middle, radius + box[:, 2]).min(axis=0, initial=np.inf)
            mine &= self._size > needed[self._owner]
        owner = (np.cumsum(near) - 1)[self._owner[mine]]
        c, s = np.cos(turn[users])[owner], np.sin(turn[users])[owner]
        points, facing, normal = self._moved(k, users, owner, mine)
        points = _turn(points, c[:, None], s[:, None])
        points[..., :2] += place[users][owner][:, None, :2]
        lit = self._lit(k, mine, users, owner, ego[2], middle, normal)
        facing = _turn(facing, c, s)
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
        lamps = glowing(r, self._states, k, users, pose, self._light)
        return Traffic(faces, _footprints(pose, box), box, self._movers[users], self._beams[users], lamps)

    def _moved(self, k: int, users: Ints, owner: Ints, mine: npt.NDArray[np.bool_]) -> tuple[F8, F8, F8]:
        """Return points, facing and normals of the faces of `users` with all parts where they are at row k."""
        points, facing, normal = self._points[mine], self._facing[mine], self._normal[mine]
        limb = self._limbs[mine]
        at = np.flatnonzero((limb > 0) | self._movers[users][owner])
        if len(at):
            matrix = self._motion.at(k, users)[owner[at], limb[at]]
            points[at], facing[at], normal[at] = moved(points[at], facing[at], normal[at], matrix)
        return points, facing, normal

    def _lit(
        self, k: int, mine: npt.NDArray[np.bool_], users: Ints, owner: Ints, heading: float, middle: F8, normal: F8
    ) -> F8:
        light, role = self._light, self._role[mine]
        albedo = self._albedo[mine].copy()
        turn = self._rollout.heading[k][users][owner]
        normal = _turn(normal, np.cos(turn), np.sin(turn))
        gap = role == Role.SPOKE_GAP  # spokes of fast wheels are a blur
        blur = np.clip((np.abs(self._rollout.speed[k][users][owner[gap]]) - 2.0) / 4.0, 0.0, 1.0)[:, None]
        albedo[gap] += (_BLURRED - albedo[gap]) * blur
        shade = light.shade(normal, self._sun)
        distance = np.hypot(middle[:, 0], middle[:, 1])[owner]
        if light.lamps > 0.0:
            beam = ego_headlights(middle[:, 0] - 1.0, middle[:, 1])[owner] * light.lamps
            seen = _turn(normal, np.array(np.cos(-heading)), np.array(np.sin(-heading)))
            direction = middle[owner] / np.maximum(np.sqrt((middle**2).sum(axis=1))[owner], 1e-6)[:, None]
            shade += (1.1 * beam * np.maximum(-(seen * direction).sum(axis=1), 0.0))[:, None] * (1.0, 0.96, 0.86)
        colour = albedo * shade
        glass = (role == Role.GLASS) | (role == Role.WINDOW)
        sky = np.array(light.horizon) * 0.62 + np.array(light.zenith) * 0.38
        shine = (0.10 + 0.42 * np.clip(normal[glass, 2], 0.0, 1.0))[:, None] * sky * 255.0
        colour[glass] += shine
        paint = role == Role.PAINT
        gleam = (0.05 + 0.10 * np.clip(normal[paint, 2], 0.0, 1.0))[:, None] * sky * 255.0
        colour[paint] = colour[paint] * 0.92 + gleam
        colour = np.minimum(colour, 255.0)
        brake, signal = self._states.braking(k)[users][owner], self._states.indicating(k)[users][owner]
        light_glasses(role, colour, light.lamps, brake, signal, self._states.flashing(k))
        clear = light.clear_view(distance)
        lamp = np.isin(role, (Role.TAIL_LAMP, Role.BRAKE_LAMP, Role.HEADLAMP))
        clear = np.where(lamp & (light.lamps > 0.0), np.sqrt(clear), clear)[:, None]
        return np.asarray(np.clip(colour * clear + np.array(light.haze) * 255.0 * (1.0 - clear), 0.0, 255.0))


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
