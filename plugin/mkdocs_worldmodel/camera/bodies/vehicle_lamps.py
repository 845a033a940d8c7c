# The lamps of road users: when they shine (brakes, turns, blue lights), where they glow, and the colour of their
# glasses.

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.ground.arrows import bend_of, turn_by
from mkdocs_worldmodel.camera.ground.junction_area import islands_of
from mkdocs_worldmodel.camera.light.light import RGB, Light
from mkdocs_worldmodel.camera.mesh import Role
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.road import Road, RoadNetwork
from mkdocs_worldmodel.scenario.road_user import BODIES, TWO_WHEELERS, Kind

F8 = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

BRAKING = -0.5
"""Acceleration under which brake lights shine [m/s²]."""

_BLINK = 0.35
"""Half a period of an indicator [s]."""
_FLASH = 0.3
"""How long the blue lights of one side shine before the other's do [s]."""
_BEFORE_TURN = 2.5
"""How long before a turn a driver blinks [s]."""

PLACES: dict[Kind, tuple[tuple[float, float], tuple[float, float]]] = {
    "car": ((0.64, 0.60), (0.64, 0.80)),
    "van": ((0.66, 0.80), (0.90, 0.92)),
    "truck": ((0.77, 0.71), (0.77, 0.82)),
    "bus": ((0.72, 0.63), (0.86, 0.98)),
    "emergency": ((0.66, 0.80), (0.90, 0.92)),
    "motorcycle": ((0.0, 0.74), (0.0, 0.70)),
    "bicycle": ((0.0, 0.80), (0.0, 0.75)),
}
"""Of head and tail lamps: share of the half width, height at the usual size [m]. Who is not here has none."""

_BLUE: RGB = (0.16, 0.38, 1.0)


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


def turn_of(road: Road, ring: frozenset[str]) -> int:
    """Return +1 (left) or -1 (right) where a road, driven with increasing s, is a turn in a junction; else 0.

    In a roundabout, of whose roads `ring` are those around islands, only who leaves the ring turns.
    """
    come, go = (link is not None and link.id in ring for link in (road.predecessor, road.successor))
    if road.junction is None or road.id in ring or (go and not come):
        return 0
    return turn_by(bend_of(road))


class LampStates:
    """Which lamps of a run shine when."""

    def __init__(self, rollout: Rollout, network: RoadNetwork) -> None:
        r = rollout
        motor = np.array([k in PLACES and k != "bicycle" for k in r.kinds])
        self._time = r.time
        self._brakes = (r.acceleration < BRAKING) & motor
        self._turns = np.where(motor, _turns(r, network), 0)
        self.blue = np.array([k == "emergency" for k in r.kinds])

    def braking(self, k: int) -> npt.NDArray[np.bool_]:
        """Tell whose brake lights shine at row k (N,)."""
        return np.asarray(self._brakes[k])

    def indicating(self, k: int) -> Ints:
        """Return +1 (left), -1 (right) or 0 (N,) for who turns or changes lanes soon and blinks now."""
        on = np.floor(float(self._time[k]) / _BLINK + 1e-6) % 2 == 0
        return self._turns[k] if on else np.zeros_like(self._turns[k])

    def flashing(self, k: int) -> int:
        """Which side of all blue lights shines: +1 (left) or -1 (right)."""
        return 1 if np.floor(float(self._time[k]) / _FLASH + 1e-6) % 2 == 0 else -1


def _turns(r: Rollout, network: RoadNetwork) -> Ints:
    """Return +1, -1 or 0 (T, N) for who goes to the left or right within the next moments."""
    rows, dt = len(r.time), r.dt if len(r.time) > 1 else 1.0
    ahead = np.minimum(np.arange(rows) + max(1, round(1.2 / dt)), rows - 1)
    drift = np.where(r.road[ahead] == r.road, (r.t[ahead] - r.t) * r.direction, 0.0)
    changes = np.where(np.abs(drift) > 0.45, np.sign(drift), 0.0).astype(np.intp)
    ring = frozenset().union(*(island.ring for island in islands_of(network)))
    side = {road.id: turn_of(road, ring) for road in network.roads}
    now = np.array([side.get(name, 0) for name in r.roads], dtype=np.intp)[r.road] * r.direction
    turns = now.copy()
    for shift in range(min(round(_BEFORE_TURN / dt), rows - 1), -1, -1):
        later = now[np.minimum(np.arange(rows) + shift, rows - 1)]
        turns = np.where(later != 0, later, turns)
    return np.where(turns != 0, turns, changes).astype(np.intp)


