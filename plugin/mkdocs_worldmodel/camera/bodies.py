# Which mesh each kind of road user has.

from __future__ import annotations

from collections.abc import Callable

from mkdocs_worldmodel.camera.ambulance import ambulance
from mkdocs_worldmodel.camera.bus import bus
from mkdocs_worldmodel.camera.car import car
from mkdocs_worldmodel.camera.lorry import lorry
from mkdocs_worldmodel.camera.mesh import Mesh, Size
from mkdocs_worldmodel.camera.people import child, pedestrian
from mkdocs_worldmodel.camera.things import cone, obstacle
from mkdocs_worldmodel.camera.two_wheelers import bicycle, motorcycle
from mkdocs_worldmodel.camera.van import van
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


def body_mesh(kind: Kind, size: Size) -> Mesh:
    """Return the mesh of a road user."""
    return _MESHES[kind](size)
