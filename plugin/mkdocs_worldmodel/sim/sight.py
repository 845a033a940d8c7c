# What one driver sees of the others: along and across its own way, and in the frame of its own body.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sight:
    """N road users as one driver sees them, in B copies: arrays (B, N), of the driver itself (B,).

    Its way is the line that the middle of its body will take: its lane and route, at its present offset from the
    lane's middle. Left is positive everywhere, so a mirrored scene is the same sight with the signs changed.
    """

    there: Mask
    """Present, and not the driver itself."""
    gap: F8
    """Free distance along its way, bumper to bumper, for everyone ahead in any lane of the road [m]; below 0 where the
    bodies overlap lengthwise; inf where somebody is not ahead on its way."""
    across: F8
    """Where the middle of the other's box is, relative to the way [m]. Counts where `gap` is finite, as do the next."""
    across_speed: F8
    """How fast that changes [m/s]."""
    reach: F8
    """Half of the width that the other's body takes across the way [m]."""
    lane_offset: F8
    """Where the middle of the other's box is, relative to the middle of its own lane [m]; 0 for those without one."""
    speed: F8
    """Along the way, in the driver's direction: below 0 for oncoming traffic [m/s]."""
    acceleration: F8
    """Likewise [m/s²]."""
    dx: F8
    """Middle of the other's box in the frame of the driver's reference point, x forward [m]."""
    dy: F8
    """Likewise, y to the left [m]."""
    vx: F8
    """Velocity over ground in that frame [m/s]."""
    vy: F8
    heading: F8
    """Relative to the driver's [rad]."""
    length: F8
    """[m]"""
    width: F8
    """[m]"""
    own_speed: F8
    """(B,) [m/s]; all that follow are (B,)"""
    own_acceleration: F8
    """Of the step before [m/s²]."""
    own_length: F8
    """[m]"""
    own_width: F8
    """[m]"""
    own_front: F8
    """From the reference point to the front bumper [m]."""
    max_deceleration: F8
    """What its brakes can do [m/s²], positive."""

    @property
    def aside(self) -> F8:
        """Free lateral distance between the other's body and the driver's on its way [m]; below 0: they overlap."""
        return np.abs(self.across) - self.reach - 0.5 * self.own_width[:, None]

    @property
    def approach(self) -> F8:
        """How fast the other comes nearer to the middle of the way, from its side [m/s]; below 0: it goes away."""
        return -np.sign(self.across) * self.across_speed

    @property
    def closing(self) -> F8:
        """How fast the gap shrinks [m/s]."""
        return self.own_speed[:, None] - self.speed


def in_frame(driver: int, x: F8, y: F8, heading: F8, speed: F8, centre: F8) -> tuple[F8, F8, F8, F8, F8]:
    """All road users in the frame of one driver's reference point.

    Args:
        driver: its column
        x: reference points on the ground (B, N) [m]; `y` likewise
        y: see `x`
        heading: (B, N) [rad]
        speed: (B, N) along their headings [m/s]
        centre: (B, N) from the reference points to the middles of the boxes, forward [m]

    Returns:
        dx, dy, vx, vy, heading of a `Sight`, (B, N).
    """
    relative = heading - heading[:, driver, None]
    ahead, aside = np.cos(heading[:, driver, None]), np.sin(heading[:, driver, None])
    east = x + centre * np.cos(heading) - x[:, driver, None]
    north = y + centre * np.sin(heading) - y[:, driver, None]
    cosine, sine = np.cos(relative), np.sin(relative)
    return east * ahead + north * aside, north * ahead - east * aside, speed * cosine, speed * sine, relative


def extent(length: F8, width: F8, heading: F8) -> tuple[F8, F8]:
    """Half of the length and half of the width that a turned box takes along and across a line [m]."""
    cosine, sine = np.abs(np.cos(heading)), np.abs(np.sin(heading))
    return 0.5 * (length * cosine + width * sine), 0.5 * (length * sine + width * cosine)
