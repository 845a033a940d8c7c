# A run as its ego sees it: who is where, in words.

from __future__ import annotations

import numpy as np

from mkdocs_worldmodel.analysis.measures import F8, Measures
from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.analysis.said import Said, say
from mkdocs_worldmodel.analysis.wording import called, lane_words, metres, moves, on_lane
from mkdocs_worldmodel.scenario.layout import lane_name
from mkdocs_worldmodel.scenario.road import Road


class Scene:
    """A run, what was measured in it, and the words for who and where."""

    def __init__(self, readings: Readings) -> None:
        self.readings, self.scenario, self.run, self.last = readings, readings.scenario, readings.run, readings.last
        self.measures: Measures = readings.ahead_of(0)
        self.along: F8 = readings.seen_by(0).along[0]
        """(T, N) how far ahead of the ego's reference point along its way [m]; nan for those who are not on it."""

    # -- who -----------------------------------------------------------------------------------------------

    def who(self, user: int) -> Said:
        """'the lorry'."""
        return called(self.run.names[user], self.run.kinds[user])

    def name(self, user: int) -> Said:
        """'lorry', 'blocking car', for labels."""
        return called(self.run.names[user], self.run.kinds[user], article=False)

    def lead(self, k: int) -> Said:
        """Who is next ahead of the ego."""
        return self.who(int(self.measures.leader[0, k]))

    def moves(self, user: int, k: int) -> Said:
        """'drives at 50 km/h'."""
        return moves(float(self.run.speed[k, user]), self.run.kinds[user])

    # -- where ---------------------------------------------------------------------------------------------

    def road(self, user: int, k: int) -> Road:
        """Road on which a road user is."""
        return self.scenario.network.roads[int(self.run.road[k, user])]

    def placed(self, clause: Said, user: int, k: int) -> Said:
        """A clause about a road user with its place as the ego sees it: '..., 25 m ahead of the ego'."""
        return say("{clause}, {place}", clause=clause, place=self.where(user, k)) if user else clause

    def where(self, user: int, k: int) -> Said:
        """Place of a road user as the ego sees it."""
        r, along = self.run, float(self.along[k, user])
        if np.isnan(along):
            return say("{distance} from the ego", distance=metres(self._apart(user, k)))
        same = r.direction[k, user] == r.direction[k, 0]
        front = r.length - r.rear_overhang
        toward = r.rear_overhang[user] if same else front[user]
        away = front[user] if same else r.rear_overhang[user]
        if (gap := along - front[0] - toward) > 0.0:
            return say("{distance} ahead of the ego", distance=metres(gap))
        if (gap := -along - r.rear_overhang[0] - away) > 0.0:
            return say("{distance} behind the ego", distance=metres(gap))
        return say("beside the ego")

    def _apart(self, user: int, k: int) -> float:
        """Distance between the middles of the ego and another [m]."""
        r = self.run
        cos, sin = np.cos(r.heading[k]), np.sin(r.heading[k])
        x, y = r.x[k] + r.centre * cos, r.y[k] + r.centre * sin
        return float(np.hypot(x[user] - x[0], y[user] - y[0]))

    def lane(self, user: int, k: int) -> Said:
        """'in lane 2', 'on the shoulder', 'off the road'."""
        return on_lane(self._lane_name(int(self.run.lane[k, user]), user, k))

    def lane_called(self, lane: int, user: int, k: int) -> Said:
        """A lane of the road on which a road user is.

        As the ego counts where it is on that road too, else as those who drive there like that road user.
        """
        return lane_words(self._lane_name(lane, user, k))

    def _lane_name(self, lane: int, user: int, k: int) -> str:
        r = self.run
        of = 0 if r.road[k, user] == r.road[k, 0] else user
        return lane_name(self.road(user, k), lane, float(r.s[k, user]), int(r.direction[k, of]),
                         added_by_name=True)  # fmt: skip
