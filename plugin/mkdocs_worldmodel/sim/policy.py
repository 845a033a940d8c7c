# Whoever drives road users in place of their own drivers: the face that the simulation asks in every step.

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from mkdocs_worldmodel.sim.simulation import Simulation

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class Policy(Protocol):
    """Drives some of the road users of a simulation.

    Attributes:
        everyone: whether it drives all who do not stand for good, in all copies alike.
    """

    everyone: bool

    def takes(self, simulation: Simulation, *, ego_commanded: bool) -> Mask:
        """Whom it drives in the coming step, (B, N); asked once in every step, before anybody decides.

        Args:
            simulation: as it is now
            ego_commanded: somebody outside commands the ego in this step
        """
        ...

    def controls(self, simulation: Simulation) -> tuple[F8, F8]:
        """Accelerations [m/s²] and yaw rates [rad/s] of these, (B, N), once all others have decided."""
        ...
