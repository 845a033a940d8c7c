"""What the models of `spec/` say about each key: what it takes, its default, its meaning, as cells in Markdown."""

from __future__ import annotations

import inspect
import json
import math
import re
from collections.abc import Callable, Iterator
from operator import attrgetter
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types as bound
from pydantic import AfterValidator, BaseModel, WithJsonSchema
from pydantic.fields import FieldInfo

from mkdocs_worldmodel.scenario.cast import Behaviour, behaviour_of
from mkdocs_worldmodel.scenario.road_user import BODIES
from mkdocs_worldmodel.scenario.spread import Spread
from mkdocs_worldmodel.spec import (
    about,
    conditions,
    environment,
    film,
    forecast,
    model,
    model_card,
    rig,
    road,
    story,
    users,
    what_if,
)

# (level, path, title, model). The path is the section's anchor, and `path.key` that of a key without a section.
SECTIONS: tuple[tuple[int, str, str, type[BaseModel]], ...] = (
    (2, "block", "Block", model.RolloutSpec),
    (3, "cameras", "`cameras`", rig.CameraSpec),
    (3, "film", "`film`", film.FilmSpec),
    (3, "what_if", "`figure: what_if`", what_if.WhatIfSpec),
    (4, "what_if.branch", "Branches", what_if.BranchSpec),
    (3, "forecast", "`figure: forecast`", forecast.ForecastSpec),
    (3, "model_card", "`figure: model_card`", model_card.ModelCardSpec),
    (2, "scenario", "Scenario", model.ScenarioSpec),
    (3, "environment", "`environment`", environment.EnvironmentSpec),
    (4, "sun", "`sun`", environment.SunSpec),
    (3, "stop", "`stop`", story.StopSpec),
    (2, "road", "Road", road.RoadSpec),
    (3, "road.curve", "`curve`", road.CurveSpec),
    (3, "road.segments", "`segments`", road.SegmentSpec),
    (3, "road.speed_limits", "`speed_limits`", road.SpeedLimitSpec),
    (3, "road.lane_ends", "`lane_ends`, `lane_begins`", road.TaperSpec),
    (3, "road.ramp", "`ramp`", road.RampSpec),
    (3, "road.exit", "`exit`", road.ExitSpec),
    (3, "road.crossings", "`crossings`", road.CrossingSpec),
    (2, "junction", "Junction", road.JunctionSpec),
    (3, "junction.signals", "`signals`", road.SignalsSpec),
    (2, "ego", "Ego", users.EgoSpec),
    (3, "size", "`size`", users.SizeSpec),
    (2, "actors", "Actors", users.ActorSpec),
    (3, "traffic", "`traffic`", users.TrafficSpec),
    (2, "behaviour", "Behaviour", users.BehaviourSpec),
    (3, "behaviour.careful", "`careful`", users.CarefulSpec),
    (3, "behaviour.aeb", "`aeb`", users.AebSpec),
    (2, "story", "Story", story.EventSpec),
    (3, "do", "`do`", story.WhoSpec),
    (2, "when", "Conditions", conditions.ConditionSpec),
    (3, "when.standstill", "`standstill`", conditions.StandstillSpec),
    (3, "when.gap", "`gap`", conditions.GapSpec),
    (3, "when.distance", "`distance`", conditions.DistanceSpec),
    (3, "when.ttc", "`ttc`", conditions.TtcSpec),
    (3, "when.thw", "`thw`", conditions.ThwSpec),
    (3, "when.speed", "`speed`", conditions.SpeedIsSpec),
    (3, "when.acceleration", "`acceleration`", conditions.AccelerationIsSpec),
    (3, "when.reaches", "`reaches`", conditions.ReachesSpec),
    (3, "when.arrives_in", "`arrives_in`", conditions.ArrivesInSpec),
    (3, "when.travelled", "`travelled`", conditions.TravelledSpec),
    (3, "when.lane", "`lane`", conditions.LaneIsSpec),
    (3, "when.signal", "`signal`", conditions.SignalIsSpec),
    (3, "when.contact", "`contact`", conditions.ContactSpec),
    (2, "actions", "Actions", story.DoSpec),
    (3, "actions.teleport", "`teleport`", story.TeleportSpec),
    (3, "actions.speed", "`speed`", story.SpeedChangeSpec),
    (3, "actions.stop", "`stop`", story.BrakeSpec),
    (3, "actions.keep_gap", "`keep_gap`", story.KeepGapSpec),
    (3, "actions.change_lane", "`change_lane`", story.LaneChangeSpec),
    (3, "actions.offset", "`offset`", story.OffsetSpec),
    (3, "actions.cross", "`cross`", story.CrossSpec),
    (3, "actions.follow", "`follow`", story.FollowSpec),
    (3, "actions.signals", "`signals`", story.LightsSpec),
    (2, "about", "About", about.AboutSpec),
    (3, "about.parameters", "`parameters`", about.ParameterSpec),
)
ANCHORS: dict[type[BaseModel], str] = {spec: path for _, path, _, spec in SECTIONS}

