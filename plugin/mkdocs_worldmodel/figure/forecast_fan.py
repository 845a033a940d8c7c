# What a `forecast` figure is about: K futures of one moment, and what then happened; what the two have to do with each
# other.

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.analysis import boxes, forecast
from mkdocs_worldmodel.analysis.analysis import Analysis, analyse
from mkdocs_worldmodel.analysis.boxes import Boxes
from mkdocs_worldmodel.analysis.contact import all_contacts
from mkdocs_worldmodel.figure.svg import F8
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.road_user import THINGS
from mkdocs_worldmodel.scenario.scenario import Scenario

TRIES = 6
"""So many futures are the guesses of which the best one counts, as everywhere in this field."""
HORIZONS = (1.0, 3.0, 6.0, 8.0)
"""At which forecasts are scored [s], and at their end."""
MOST_TOLD = 4
"""So many road users have a colour, a row in the table and sentences at most."""
BAND = (0.1, 0.5, 0.9)
"""Shares of the futures below the edges and the middle of a band."""
_APART = 0.5
"""A horizon is left out that is nearer than this to the one before [s]."""
_MOVED = 0.5
"""Who goes less far than this, stands [m]."""
_SCORED = 0.1
"""Futures are compared with the truth so often [s]."""


@dataclass(frozen=True, slots=True)
class Score:
    """How far off forecasts are, for one road user or for all together [m]."""

    tries: int
    average: float
    """Mean distance up to the horizon: (min)ADE."""
    final: float
    """Distance at the horizon: (min)FDE."""


