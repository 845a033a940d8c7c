# The camera rig: seven cameras as in the X-World paper. Poses in the vehicle's frame (x forward, y left, z up,
# origin at the middle of the rear axle on the ground).

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mkdocs_worldmodel.spec.rig import CameraName, CameraSpec


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole camera. Distances in metres, angles in radians."""

    name: str
    label: str
    x: float
    y: float
    z: float
    yaw: float
    """Counter-clockwise from straight ahead."""
    pitch: float
    """Positive looks down."""
    fov: float
    """Horizontal field of view."""


_DEG = 0.017453292519943295

RIG: tuple[Camera, ...] = (
    Camera("front_wide", "Front wide", 1.75, 0.0, 1.42, 0.0, 2 * _DEG, 100 * _DEG),
    Camera("front_narrow", "Front narrow", 1.75, 0.0, 1.42, 0.0, 0.5 * _DEG, 35 * _DEG),
    Camera("front_left", "Front left", 1.55, 0.85, 1.30, 55 * _DEG, 4 * _DEG, 80 * _DEG),
    Camera("front_right", "Front right", 1.55, -0.85, 1.30, -55 * _DEG, 4 * _DEG, 80 * _DEG),
    Camera("rear_left", "Rear left", 1.60, 0.92, 1.05, 130 * _DEG, 4 * _DEG, 80 * _DEG),
    Camera("rear_right", "Rear right", 1.60, -0.92, 1.05, -130 * _DEG, 4 * _DEG, 80 * _DEG),
    Camera("rear", "Rear", -0.55, 0.0, 1.10, 180 * _DEG, 3 * _DEG, 70 * _DEG),
)
"""The default rig."""


def rig_of(cameras: Sequence[CameraName] | Mapping[str, CameraSpec] | None) -> tuple[Camera, ...]:
    """The cameras that a block asks for: those of the default rig by name, in its order, or the block's own rig."""
    if isinstance(cameras, Mapping):
        return tuple(_placed(name, spec) for name, spec in cameras.items())
    return tuple(c for c in RIG if cameras is None or c.name in cameras)


def _placed(name: str, spec: CameraSpec) -> Camera:
    """An own camera; what is not said of one of the default rig is as it is there."""
    said = {key: value for key, value in spec.model_dump().items() if value is not None and value != ""}
    default = next((c for c in RIG if c.name == name), None)
    if default is not None:
        return replace(default, **said)
    return Camera(**{"name": name, "label": name.replace("_", " ").capitalize(), "y": 0.0, "pitch": 0.0, **said})
