# The cameras of the rig: what each one sees at a row of a rollout. Nothing of a picture depends on pictures made
# before it.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.bodies.vehicles import Vehicles, far_to_near
from mkdocs_worldmodel.camera.ground.ground_view import GroundPatches, GroundView, reach_of
from mkdocs_worldmodel.camera.ground.road_surface import surface_of
from mkdocs_worldmodel.camera.light.falling import Falling, paint_falling
from mkdocs_worldmodel.camera.light.ground_light import GroundLightView, ground_shapes, shapes_in_views
from mkdocs_worldmodel.camera.light.lamps import lamps_of
from mkdocs_worldmodel.camera.light.light import Light
from mkdocs_worldmodel.camera.light.sky import SkyView, panorama
from mkdocs_worldmodel.camera.light.weather import light_of
from mkdocs_worldmodel.camera.light.wet import Mirrored
from mkdocs_worldmodel.camera.projection import Rig, to_vehicle, view_of
from mkdocs_worldmodel.camera.surroundings.furniture import Furniture
from mkdocs_worldmodel.camera.surroundings.roadside import roadside_of
from mkdocs_worldmodel.camera.surroundings.scenery import Scenery
from mkdocs_worldmodel.camera.upright import Standing
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.environment import Environment
from mkdocs_worldmodel.scenario.rig import Camera
from mkdocs_worldmodel.scenario.road import RoadNetwork

F8 = npt.NDArray[np.float64]
U1 = npt.NDArray[np.uint8]

_REACH = 430.0


def track(rollout: Rollout) -> F8:
    """Points (M, 2) along the ego's way, about 20 m apart [m]."""
    x, y = rollout.x[:, 0], rollout.y[:, 0]
    gone = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    first = np.flatnonzero(np.diff(np.floor(gone / 20.0), prepend=-1.0) > 0)
    rows = np.unique(np.concatenate([first, [len(x) - 1]]))
    return np.stack([x[rows], y[rows]], axis=1)


@dataclass(frozen=True, slots=True)
class _Eye:
    """All that belongs to one camera."""

    sky: SkyView
    ground: GroundView
    light: GroundLightView


@dataclass(frozen=True, slots=True)
class _Look:
    """All that belongs to the cameras of one frame."""

    rig: Rig
    eyes: list[_Eye]
    falling: Falling


class CameraRenderer:
    """Draws what the cameras of a rig see in a rollout.

    Args:
        rollout: What happened; road user 0 carries the cameras.
        network: The roads.
        environment: Time of day and weather.
        cameras: The rig.
        sizes: (width, height) of each camera's picture [px].
        colours: '#rrggbb' of each road user; a palette by turns where left out.
    """

    def __init__(
        self,
        rollout: Rollout,
        network: RoadNetwork,
        environment: Environment,
        cameras: Sequence[Camera],
        sizes: Sequence[tuple[int, int]],
        colours: Sequence[str] | None = None,
    ) -> None:
        cv2.setNumThreads(1)
        self._rollout = rollout
        self._light: Light = light_of(environment)
        first = float(rollout.heading[0, 0])
        self._first = first
        sun = self._light.direction(first)
        near = track(rollout)
        self._surface = surface_of(network, near, _REACH)
        self._reach = reach_of(self._surface.material)
        self._scenery = Scenery(roadside_of(network, near, 260.0), self._light, sun)
        self._vehicles = Vehicles(rollout, network, self._light, sun, colours)
        self._furniture = Furniture(rollout, network, self._light, sun) if network.signals() else None
        self._sun = sun
        self._kind = network.roads[0].kind
        self._sky = panorama(self._light, self._kind)
        self._all = self._look(cameras, sizes)

    def _look(self, cameras: Sequence[Camera], sizes: Sequence[tuple[int, int]]) -> _Look:
        rig = Rig([view_of(c, *size) for c, size in zip(cameras, sizes, strict=True)])
        grounds = [GroundView(view, self._light, self._kind) for view in rig.views]
        eyes = [_Eye(SkyView(g.view, self._sky), g, GroundLightView(g.view, g.top)) for g in grounds]
        return _Look(rig, eyes, Falling(rig, self._light, self._rollout))

    def frame(self, k: int) -> list[U1]:
        """Return one (H, W, 3) sRGB picture per camera at row k of the rollout."""
        return self._draw(k, self._all)

    def shot(self, k: int, camera: Camera, size: tuple[int, int]) -> U1:
        """Return what one camera sees at row k, whether it is of the rig or not, as a picture of any size."""
        return self._draw(k, self._look([camera], [size]))[0]

    def _draw(self, k: int, look: _Look) -> list[U1]:
        r, rig, light = self._rollout, look.rig, self._light
        ego = (float(r.x[k, 0]), float(r.y[k, 0]), float(r.heading[k, 0]))
        traffic, around = self._vehicles.at(k, rig), self._scenery.at(ego)
        patches = self._patches(ego, rig)
        shapes = shapes_in_views(rig, ground_shapes(traffic, around, to_vehicle(self._sun, 0.0, 0.0, ego[2]), light))
        signs = self._furniture.at(ego, k) if self._furniture else None
        lamps = lamps_of(light, traffic.lamps + (signs.lamps if signs else ()), around.lamps)
        standing = Standing(rig, light, traffic, around, signs.faces if signs else None, lamps)
        mirrored = Mirrored(rig, light, traffic, lamps) if light.wetness == 1.0 else None
        falling = look.falling.at(k)
        out = []
        for n, (eye, order) in enumerate(zip(look.eyes, far_to_near(traffic, rig.origin), strict=True)):
            view = rig.views[n]
            image = np.empty((view.height, view.width, 3), dtype=np.uint8)
            eye.sky.paint(image, ego[2] - self._first)
            mirror = eye.ground.paint(image, ego, patches[n], eye.light.draw(shapes[n], light.lamps))
            if mirrored and mirror is not None:
                mirrored.paint(image, n, eye.ground.top, mirror, order[0])
            standing.paint(image, n, order)
            paint_falling(image, falling[n])
            out.append(image)
        return out

    def _patches(self, ego: tuple[float, float, float], rig: Rig) -> list[GroundPatches]:
        """Return the patches of the ground that each camera sees."""
        surface = self._surface
        distance = np.hypot(surface.centre[:, 0] - ego[0], surface.centre[:, 1] - ego[1]) - surface.radius
        near = np.flatnonzero(distance < self._reach)
        points, centre = to_vehicle(surface.points[near], *ego), to_vehicle(surface.centre[near], *ego)
        camera, chosen = np.nonzero(rig.sees(centre, surface.radius[near]))
        shape = rig.project(rig.to_cameras(points, (camera, chosen)), camera)
        index = near[chosen[shape.index]]
        material, layer = surface.material[index], surface.layer[index]
        return [GroundPatches(shape.part(p), material[p], layer[p]) for p in rig.parts(shape.camera)]
