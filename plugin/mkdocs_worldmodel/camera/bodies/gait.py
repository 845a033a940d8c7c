# How limbs move: each one turns in the upright plane about a joint that may move itself. Poses follow the distance
# gone, never the time: who stands still does not stir.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.bodies.limbs import ADULT, BICYCLE, CHILD, COUNT, LEGS, MOTORCYCLE, Build, Limb, Seat
from mkdocs_worldmodel.camera.mesh import Size
from mkdocs_worldmodel.scenario.road_user import WALKERS, Kind

F8 = npt.NDArray[np.float64]
Place = tuple[float, float]
"""(x, z) [m]"""

_STRIDE = 0.80
"""Of two steps at a walk, over a walker's height."""
_SWING = 0.40
"""Of a leg to either side in a full stride [rad]."""
_DEVELOPMENT = 4.6
"""How far a bicycle goes with one turn of its cranks [m]."""


def poses(kind: Kind, size: Size, gone: float, speed: float) -> F8:
    """Return what each limb does to (x, z) of its points at rest, as (COUNT, 2, 3).

    Args:
        kind: Of the road user.
        size: Of its body.
        gone: How far it has come [m].
        speed: [m/s]; who stands has its legs together.
    """
    out = np.zeros((COUNT, 2, 3))
    out[:, 0, 0] = out[:, 1, 1] = 1.0
    if kind in WALKERS:
        _walk(out, CHILD if kind == "child" else ADULT, size, gone, speed)
    elif kind == "bicycle":
        _ride(out, BICYCLE, size, 2.0 * np.pi * gone / _DEVELOPMENT)
    elif kind == "motorcycle":
        _ride(out, MOTORCYCLE, size, 0.0)
    return out


def _turned(angle: float, joint: Place, at: Place) -> F8:
    """(2, 3): turn about a joint by an angle (positive: what hangs swings forward), then carry the joint to `at`."""
    c, s = float(np.cos(angle)), float(np.sin(angle))
    turn = np.array([[c, -s], [s, c]])
    return np.concatenate([turn, (np.array(at) - (turn * np.array(joint)).sum(axis=1))[:, None]], axis=1)


def _below(angle: float, length: float, at: Place) -> Place:
    """Where the lower end of a limb is that hangs from `at`."""
    return (at[0] + length * float(np.sin(angle)), at[1] - length * float(np.cos(angle)))


def _toward(a: Place, b: Place) -> tuple[float, float]:
    """Angle of a limb that hangs from `a` and points to `b`, and their distance."""
    dx, dz = b[0] - a[0], b[1] - a[1]
    return float(np.arctan2(dx, -dz)), float(np.hypot(dx, dz))


def _walk(out: F8, build: Build, size: Size, gone: float, speed: float) -> None:
    h, x = size.height, size.x(0.5)
    effort = float(np.clip(speed / 0.8, 0.0, 1.0))
    # faster means longer steps too; the feet of a full stride stay within the body's length
    step = _STRIDE * h * (0.7 + 0.3 * min(speed / 1.4, 2.5))
    swing = _SWING * effort * float(np.clip(size.length / (0.33 * h), 0.4, 1.0))
    phase = 2.0 * np.pi * gone / step
    hip, knee, shoulder = (x, build.hip * h), (x, build.knee * h), (x, (build.shoulder - 0.03) * h)
    sag = build.hip * h * (1.0 - float(np.cos(swing * np.sin(phase))))
    at = (x, hip[1] - sag)
    for side, thigh, shin, arm in LEGS:
        turn = phase if side > 0 else phase + np.pi
        forward = swing * float(np.sin(turn))
        # the knee gives way while its leg swings forward
        bend = 1.5 * swing * max(float(np.cos(turn)), 0.0)
        out[thigh] = _turned(forward, hip, at)
        out[shin] = _turned(forward - bend, knee, _below(forward, hip[1] - knee[1], at))
        out[arm] = _turned(-0.85 * forward + 0.05, shoulder, (x, shoulder[1] - sag))
    out[[Limb.TRUNK, Limb.HEAD], 1, 2] -= sag


def _ride(out: F8, seat: Seat, size: Size, turn: float) -> None:
    build, tall = ADULT, seat.tall * size.height

    def place(share: Place) -> Place:
        return (share[0] * size.wheelbase, share[1] * size.height)

    at, bar, pedals = place(seat.hip), place(seat.bar), place(seat.pedals)
    x = at[0]
    hip, knee = (x, build.hip * tall), (x, build.knee * tall)
    shoulder, chin = (x, (build.shoulder - 0.03) * tall), (x, build.chin * tall)
    out[Limb.TRUNK] = _turned(-seat.lean, hip, at)
    reach = _below(-seat.lean, hip[1] - shoulder[1], at)
    out[Limb.HEAD] = _turned(-0.12, chin, _below(-seat.lean, hip[1] - chin[1], at))
    upper, lower = hip[1] - knee[1], knee[1]
    for side, thigh, shin, arm in LEGS:
        crank = turn if side > 0 else turn + np.pi
        foot = _below(-crank, seat.crank * size.height, pedals)
        straight, away = _toward(at, foot)
        away = min(max(away, abs(upper - lower) + 1e-6), upper + lower)
        bend = float(np.arccos(np.clip((upper * upper + away * away - lower * lower) / (2.0 * upper * away), -1, 1)))
        out[thigh] = _turned(straight + bend, hip, at)
        joint = _below(straight + bend, upper, at)
        out[shin] = _turned(_toward(joint, foot)[0], knee, joint)
        out[arm] = _turned(_toward(reach, bar)[0], shoulder, reach)
