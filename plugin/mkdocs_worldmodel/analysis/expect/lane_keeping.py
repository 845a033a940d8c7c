# Whether a road user keeps all of its body inside the lane that it is in.

from __future__ import annotations

import numpy as np

from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.scenario.geometry import lane_borders

_STICKS_OUT = 0.01
"""A body that is over its lane's border by less is in it [m]."""


def leaves_lane(readings: Readings, user: int) -> int | None:
    """The first row in which a body sticks out of the lane that its reference point is in; None: it never does.

    A change of lanes begins so, too.
    """
    run, e = readings.run, readings.extents
    low, high = e.low[0, :, user], e.high[0, :, user]
    rows = readings.present(user) & (np.arange(len(run.time)) <= readings.last)
    out = rows.copy()
    for i in np.unique(run.road[rows, user]).tolist():
        road = readings.scenario.network.roads[i]
        ends = [*(section.s for section in road.sections[1:]), np.inf]
        s, on = run.s[:, user], rows & (run.road[:, user] == i)
        for n, section in enumerate(road.sections):
            here = on & (s < ends[n]) & ((s >= section.s) | (n == 0))
            for lane in section.lanes:
                k = np.flatnonzero(here & (run.lane[:, user] == lane.id))
                if len(k):
                    one, other = lane_borders(road, section, lane, s[k])
                    right, left = np.minimum(one, other), np.maximum(one, other)
                    out[k] = (low[k] < right - _STICKS_OUT) | (high[k] > left + _STICKS_OUT)
    found = np.flatnonzero(out)
    return int(found[0]) if len(found) else None
