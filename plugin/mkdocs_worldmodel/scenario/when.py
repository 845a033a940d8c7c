# When things happen: from an author's conditions to those of a story, with places and traffic lights looked up.

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from mkdocs_worldmodel.scenario import story
from mkdocs_worldmodel.scenario.road_user import RoadUser
from mkdocs_worldmodel.scenario.stage import EGO, Stage
from mkdocs_worldmodel.spec import conditions as spec
from mkdocs_worldmodel.spec.keys import Model
from mkdocs_worldmodel.spec.messages import did_you_mean
from mkdocs_worldmodel.spec.text import KeyPath

JUNCTION = "junction"
_NEVER = story.TimeCondition(0.0)
"""Stands for a condition with a mistake."""


class Conditions:
    """Turns conditions of one story into nouns; mistakes are noted on the stage."""

    def __init__(self, stage: Stage, events: Sequence[str]) -> None:
        self.stage, self.events = stage, events

    def build(self, given: spec.ConditionSpec, path: KeyPath) -> story.Condition:
        """All keys of a condition; several of them are an `AllOf` in the order of `given.given()`."""
        fields = given.given()
        single = len(fields) == 1
        timing: dict[str, Any] = {"edge": given.edge, "delay": given.delay}
        parts = tuple(
            _BUILDERS[name](self, getattr(given, name), (*path, spec.key_of(spec.ConditionSpec, name)),
                            timing if single else {})
            for name in fields
        )  # fmt: skip
        return parts[0] if single else story.AllOf(parts, **timing)

    # -- one of each -------------------------------------------------------------------------------------------

    def _who(self, value: Any, path: KeyPath, other: str | None = None) -> bool:
        """Whether the road users that a condition names exist, and are two."""
        fine = self.stage.who(value.of, (*path, "of") if "of" in value.model_fields_set else path)
        if other is not None and getattr(value, other) is not None:
            key = spec.key_of(type(value), other)
            named = getattr(value, other)
            fine &= self.stage.who(named, (*path, key), but=value.of, doing="is compared with")
        return fine

    def time(self, value: float, _path: KeyPath, timing: Mapping[str, Any]) -> story.Condition:
        return story.TimeCondition(value, **timing)

    def standstill(self, value: spec.StandstillSpec, path: KeyPath, timing: Mapping[str, Any]) -> story.Condition:
        return story.StandstillCondition(value.of, value.duration, **timing) if self._who(value, path) else _NEVER

    def gap(self, value: spec.GapSpec, path: KeyPath, timing: Mapping[str, Any]) -> story.Condition:
        if not self._who(value, path, "to"):
            return _NEVER
        return story.DistanceCondition(value.of, value.to, *_rule(value), axis=value.axis, **timing)

    def distance(self, value: spec.DistanceSpec, path: KeyPath, timing: Mapping[str, Any]) -> story.Condition:
        if not self._who(value, path, "to"):
            return _NEVER
        return story.DistanceCondition(value.of, value.to, *_rule(value), axis="straight", **timing)

    def ttc(self, value: spec.TtcSpec, path: KeyPath, timing: Mapping[str, Any]) -> story.Condition:
        return (
            story.TtcCondition(value.of, value.to, *_rule(value), **timing) if self._who(value, path, "to") else _NEVER
        )

    def thw(self, value: spec.ThwSpec, path: KeyPath, timing: Mapping[str, Any]) -> story.Condition:
        return (
            story.ThwCondition(value.of, value.to, *_rule(value), **timing) if self._who(value, path, "to") else _NEVER
        )

    def speed(self, value: spec.SpeedIsSpec, path: KeyPath, timing: Mapping[str, Any]) -> story.Condition:
        if not self._who(value, path, "relative_to"):
            return _NEVER
        rule, bound = _rule(value)
        if value.relative_to is None and (bound < 0.0 or (bound == 0.0 and rule == "<")):
            self.stage.wrong((*path, _bound_key(value)), "a speed is never below zero",
                             "give a positive speed, or relative_to: another road user")  # fmt: skip
        return story.SpeedCondition(value.of, rule, bound, value.relative_to, **timing)

    def acceleration(self, value: spec.AccelerationIsSpec, path: KeyPath, timing: Mapping[str, Any]) -> story.Condition:
        return story.AccelerationCondition(value.of, *_rule(value), **timing) if self._who(value, path) else _NEVER

    def reaches(self, value: spec.ReachesSpec, path: KeyPath, timing: Mapping[str, Any]) -> story.Condition:
        if not self._who(value, path) or (place := spot(self.stage, value, value.of, path)) is None:
            return _NEVER
        return story.PositionCondition(value.of, *place, **timing)

    def arrives_in(self, value: spec.ArrivesInSpec, path: KeyPath, timing: Mapping[str, Any]) -> story.Condition:
        if not self._who(value, path) or (place := spot(self.stage, value, value.of, path)) is None:
            return _NEVER
        return story.TimeToPositionCondition(value.of, *place, *_rule(value), **timing)

    def travelled(self, value: spec.TravelledSpec, path: KeyPath, timing: Mapping[str, Any]) -> story.Condition:
        return story.TravelledCondition(value.of, value.above, **timing) if self._who(value, path) else _NEVER

    def lane(self, value: spec.LaneIsSpec, path: KeyPath, timing: Mapping[str, Any]) -> story.Condition:
        if not self._who(value, path, "same_as"):
            return _NEVER
        if value.lane is None:
            return story.LaneCondition(value.of, None, None, value.same_as, **timing)
        user = self.stage.users.get(value.of)
        if user is None:
            return _NEVER
        found = lane_for(self.stage, user, value.lane, (*path, "is"))
        parted = len(self.stage.layout.main) > 1  # the same lane has the same id on all parts of the ego's road
        road = None if parted else user.road
        return _NEVER if found is None else story.LaneCondition(value.of, found, road, **timing)

    def signal(self, value: spec.SignalIsSpec, path: KeyPath, timing: Mapping[str, Any]) -> story.Condition:
        at: KeyPath = (*path, "of") if "of" in value.model_fields_set else path
        ids = lights(self.stage, value.of, at)
        return _NEVER if not ids else story.SignalCondition(ids[0], value.aspect, **timing)

    def _event(self, name: str, state: story.EventState, path: KeyPath, timing: Mapping[str, Any]) -> story.Condition:
        if name not in self.events:
            hint = did_you_mean(name, self.events) if self.events else "give the event a name:"
            self.stage.wrong(path, f"there is no event '{name[:40]}'", hint)
        return story.EventCondition(name, state, **timing)

    def started(self, value: str, path: KeyPath, timing: Mapping[str, Any]) -> story.Condition:
        return self._event(value, "start", path, timing)

    def ended(self, value: str, path: KeyPath, timing: Mapping[str, Any]) -> story.Condition:
        return self._event(value, "end", path, timing)

    def contact(self, value: spec.ContactSpec, path: KeyPath, timing: Mapping[str, Any]) -> story.Condition:
        return story.ContactCondition(value.of, value.other, **timing) if self._who(value, path, "other") else _NEVER

    def all_of(self, value: list[spec.ConditionSpec], path: KeyPath, timing: Mapping[str, Any]) -> story.Condition:
        return story.AllOf(tuple(self.build(c, (*path, i)) for i, c in enumerate(value)), **timing)

    def any_of(self, value: list[spec.ConditionSpec], path: KeyPath, timing: Mapping[str, Any]) -> story.Condition:
        return story.AnyOf(tuple(self.build(c, (*path, i)) for i, c in enumerate(value)), **timing)

    def negated(self, value: spec.ConditionSpec, path: KeyPath, timing: Mapping[str, Any]) -> story.Condition:
        return story.Not(self.build(value, path), **timing)


