# What is to happen: road network, road users, story, environment, end.

from __future__ import annotations

from dataclasses import dataclass

from mkdocs_worldmodel.scenario.environment import Environment
from mkdocs_worldmodel.scenario.road import RoadNetwork
from mkdocs_worldmodel.scenario.road_user import RoadUser
from mkdocs_worldmodel.scenario.story import Condition, Event


@dataclass(frozen=True, slots=True)
class Scenario:
    """A concrete scenario, checked. The ego is the first of the road users."""

    network: RoadNetwork
    users: tuple[RoadUser, ...]
    events: tuple[Event, ...]
    environment: Environment
    stop_time: float
    """[s]; the run ends then at the latest."""
    stop: Condition | None = None
    """The run ends in the step in which this is true, if that is earlier."""

    def index(self, name: str) -> int:
        """Place of a road user in `users`."""
        return [u.name for u in self.users].index(name)
