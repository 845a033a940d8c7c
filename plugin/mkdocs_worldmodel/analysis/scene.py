# A run as its ego sees it: who is where, in words.

from __future__ import annotations

import numpy as np

from mkdocs_worldmodel.analysis.measures import F8, Measures
from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.analysis.wording import called, metres
from mkdocs_worldmodel.scenario.layout import lane_name
from mkdocs_worldmodel.scenario.road import Road


class Scene:
    """A run, what was measured in it, and the words for places."""

    def __init__(self, readings: Readings) -> None:
        self.readings, self.scenario, self.run, self.last = readings, readings.scenario, readings.run, readings.last
        self.measures: Measures = readings.ahead_of(0)
        self.along: F8 = readings.seen_by(0).along[0]
        """(T, N) how far ahead of the ego's reference point along its way [m]; nan for those who are not on it."""

    def road(self, user: int, k: int) -> Road:
        """Road on which a road user is."""
        return self.scenario.network.roads[int(self.run.road[k, user])]

    def where(self, user: int, k: int) -> str:
        """Place of a road user as the ego sees it: ', 25 m ahead of the ego'; nothing for the ego."""
        r, along = self.run, float(self.along[k, user])
        if user == 0:
            return ""
        if np.isnan(along):
            return f", {metres(self._apart(user, k))} from the ego"
        same = r.direction[k, user] == r.direction[k, 0]
        front = r.length - r.rear_overhang
        toward = r.rear_overhang[user] if same else front[user]
        away = front[user] if same else r.rear_overhang[user]
        if (gap := along - front[0] - toward) > 0.0:
            return f", {metres(gap)} ahead of the ego"
        if (gap := -along - r.rear_overhang[0] - away) > 0.0:
            return f", {metres(gap)} behind the ego"
        return ", beside the ego"

    def _apart(self, user: int, k: int) -> float:
        """Distance between the middles of the ego and another [m]."""
        r = self.run
        cos, sin = np.cos(r.heading[k]), np.sin(r.heading[k])
        x, y = r.x[k] + r.centre * cos, r.y[k] + r.centre * sin
        return float(np.hypot(x[user] - x[0], y[user] - y[0]))

    def lane(self, user: int, k: int) -> str:
        """'in lane 2', 'on the shoulder', 'off the road'."""
        name = self.lane_called(int(self.run.lane[k, user]), user, k)
        return name if name.startswith("off") else f"{'on' if name.startswith('the ') else 'in'} {name}"

    def lane_called(self, lane: int, user: int, k: int) -> str:
        """Name of a lane of the road on which a road user is.

        As the ego counts where it is on that road too, else as those who drive there like that road user.
        """
        r = self.run
        of = 0 if r.road[k, user] == r.road[k, 0] else user
        return lane_name(self.road(user, k), lane, float(r.s[k, user]), int(r.direction[k, of]))

    def lead(self, k: int) -> str:
        """Who is next ahead of the ego."""
        return called(self.run.names[int(self.measures.leader[0, k])])
