# The careful and competent human driver of UN Regulation No. 157, annex 3 (annex 4, appendix 3 in its first version):
# guidance on traffic disturbance critical scenarios. Perceives a risk, evaluates it, moves the foot, brakes fully.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout.lead import MARGIN
from mkdocs_worldmodel.sim.brake import press
from mkdocs_worldmodel.sim.sight import Sight

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

WHOLE = 0.05
"""A body lies wholly within the other's width if no more than this sticks out [m]."""
_DRIFT = 0.05
"""Slower lateral motion is none [m/s]."""
_SAME = 1e-9
"""Clocks that are a rounding error short have run down [s]."""


class CarefulDriver:
    """One column of road users that drive carefully, in B copies.

    Everyday driving is a base model's; the regulation's chain takes over where a risk arises. From the moment that
    something may be a risk until the foot is on the brake, the driver goes on as before, and does not speed up.
    """

    def __init__(self, copies: int, users: int) -> None:
        shape = (copies, users)
        self._seen = np.full(shape, -np.inf)
        """Since when each has been in the driver's concern [s], -inf where it is not."""
        self._hard = np.full(shape, -np.inf)
        """Since when the leader has been braking hard [s]."""
        self._cutting_in: Mask = np.zeros(shape, dtype=bool)
        self._hidden: Mask = np.zeros(shape, dtype=bool)
        self._revealed: Mask = np.zeros(shape, dtype=bool)
        self._risks: Mask = np.zeros(shape, dtype=bool)
        """For whom the driver brakes or is about to."""
        self._since = np.full(copies, -np.inf)
        """Since when the risk has been known [s]."""
        self._waiting: Mask = np.zeros(copies, dtype=bool)
        self._held = np.zeros(copies)
        self._level = np.zeros(copies)

    def act(self, sight: Sight, base_acceleration: F8, p: dict[str, F8], dt: float) -> F8:
        """Acceleration for the coming step (B,) [m/s²]. Call it once a step, in order.

        Args:
            sight: what the driver sees now
            base_acceleration: what the everyday driver would do (B,) [m/s²]
            p: fields of `CarefulParameters`, (B,) each
            dt: the step [s]
        """
        self._look(sight, p, dt)
        danger = self._danger(sight, p)
        perception = p["perception"][:, None] - _SAME
        risk = (danger & (self._seen >= perception)) | (self._hard >= perception)
        # the foot goes to the brake once, and stays there until nobody that it is for is slower any more
        self._risks = (self._risks & (self._seen >= 0.0) & (sight.closing > 0.0)) | risk
        alarm = self._risks.any(axis=1)
        self._since = np.where(alarm, np.maximum(self._since + dt, 0.0), -np.inf)
        evaluates = (danger & (self._seen >= 0.0)) | (self._hard >= 0.0)
        # braking begins inside of this step where its moment does
        span = np.clip(self._since + dt - p["delay"], 0.0, dt)
        span = np.where(span > _SAME, span, 0.0)

        waiting: Mask = np.asarray((self._risks | evaluates).any(axis=1))
        self._held = np.where(waiting & ~self._waiting, np.minimum(sight.own_acceleration, 0.0), self._held)
        self._waiting = waiting
        # table 1: 0.6 s to 0.774 g, and to 0.85 g once a vehicle that cut in is fully ahead
        whole = -sight.aside > np.minimum(sight.own_width[:, None], 2.0 * sight.reach) - WHOLE
        wrapped = (self._risks & self._cutting_in & whole).any(axis=1)
        target = np.where(wrapped, p["wrapped_deceleration"], p["deceleration"])
        full = np.minimum(target, sight.max_deceleration)
        mean, level = press(
            np.where(span > 0.0, self._level, 0.0), span, target / np.maximum(p["jerk_time"], 1e-3), full, dt
        )
        self._level = np.where(span > 0.0, level, 0.0)
        # + 0.0: which of 0 and -0 is the smaller depends on the place in the batch
        return np.where(waiting, np.minimum(self._held, -mean) + 0.0, base_acceleration)

    def _look(self, sight: Sight, p: dict[str, F8], dt: float) -> None:
        """Who is of concern, and since when: in the way, cutting in, or about to cross; and who brakes hard."""
        ahead = sight.there & (sight.gap < np.inf)
        aside, approach, closing = sight.aside, sight.approach, sight.closing
        wandering = p["wandering"][:, None]
        in_way = ahead & (aside < MARGIN)
        along = np.abs(sight.across_speed) <= np.abs(sight.speed)
        # figure 2: the perception of a cut-in begins where the vehicle leaves the zone in which vehicles wander
        towards = -np.sign(sight.across) * sight.lane_offset
        left_lane = (towards > wandering) | self._cutting_in
        cutting_in = ahead & along & (sight.speed > 0.0) & (approach > _DRIFT) & left_lane
        # the regulation knows no pedestrians: whoever will be in the way when the driver gets there is of concern
        gap = np.where(ahead, sight.gap, 0.0)
        crosses = ahead & ~along & (approach > _DRIFT) & (closing > 0.0) & (aside * closing <= approach * gap)
        # figure 3: what is behind the car ahead is seen when that has left the zone in which vehicles wander
        hides = in_way & (np.abs(sight.lane_offset) <= wandering)
        nearest = np.min(np.where(hides, sight.gap, np.inf), axis=1)[:, None]
        concern = in_way | cutting_in | crosses
        hidden = concern & (sight.gap > nearest)
        concern &= ~hidden
        self._seen = np.where(concern, np.maximum(self._seen + dt, 0.0), -np.inf)
        self._cutting_in = concern & (self._cutting_in | (cutting_in & ~in_way))
        self._revealed = concern & (self._revealed | self._hidden)
        self._hidden = hidden
        # figure 4: the perception of a deceleration begins where it passes the threshold. How near the leader must be
        # for that (table 1: "following distance") is read as the headway of the cut-out
        hard = in_way & concern & (sight.acceleration < -p["lead_deceleration"][:, None])
        hard &= sight.gap < (p["risk_headway"] * sight.own_speed)[:, None]
        self._hard = np.where(hard, np.maximum(self._hard + dt, 0.0), -np.inf)

    def _danger(self, sight: Sight, p: dict[str, F8]) -> Mask:
        """Who would be hit soon if nobody did anything else (B, N)."""
        closing, gap = sight.closing, np.where(sight.gap < np.inf, sight.gap, 0.0)
        met = sight.there & (closing > 0.0) & (gap > 0.0)
        # figure 2: time to collision
        soon = gap < p["risk_ttc"][:, None] * closing
        # figure 3: at a headway of 2 s a cut-out is dangerous. Read for what it reveals: less than that is left until
        # the last moment at which braking would do
        last = p["risk_headway"][:, None] + 0.5 * closing / np.maximum(p["deceleration"], 0.1)[:, None]
        soon |= self._revealed & (gap < last * closing)
        return met & soon & ~_solved(sight, gap)


def _solved(sight: Sight, gap: F8) -> Mask:
    """For whom the driver already brakes enough, as before every stop, if both go on braking as now (B, N)."""
    closing, own, other = sight.closing, -sight.own_acceleration[:, None], -sight.acceleration
    relative = own - other
    stops = (sight.speed <= 0.0) | (other > 0.0)
    # as fast as the other before that stands: nearest there
    rate = np.where(relative > 0.0, relative, 1.0)
    stands_after = np.where(stops, np.maximum(sight.speed, 0.0) / np.where(other > 0.0, other, 1.0), np.inf)
    moving = (relative > 0.0) & (closing / rate <= stands_after)
    nearest = gap - 0.5 * closing * closing / rate
    # else nearest where the driver itself stands
    way = 0.5 * np.maximum(sight.speed, 0.0) * stands_after
    own_way = 0.5 * (sight.own_speed * sight.own_speed)[:, None] / np.where(own > 0.0, own, 1.0)
    behind = (own > 0.0) & stops & (sight.speed >= 0.0) & (gap + np.where(stops, way, 0.0) > own_way)
    return np.where(moving, nearest > 0.0, behind)
