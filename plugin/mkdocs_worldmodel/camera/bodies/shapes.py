# Which mesh each kind of road user has.

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from mkdocs_worldmodel.camera.bodies.ambulance import ambulance
from mkdocs_worldmodel.camera.bodies.bus import bus
from mkdocs_worldmodel.camera.bodies.car import car
from mkdocs_worldmodel.camera.bodies.lorry import lorry
from mkdocs_worldmodel.camera.bodies.people import child, pedestrian
from mkdocs_worldmodel.camera.bodies.things import cone, obstacle
from mkdocs_worldmodel.camera.bodies.two_wheelers import bicycle, motorcycle
from mkdocs_worldmodel.camera.bodies.van import van
from mkdocs_worldmodel.camera.mesh import Mesh, Size
from mkdocs_worldmodel.scenario.road_user import Kind

_MESHES: dict[Kind, Callable[[Size], Mesh]] = {
    "car": car,
    "van": van,
    "truck": lorry,
    "bus": bus,
    "emergency": ambulance,
    "motorcycle": motorcycle,
    "bicycle": bicycle,
    "pedestrian": pedestrian,
    "child": child,
    "obstacle": obstacle,
    "cone": cone,
}


@lru_cache(maxsize=64)
def body_mesh(kind: Kind, size: Size) -> Mesh:
    """Return the mesh of a road user; it is shared by all of that kind and size."""
    return _MESHES[kind](size)
