# Outlines of road users, signs and lights on the map, each in its own frame.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.surroundings.furniture import LIT, shown
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.road import Aspect, SignalType
from mkdocs_worldmodel.scenario.road_user import THINGS, TWO_WHEELERS, WALKERS

F8 = npt.NDArray[np.float64]
Colour = tuple[float, float, float]
Shape = tuple[F8, Colour]
"""An outline (P, 2) in its own frame [m], and its colour."""

_WHITE: Colour = (250.0, 250.0, 250.0)
_INK: Colour = (30.0, 32.0, 36.0)
_RED: Colour = (206.0, 42.0, 36.0)


def body(rollout: Rollout, i: int, colour: Colour, scale: float) -> list[Shape]:
    """Outlines of a road user: a light rim, the body, its windscreens or its load."""
    rear, front = -float(rollout.rear_overhang[i]), float(rollout.length[i] - rollout.rear_overhang[i])
    length, width, kind = front - rear, float(rollout.width[i]), rollout.kinds[i]
    r, g, b = colour
    light, dark = (r + (255 - r) * 0.35, g + (255 - g) * 0.35, b + (255 - b) * 0.35), (r * 0.42, g * 0.42, b * 0.42)
    if kind in WALKERS:
        return _enlarged(_walker(colour, dark, 0.5 * (front + rear), max(width, 0.5)), scale, 9.5)
    if kind in TWO_WHEELERS:
        return _enlarged(_rider(colour, dark, (rear, front), max(width, 0.6)), scale, 7.0)
    if kind in THINGS:
        return _enlarged(_thing(colour, kind == "cone", (rear, front), width), scale, 7.0)
    out: list[Shape] = [
        (_rounded(rear - 0.14, front + 0.14, 0.5 * width + 0.14), (250.0, 250.0, 250.0)),
        (_rounded(rear, front, 0.5 * width), colour),
    ]
    if kind == "truck":
        cab = front - 2.4
        return [
            *out,
            (_box(rear + 0.3, cab - 0.15, 0.42 * width), light),
            (_box(cab + 1.3, cab + 1.9, 0.40 * width), dark),
        ]
    if kind == "bus":
        return [
            *out,
            (_box(front - 0.7, front - 0.15, 0.42 * width), dark),
            *((_box(rear + u * length, rear + (u + 0.16) * length, 0.30 * width), light) for u in (0.12, 0.42, 0.70)),
        ]
    bonnet = (0.30 if kind == "car" else 0.20) * length
    return [
        *out,
        (_screen(front - bonnet, front - bonnet - 0.13 * length, width), dark),
        (_screen(rear + 0.10 * length, rear + 0.17 * length, width * 0.94), dark),
    ]


def _enlarged(shapes: list[Shape], scale: float, least: float) -> list[Shape]:
    """What would be narrower than `least` pixels grows to that; `scale` in pixels per metre."""
    extent = max(float(np.ptp(outline[:, 1])) for outline, _ in shapes)
    grow = max(1.0, least / (scale * extent))
    return [(outline * grow, colour) for outline, colour in shapes]


def _walker(colour: Colour, dark: Colour, middle: float, width: float) -> list[Shape]:
    """Shoulders and head, larger than life so that nobody overlooks them."""
    at = np.array([middle, 0.0])
    return [
        (_oval(0.62, 0.92 * width / 0.5) + at, _WHITE),
        (_oval(0.46, 0.74 * width / 0.5) + at, colour),
        (_oval(0.30, 0.30) + at + np.array([0.08, 0.0]), dark),
    ]


def _rider(colour: Colour, dark: Colour, ends: tuple[float, float], width: float) -> list[Shape]:
    rear, front = ends
    middle = rear + 0.42 * (front - rear)
    bar = rear + 0.68 * (front - rear)
    return [
        (_rounded(rear - 0.16, front + 0.16, 0.36), _WHITE),
        (_oval(0.62, 0.5 * width + 0.34) + np.array([middle, 0.0]), _WHITE),
        (_rounded(rear, front, 0.17), _INK),
        (_box(bar, bar + 0.16, 0.5 * width), _INK),
        (_oval(0.42, 0.5 * width + 0.14) + np.array([middle, 0.0]), colour),
        (_oval(0.25, 0.25) + np.array([middle + 0.15, 0.0]), dark),
    ]


