# Futures of the learned model: who goes which way is guessed by how likely the model finds it, what everyone did in the
# last two seconds is shown to it, then it drives everybody.

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.model.features import THING, Observation
from mkdocs_worldmodel.model.kinematics import TICK, TICKS, Motion
from mkdocs_worldmodel.model.scene import Corridors, follows, signal_groups
from mkdocs_worldmodel.rollout.resume import resume
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.rollout.route_lead import route_of
from mkdocs_worldmodel.scenario.priors import drawn_driver
from mkdocs_worldmodel.scenario.road_user import Leg, RoadUser
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.sim.motion import DT
from mkdocs_worldmodel.sim.simulation import Simulation
from mkdocs_worldmodel.sim.under_way import take_up
from mkdocs_worldmodel.world.guesses import Guesses
from mkdocs_worldmodel.world.learned_driver import Model, ModelDriver
from mkdocs_worldmodel.world.learned_scenes import MIDWAY, Followed, seated, seats

F4 = npt.NDArray[np.float32]
F8 = npt.NDArray[np.float64]
I1 = npt.NDArray[np.int8]
I8 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_CONTEXT = 4
"""Chunks of the past that the model is shown."""
_HAND = 6
"""Ways are dealt out so that any so many futures in turn have all that are not unlikely."""
_ACROSS = np.pi / 3
"""Who is turned by more than this against its road follows no lane [rad]."""
_ROWS = round(TICK / DT)
"""Rows of a record in a tick."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A row of a run from which futures begin, and what is known of it.

    Attributes:
        start: the scenario that goes on from there; past, row: as it came to be.
        columns: (M,) road users whom the model knows.
        ways: of each road user of `start`, the ways that it may take.
        guesses: at what else is not known of it.
        across: (N,) vehicles that ride across the road: they are on no lane, and go on as they do.
    """

    start: Scenario
    past: Rollout
    row: int
    columns: I8
    ways: tuple[tuple[tuple[Leg, ...], ...], ...]
    guesses: Guesses
    across: Mask

    @classmethod
    def of(
        cls, scenario: Scenario, past: Rollout, row: int, *, seconds: float, most: int, ego_commanded: bool
    ) -> Moment:  # fmt: skip
        """The moment of a run; who is commanded knows its way, of all others it is open.

        Raises:
            WorldError: where states of the past are not numbers.
        """
        first = max(0, row - _CONTEXT * TICKS * _ROWS)
        there = past.present[first : row + 1] > 0
        for name in ("x", "y", "heading", "speed"):
            values = getattr(past, name)[first : row + 1]
            for k, n in np.argwhere(~np.isfinite(values) & there)[:1].tolist():
                raise WorldError(f"the run's {name} of {past.names[n]} at {past.time[first + k]:g} s is not a number")
        start = resume(scenario, past, row, seconds=seconds)
        guesses = Guesses(start.network)
        across = np.array([follows(user) and abs(user.heading) > _ACROSS for user in start.users])
        start = replace(start, users=tuple(_straight_on(u) if across[n] else u for n, u in enumerate(start.users)))
        ways = tuple(
            (route_of(user),) if not follows(user) or (n == 0 and ego_commanded) else tuple(guesses.routes(user))
            for n, user in enumerate(start.users)
        )
        return cls(start, past, row, nearest(past.x[row], past.y[row], most), ways, guesses, across)

    @property
    def chunks(self) -> int:
        """How many of the past there are to show."""
        return min(_CONTEXT, self.row // (TICKS * _ROWS))

    def chosen(self, ways: Sequence[int]) -> Scenario:
        """The scenario in which everyone takes that one of its ways."""
        users = [replace(u, route=self.ways[n][w]) for n, (u, w) in enumerate(zip(self.start.users, ways, strict=True))]
        return replace(self.start, users=tuple(users))

    def as_it_began(self, scenario: Scenario) -> Scenario:
        """The same, from where everyone was when the part of the past began that is shown."""
        users = [self._earlier(user, n) if follows(user) else user for n, user in enumerate(scenario.users)]
        return replace(scenario, users=tuple(users))

    def _earlier(self, user: RoadUser, n: int) -> RoadUser:
        past, first = self.past, self.row - self.chunks * TICKS * _ROWS
        road, direction, lane = (getattr(past, name)[first : self.row + 1, n] for name in ("road", "direction", "lane"))
        driven: list[Leg] = []
        for k in np.flatnonzero(np.diff(road)).tolist():
            # the lane in which it left that road; who was outside of all lanes is taken for one in the last known
            known = np.flatnonzero((road[: k + 1] == road[k]) & (lane[: k + 1] != 0))
            left_in = int(lane[known[-1]]) if len(known) else user.lane
            driven.append(Leg(past.roads[road[k]], int(direction[k]), left_in))
        return replace(
            user, road=past.roads[road[0]], direction=int(direction[0]), s=float(past.s[first, n]),
            route=(*driven, *route_of(user)),
        )  # fmt: skip


def _straight_on(user: RoadUser) -> RoadUser:
    """Keeps its speed and its heading."""
    return replace(user, driver="still", follows_lane=False, desired_speed=user.speed, route=())


def nearest(x: F8, y: F8, most: int) -> I8:
    """The ego and those who are nearest to it, in their order, as many as the model knows."""
    apart = np.hypot(x - x[0], y - y[0])
    apart[0] = -1.0
    found: I8 = np.sort(np.argsort(apart, kind="stable")[:most])
    return found


class Ahead:
    """All that may follow from a moment."""

    def __init__(self, model: Model, moment: Moment, seconds: float, seed: int, *, ego_commanded: bool) -> None:
        self.model, self.moment, self.seed, self.ego_commanded = model, moment, seed, ego_commanded
        most = max(len(ways) for ways in moment.ways)
        options = [moment.chosen([min(c, len(ways) - 1) for ways in moment.ways]) for c in range(most)]
        earlier = [moment.as_it_began(option) for option in options]
        self.corridors = Corridors(earlier, seconds=seconds + moment.chunks * TICKS * TICK)
        self.chances = self._chances(earlier)

    def _chances(self, options: Sequence[Scenario]) -> list[F8]:
        """How likely each way of everyone is; of those whom the model does not know, all the same."""
        moment, own = self.moment, self.seen(options)
        out = [np.full(len(ways), 1.0 / len(ways)) for ways in moment.ways]
        for m, n in enumerate(moment.columns.tolist()):
            if len(out[n]) > 1:
                score = self.model.route_scores(own[: len(out[n]), m]).astype(np.float64).reshape(-1)
                if not np.isfinite(score).all():
                    raise WorldError("the model's guess of a way is not a number: damaged weights?")
                likely = np.exp(score - score.max())
                out[n] = likely / likely.sum()
        return out

    def seen(self, options: Sequence[Scenario]) -> F4:
        """What everyone sees along each of its ways, (options, M, OWN), having done what it did in the past."""
        followed = self._followed(options)
        for _ in self._shown(followed):
            pass
        return followed.begin(*self._now(followed, self.moment.row)).own

    def simulations(self, count: int, at_once: int) -> Iterator[Simulation]:
        """`count` futures, at most so many in one simulation; each depends on its own number alone."""
        moment = self.moment
        ways = np.stack([self._dealt(n, count) for n in range(len(moment.ways))], axis=1)
        for first in range(0, count, at_once):
            numbers = range(first, min(first + at_once, count))
            scenarios = [self._with_drivers(moment.chosen(ways[k].tolist()), k) for k in numbers]
            followed = self._followed([moment.as_it_began(scenario) for scenario in scenarios])
            window = self.model.window(*followed.users.kind.shape)
            for seen, token, commanded in self._shown(followed):
                window = self.model.remember(seen, token, window, commanded=commanded)
            keys, columns = [(self.seed, k) for k in numbers], np.tile(moment.columns, (len(scenarios), 1))
            driver = ModelDriver(self.model, followed, window, columns, keys, everyone=True)
            simulation = Simulation(scenarios, [self.seed] * len(scenarios), driver)
            led_here = moment.past.acceleration[moment.row - 1] if moment.row else np.zeros(len(moment.past.names))
            take_up(simulation, np.broadcast_to(led_here, simulation.motion.s.shape))
            yield simulation

    def _dealt(self, n: int, count: int) -> I8:
        """Which way somebody takes in each future: of any so many first ones each about as often as is likely."""
        chances, dealt = self.chances[n], np.zeros(len(self.chances[n]))
        order: I8 = np.empty(-(-count // _HAND) * _HAND, dtype=np.int64)
        for k in range(len(order)):
            order[k] = np.argmax(chances / (2.0 * dealt + 1.0))  # Sainte-Laguë: unlikely ways early, and no oftener
            dealt[order[k]] += 1.0
        hands = order.reshape(-1, _HAND)  # shuffled, lest all road users take their likeliest ways together
        ways: I8 = np.random.default_rng((self.seed, n)).permuted(hands, axis=1).reshape(-1)[:count]
        return ways

    def _with_drivers(self, scenario: Scenario, number: int) -> Scenario:
        """With drivers from the priors for those whom the model does not know."""
        known, users = set(self.moment.columns.tolist()), list(scenario.users)
        for n, user in enumerate(users):
            if n not in known and user.driver == "idm":
                rng = np.random.default_rng((self.seed, n, number))
                users[n] = drawn_driver(user, self.moment.guesses.wanted(user), rng)
        return replace(scenario, users=tuple(users))

    # -- the past ------------------------------------------------------------------------------------------

    def _followed(self, earlier: Sequence[Scenario]) -> Followed:
        """Scenes at the begin of the past that is shown."""
        moment, copies = self.moment, len(earlier)
        users, lane = self.corridors.place(earlier, seats(np.tile(moment.columns, (copies, 1))))
        first = moment.row - moment.chunks * TICKS * _ROWS
        return Followed(self.corridors.pool, users, lane, self._now_moving(copies, first))

    def _shown(self, followed: Followed) -> Iterator[tuple[Observation, F4, Mask]]:
        """What was seen in each chunk of the past, what everyone did, and who was commanded."""
        moment, copies = self.moment, len(followed.motion.x)
        for first in range(moment.row - moment.chunks * TICKS * _ROWS, moment.row, TICKS * _ROWS):
            seen = followed.begin(*self._now(followed, first))
            followed.look_up(self._now_moving(copies, first + MIDWAY * _ROWS))
            rows = [first + tick * _ROWS for tick in range(TICKS + 1)]
            alive = np.logical_and.reduce([self._now(followed, row)[1] for row in rows])
            token = followed.end([self._now_moving(copies, row) for row in rows], alive)
            commanded = followed.users.kind == THING
            commanded[:, 0] |= self.ego_commanded
            yield seen, token, commanded & alive

    def _now(self, followed: Followed, row: int) -> tuple[Motion, Mask, I1]:
        """Motion, presence and lights in a row of the past, the same for all copies."""
        past, copies = self.moment.past, len(followed.motion.x)
        present = np.tile(seated(past.present[row, self.moment.columns] > 0), (copies, 1))
        return self._now_moving(copies, row), present, np.tile(signal_groups(past.signals[row]), (copies, 1))

    def _now_moving(self, copies: int, row: int) -> Motion:
        states = (getattr(self.moment.past, name)[row, self.moment.columns] for name in ("x", "y", "heading", "speed"))
        return Motion(*(np.tile(seated(each), (copies, 1)) for each in states))
