# The learned world model as a world: it drives whoever has no driver or command of its own, and imagines how a run may
# go on. Stepping, story, signals and records are the simulator's.

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.model.kinematics import Motion
from mkdocs_worldmodel.model.runtime import SceneModel
from mkdocs_worldmodel.model.scene import Corridors
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.joined import joined
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.rollout.state import EgoAction, State
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.sim.motion import DT
from mkdocs_worldmodel.sim.simulation import VERSION, Simulation
from mkdocs_worldmodel.world.learned_driver import Model, ModelDriver
from mkdocs_worldmodel.world.learned_futures import Ahead, Moment, nearest
from mkdocs_worldmodel.world.learned_scenes import Followed, seated, seats

MOST_SECONDS = 24.0
"""It drives no longer than this [s]."""
_LONGEST = f"the learned world drives no longer than {MOST_SECONDS:g} s"
MOST_FUTURES = 256
_AT_ONCE = 1024
"""Road users of one batch, about: what the model remembers of each takes 60 kB."""


class Learned:
    """The scene model at the wheel of everyone whose driver is `idm`; the rest is commanded.

    Args:
        model: None: the weights that come with the package.
    """

    name = "learned"
    most_seconds = MOST_SECONDS

    def __init__(self, model: Model | None = None) -> None:
        self._model = model
        self._simulation: Simulation | None = None

    @property
    def model(self) -> Model:
        """The network; loaded when it is first needed.

        Raises:
            ModelError: where its weights cannot be used.
        """
        if self._model is None:
            self._model = _packaged()
        return self._model

    @property
    def version(self) -> str:
        return f"learned 4, weights {self.model.digest[:12]}, {VERSION}"

    def reset(self, scenario: Scenario, seed: int = 0) -> State:
        self._simulation = self._at_wheel([scenario], [seed])
        return self._simulation.state(0)

    def step(self, action: EgoAction | None = None) -> State:
        simulation = self._simulation
        if simulation is None:
            raise WorldError("reset the world before its first step")
        if simulation.time > MOST_SECONDS - 0.5 * DT:
            raise WorldError(_LONGEST)
        if action is None:
            simulation.decide()
        else:
            _check([action])
            simulation.decide(np.array([action.acceleration]), np.array([action.curvature]))
        simulation.advance()
        return simulation.state(0)

    def run(self, scenario: Scenario, seed: int = 0) -> Rollout:
        return next(self.run_many([scenario], [seed])).one(0)

    def run_many(self, scenarios: Sequence[Scenario], seeds: Sequence[int]) -> Iterator[RolloutBatch]:
        if not scenarios:
            return
        longest = max(s.stop_time for s in scenarios)
        if longest > MOST_SECONDS:
            raise WorldError(f"{_LONGEST}; the scenario stops at {longest:g} s")
        size = self._copies_at_once(scenarios[0])
        for i in range(0, len(scenarios), size):
            yield self._told(self._at_wheel(scenarios[i : i + size], seeds[i : i + size]).run())

    def futures(
        self, scenario: Scenario, past: Rollout, row: int, *, seconds: float, count: int, seed: int,
        ego: Sequence[EgoAction] | None = None,
    ) -> RolloutBatch:  # fmt: skip
        """The model sees the last two seconds and drives everyone but things, on ways as likely as it finds them."""
        if not (0 <= row < len(past.time) and count > 0 and seconds >= DT):
            raise WorldError(f"there is nothing to foretell: {count} futures of {seconds} s from row {row}")
        if count > MOST_FUTURES or seconds > MOST_SECONDS:
            most = f"at most {MOST_FUTURES} futures of {MOST_SECONDS:g} s"
            raise WorldError(f"the learned world makes {most}, not {count} of {seconds:g} s")
        _check(ego or ())
        commanded, room = ego is not None, self.model.most_users
        moment = Moment.of(scenario, past, row, seconds=seconds, most=room, ego_commanded=commanded)
        ahead = Ahead(self.model, moment, seconds, seed, ego_commanded=commanded)
        simulations = ahead.simulations(count, self._copies_at_once(scenario))
        return self._told(joined([simulation.run(ego or ()) for simulation in simulations]))

    def _copies_at_once(self, scenario: Scenario) -> int:
        return max(1, _AT_ONCE // min(len(scenario.users), self.model.most_users))

    def _at_wheel(self, scenarios: Sequence[Scenario], seeds: Sequence[int]) -> Simulation:
        simulation = Simulation(scenarios, seeds)
        simulation.policy = take_wheel(self.model, simulation)
        return simulation

    def _told(self, batch: RolloutBatch) -> RolloutBatch:
        """A record that says who made it, and for whom the model had no room."""
        users = len(batch.names)
        left = users - min(users, self.model.most_users)
        note = f"; {left} of {users} road users by the simulator" if left else ""
        return replace(batch, world=self.version + note)


def take_wheel(model: Model, simulation: Simulation) -> ModelDriver:
    """Whoever drives in a simulation that has not begun yet: the model, which knows nothing of what was before."""
    m, scenarios = simulation.motion, simulation.tables.scenarios
    x, y, heading = m.pose()
    columns = np.stack([nearest(x[b], y[b], model.most_users) for b in range(len(scenarios))])
    corridors = Corridors(scenarios, seconds=MOST_SECONDS)
    users, lane = corridors.place(scenarios, seats(columns))
    motion = Motion(*(seated(np.take_along_axis(each, columns, 1)) for each in (x, y, heading, m.v)))
    followed, window = Followed(corridors.pool, users, lane, motion), model.window(*users.kind.shape)
    return ModelDriver(model, followed, window, columns, [(seed, 0) for seed in simulation.seeds])


@cache
def _packaged() -> SceneModel:
    return SceneModel.load()


def _check(actions: Sequence[EgoAction]) -> None:
    for action in actions:
        if not (math.isfinite(action.acceleration) and math.isfinite(action.curvature)):
            raise WorldError(f"the ego's action is not finite: {action}")
