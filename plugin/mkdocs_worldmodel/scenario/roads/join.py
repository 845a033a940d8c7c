# Ways through a junction: from one pose to another by lines and arcs that meet both exactly.

from __future__ import annotations

import math

from mkdocs_worldmodel.scenario.roads.course import Piece

Pose = tuple[float, float, float]
"""x, y [m], heading [rad]."""
_NOTHING = 1e-9


def wrap(angle: float) -> float:
    """The same angle within (-π, π]."""
    wrapped = math.remainder(angle, 2.0 * math.pi)
    return math.pi if wrapped == -math.pi else wrapped


def beside(pose: Pose, along: float, left: float) -> Pose:
    """The pose that lies `along` metres ahead of another and `left` metres to its left, with its heading."""
    x, y, heading = pose
    c, s = math.cos(heading), math.sin(heading)
    return x + along * c - left * s, y + along * s + left * c, heading


def seen_from(pose: Pose, other: Pose) -> Pose:
    """How far ahead of `pose` and to its left the other lies, and its heading relative to it."""
    dx, dy = other[0] - pose[0], other[1] - pose[1]
    c, s = math.cos(pose[2]), math.sin(pose[2])
    return dx * c + dy * s, dy * c - dx * s, wrap(other[2] - pose[2])


def join(start: Pose, end: Pose) -> list[Piece]:
    """Pieces of a line from one pose to the other: straight, an S of two equal arcs, or line, arc, line.

    The arc of a turn is as large as there is room for.

    Raises:
        ValueError: where the end cannot be reached like that, because it lies behind.
    """
    ahead, left, turn = seen_from(start, end)
    if abs(turn) < _NOTHING:
        if ahead <= 0.0:
            raise ValueError("the end lies behind")
        if abs(left) < _NOTHING:
            return [(ahead, 0.0, 0.0)]
        angle = 2.0 * math.atan2(abs(left), ahead)
        k = math.copysign(2.0 * math.sin(angle) / ahead, left)
        return [(angle / abs(k), k, k), (angle / abs(k), -k, -k)]
    last = left / math.sin(turn)
    first = ahead - last * math.cos(turn)
    tangent = min(first, last)
    if tangent <= _NOTHING:
        raise ValueError("the end lies behind")
    radius = tangent / math.tan(0.5 * abs(turn))
    k = math.copysign(1.0 / radius, turn)
    out = [(first - tangent, 0.0, 0.0), (radius * abs(turn), k, k), (last - tangent, 0.0, 0.0)]
    return [piece for piece in out if piece[0] > _NOTHING]