BEHAVIOUR: dict[str, str] = {
    "time_headway": "idm.time_headway",
    "standstill_gap": "idm.standstill_gap",
    "acceleration": "idm.acceleration",
    "comfortable_deceleration": "idm.comfortable_deceleration",
    "coolness": "idm.coolness",
    "lane_changes": "lane_change.free",
    "politeness": "lane_change.politeness",
    "safe_deceleration": "lane_change.safe_deceleration",
    "change_threshold": "lane_change.threshold",
    "keep_outer_bias": "lane_change.bias",
    "change_duration": "lane_change.duration",
    "critical_gap": "give_way.critical_gap",
    "minds_red": "give_way.red",
    "minds_priority": "give_way.priority",
    "minds_pedestrians": "give_way.pedestrians",
    "lateral_acceleration": "give_way.turn_acceleration",
}
"""What an author calls a number of a driver → where the scenario keeps it. Those of careful and aeb have one name."""

# -- what a key takes --------------------------------------------------------------------------------------------

_UNITS = {
    "length": "m",
    "picture width": "px",
    "speed": "m/s",
    "time": "s",
    "acceleration": "m/s²",
    "jerk": "m/s³",
    "angle": "°",
    "share": "%",
}
_FACTORS = {"°": 180.0 / math.pi, "%": 100.0}
_PATTERNS = {r"^#[0-9a-fA-F]{6}$": "colour, such as `#3366cc`", r"^[a-z][a-z0-9_]{0,31}$": "name"}


def number(value: float, unit: str) -> str:
    """A number of SI with its unit; in km/h and km where that is rounder."""
    value *= _FACTORS.get(unit, 1.0)
    if unit == "m/s" and math.isclose(3.6 * value, round(3.6 * value), abs_tol=1e-9):
        value, unit = 3.6 * value, "km/h"
    if unit == "m" and abs(value) >= 1000.0:
        value, unit = 0.001 * value, "km"
    space = "" if unit in {"", "°"} else " "
    return f"{round(value, 3):.12g}{space}{unit}".replace("-", "−")


