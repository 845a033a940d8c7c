# Traffic lights and signs of a run: where they stand, and what their lamps show at a row.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.bodies.vehicle_lamps import Lamp
from mkdocs_worldmodel.camera.colours import albedo_of
from mkdocs_worldmodel.camera.faces import SMALLEST, Faces, offsets, sizes
from mkdocs_worldmodel.camera.ground.road_curve import RoadCurve
from mkdocs_worldmodel.camera.light.light import RGB, Light, ego_headlights
from mkdocs_worldmodel.camera.mesh import Role
from mkdocs_worldmodel.camera.projection import to_vehicle
from mkdocs_worldmodel.camera.surroundings.signs import FACE, LAMP_HEIGHTS, sign_mesh
from mkdocs_worldmodel.rollout.rollout import ASPECTS, Rollout
from mkdocs_worldmodel.scenario.road import Aspect, RoadNetwork, Signal

F8 = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

_REACH = 190.0
"""How far signs and lights are drawn [m]."""
_FLASH = 0.5
"""Half a period of a flashing light [s]."""

_SHOWN: dict[Aspect, tuple[Role, ...]] = {
    "off": (),
    "red": (Role.LAMP_RED,),
    "red amber": (Role.LAMP_RED, Role.LAMP_AMBER),
    "green": (Role.LAMP_GREEN,),
    "amber": (Role.LAMP_AMBER,),
    "amber flashing": (Role.LAMP_AMBER,),
}
LIT: dict[Role, RGB] = {
    Role.LAMP_RED: (255.0, 48.0, 36.0),
    Role.LAMP_AMBER: (255.0, 178.0, 32.0),
    Role.LAMP_GREEN: (48.0, 255.0, 150.0),
}
"""Colours of lamps that shine."""
_GLOW: dict[Role, RGB] = {
    Role.LAMP_RED: (1.0, 0.10, 0.06),
    Role.LAMP_AMBER: (1.0, 0.60, 0.08),
    Role.LAMP_GREEN: (0.08, 0.95, 0.48),
}


def shown(aspect: Aspect, time: float) -> tuple[Role, ...]:
    """Return the lamps that shine with an aspect at a time [s]."""
    if aspect == "amber flashing" and np.floor(time / _FLASH + 1e-6) % 2 == 1:
        return ()
    return _SHOWN[aspect]


def facing_of(signal: Signal, heading: float) -> float:
    """Direction in which a signal looks [rad]: against its traffic; pedestrian lights look across the road."""
    along = heading if signal.direction > 0 else heading + np.pi
    if signal.type == "pedestrian light":
        return heading + (-0.5 if signal.t > 0.0 else 0.5) * np.pi
    return along + np.pi


@dataclass(frozen=True, slots=True)
class Furnished:
    """Signs and lights near the ego at one row."""

    faces: Faces
    lamps: tuple[Lamp, ...]


