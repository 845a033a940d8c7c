# All that can be read from one run, worked out when it is asked for and kept.

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import TypeVar

import numpy as np

from mkdocs_worldmodel.analysis import boxes, criticality, rss
from mkdocs_worldmodel.analysis.boxes import Bools, Boxes
from mkdocs_worldmodel.analysis.conflict import post_encroachment_time
from mkdocs_worldmodel.analysis.contact import Contact, all_contacts
from mkdocs_worldmodel.analysis.criticality import Approach
from mkdocs_worldmodel.analysis.lanes import LanePlace, lane_place
from mkdocs_worldmodel.analysis.measures import F8, Measures, of_leader, road_extents
from mkdocs_worldmodel.analysis.rss import RssParameters
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.lead import Extents, leader
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.rollout.route_lead import RoutePositions, RouteTable, route_leader
from mkdocs_worldmodel.scenario.scenario import Scenario

T = TypeVar("T")


class Readings:
    """A run and everything measured on it; arrays are (T,), over all rows of the run.

    Attributes:
        scenario, run: what it was, what happened.
        last: the last row that counts: the first contact, or the end. Whoever takes an extreme stops there.
        rss: proper response parameters.
    """

    def __init__(
        self, scenario: Scenario, run: Rollout, last: int | None = None, rss_parameters: RssParameters | None = None
    ) -> None:
        self.scenario, self.run = scenario, run
        self.batch = RolloutBatch.of(run)
        self.rss = rss_parameters or RssParameters()
        self._kept: dict[Hashable, object] = {}
        if last is None:
            last = self.contacts[0].row if self.contacts else len(run.time) - 1
        self.last = last

    def _keep(self, key: Hashable, make: Callable[[], T]) -> T:
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]  # type: ignore[return-value]

    @cached_property
    def contacts(self) -> tuple[Contact, ...]:
        """The first contact of each pair that touches, in order of time."""
        return all_contacts(self.batch)[0]

    def contact_of(self, user: int, other: int | None = None) -> Contact | None:
        """A road user's first contact (with another); None without, or after what counts."""
        for c in self.contacts:
            if user in {c.first, c.second} and c.row <= self.last and (other is None or other in {c.first, c.second}):
                return c
        return None

    # -- one road user -------------------------------------------------------------------------------------

    def present(self, user: int) -> Bools:
        """Whether it is there."""
        there: Bools = self.run.present[:, user] == 1
        return there

    def while_present(self, user: int, series: F8) -> F8:
        """A series with nan where the road user is not there."""
        return series if self.run.present[:, user].all() else np.where(self.present(user), series, np.nan)

    def box(self, user: int) -> Boxes:
        """Its box; nan where it is not there."""
        return self._keep(("box", user), lambda: self._box(user))

    def _box(self, user: int) -> Boxes:
        r, heading, ahead = self.run, self.run.heading[:, user], self.run.centre[user]
        x = self.while_present(user, r.x[:, user] + ahead * np.cos(heading))
        y = self.while_present(user, r.y[:, user] + ahead * np.sin(heading))
        same = np.ones(len(r.time))
        return Boxes(x, y, heading, r.length[user] * same, r.width[user] * same)

    def velocity(self, user: int) -> tuple[F8, F8]:
        """Along x and y [m/s]."""
        speed, heading = self.run.speed[:, user], self.run.heading[:, user]
        return speed * np.cos(heading), speed * np.sin(heading)

    def place(self, user: int) -> LanePlace:
        """Where it is in its lane, and what holds there."""
        return self._keep(("lane", user), lambda: lane_place(self.scenario.network, self.run, user))

    def wrong_side(self, user: int) -> Bools:
        """Where it drives against the direction of its lane."""
        wrong: Bools = self.place(user).way * self.run.direction[:, user] < 0
        return wrong

    # -- along the road ------------------------------------------------------------------------------------

    @cached_property
    def extents(self) -> Extents:
        """Everyone as intervals along its road, (1, T, N)."""
        return road_extents(self.batch, self.scenario.network)

    @cached_property
    def _routes(self) -> RouteTable:
        return RouteTable([self.scenario])

    def seen_by(self, user: int) -> RoutePositions:
        """Where everyone is along its route, (1, T, N)."""
        b, e = self.batch, self.extents
        return self._keep(("seen", user), lambda: self._routes.seen_by(user, b.road, b.s, b.t, e.bend, e.direction))

    def ahead_of(self, user: int) -> Measures:
        """Who is next ahead of it, (1, T)."""
        return self._keep(("ahead", user), lambda: self._ahead_of(user))

    def _ahead_of(self, user: int) -> Measures:
        e = self.extents
        single = len(self.scenario.network.roads) == 1
        found = leader(e, user) if single else route_leader(e, self.seen_by(user), user)
        return of_leader(*found, self.batch.speed[:, :, user], self.batch.present[:, :, user] == 1)

    def approach(self, user: int, other: int | None = None) -> Approach:
        """Another along its route; where None, whoever is next ahead."""
        return self._keep(("approach", user, other), lambda: self._approach(user, other))

    def _approach(self, user: int, other: int | None) -> Approach:
        r, seen, rows = self.run, self.seen_by(user), np.arange(len(self.run.time))
        if other is None:
            m = self.ahead_of(user)
            j, exists, gap = np.maximum(m.leader[0], 0), m.leader[0] >= 0, m.gap[0]
            ahead = np.ones(len(rows), dtype=bool)
        else:
            j = np.full(len(rows), other)
            along, e = seen.along[0, :, other], self.extents
            same = seen.same[0, :, other] > 0
            exists = np.isfinite(along) & self.present(user) & self.present(other)
            front, rear, centre = e.front[0], e.rear[0], 0.5 * (e.front - e.rear)[0]
            i_front, i_rear, i_centre = front[..., user], rear[..., user], centre[..., user]
            ahead = along + np.where(same, 1.0, -1.0) * centre[..., other] > i_centre
            near = np.where(same, rear[..., other], front[..., other])
            far = np.where(same, front[..., other], rear[..., other])
            gap = np.where(ahead, along - near - i_front, -along - far - i_rear)
            gap = np.where(exists, np.maximum(gap, 0.0), np.inf)
        same_way = seen.same[0, rows, j]
        return Approach(
            exists=exists,
            ahead=ahead,
            gap=gap,
            speed=self.extents.speed[0, :, user],
            acceleration=r.acceleration[:, user],
            other_speed=np.where(exists, same_way * self.extents.speed[0, rows, j], 0.0),
            other_acceleration=np.where(exists, same_way * r.acceleration[rows, j], 0.0),
        )

    def lateral(self, user: int, other: int) -> tuple[F8, F8]:
        """Free space between two across the road [m] (negative where they overlap), and RSS's safe value of it."""
        seen, e = self.seen_by(user), self.extents
        way, own = seen.way[0, :, other], e.direction[0, :, user]
        middle = 0.5 * (e.low + e.high)[0]
        half = 0.5 * (e.high - e.low)[0]
        same_road = seen.own_road[0, :, other]
        beyond = seen.lateral[0, :, other] + way * (middle[:, other] - e.t[0, :, other])
        left = np.where(same_road, own * (middle[:, other] - middle[:, user]), beyond)
        gap = np.abs(left) - half[:, user] - half[:, other]
        # lateral speeds to the left of one's own way
        mine = self.run.speed[:, user] * np.sin(self.run.heading[:, user] - self._road_heading(user))
        its = seen.same[0, :, other] * self.run.speed[:, other]
        its = its * np.sin(self.run.heading[:, other] - self._road_heading(other))
        other_left = left > 0.0
        to_right, to_left = np.where(other_left, -its, -mine), np.where(other_left, -mine, -its)
        return np.where(np.isfinite(gap), gap, np.inf), rss.lateral(to_right, to_left, self.rss)

    def _road_heading(self, user: int) -> F8:
        e = self.extents
        heading: F8 = e.bend[0, :, user] + np.where(e.direction[0, :, user] < 0, np.pi, 0.0)
        return heading

    # -- two road users ------------------------------------------------------------------------------------

    def others(self, user: int) -> list[int]:
        """Everyone else."""
        return [j for j in range(len(self.run.names)) if j != user]

    def nearest(self, user: int, other: int | None, read: Callable[[int], F8]) -> F8:
        """What is read for one other, or the smallest of all others; inf without any."""
        if other is not None:
            return read(other)
        values = [read(j) for j in self.others(user)]
        return np.minimum.reduce(values) if values else np.full(len(self.run.time), np.inf)

    def distance(self, user: int, other: int) -> F8:
        """Straight, box to box [m]; inf while one is not there."""
        pair = (min(user, other), max(user, other))
        return self._keep(("distance", pair), lambda: _known(boxes.distance(self.box(pair[0]), self.box(pair[1]))))

    def ttc_2d(self, user: int, other: int) -> F8:
        """When their boxes touch if both keep velocity and heading [s]; inf where they do not."""
        (ux, uy), (vx, vy) = self.velocity(user), self.velocity(other)
        touch = boxes.time_to_touch(self.box(user), self.box(other), vx - ux, vy - uy)
        there = self.present(user) & self.present(other)
        return np.where(there, touch, np.inf)

    def pet(self, user: int, other: int) -> F8:
        """Post-encroachment time up to the last row that counts, () [s]."""
        pair = (min(user, other), max(user, other))
        rows = slice(0, self.last + 1)
        return self._keep(
            ("pet", pair),
            lambda: post_encroachment_time(self.box(pair[0]).at(rows), self.box(pair[1]).at(rows), self.run.time[rows]),
        )

    def rss_distance(self, user: int, other: int | None = None) -> F8:
        """RSS's safe distance along the road [m]; 0 where there is nobody."""
        return criticality.safe_distance(self.approach(user, other), self.rss, self.wrong_side(user))

    def rss_margin(self, user: int, other: int | None = None) -> F8:
        """Gap less RSS's safe distance [m]; inf where there is nobody."""
        return self.approach(user, other).gap - self.rss_distance(user, other)

    def rss_dangerous(self, user: int, other: int) -> Bools:
        """Where both the distance along the road and the one across it are below RSS's safe ones (definition 9)."""
        gap, safe = self.lateral(user, other)
        near: Bools = self.approach(user, other).exists & (self.rss_margin(user, other) < 0.0) & (gap < safe)
        return near


def _known(values: F8) -> F8:
    return np.where(np.isnan(values), np.inf, values)