_BUILDERS: dict[str, Callable[[Conditions, Any, KeyPath, Mapping[str, Any]], story.Condition]] = {
    name: getattr(Conditions, name) for name in spec.CONDITION_FIELDS
}


def _bound_key(value: Any) -> str:
    return "below" if value.below is not None else "above"


def _rule(value: Any) -> tuple[story.Rule, float]:
    return ("<", value.below) if value.below is not None else (">", value.above)


def parts(given: spec.ConditionSpec, built: story.Condition, path: KeyPath) -> list[tuple[KeyPath, story.Condition]]:
    """The keys of a condition, each with what `build` made of it."""
    fields = given.given()
    each = (built,) if len(fields) == 1 else cast("story.AllOf", built).conditions
    paths = [(*path, spec.key_of(spec.ConditionSpec, name)) for name in fields]
    return list(zip(paths, each, strict=True))


def children(
    given: spec.ConditionSpec, key: str, built: story.Condition
) -> list[tuple[spec.ConditionSpec, story.Condition, KeyPath]]:
    """Conditions inside of all, any and not, with what was made of them and their path below that key."""
    if isinstance(built, story.Not) and given.negated is not None and key == "not":
        return [(given.negated, built.condition, ())]
    inner = given.all_of if key == "all" else given.any_of if key == "any" else None
    if inner is None or not isinstance(built, story.AllOf | story.AnyOf):
        return []
    return [(c, b, (i,)) for i, (c, b) in enumerate(zip(inner, built.conditions, strict=True))]


