# The story: events with a trigger and actions, in OpenSCENARIO's terms. Only nouns; sim/ decides when they come true
# and what they do, analysis/ tells them in sentences.

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mkdocs_worldmodel.scenario.road import Aspect

Shape = Literal["linear", "cubic", "sinusoidal", "step"]
Dimension = Literal["time", "rate", "distance"]
Rule = Literal["<", "<=", ">", ">=", "=="]
Edge = Literal["none", "rising", "falling", "rising or falling"]
Priority = Literal["override", "parallel", "skip"]
EventState = Literal["start", "end"]
Axis = Literal["along", "across", "straight"]


# -- conditions ------------------------------------------------------------------------------------------------
# Every condition has an edge and a delay. Without an edge it holds while it is true; with one it holds in the step in
# which it changes so. A delay looks at what was true that long ago (OpenSCENARIO XML 1.3, ConditionEdge, delay).


@dataclass(frozen=True, slots=True, kw_only=True)
class _Condition:
    edge: Edge = "none"
    delay: float = 0.0
    """[s]"""


@dataclass(frozen=True, slots=True)
class TimeCondition(_Condition):
    """Simulation time reaches this [s]."""

    time: float


@dataclass(frozen=True, slots=True)
class EventCondition(_Condition):
    """Another event has started, or ended (all of its actions): it holds from then on."""

    event: str
    state: EventState


@dataclass(frozen=True, slots=True)
class SpeedCondition(_Condition):
    """A road user's speed, or its speed minus another's, compares so to a value [m/s]."""

    actor: str
    rule: Rule
    value: float
    relative_to: str | None = None


@dataclass(frozen=True, slots=True)
class AccelerationCondition(_Condition):
    """A road user's acceleration compares so to a value [m/s²]."""

    actor: str
    rule: Rule
    value: float


@dataclass(frozen=True, slots=True)
class StandstillCondition(_Condition):
    """A road user has stood for that long [s]."""

    actor: str
    duration: float


@dataclass(frozen=True, slots=True)
class DistanceCondition(_Condition):
    """Distance between two road users [m].

    `along`: along the actor's route (its road where the other is not on it), without sign; `across`: lateral,
    without sign; `straight`: the line of sight. With `free_space` bumper to bumper (box to box), 0 where they overlap.
    """

    actor: str
    other: str
    rule: Rule
    value: float
    axis: Axis = "along"
    free_space: bool = True


@dataclass(frozen=True, slots=True)
class TtcCondition(_Condition):
    """Time to collision along the actor's route at constant speeds [s]; false while they do not close in."""

    actor: str
    other: str
    rule: Rule
    value: float


@dataclass(frozen=True, slots=True)
class ThwCondition(_Condition):
    """Time headway: free space along the route / the actor's speed [s]; false where the other is not ahead."""

    actor: str
    other: str
    rule: Rule
    value: float


@dataclass(frozen=True, slots=True)
class PositionCondition(_Condition):
    """The actor's front has reached or passed a place along its road, in its own direction."""

    actor: str
    road: str
    s: float


@dataclass(frozen=True, slots=True)
class TimeToPositionCondition(_Condition):
    """At its present speed the actor's front reaches a place of its route within so many seconds."""

    actor: str
    road: str
    s: float
    rule: Rule
    value: float


@dataclass(frozen=True, slots=True)
class TravelledCondition(_Condition):
    """The actor has driven that far since the start [m]."""

    actor: str
    value: float


@dataclass(frozen=True, slots=True)
class LaneCondition(_Condition):
    """The actor's reference point is in that lane (OpenDRIVE id), or in the lane of another road user."""

    actor: str
    lane: int | None
    road: str | None = None
    """None: of whatever road."""
    same_as: str | None = None


@dataclass(frozen=True, slots=True)
class SignalCondition(_Condition):
    """A traffic light shows that aspect."""

    signal: str
    aspect: Aspect


@dataclass(frozen=True, slots=True)
class ContactCondition(_Condition):
    """The actor touches another road user, or anybody where `other` is None."""

    actor: str
    other: str | None = None


@dataclass(frozen=True, slots=True)
class AllOf(_Condition):
    """True where every one of them is."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf(_Condition):
    """True where at least one of them is."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not(_Condition):
    """True where the other is not."""

    condition: Condition


