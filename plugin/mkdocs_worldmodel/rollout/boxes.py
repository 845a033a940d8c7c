# Road users as oriented boxes on the ground: whether two overlap, and how far they are apart.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def overlap(
    x: tuple[F8, F8], y: tuple[F8, F8], heading: tuple[F8, F8], length: tuple[F8, F8], width: tuple[F8, F8]
) -> Mask:
    """Whether two oriented boxes (pairs of arrays of one shape, x and y of their middles) overlap."""
    dx, dy = x[1] - x[0], y[1] - y[0]
    cos0, sin0 = np.cos(heading[0]), np.sin(heading[0])
    cos1, sin1 = np.cos(heading[1]), np.sin(heading[1])
    # cosines between the axes of the two boxes
    c, s = np.abs(cos0 * cos1 + sin0 * sin1), np.abs(cos0 * sin1 - sin0 * cos1)
    l0, w0, l1, w1 = 0.5 * length[0], 0.5 * width[0], 0.5 * length[1], 0.5 * width[1]
    hit: Mask = np.abs(dx * cos0 + dy * sin0) <= l0 + l1 * c + w1 * s
    hit &= np.abs(dy * cos0 - dx * sin0) <= w0 + l1 * s + w1 * c
    hit &= np.abs(dx * cos1 + dy * sin1) <= l1 + l0 * c + w0 * s
    hit &= np.abs(dy * cos1 - dx * sin1) <= w1 + l0 * s + w0 * c
    return hit


def distance(
    x: tuple[F8, F8], y: tuple[F8, F8], heading: tuple[F8, F8], length: tuple[F8, F8], width: tuple[F8, F8]
) -> F8:
    """Shortest distance between two oriented boxes [m]; 0 where they overlap. Arguments as in `overlap`."""
    # two boxes that do not overlap are nearest at a corner of one of them
    nearest = np.minimum(
        _corners_to_box(x, y, heading, length, width, 0), _corners_to_box(x, y, heading, length, width, 1)
    )
    return np.where(overlap(x, y, heading, length, width), 0.0, nearest)


def _corners_to_box(
    x: tuple[F8, F8], y: tuple[F8, F8], heading: tuple[F8, F8], length: tuple[F8, F8], width: tuple[F8, F8], a: int
) -> F8:
    """Smallest distance from the corners of box `a` to the other one."""
    b = 1 - a
    cos, sin = np.cos(heading[b]), np.sin(heading[b])
    turn = heading[a] - heading[b]
    c, s = np.cos(turn), np.sin(turn)
    px, py = x[a] - x[b], y[a] - y[b]
    px, py = px * cos + py * sin, py * cos - px * sin
    nearest: F8 = np.full(np.shape(px), np.inf)
    for i, j in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        u, v = 0.5 * i * length[a], 0.5 * j * width[a]
        out_x = np.maximum(np.abs(px + u * c - v * s) - 0.5 * length[b], 0.0)
        out_y = np.maximum(np.abs(py + u * s + v * c) - 0.5 * width[b], 0.0)
        nearest = np.minimum(nearest, out_x * out_x + out_y * out_y)
    root: F8 = np.sqrt(nearest)
    return root
