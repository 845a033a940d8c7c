# The cameras of the rig: what each one sees at a row of a rollout. Nothing of a picture depends on pictures made
# before it.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.faces import Drawn, faces_in_view
from mkdocs_worldmodel.camera.foliage import glow
from mkdocs_worldmodel.camera.fronts import paint_front, project_fronts
from mkdocs_worldmodel.camera.ground import GroundPatches, GroundView, visible_patches
from mkdocs_worldmodel.camera.ground_light import GroundLightView, ground_shapes
from mkdocs_worldmodel.camera.lamps import glows_in_view
from mkdocs_worldmodel.camera.light import Light, light_of
from mkdocs_worldmodel.camera.paint import paint_glow, paint_polygon, paint_sprite
from mkdocs_worldmodel.camera.projection import View, project_polygons, to_vehicle, view_of
from mkdocs_worldmodel.camera.road_surface import surface_of
from mkdocs_worldmodel.camera.roadside import roadside_of
from mkdocs_worldmodel.camera.scenery import Scenery, Surroundings
from mkdocs_worldmodel.camera.sky import SkyView, panorama
from mkdocs_worldmodel.camera.vehicles import Traffic, Vehicles, far_to_near
from mkdocs_worldmodel.camera.wet import mirrored, paint_mirror, paint_streaks
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

    view: View
    sky: SkyView
    ground: GroundView
    light: GroundLightView


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
        self._kinds = GroundPatches(self._surface.material, self._surface.layer)
        self._scenery = Scenery(roadside_of(network, near, 260.0), self._light, sun)
        self._vehicles = Vehicles(rollout, self._light, sun, colours)
        self._sun = sun
        kind = network.roads[0].kind
        picture = panorama(self._light, kind)
        self._eyes = []
        for camera, (width, height) in zip(cameras, sizes, strict=True):
            view = view_of(camera, width, height)
            ground = GroundView(view, self._light, kind)
            self._eyes.append(_Eye(view, SkyView(view, picture), ground, GroundLightView(view, ground.top)))

    def frame(self, k: int) -> list[U1]:
        """Return one (H, W, 3) sRGB picture per camera at row k of the rollout."""
        r = self._rollout
        ego = (float(r.x[k, 0]), float(r.y[k, 0]), float(r.heading[k, 0]))
        traffic = self._vehicles.at(k)
        around = self._scenery.at(ego)
        surface = self._surface
        distance = np.hypot(surface.centre[:, 0] - ego[0], surface.centre[:, 1] - ego[1]) - surface.radius
        near = np.flatnonzero(distance < _REACH)
        points = to_vehicle(surface.points[near], *ego)
        centre = to_vehicle(surface.centre[near], *ego)
        sun = to_vehicle(self._sun, 0.0, 0.0, ego[2])
        shapes = ground_shapes(traffic, around, sun, self._light)
        out = []
        below = mirrored(traffic)
        for number, eye in enumerate(self._eyes):
            view = eye.view
            image = np.empty((view.height, view.width, 3), dtype=np.uint8)
            eye.sky.paint(image, ego[2] - self._first)
            spheres = (view.to_camera(centre), surface.radius[near])
            chosen = visible_patches(view, distance[near], surface.material[near], spheres)
            found = project_polygons(view, view.to_camera(points[chosen]))
            kinds = GroundPatches(self._kinds.material[near][chosen], self._kinds.layer[near][chosen])
            mirror = eye.ground.paint(image, ego, found, kinds, eye.light.draw(shapes))
            order = far_to_near(traffic, view.origin)
            if mirror is not None:
                upside = glows_in_view(view, self._light, traffic.lamps, around.lamps, flipped=True)
                paint_mirror(image, view, eye.ground.top, mirror, (below, order[0].tolist()), upside, glow())
            self._upright(image, view, traffic, around, order)
            if self._light.wet:
                paint_streaks(image, (k, number), float(np.mean(self._light.horizon)))
            out.append(image)
        return out

    def _upright(
        self, image: U1, view: View, traffic: Traffic, around: Surroundings, ordered: tuple[npt.NDArray[np.intp], F8]
    ) -> None:
        """Paint everything that stands on the ground, from far to near."""
        order, gaps = ordered
        todo: list[tuple[float, int, int, int, int]] = []  # distance, kind, from, to, owner
        cars = faces_in_view(view, traffic.faces)
        gap_of = np.zeros(len(gaps))
        gap_of[order] = gaps
        place = np.zeros(len(gaps), dtype=int)
        place[order] = np.arange(len(order))
        for owner, start, end in _runs(cars):
            todo.append((-float(gap_of[owner]), 0, int(place[owner]), start, end))
        things = faces_in_view(view, around.faces)
        distance = np.hypot(around.faces.centre[:, 0] - view.origin[0], around.faces.centre[:, 1] - view.origin[1])
        for owner, start, end in _runs(things):
            todo.append((-float(distance[owner]), 2, owner, start, end))
        fronts = project_fronts(view, around.fronts)
        todo += [(-float(distance[around.fronts.owner[i]]), 1, n, 0, 0) for n, i in enumerate(fronts.index)]
        sprites, boxes, far = _sprites(view, around)
        todo += [(-float(far[n]), 3, n, 0, 0) for n in range(len(sprites))]
        glows = glows_in_view(view, self._light, traffic.lamps, around.lamps)
        todo += [(-g.distance, 4, n, 0, 0) for n, g in enumerate(glows)]
        haze = np.array(self._light.haze) * 255.0
        gains = around.upright.gain.tolist()
        disc, extinction = glow(), self._light.extinction
        for near, kind, n, start, end in sorted(todo):
            if kind in (0, 2):
                drawn = cars if kind == 0 else things
                for i in range(start, end):
                    paint_polygon(image, drawn.fixed[i], drawn.colour[i])
            elif kind == 1:
                clear = exp(extinction * near)
                m = fronts.index[n]
                gain = float(around.fronts.gain[m]) * clear
                paint_front(image, fronts, n, around.fronts.texture[m], gain, haze * (1.0 - clear))
            elif kind == 3:
                clear = exp(extinction * near)
                m = sprites[n]
                r, g, b = gains[m]
                x, y, z = self._light.haze
                rest = 1.0 - clear
                paint_sprite(
                    image,
                    around.upright.sprite[m],
                    boxes[n],
                    bool(around.upright.mirrored[m]),
                    (r * clear, g * clear, b * clear),
                    (x * rest, y * rest, z * rest),
                )
            else:
                g = glows[n]
                paint_glow(image, disc, (g.u, g.v), (g.radius, g.radius), g.colour)