def light_glasses(role: Ints, colour: F8, lamps: float, brake: npt.NDArray[np.bool_], signal: Ints, flash: int) -> None:
    """Set the colours (F, 3) of glasses that shine, in place; `brake` and `signal` (F,) are those of their owners."""
    tail = role == Role.TAIL_LAMP
    if lamps > 0.0:
        colour[tail] = np.maximum(colour[tail], (104 + 24 * lamps, 8, 10))
        head = role == Role.HEADLAMP
        colour[head] = np.maximum(colour[head], (255.0, 250.0, 232.0))
        inside = role == Role.WINDOW
        colour[inside] = np.maximum(colour[inside], np.array((196.0, 176.0, 130.0)) * (0.75 * lamps))
    colour[role == Role.DISPLAY] = (255.0, 176.0, 58.0)
    colour[tail & brake] = (255.0, 62.0, 48.0)
    colour[(role == Role.BRAKE_LAMP) & brake] = (255.0, 54.0, 40.0)
    colour[(role == Role.INDICATOR_LEFT) & (signal > 0)] = (255.0, 176.0, 40.0)
    colour[(role == Role.INDICATOR_RIGHT) & (signal < 0)] = (255.0, 176.0, 40.0)
    colour[role == (Role.BEACON_LEFT if flash > 0 else Role.BEACON_RIGHT)] = (96.0, 150.0, 255.0)


def glowing(r: Rollout, states: LampStates, k: int, users: Ints, pose: F8, light: Light) -> tuple[Lamp, ...]:
    """Return what glows: head and tail lamps when it is dark, brake lights always, indicators, blue lights."""
    out: list[Lamp] = []
    brake, signal, dark = states.braking(k), states.indicating(k), light.lamps
    for j, i in enumerate(users.tolist()):
        if r.kinds[i] not in PLACES:
            continue
        x, y, h = pose[j].tolist()
        for along, across, z, turn, colour, strength, size in _ends(r, i, bool(brake[i]), int(signal[i]), dark):
            c, s = float(np.cos(h)), float(np.sin(h))
            at = (x + c * along - s * across, y + s * along + c * across, z)
            out.append(Lamp(*at, h + turn, colour, strength, size))
        if states.blue[i]:
            out += _beacons(r, i, (x, y, h), states.flashing(k), dark)
    return tuple(out)


def _ends(
    r: Rollout, i: int, brake: bool, signal: int, dark: float
) -> Iterator[tuple[float, float, float, float, RGB, float, float]]:
    """Lamps at both ends: place along, across and up [m], direction, colour, strength, size."""
    kind = r.kinds[i]
    single, weak = kind in TWO_WHEELERS, 0.55 if kind == "bicycle" else 1.0
    scale, half = float(r.height[i]) / BODIES[kind].height, 0.5 * float(r.width[i])
    front, rear = float(r.length[i] - r.rear_overhang[i]) + 0.02, -float(r.rear_overhang[i]) - 0.02
    if kind == "bicycle":  # at the fork's crown and under the carrier
        front, rear = 0.9 * float(r.wheelbase[i]), -0.12
    (head_by, head_z), (tail_by, tail_z) = PLACES[kind]
    for side in (-1.0,) if single else (-1.0, 1.0):
        if dark > 0.0:
            shine = weak * (0.35 + 0.65 * dark)
            yield front, side * half * head_by, head_z * scale, 0.0, (1.0, 0.95, 0.82), shine, 0.62 * weak
        if brake:
            yield rear, side * half * tail_by, tail_z * scale, np.pi, (1.0, 0.16, 0.10), 0.50 + 0.35 * dark, 0.55
        elif dark > 0.0:
            yield rear, side * half * tail_by, tail_z * scale, np.pi, (0.9, 0.06, 0.05), 0.42 * dark, 0.38
    if signal:
        for along, by, z, turn in ((front, head_by, head_z, 0.0), (rear, tail_by, tail_z, np.pi)):
            across = signal * half * (0.5 if single else by)
            yield along, across, z * scale, turn, (1.0, 0.55, 0.10), 0.55, 0.40


def _beacons(r: Rollout, i: int, pose: tuple[float, float, float], side: int, dark: float) -> list[Lamp]:
    """The blue lights that shine now: they are seen from all around."""
    x, y, h = pose
    c, s = float(np.cos(h)), float(np.sin(h))
    across = 0.24 * side * float(r.width[i])
    out = []
    for share in (0.66, 0.09):
        along = share * float(r.length[i]) - float(r.rear_overhang[i])
        at = (x + c * along - s * across, y + s * along + c * across, 0.97 * float(r.height[i]))
        out += [Lamp(*at, h + turn, _BLUE, 0.75 + 0.25 * dark, 0.75) for turn in (0.0, np.pi)]
    return out