def flat(annotation: Any, metadata: tuple[Any, ...] = ()) -> tuple[Any, list[Any]]:
    """A type without `Annotated` and `| None`, and all that was said about it, the outermost last."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *own = get_args(annotation)
        said = [m for each in own for m in (each.metadata if isinstance(each, FieldInfo) else [each])]
        return flat(inner, (*said, *metadata))
    if origin in {Union, UnionType}:
        present = [a for a in get_args(annotation) if a is not type(None)]
        if len(present) == 1:
            return flat(present[0], metadata)
    return annotation, list(metadata)


def _said(said: list[Any], kind: type, name: str) -> list[float]:
    return [float(getattr(m, name)) for m in said if isinstance(m, kind)]


def _bounds(said: list[Any], unit: str) -> str:
    """', 0 to 8 m', ', above 0 s'; '' without."""
    if any(isinstance(m, AfterValidator) for m in said):
        return ""  # narrower than these, and described
    low = max(_said(said, bound.Ge, "ge"), default=None)
    above = max(_said(said, bound.Gt, "gt"), default=-math.inf)
    high = min([*_said(said, bound.Le, "le"), *(below - 1 for below in _said(said, bound.Lt, "lt"))], default=None)
    most = number(high, unit) if high is not None else ""
    if low is not None and low > above:
        least = number(low, unit)
        if not most:
            return f", at least {least}"
        alike = low == 0.0 or least.split()[1:] == most.split()[1:]
        return f", {least.split()[0] if alike else least} to {most}"
    return (f", above {above:g}" if above > -math.inf else "") + (f", at most {most}" if most else "")


def _schema_of(said: list[Any]) -> dict[str, Any]:
    found = [m.json_schema for m in said if isinstance(m, WithJsonSchema)]
    return dict(found[-1] or {}) if found else {}


def dimension(annotation: Any, metadata: tuple[Any, ...] = ()) -> str:
    """Of a value with a unit, as in spec/units; '' of all others."""
    words = _schema_of(flat(annotation, metadata)[1]).get("description", "").split(",")
    return words[0] if words[0] in _UNITS else ""


def takes(annotation: Any, metadata: tuple[Any, ...] = ()) -> str:  # noqa: C901, PLR0911 - one for each kind of value
    """What may stand as a value, in Markdown."""
    kind, said = flat(annotation, metadata)
    schema, origin = _schema_of(said), get_origin(kind)
    if dim := dimension(annotation, metadata):
        limits = _bounds(said, _UNITS[dim])
        return dim + limits + (", or `none`" if schema["description"].endswith("or none") else "")
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return f"[keys](#{ANCHORS[kind]})"
    if origin in {Union, UnionType}:
        return "; or ".join(takes(each) for each in get_args(kind))
    if "enum" in schema:
        return ", ".join(f"`{v}`" for v in schema["enum"])
    if origin is Literal:
        return ", ".join(f"`{v}`" for v in get_args(kind))
    if origin is list:
        most = next((m.max_length for m in said if isinstance(m, bound.MaxLen)), None)
        return f"list of {takes(get_args(kind)[0])}" + (f"; at most {most}" if most else "")
    if origin is dict and not schema:
        key, value = (takes(a) for a in get_args(kind))
        return f"{key} → {value}"
    if "const" in schema:
        return "`true`"
    if schema.get("type") == "boolean" or kind is bool:
        return "`true`, `false`"
    if schema.get("type") == "object":
        return _braces(schema["description"])
    if schema.get("type") == "array":
        return "`[forward, left]` or `[forward, left, time]`"
    if "description" in schema:
        return f"lane: {_braces(schema['description'])}"
    if kind in {int, float}:
        return ("whole number" if kind is int else "number") + _bounds(said, "")
    patterns = [p for m in said if (p := getattr(m, "pattern", None)) is not None]
    return _PATTERNS.get(patterns[-1], "name") if patterns else "text"


def default(owner: type[BaseModel], name: str, field: FieldInfo) -> str:
    """What holds where the key is left out, in Markdown; '' where the description says it, or the section."""
    if owner is users.BehaviourSpec and name in BEHAVIOUR:
        return usual(name, attrgetter(BEHAVIOUR[name]), field)
    if owner in {users.CarefulSpec, users.AebSpec}:
        part = "careful" if owner is users.CarefulSpec else "aeb"
        return usual(name, attrgetter(f"{part}.{name}"), field)
    if field.is_required():
        return "**required**"
    value = field.get_default(call_default_factory=True)
    if value is None or isinstance(value, BaseModel) or value in ("", [], {}):
        return ""
    if isinstance(value, float):
        return number(value, _UNITS.get(dimension(field.annotation, tuple(field.metadata)), ""))
    return f"`{json.dumps(value) if isinstance(value, bool) else value}`"


def usual(name: str, of: Callable[[Behaviour], Any], field: FieldInfo) -> str:
    """A number of a car's driver, and of those kinds that differ."""
    unit = _UNITS.get(dimension(field.annotation, tuple(field.metadata)), "")

    def said(value: Any) -> str:
        if name == "lane_changes":
            return f"`{'free' if value else 'needed'}`"
        return f"`{json.dumps(value)}`" if isinstance(value, bool) else number(value, unit)

    by_kind = {kind: of(behaviour_of(kind, users.BehaviourSpec(), Spread(0.0, 0, ""))) for kind in BODIES}
    others = [f"{kind}: {said(value)}" for kind, value in by_kind.items() if value != by_kind["car"]]
    return said(by_kind["car"]) + (f" ({', '.join(others)})" if others else "")


# -- pages and tables ----------------------------------------------------------------------------------------------


def row(*cells: str) -> str:
    """A row of a table in Markdown."""
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |\n"


def table(*heads: str) -> str:
    """The head of a table in Markdown."""
    return row(*heads) + "|" + "---|" * len(heads) + "\n"


def keys(owner: type[BaseModel]) -> Iterator[tuple[str, str, FieldInfo]]:
    """(as an author writes it, as the model calls it, the field); of a kind of figure the keys that not all have."""
    own = issubclass(owner, model.BlockSpec) and owner is not model.RolloutSpec
    for name, field in owner.model_fields.items():
        if not own or name == "figure" or name not in model.BlockSpec.model_fields:
            yield field.alias or name, name, field


def described(field: FieldInfo) -> str:
    """A field's description; else that of the model which it holds."""
    kind, said = flat(field.annotation, tuple(field.metadata))
    inner = next((m.description for m in reversed(said) if isinstance(m, FieldInfo) and m.description), None)
    own = (inspect.getdoc(kind) or "") if isinstance(kind, type) and issubclass(kind, BaseModel) else ""
    return _braces(field.description or inner or own)


def _braces(text: str) -> str:
    """With what is written in braces as code."""
    return re.sub(r"(?<!`)\{[^{}`]*\}", r"`\g<0>`", text)
