# Which cut-ins the careful driver of UN Regulation No. 157 can prevent, in closed form: the border that outcome maps
# show. Independent of the simulator: constant speeds until the driver brakes, constant lateral speed of the other.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.road_user import CarefulParameters

F8 = npt.NDArray[np.float64]

WHOLE = 0.05
"""A vehicle that cut in overlaps over its whole width if no more than this of it is missing [m]."""
_DEFAULTS = CarefulParameters()


def preventable(
    ego_speed: F8, other_speed: F8, gap: F8, lateral_speed: F8, aside: F8,
    width: float = 1.789, p: CarefulParameters = _DEFAULTS,
) -> tuple[npt.NDArray[np.bool_], F8]:  # fmt: skip
    """Whether the careful driver prevents the contact with a vehicle that cuts in. Arguments broadcast.

    The other leaves the middle of its lane at time 0, parallel to the road.

    Args:
        ego_speed: [m/s]
        other_speed: [m/s]
        gap: at time 0, bumper to bumper along the road [m]
        lateral_speed: of the other, towards the ego's lane [m/s], above 0
        aside: free lateral distance between the two at time 0 [m]
        width: of the narrower of the two [m]
        p: the driver

    Returns:
        Whether there is no contact, and the smallest gap [m], below 0 where there would be contact.
    """
    arrays = (ego_speed, other_speed, gap, lateral_speed, aside)
    v, other, gap, across, aside = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in arrays))
    closing = np.maximum(v - other, 0.0)
    perceived = p.wandering / across + p.perception
    # figure 2: a risk from when it is perceived as a cut-in and the time to collision is short
    risk = np.maximum(perceived, gap / np.where(closing > 0.0, closing, 1.0) - p.risk_ttc)
    brakes = risk + p.delay
    left = gap - closing * brakes
    wrapped = np.maximum((aside + width - WHOLE) / across - brakes, 0.0)
    # pieces of constant jerk: to full braking, held, on to that after the full wrap, held
    jerk, harder = p.deceleration / p.jerk_time, p.wrapped_deceleration / p.jerk_time
    rise = np.minimum(p.jerk_time, wrapped)
    last = np.maximum(p.wrapped_deceleration - jerk * rise, 0.0) / harder
    level = np.zeros_like(closing)
    for j, span in ((jerk, rise), (0.0, wrapped - rise), (harder, last), (0.0, np.full_like(closing, np.inf))):
        # c - level t - j t²/2 = 0: where the other is as fast as the ego
        root = level + np.sqrt(level * level + 2.0 * j * closing)
        t = np.minimum(span, 2.0 * closing / np.where(root > 0.0, root, 1.0))
        t = np.where(closing > 0.0, t, 0.0)
        left = left - (closing * t - level * t * t / 2.0 - j * t * t * t / 6.0)
        closing = np.maximum(closing - level * t - j * t * t / 2.0, 0.0)
        closing = np.where(t < span, 0.0, closing)
        level = level + j * t
    closest = np.where(v > other, left, gap)
    return closest > 0.0, closest
