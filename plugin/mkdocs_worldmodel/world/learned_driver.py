# The learned model at the wheel: it drives road users of a simulation, half a second at a time. What it is told of
# commands is what they are when the half second begins; what really came of them it learns afterwards.

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.model.features import WALKER, Observation
from mkdocs_worldmodel.model.kinematics import TICK, TICKS, TOKEN, Motion
from mkdocs_worldmodel.model.runtime import Window
from mkdocs_worldmodel.model.scene import signal_groups
from mkdocs_worldmodel.scenario.road_user import DRIVERS
from mkdocs_worldmodel.sim.motion import DT
from mkdocs_worldmodel.sim.simulation import Simulation
from mkdocs_worldmodel.world.learned_scenes import MIDWAY, Followed, seated
from mkdocs_worldmodel.world.second_thoughts import reconsidered

F4 = npt.NDArray[np.float32]
F8 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_IDM = DRIVERS.index("idm")
_STEPS = round(TICK / DT)
"""Steps of the simulation in a tick of the model."""


class Model(Protocol):
    """What drives: `model.runtime.SceneModel`, or weights of another kind."""

    digest: str
    most_users: int

    def window(self, copies: int, users: int) -> Window: ...

    def chunk(self, seen: Observation, given: F4, noise: F4, window: Window, scenes: I8 | None = None) -> F4: ...

    def remember(self, seen: Observation, tokens: F4, window: Window, *, commanded: Mask) -> Window: ...

    def route_scores(self, own: F4) -> F4: ...


class ModelDriver:
    """Drives the road users of B copies, some of which it knows: they take the first of its M seats.

    Everyone whose driver is `idm` is driven, as long as no action of the story moves it; or, where nobody's driver is
    known, everyone but things. Vehicles that have left their way are not the model's any more. Who becomes free within
    a chunk is the simulator's until the next one begins.
    """

    def __init__(
        self, model: Model, followed: Followed, window: Window, columns: I8, keys: Sequence[tuple[int, int]], *,
        everyone: bool = False,
    ) -> None:  # fmt: skip
        """Take the wheel.

        Args:
            model: the network
            followed: the scenes as they are when the simulation begins
            window: what the model remembers of them
            columns: (B, K) which road users of the simulation are in the first seats; the ego is the first
            keys: of each copy's random numbers
            everyone: whether it drives those too whose driver is not `idm`
        """
        self.model, self.followed, self.window, self.columns = model, followed, window, columns
        self.everyone, self.keys = everyone, keys
        self._copies, self._known = np.arange(len(columns))[:, None], columns.shape[1]
        shape = followed.users.kind.shape
        self._taken: Mask = np.zeros((0, 0), dtype=bool)
        """(B, N) whom it drives in this chunk."""
        self._seen: Observation | None = None
        self._states: list[Motion] = []
        self._alive: Mask = np.zeros(shape, dtype=bool)
        self._commanded: Mask = np.zeros(shape, dtype=bool)
        self._acceleration = self._yaw_rate = np.zeros((*shape, TICKS))

    # -- what the simulation asks --------------------------------------------------------------------------

    def takes(self, simulation: Simulation, *, ego_commanded: bool) -> Mask:
        tick, between = divmod(simulation.step_index, _STEPS)
        free = self._free(simulation, ego_commanded)
        if between == 0:
            self._look(simulation, tick, free)
        guided: Mask = self._taken & free
        return guided

    def controls(self, simulation: Simulation) -> tuple[F8, F8]:
        tick, between = divmod(simulation.step_index, _STEPS)
        chunk, into = divmod(tick, TICKS)
        if between == 0 and into == 0:
            self._foresee(simulation, chunk)
        chosen = np.zeros((2, *simulation.motion.s.shape))
        chosen[0, self._copies, self.columns] = self._acceleration[:, : self._known, into]
        chosen[1, self._copies, self.columns] = self._yaw_rate[:, : self._known, into]
        return chosen[0], chosen[1]

    def _free(self, simulation: Simulation, ego_commanded: bool) -> Mask:
        """Whom it may drive, (B, N)."""
        m = simulation.motion
        free = m.present & ~simulation.director.moved()
        if not self.everyone:
            free &= simulation.longitudinal.driver == _IDM
        users = self.followed.users
        able = ((users.corridor >= 0) & ~self._astray(simulation)) | (users.kind == WALKER)
        known = np.zeros_like(free)
        known[self._copies, self.columns] = able[:, : self._known]
        free &= known
        if ego_commanded:
            free[:, 0] = False
        return free

    def _astray(self, simulation: Simulation) -> Mask:
        """Whom the story put on a road that is not on its way, or turned round, (B, M)."""
        m, tb = simulation.motion, simulation.tables
        leg = m.leg[..., None]
        road = np.take_along_axis(tb.leg_road, leg, -1)[..., 0]
        direction = np.take_along_axis(tb.leg_direction, leg, -1)[..., 0]
        astray: Mask = self._mine((road != m.road) | (direction != m.direction)) & (self.followed.users.corridor >= 0)
        return astray

    def _mine(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """(B, N) → (B, M)."""
        return seated(values[self._copies, self.columns])

    # -- chunk after chunk ---------------------------------------------------------------------------------

    def _look(self, simulation: Simulation, tick: int, free: Mask) -> None:
        """See where everyone is; at the end of a chunk remember it, and begin the next."""
        m, into = simulation.motion, tick % TICKS
        motion = Motion(*(self._mine(each) for each in (*m.pose(), m.v)))
        present = self._mine(m.present)
        self._alive = self._alive & present
        if into == MIDWAY:
            self.followed.look_up(motion)
        self._states.append(motion)
        if into == 0:
            if self._seen is not None:
                token = self.followed.end(self._states, self._alive)
                commanded = self._commanded & self._alive
                self.window = self.model.remember(self._seen, token, self.window, commanded=commanded)
            self.followed.leave(self._astray(simulation))
            shown = signal_groups(simulation.lights.shown)
            self._states, self._alive, self._taken = [motion], present, free
            self._seen = self.followed.begin(motion, present, shown)

    def _foresee(self, simulation: Simulation, chunk: int) -> None:
        """Ask the model for the chunk that begins now."""
        assert self._seen is not None
        m, followed, seen = simulation.motion, self.followed, self._seen
        taken = self._mine(m.guided)
        self._commanded = self._alive & ~taken
        held = followed.held(self._mine(m.acceleration), self._mine(m.yaw_rate))
        given = np.where(self._commanded[..., None], held, np.float32(np.nan))
        running = (simulation.step_index <= simulation.ended_at)[:, None]

        def ask(scenes: I8 | None, noise: F4) -> F4:
            some = slice(None) if scenes is None else scenes
            token = self.model.chunk(seen, given[some], noise, self.window, scenes)
            if not np.isfinite(token[(taken & running)[some]]).all():
                raise WorldError(f"the model's answer at {simulation.time:.1f} s is not a number: damaged weights?")
            return token

        free = taken & self._alive & running
        token = reconsidered(followed, self._alive, free, ask, lambda attempt: self._noise(chunk, attempt))
        self._acceleration, self._yaw_rate = followed.controls(token)

    def _noise(self, chunk: int, attempt: int) -> F4:
        """Standard normal (B, M, 10): a copy's own, whoever runs beside it."""
        shape = (self.followed.users.kind.shape[1], TOKEN)
        draws = [
            np.random.Generator(np.random.Philox(key=np.array(key, dtype=np.uint64), counter=[0, 0, attempt, chunk]))
            for key in self.keys
        ]
        return np.stack([draw.standard_normal(shape, dtype=np.float32) for draw in draws])