# -- looking up --------------------------------------------------------------------------------------------


def lane_for(stage: Stage, user: RoadUser, number: int, path: KeyPath) -> int | None:
    """OpenDRIVE id of an author's lane, counted where a road user starts; from a ramp, on the ego's road behind it."""
    arm, road, s = stage.arm_of(user.road), stage.road(user.road), user.s
    toward = arm.toward if arm is not None else 1
    if arm is not None and arm.name == "ramp":
        road, toward = stage.road(stage.layout.arms[EGO].road), 1
        s = road.length
    elif arm is not None and arm.name == "exit":
        toward = -toward
    return stage.lane(number, road, toward, s, path, anywhere=True)


def lights(stage: Stage, name: str, path: KeyPath) -> tuple[str, ...]:
    """Ids of the lights of an arm or a crossing; () where there are none, which is noted."""
    known = stage.layout.lights
    ids = known.get(name, ())
    if not ids:
        called = "the ego's road" if name == EGO else f"'{name[:40]}'"
        hint = did_you_mean(name, known) if known else "give the junction control: signals"
        stage.wrong(path, f"there is no traffic light for {called}", hint)
    return ids


def spot(stage: Stage, place: Model, who: str, path: KeyPath, *, short: float = 0.0) -> tuple[str, float] | None:
    """(road, s) of a place for a road user's front; None where it cannot be, which is noted.

    At a crossing it is `short` metres before its near edge.
    """
    user = stage.users.get(who)
    if user is None or EGO not in stage.users:
        return None  # its own mistake is noted
    assert isinstance(place, spec.SpotSpec)
    if place.place is not None:
        return _named(stage, place.place, user, (*path, "place"), short)
    key = "at" if place.at is not None else "ahead"
    station = place.at if place.at is not None else stage.ego.s + stage.ego.body.front + (place.ahead or 0.0)
    if station > stage.end:
        stage.wrong((*path, key), f"this place lies {station - stage.end:.1f} m beyond the road's end",
                    f"the road is {stage.end:g} m long")  # fmt: skip
        return None
    road, s = stage.layout.place(station)
    return road, min(s, stage.road(road).length)


def _named(stage: Stage, name: str, user: RoadUser, path: KeyPath, short: float) -> tuple[str, float] | None:
    crosswalks = stage.layout.crosswalks
    if name in crosswalks:
        road_id, middle = crosswalks[name]
        width = next((o.length for o in stage.road(road_id).objects if o.id == name), 0.0)
        ways = {leg.road: leg.direction for leg in user.route} | {user.road: user.direction}
        return road_id, middle - ways.get(road_id, 1) * (0.5 * width + short)
    arm = stage.arm_of(user.road)
    if arm is not None and arm.name == "ramp":  # it comes to the ego's junction, if there is one
        arm = stage.layout.arms[EGO]
    if name == JUNCTION and arm is not None and arm.stop_s is not None:
        return arm.road, arm.stop_s
    known = [*([JUNCTION] if stage.layout.arms[EGO].stop_s is not None else []), *crosswalks]
    hint = did_you_mean(name, known) if known else "give the road a junction or crossings, or say at: or ahead:"
    stage.wrong(path, f"there is no place '{name[:40]}'", hint)
    return None
