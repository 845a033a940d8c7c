# How the parts of all road users move: limbs of people (gait.py), wheels that roll and steer, two-wheelers that lean.

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.bodies.gait import poses
from mkdocs_worldmodel.camera.bodies.limbs import COUNT, Limb
from mkdocs_worldmodel.camera.mesh import Mesh, Size
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.road_user import TWO_WHEELERS, WALKERS

F8 = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

_GRAVITY = 9.81
_SLOWEST = 0.3
"""Below this speed nobody knows from the motion how the wheels are turned: they stay as they were [m/s]."""
_SOFT = 0.5
"""How long a driver takes to turn the wheel: steering and leaning are means over that time [s]."""


class Motion:
    """Where the parts of each road user are at any row.

    Args:
        rollout: What happened.
        sizes: Of each road user.
        meshes: Of each road user; they know where their wheels are.
    """

    def __init__(self, rollout: Rollout, sizes: Sequence[Size], meshes: Sequence[Mesh]) -> None:
        r = rollout
        self._rollout, self._sizes, self._hubs = r, sizes, [mesh.hubs for mesh in meshes]
        step = np.hypot(np.diff(r.x, axis=0), np.diff(r.y, axis=0)) * np.sign(r.speed[1:] + 1e-9)
        self._gone = np.concatenate([np.zeros((1, len(meshes))), np.cumsum(step, axis=0)])
        rows = max(1, round(_SOFT / r.dt)) if len(r.time) > 1 else 1
        self._steer = _softened(_held(np.arctan2(r.wheelbase * r.yaw_rate, np.abs(r.speed)), r.speed), rows)
        self._lean = _softened(np.arctan(np.abs(r.speed) * r.yaw_rate / _GRAVITY), rows)
        self._two = np.array([k in TWO_WHEELERS for k in r.kinds])

    def at(self, k: int, users: Ints) -> F8:
        """Return what each limb of some road users does to points at rest at row k: (U, COUNT, 3, 4)."""
        out = np.zeros((len(users), COUNT, 3, 4))
        out[..., range(3), range(3)] = 1.0
        for n, i in enumerate(users.tolist()):
            kind, gone = self._rollout.kinds[i], float(self._gone[k, i])
            if kind in WALKERS or kind in TWO_WHEELERS:
                limbs = poses(kind, self._sizes[i], gone, float(abs(self._rollout.speed[k, i])))
                out[n][:, ::2, ::2], out[n][:, ::2, 3] = limbs[:, :, :2], limbs[:, :, 2]
            for limb, hub in self._hubs[i]:
                steer = float(np.clip(self._steer[k, i], -0.6, 0.6)) if limb in _FRONT else 0.0
                out[n, limb] = _rolled(hub, gone, steer)
            if self._two[i]:
                out[n] = _leaned(out[n], float(np.clip(self._lean[k, i], -0.6, 0.6)))
        return out


_FRONT = (Limb.LEFT_FRONT, Limb.RIGHT_FRONT)


def _rolled(hub: tuple[float, float, float], gone: float, steer: float) -> F8:
    """(3, 4): roll a way about the hub, then turn about the upright line through it."""
    turn = gone / hub[2]
    c, s, cs, ss = float(np.cos(turn)), float(np.sin(turn)), float(np.cos(steer)), float(np.sin(steer))
    move = np.array([[cs * c, -ss, cs * s], [ss * c, cs, ss * s], [-s, 0.0, c]])
    return np.concatenate([move, (np.array(hub) - (move * np.array(hub)).sum(axis=1))[:, None]], axis=1)


def _leaned(limbs: F8, angle: float) -> F8:
    """Tilt all limbs (COUNT, 3, 4) to the left about where the wheels stand."""
    c, s = float(np.cos(angle)), float(np.sin(angle))
    out = limbs.copy()
    out[:, 1] = c * limbs[:, 1] + s * limbs[:, 2]
    out[:, 2] = c * limbs[:, 2] - s * limbs[:, 1]
    return out


def _held(angle: F8, speed: F8) -> F8:
    """Angles (T, N) while somebody moves; who stands keeps the last one, or has the first one already."""
    known = np.abs(speed) > _SLOWEST
    rows = np.arange(len(angle))[:, None]
    last = np.maximum.accumulate(np.where(known, rows, -1), axis=0)
    first = np.where(known.any(axis=0), known.argmax(axis=0), 0)
    held: F8 = np.take_along_axis(angle, np.where(last < 0, first, last), axis=0)
    return np.where(known.any(axis=0), held, 0.0)


def _softened(values: F8, rows: int) -> F8:
    """Means (T, N) over some rows around each one; the ends go on."""
    if rows < 2:
        return values
    padded = np.pad(values, ((rows // 2 + 1, rows - rows // 2), (0, 0)), mode="edge")
    total = np.cumsum(padded, axis=0)
    soft: F8 = (total[rows:] - total[:-rows]) / rows
    return soft[: len(values)]


def moved(points: F8, facing: F8, normal: F8, matrix: F8) -> tuple[F8, F8, F8]:
    """Carry faces (F, V, 3) with what they look at (F, 3) by one matrix each (F, 3, 4)."""
    turn = matrix[..., :3]
    place: F8 = np.matmul(points, turn.swapaxes(1, 2)) + matrix[:, None, :, 3]
    turned = [(turn * v[:, None]).sum(axis=-1) for v in (facing, normal)]
    return place, turned[0], turned[1]
