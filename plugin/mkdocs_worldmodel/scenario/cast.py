# Who takes part: from what an author writes about a road user to its body, its driver and the driver's numbers.

from __future__ import annotations

from dataclasses import dataclass, replace

from mkdocs_worldmodel.scenario.road_user import (
    BODIES,
    THINGS,
    WALKERS,
    AebParameters,
    Body,
    CarefulParameters,
    IdmParameters,
    Kind,
    LaneChangeParameters,
    YieldParameters,
)
from mkdocs_worldmodel.scenario.spread import Spread
from mkdocs_worldmodel.spec.keys import EdgeRef, Model
from mkdocs_worldmodel.spec.users import ActorSpec, BehaviourSpec, SizeSpec

EGO_COLOUR = "#2f7de1"
PALETTE = ("#d98324", "#c9c5bb", "#8a1c1c", "#e8e8e8", "#4b5a3a", "#5b6b7a", "#1f2a33", "#b9a44c")
_OWN_COLOUR: dict[Kind, str] = {"emergency": "#ffffff"}

WALKING = 5.0 / 3.6
CYCLING = 15.0 / 3.6
"""Usual speeds, those of Euro NCAP's tests with pedestrians and bicyclists [m/s]."""

# Cyclists set off at 0.8 m/s² (Parkin, Rotheram 2010: 0.5 to 1.0). Who drives a bus spares those who stand in it:
# 0.11 g to 0.15 g are accepted (Hoberock 1977).
_IDM: dict[Kind, IdmParameters] = {
    "bicycle": IdmParameters(acceleration=0.8),
    "bus": IdmParameters(acceleration=1.1, comfortable_deceleration=1.5),
}
_GIVE_WAY: dict[Kind, YieldParameters] = {"emergency": YieldParameters(red=False)}


def body_of(kind: Kind, size: SizeSpec) -> Body:
    """The kind's body, scaled to the size that is said."""
    usual = BODIES[kind]
    scale = (size.length or usual.length) / usual.length
    return replace(
        usual,
        length=size.length or usual.length,
        width=size.width or usual.width,
        height=size.height or usual.height,
        wheelbase=usual.wheelbase * scale,
        rear_overhang=usual.rear_overhang * scale,
        min_turn_radius=usual.min_turn_radius * scale,
    )


def default_colour(kind: Kind, place: int) -> str:
    """Of the actor that is listed at that place."""
    return _OWN_COLOUR.get(kind, PALETTE[place % len(PALETTE)])


def default_driver(actor: ActorSpec) -> str:
    """People, things and the parked move as the story says; all others drive."""
    if actor.kind in WALKERS or actor.kind in THINGS:
        return "still"
    parked = isinstance(actor.lane, EdgeRef) and actor.lane.kind != "cycle_lane"
    return "still" if parked and not actor.speed and actor.kind != "bicycle" else "idm"


def default_speed(actor: ActorSpec, driver: str, ego_speed: float) -> float:
    """At the start [m/s]."""
    if driver == "still":
        return 0.0
    if actor.kind in WALKERS:
        return WALKING
    return CYCLING if actor.kind == "bicycle" else min(ego_speed, BODIES[actor.kind].max_speed)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """All numbers of a driver."""

    idm: IdmParameters
    lane_change: LaneChangeParameters
    give_way: YieldParameters
    careful: CarefulParameters
    aeb: AebParameters


def behaviour_of(kind: Kind, spec: BehaviourSpec, spread: Spread) -> Behaviour:
    """What is said stays as said; the rest is as usual for the kind, give or take the spread."""
    idm, give_way = _IDM.get(kind, IdmParameters()), _GIVE_WAY.get(kind, YieldParameters())
    change = LaneChangeParameters()

    def number(said: float | None, usual: float, name: str, low: float = 0.0, high: float = 1e9) -> float:
        return said if said is not None else spread.around(usual, name, low, high)

    def flag(said: bool | None, usual: bool) -> bool:
        return usual if said is None else said

    return Behaviour(
        IdmParameters(
            number(spec.time_headway, idm.time_headway, "time_headway", 0.1),
            number(spec.standstill_gap, idm.standstill_gap, "standstill_gap"),
            number(spec.acceleration, idm.acceleration, "acceleration", 0.1),
            number(spec.comfortable_deceleration, idm.comfortable_deceleration, "comfortable_deceleration", 0.1),
            number(spec.coolness, idm.coolness, "coolness", 0.0, 1.0),
        ),
        LaneChangeParameters(
            spec.lane_changes == "free",
            number(spec.politeness, change.politeness, "politeness"),
            number(spec.change_threshold, change.threshold, "change_threshold"),
            number(spec.safe_deceleration, change.safe_deceleration, "safe_deceleration", 0.1),
            number(spec.keep_outer_bias, change.bias, "keep_outer_bias"),
            number(spec.change_duration, change.duration, "change_duration", 0.5),
        ),
        YieldParameters(
            number(spec.critical_gap, give_way.critical_gap, "critical_gap", 0.1),
            flag(spec.minds_red, give_way.red),
            flag(spec.minds_priority, give_way.priority),
            flag(spec.minds_pedestrians, give_way.pedestrians),
            number(spec.lateral_acceleration, give_way.turn_acceleration, "lateral_acceleration", 0.1),
        ),
        replace(CarefulParameters(), **_said(spec.careful)),
        replace(AebParameters(), **_said(spec.aeb)),
    )


def _said(spec: Model) -> dict[str, float]:
    return {name: value for name, value in spec if value is not None}