class Furniture:
    """All signs and lights of a run; there must be at least one."""

    def __init__(self, rollout: Rollout, network: RoadNetwork, light: Light, sun: F8) -> None:
        self._rollout, self._light = rollout, light
        places = network.signals()
        self.signals = [signal for _, signal in places]
        meshes = [sign_mesh(signal) for signal in self.signals]
        pose = []
        for road, signal in places:
            x, y, heading = RoadCurve(road).place(np.array([signal.s]), signal.t)
            pose.append((float(x[0]), float(y[0]), facing_of(signal, float(heading[0]))))
        self.pose = np.array(pose)
        self._owner = np.repeat(np.arange(len(meshes)), [len(m.role) for m in meshes])
        self._role = np.concatenate([m.role for m in meshes])
        self._rank = np.concatenate([m.layer for m in meshes])
        local = np.concatenate([m.points for m in meshes])
        c, s = np.cos(self.pose[:, 2])[self._owner], np.sin(self.pose[:, 2])[self._owner]
        self._points = _turn(local, c[:, None], s[:, None])
        self._points[..., :2] += self.pose[self._owner, None, :2]
        self._facing = _turn(np.concatenate([m.facing for m in meshes]), c, s)
        self._size = sizes(self._points) * (SMALLEST / np.concatenate([m.pixels for m in meshes]))
        # signs are made to be seen: they never look as dark as what stands in the shade
        shade = np.maximum(light.shade(self._facing, sun), 0.9 * np.array(light.ground))
        self._colour = np.minimum(albedo_of(self._role, (128.0, 128.0, 128.0)) * shade, 255.0)
        self._centre = np.concatenate([self.pose[:, :2], np.full((len(meshes), 1), 1.8)], axis=1)
        self._radius = 2.3

    def at(self, ego: tuple[float, float, float], k: int) -> Furnished:
        """Return what is near the ego's pose (x, y, heading) at row k."""
        near = np.hypot(self._centre[:, 0] - ego[0], self._centre[:, 1] - ego[1]) < _REACH
        mine = near[self._owner]
        owner = (np.cumsum(near) - 1)[self._owner[mine]]
        index = np.flatnonzero(near)
        centre = to_vehicle(self._centre[near], *ego)
        points, facing = to_vehicle(self._points[mine], *ego), to_vehicle(self._facing[mine], 0.0, 0.0, ego[2])
        colour = self._lit(k, index, self._role[mine], owner, self._colour[mine], centre)
        pose = np.concatenate([centre[:, :2], (self.pose[near, 2] - ego[2])[:, None]], axis=1)
        faces = Faces(
            points,
            facing,
            offsets(facing, points),
            self._size[mine],
            colour,
            owner,
            self._rank[mine],
            np.zeros(len(points)),
            np.broadcast_to(np.array([-1e6, 1e6]), (len(points), 2)),
            centre,
            np.full(len(centre), self._radius),
            pose,
        )
        return Furnished(faces, self._lamps(k, index, pose))

    def _on(self, k: int, i: int) -> tuple[Role, ...]:
        return shown(ASPECTS[int(self._rollout.signals[k, i])], float(self._rollout.time[k]))

    def _lit(self, k: int, index: Ints, role: Ints, owner: Ints, colour: F8, centre: F8) -> F8:
        light = self._light
        colour = colour.copy()
        if light.lamps > 0.0:
            beam = ego_headlights(centre[:, 0], 0.55 * centre[:, 1]) * light.lamps
            shine = np.where(role == Role.RIM, 1.2, 4.0)[:, None]  # posts are bare metal, signs reflect
            colour = np.minimum(colour * (1.0 + shine * beam[owner, None]), 250.0)
        clear = light.clear_view(np.hypot(centre[:, 0], centre[:, 1]))[owner, None]
        haze = np.array(light.haze) * 255.0
        out: F8 = colour * clear + haze * (1.0 - clear)
        for j, i in enumerate(index.tolist()):
            for lamp in self._on(k, i):
                at = (owner == j) & (role == lamp)
                pierced = np.sqrt(clear[at])
                out[at] = np.array(LIT[lamp]) * pierced + haze * (1.0 - pierced)
        return out

    def _lamps(self, k: int, index: Ints, pose: F8) -> tuple[Lamp, ...]:
        out = []
        strength = 0.42 + 0.5 * self._light.lamps
        for j, i in enumerate(index.tolist()):
            heights = LAMP_HEIGHTS.get(self.signals[i].type, {})
            x, y, h = pose[j].tolist()
            for lamp in self._on(k, i):
                if lamp in heights:
                    at = (x + (FACE + 0.05) * float(np.cos(h)), y + (FACE + 0.05) * float(np.sin(h)), heights[lamp])
                    out.append(Lamp(*at, h, _GLOW[lamp], strength, 0.34))
        return tuple(out)


def _turn(v: F8, c: F8, s: F8) -> F8:
    return np.stack([c * v[..., 0] - s * v[..., 1], s * v[..., 0] + c * v[..., 1], v[..., 2]], axis=-1)
