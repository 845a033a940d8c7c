# How pages put things: road users, speeds, distances, and what an event of a run is.

from __future__ import annotations

from dataclasses import dataclass

STANDING = 0.05
"""Slower than this, a road user stands [m/s]."""
SAME = 0.5 / 3.6
"""Speeds that differ by less are the same in a sentence [m/s]."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something worth saying."""

    time: float
    """[s]"""
    text: str
    """A whole sentence."""
    label: str
    """A few words, for a tick on a time axis."""
    rank: int
    """How telling a picture of it is: 0 most."""


def called(name: str, *, start: bool = False) -> str:
    """How a sentence calls a road user: 'the lorry'."""
    return f"{'The' if start else 'the'} {name.replace('_', ' ')}"


def kmh(speed: float) -> str:
    """A speed [m/s] as a page says it."""
    return f"{3.6 * speed:.0f} km/h"


def moves(speed: float) -> str:
    """'drives at 50 km/h', or 'stands'."""
    return "stands" if speed < STANDING else f"drives at {kmh(speed)}"


def metres(distance: float) -> str:
    """A distance [m] as a page says it."""
    return f"{distance:.0f} m" if distance >= 9.95 else f"{distance:.1f} m"