def _runs(drawn: Drawn) -> list[tuple[int, int, int]]:
    """Owner, start and end of each object's polygons."""
    owner = drawn.owner
    if not len(owner):
        return []
    starts = np.flatnonzero(np.concatenate([[True], owner[1:] != owner[:-1]]))
    ends = np.concatenate([starts[1:], [len(owner)]])
    return [(int(owner[a]), int(a), int(b)) for a, b in zip(starts, ends, strict=True)]


def _sprites(view: View, around: Surroundings) -> tuple[list[int], list[tuple[float, float, float, float]], F8]:
    """Sprites in view: indices, boxes (left, top, width, height) [px] and distances [m]."""
    upright = around.upright
    cam = view.to_camera(upright.base)
    scale = view.focal / np.maximum(cam[:, 2], 0.3)
    tall = upright.height * scale
    wide = tall * np.array([s.aspect for s in upright.sprite])
    u = 0.5 * view.width + cam[:, 0] * scale
    v = 0.5 * view.height + cam[:, 1] * scale
    shown = (cam[:, 2] > 1.0) & (u + 0.5 * wide > 0) & (u - 0.5 * wide < view.width) & (v > 0) & (tall > 2.0)
    shown &= v - tall < view.height
    index = np.flatnonzero(shown)
    boxes = [(float(u[i] - 0.5 * wide[i]), float(v[i] - tall[i]), float(wide[i]), float(tall[i])) for i in index]
    distance = np.hypot(upright.base[index, 0] - view.origin[0], upright.base[index, 1] - view.origin[1])
    return [int(i) for i in index], boxes, distance