Condition = (
    TimeCondition | EventCondition | SpeedCondition | AccelerationCondition | StandstillCondition | DistanceCondition
    | TtcCondition | ThwCondition | PositionCondition | TimeToPositionCondition | TravelledCondition | LaneCondition
    | SignalCondition | ContactCondition | AllOf | AnyOf | Not
)  # fmt: skip


# -- actions ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dynamics:
    """How a transition goes (OpenSCENARIO TransitionDynamics)."""

    shape: Shape
    dimension: Dimension
    value: float
    """[s], [m/s² or m/s: the largest rate on the way] or [m]; 0 with a step."""


@dataclass(frozen=True, slots=True)
class SpeedAction:
    """Bring a road user to a speed [m/s], or to another's speed plus `target` at the action's start."""

    actor: str
    target: float
    dynamics: Dynamics
    relative_to: str | None = None


@dataclass(frozen=True, slots=True)
class StopAction:
    """Stop with the front bumper at a place of the route, braking evenly from where that takes `deceleration`.

    Later braking is as hard as it must be, within the body's limits; where the place is passed, it stops at once.
    """

    actor: str
    road: str
    s: float
    deceleration: float
    """[m/s²], positive."""


@dataclass(frozen=True, slots=True)
class LaneChangeAction:
    """Bring a road user to the middle of a lane: an OpenDRIVE id of the road it is then on, or relative.

    With `left` != 0 the target lies so many drivable lanes to the left (negative: right) of the actor's own lane, or
    of the lane of `relative_to`; `target_lane` then means nothing.
    """

    actor: str
    target_lane: int
    dynamics: Dynamics
    left: int = 0
    relative_to: str | None = None


@dataclass(frozen=True, slots=True)
class LaneOffsetAction:
    """Bring a road user to a lateral offset from the middle of its lane [m], positive to its left."""

    actor: str
    offset: float
    dynamics: Dynamics


@dataclass(frozen=True, slots=True)
class KeepGapAction:
    """Keep a free distance [m], or a time gap [s], to another along the route (LongitudinalDistanceAction)."""

    actor: str
    other: str
    distance: float | None
    time_gap: float | None
    max_acceleration: float
    max_deceleration: float
    """[m/s²], both positive."""
    duration: float | None = None
    """How long [s]; None: until another action takes its place."""


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A point of a trajectory in the coordinates of a road."""

    s: float
    t: float
    time: float | None = None
    """When it is reached, counted from the action's start [s]; all of a trajectory's points or none have one."""


@dataclass(frozen=True, slots=True)
class TrajectoryAction:
    """Follow straight lines between points, from wherever the actor is; then go on along the road (pedestrians: stand).

    Without times the actor moves at `speed`, or at its own where None. It ends what drives the actor lengthwise and
    laterally.
    """

    actor: str
    road: str
    points: tuple[Waypoint, ...]
    speed: float | None = None


@dataclass(frozen=True, slots=True)
class TeleportAction:
    """Put a road user somewhere else at once."""

    actor: str
    road: str
    lane: int
    s: float
    t: float
    speed: float | None
    """None: as before."""


@dataclass(frozen=True, slots=True)
class PresenceAction:
    """Appear where it was placed, or vanish (AddEntityAction, DeleteEntityAction)."""

    actor: str
    present: bool


@dataclass(frozen=True, slots=True)
class DriverAction:
    """Hand a road user over to a driver, and end what the story has it do (ActivateControllerAction)."""

    actor: str
    driver: str


@dataclass(frozen=True, slots=True)
class SignalAction:
    """Set traffic lights (TrafficSignalControllerAction, TrafficSignalStateAction).

    Either a controller jumps to a phase and goes on from there, or one signal shows an aspect from then on.
    """

    actor: str
    """Controller or signal."""
    phase: int | None
    aspect: Aspect | None


Action = (
    SpeedAction | StopAction | LaneChangeAction | LaneOffsetAction | KeepGapAction | TrajectoryAction | TeleportAction
    | PresenceAction | DriverAction | SignalAction
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """Actions that start together when the trigger becomes true."""

    name: str
    trigger: Condition
    actions: tuple[Action, ...]
    priority: Priority = "parallel"
    """override: running events with an actor in common end; skip: it does not start while one of those runs;
    parallel: they go on, save that a newer action takes the place of an older one for the same motion."""
    executions: int = 1
    """How often it may start; it starts anew only after it has ended."""