def _thing(colour: Colour, is_cone: bool, ends: tuple[float, float], width: float) -> list[Shape]:
    rear, front = ends
    half = max(0.5 * width, 0.3)
    middle = np.array([0.5 * (rear + front), 0.0])
    if is_cone:
        round_parts = ((0.75, _WHITE), (0.58, (240.0, 98.0, 28.0)), (0.34, _WHITE), (0.16, (240.0, 98.0, 28.0)))
        return [(_oval(r, r) + middle, paint) for r, paint in round_parts]
    stripe = 0.2 * (front - rear)
    return [
        (_box(rear - 0.14, front + 0.14, half + 0.14), _WHITE),
        (_box(rear, front, half), colour),
        (_box(rear + stripe, rear + 2.0 * stripe, half), _WHITE),
        (_box(front - 2.0 * stripe, front - stripe, half), _WHITE),
    ]


def blue_lights(rollout: Rollout, i: int, side: int) -> list[Shape]:
    """Outlines of an emergency vehicle's lights, those of one side shining."""
    rear, length = -float(rollout.rear_overhang[i]), float(rollout.length[i])
    out: list[Shape] = []
    for each in (-1, 1):
        lamp = _box(rear + 0.60 * length, rear + 0.72 * length, 0.20 * float(rollout.width[i]))
        lit = (60.0, 130.0, 255.0) if each == side else (24.0, 44.0, 110.0)
        out.append((lamp + np.array([0.0, each * 0.24 * float(rollout.width[i])]), lit))
    return out


def light(aspect: Aspect, time: float) -> list[Shape]:
    """Outlines of a traffic light: a dark disc with the colours that shine."""
    out: list[Shape] = [(_oval(1.0, 1.0), _WHITE), (_oval(0.84, 0.84), _INK)]
    on = shown(aspect, time)
    for n, lamp in enumerate(on):
        out.append((_oval(0.60, 0.60) if n == 0 else _oval(0.60, 0.60)[:7], LIT[lamp]))
    return out


def sign(kind: SignalType) -> list[Shape]:
    """Outlines of a sign, laid on its back: its upper edge points away from who reads it."""
    if kind == "give way":
        triangle = np.array([[0.7, -0.85], [0.7, 0.85], [-0.75, 0.0]])
        return [(triangle, _RED), (triangle * 0.5 + np.array([0.12, 0.0]), _WHITE)]
    if kind == "priority":
        diamond = np.array([[0.85, 0.0], [0.0, 0.85], [-0.85, 0.0], [0.0, -0.85]])
        return [(diamond, _WHITE), (diamond * 0.72, (240.0, 196.0, 32.0))]
    if kind == "stop":
        return [(_oval(0.85, 0.85), _WHITE), (_oval(0.72, 0.72), _RED)]
    return [(_oval(0.75, 0.75), _RED), (_oval(0.50, 0.50), _WHITE)]


def _oval(along: float, across: float) -> F8:
    """An oval around the origin with 12 corners; its half axes [m]."""
    a = np.arange(12) * (np.pi / 6)
    return np.stack([along * np.cos(a), across * np.sin(a)], axis=1)


def brake_lamps(width: float, rear: float) -> list[Shape]:
    """Outlines of shining brake lights."""
    lamp = _box(rear - 0.1, rear + 0.35, 0.16 * width)
    return [(lamp + np.array([0.0, side * 0.30 * width]), (232.0, 40.0, 32.0)) for side in (-1.0, 1.0)]


def muted(colour: Colour) -> Colour:
    """A colour that stands out from asphalt grey and the paper: darker where it is light, never near grey 128."""
    c = np.array(colour)
    bright = float(c.mean())
    c = c * (0.86 if bright > 150 else 0.95)
    if abs(float(c.mean()) - 128.0) < 30.0 and float(c.max() - c.min()) < 40.0:
        c = c * 0.55
    return (float(c[0]), float(c[1]), float(c[2]))


def _box(x0: float, x1: float, half: float) -> F8:
    return np.array([[x0, -half], [x1, -half], [x1, half], [x0, half]])


def _screen(x_front: float, x_back: float, width: float) -> F8:
    """A windscreen: wider in front."""
    wide, narrow = 0.42 * width, 0.35 * width
    return np.array([[x_front, -wide], [x_front, wide], [x_back, narrow], [x_back, -narrow]])


def _rounded(x0: float, x1: float, half: float) -> F8:
    """A rectangle with round corners."""
    r = min(0.45, 0.6 * half)
    a = np.linspace(0.0, np.pi / 2, 4)
    arc = np.stack([np.cos(a), np.sin(a)], axis=1) * r
    corners = [
        (x1 - r, half - r, 1, 1, False),
        (x0 + r, half - r, -1, 1, True),
        (x0 + r, -half + r, -1, -1, False),
        (x1 - r, -half + r, 1, -1, True),
    ]
    out = []
    for cx, cy, sx, sy, back in corners:
        part = arc[::-1] if back else arc
        out.append(np.stack([cx + sx * part[:, 0], cy + sy * part[:, 1]], axis=1))
    return np.concatenate(out)