class Fan:
    """K futures from one row of a run on, beside the rest of the run.

    Attributes:
        run: what then happened, and what came before.
        row: of the run, at which it was foretold.
        futures: row 0 is that row.
        commanded: whether the ego was told what to do.
        fps: pictures a second of the film, and values a second of the charts.
        rows: of the futures, (F,): that of each film frame.
    """

    def __init__(self, scenario: Scenario, run: Rollout, row: int, futures: RolloutBatch, *, commanded: bool,
                 fps: int) -> None:  # fmt: skip
        self.scenario, self.run, self.row, self.futures = scenario, run, row, futures
        self.commanded, self.fps = commanded, fps
        self.analysis: Analysis = analyse(scenario, run)
        frames = int(self.steps * run.dt * fps + 1e-6) + 1
        self.rows = np.rint(np.arange(frames) / (fps * run.dt)).astype(np.int64)

    # -- how far it goes -------------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        """K."""
        return len(self.futures)

    @property
    def dt(self) -> float:
        """Time between rows [s]."""
        return self.run.dt

    @property
    def at(self) -> float:
        """The moment, in the run's time [s]."""
        return float(self.run.time[self.row])

    @property
    def steps(self) -> int:
        """Rows that are foretold."""
        return len(self.futures.time) - 1

    @property
    def horizon(self) -> float:
        """[s]"""
        return self.steps * self.dt

    @property
    def known(self) -> int:
        """Rows of what then happened: up to the horizon, the run's end or the first contact."""
        return min(self.steps, self.analysis.last - self.row)

    @property
    def reach(self) -> float:
        """How far it is known what then happened [s]."""
        return self.known * self.dt

    @cached_property
    def horizons(self) -> list[float]:
        """At which it is scored [s]: the usual ones as far as possible, and the end."""
        usual = [h for h in HORIZONS if h <= self.reach - _APART]
        return [*usual, self.reach]

    # -- who is who ------------------------------------------------------------------------------------------

    @cached_property
    def there(self) -> list[int]:
        """Who can be foretold: all road users that are there at that moment, no things; the ego first."""
        return [i for i, kind in enumerate(self.run.kinds) if self.run.present[self.row, i] and kind not in THINGS]

    @cached_property
    def moving(self) -> list[int]:
        """Who moves, in any future or in what then happened: it is no art to foretell a parked car."""
        places = np.stack([self.futures.x, self.futures.y])
        far = (np.abs(places - places[:, :, :1]).max(axis=(0, 1, 2)) > _MOVED).tolist()
        rows = slice(self.row, self.row + self.known + 1)
        true = np.stack([self.run.x[rows], self.run.y[rows]])
        went = (np.abs(true - true[:, :1]).max(axis=(0, 1)) > _MOVED).tolist()
        return [i for i in self.there if i == 0 or far[i] or went[i]]

    @cached_property
    def judged(self) -> list[int]:
        """Whose forecast is scored: an ego that was told what to do is none."""
        return [i for i in self.moving if i or not self.commanded]

    @cached_property
    def others(self) -> list[int]:
        """All others, the most critical first: by contacts with the ego, then by how near they come to it."""
        share = {i: len(self.contacts.get(i, ())) for i in self.there}
        nearest = {i: float(np.median(self.distances(i).min(axis=1))) for i in self.there if i}
        return sorted(nearest, key=lambda i: (-share[i], nearest[i], i))

    @cached_property
    def told(self) -> list[int]:
        """Of whom the figure speaks: the ego, and who matters most to it."""
        telling = [i for i in self.others if i in self.moving or self.contact_share(i) > 0.0]
        return [0, *telling[: MOST_TOLD - 1]]

    @property
    def critical(self) -> int | None:
        """The other that matters most; None where nobody does."""
        return self.told[1] if len(self.told) > 1 else None

    def style(self, i: int) -> int:
        """The style of a road user's lines, 1 for the ego; 0 for those of whom nothing is told."""
        return self.told.index(i) + 1 if i in self.told else 0

    # -- futures against the truth ---------------------------------------------------------------------------

    @cached_property
    def _every(self) -> int:
        return max(1, round(_SCORED / self.dt))

    @cached_property
    def foretold(self) -> F8:
        """(1, K, N, T, 2) places of all who are there, in steps of 0.1 s after the moment [m]."""
        rows = slice(self._every, None, self._every)
        places = np.stack([self.futures.x[:, rows], self.futures.y[:, rows]], axis=-1)[:, :, self.there]
        return np.ascontiguousarray(np.moveaxis(places, 1, 2)[None])

    @cached_property
    def came(self) -> F8:
        """(1, N, T, 2) where they then were [m]; nan where it is not known."""
        out = np.full((1, *self.foretold.shape[2:]), np.nan)
        rows = np.arange(self.row + self._every, self.row + self.known + 1, self._every)
        places = np.stack([self.run.x[rows], self.run.y[rows]], axis=-1)[:, self.there]
        there = self.run.present[rows][:, self.there] == 1
        out[0, :, : len(rows)] = np.moveaxis(np.where(there[..., None], places, np.nan), 0, 1)
        return out

    @cached_property
    def mask(self) -> npt.NDArray[np.bool_]:
        """(1, N, T) where it is known what then happened."""
        known: npt.NDArray[np.bool_] = np.isfinite(self.came[..., 0])
        return known

    @cached_property
    def off(self) -> F8:
        """(1, K, N, T) how far each future is off [m]."""
        return forecast.distances(self.came, self.foretold)

    @cached_property
    def medoids(self) -> npt.NDArray[np.int64]:
        """(N,) for each who is there the future in the middle of its futures."""
        found: npt.NDArray[np.int64] = forecast.medoid(self.foretold, np.ones_like(self.mask))[0]
        return found

    @cached_property
    def median(self) -> int:
        """The future in the middle of all futures, everyone together."""
        found: list[int] = forecast.joint_medoid(self.foretold, np.ones_like(self.mask)).tolist()
        return found[0]

    def _steps(self, seconds: float) -> int:
        most: int = self.foretold.shape[3]
        return max(1, min(int(seconds / self.dt + 1e-6) // self._every, most))

    def score(self, i: int, seconds: float, tries: int) -> Score:
        """How good the forecast of one road user is; one try is the middle of its futures."""
        n, steps = self.there.index(i), self._steps(seconds)
        off = self.off[:, [self.medoids[n]]] if tries == 1 else self.off
        average, final = (f(off, self.mask, steps) for f in (forecast.average, forecast.final))
        return Score(tries, *(float(forecast.best(each, tries)[0, n]) for each in (average, final)))

    def joint(self, seconds: float, tries: int) -> Score:
        """The same for all who are judged: the future counts that is best for everyone together."""
        judged, steps = [self.there.index(i) for i in self.judged], self._steps(seconds)
        off = (self.off[:, [self.median]] if tries == 1 else self.off)[:, :, judged]
        average, final = (f(off, self.mask[:, judged], steps) for f in (forecast.average, forecast.final))
        return Score(tries, *(float(forecast.joint_best(each, tries)[0]) for each in (average, final)))

    def mean(self, seconds: float, tries: int) -> Score:
        """The mean of the scores of all who are judged and can be."""
        scores = [self.score(i, seconds, tries) for i in self.judged]
        known = [s for s in scores if np.isfinite(s.final)]
        if not known:
            return Score(tries, np.nan, np.nan)
        return Score(tries, *(float(np.mean([getattr(s, name) for s in known])) for name in ("average", "final")))

    def missed(self, i: int, seconds: float) -> bool | None:
        """Whether none of the first `TRIES` futures ends near the truth; None where it is not known."""
        final = forecast.final(self.off, self.mask, self._steps(seconds))[:, :, [self.there.index(i)]]
        found = float(forecast.missed(final, TRIES)[0, 0])
        return None if np.isnan(found) else bool(found)

    def left(self, i: int) -> float | None:
        """When a road user leaves its fan [s]: no future is near it any more; None where it never does."""
        nearest = self.off[0, :, self.there.index(i)].min(axis=0)  # nan where the truth is not known
        far = np.flatnonzero(nearest > forecast.MISSED)
        return None if not len(far) else float((far[0] + 1) * self._every * self.dt)

    def spread(self, i: int) -> float:
        """Half of the futures of a road user end within this of the one in their middle [m]."""
        n = self.there.index(i)
        ends = self.foretold[0, :, n, -1]
        apart = np.hypot(*(ends - ends[self.medoids[n]]).T)
        return float(np.median(apart))

    # -- contact and distance ---------------------------------------------------------------------------------

    @cached_property
    def contacts(self) -> dict[int, list[float]]:
        """Whom the ego touches: in which futures it does, as the times of first contact, in order [s]."""
        found: dict[int, list[float]] = {}
        for touches in all_contacts(self.futures):
            ego = next((c for c in touches if 0 in (c.first, c.second)), None)
            if ego is not None:  # nothing is modelled after a contact
                found.setdefault(ego.second if ego.first == 0 else ego.first, []).append(ego.time)
        return {i: sorted(times) for i, times in found.items()}

    def contact_share(self, i: int) -> float:
        """In which share of the futures the ego touches a road user; for the ego: anybody."""
        times = sum(map(len, self.contacts.values())) if i == 0 else len(self.contacts.get(i, ()))
        return times / self.count

    def contact_time(self, i: int) -> float | None:
        """When half of the contacts with a road user (for the ego: with anybody) have happened [s]."""
        times = [t for some in self.contacts.values() for t in some] if i == 0 else self.contacts.get(i, [])
        return float(np.median(times)) if times else None

    def contact_curve(self, i: int) -> F8:
        """(F,) share of the futures in which the ego has touched a road user, at the film's frames."""
        times = np.array(self.contacts.get(i, ()))
        curve: F8 = (times[:, None] <= self.rows * self.dt + 1e-9).sum(axis=0) / self.count
        return curve

    def true_contact(self, i: int) -> float | None:
        """When the ego then touched a road user (for the ego: anybody) [s]; None where it did not."""
        first = self.analysis.contact
        if first is None or 0 not in (first.first, first.second) or first.time > self.at + self.horizon:
            return None
        return first.time - self.at if i in {0, first.first, first.second} else None

    def distances(self, i: int) -> F8:
        """(K, T) between ego and a road user in each future, box to box [m]."""
        b = self.futures
        pair = []
        for j in (0, i):
            ahead = (0.5 * b.length[:, j] - b.rear_overhang[:, j])[:, None]
            heading, same = b.heading[:, :, j], np.ones(b.x.shape[:2])
            x, y = b.x[:, :, j] + ahead * np.cos(heading), b.y[:, :, j] + ahead * np.sin(heading)
            pair.append(Boxes(x, y, heading, b.length[:, j, None] * same, b.width[:, j, None] * same))
        there = (b.present[:, :, 0] == 1) & (b.present[:, :, i] == 1)
        return np.where(there, boxes.distance(*pair), np.inf)

    def band(self, i: int) -> F8:
        """(3, F) of the distances to a road user what a tenth, half and nine tenths of the futures lie below [m]."""
        quantiles: F8 = np.quantile(self.distances(i)[:, self.rows], BAND, axis=0, method="nearest")
        return quantiles

    def true_distance(self, i: int) -> F8:
        """(F,) how far the ego then was from a road user [m]; nan where it is not known."""
        known = self.rows <= self.known
        out = np.full(len(self.rows), np.nan)
        out[known] = self.analysis.readings.distance(0, i)[self.row + self.rows[known]]
        return out
