"""The tables that pages hold where they say `<!-- table: kinds -->`.

Dimensions, behaviour and quantities are those of the program; only their sources and examples are written here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import yaml
from markupsafe import escape
from model_keys import ANCHORS, BEHAVIOUR, default, described, flat, keys, number, row, table
from pydantic import BaseModel

from mkdocs_worldmodel.analysis.quantities import QUANTITIES
from mkdocs_worldmodel.pipeline import examine, understand
from mkdocs_worldmodel.scenario.road_user import BODIES, Kind
from mkdocs_worldmodel.site.choices import CHOICES
from mkdocs_worldmodel.site.options import WorldModelConfig
from mkdocs_worldmodel.spec import conditions, story, users
from mkdocs_worldmodel.spec.block import Place
from mkdocs_worldmodel.spec.keys import Model

_TOO_MUCH = ("min ttc > 4 s", "min ttc > 6 s")
"""What the page about expectations says, and what it says where it shows a miss."""

_EURO_NCAP = "Euro NCAP target"
_SOURCES: dict[Kind, str] = {
    "car": "VW Golf VIII",
    "van": "Mercedes-Benz Sprinter 319",
    "truck": "rigid lorry, most that directive 96/53/EC allows",
    "bus": "Mercedes-Benz Citaro",
    "emergency": "ambulance on the van, roof as of EN 1789",
    "motorcycle": _EURO_NCAP,
    "bicycle": f"{_EURO_NCAP} EBTa (ISO 19206-4)",
    "pedestrian": f"{_EURO_NCAP} EPTa (ISO 19206-2)",
    "child": f"{_EURO_NCAP} EPTc (ISO 19206-2)",
    "obstacle": "a box",
    "cone": "a traffic cone",
}

# key → (OpenSCENARIO XML's name for it, an example)
CONDITIONS: dict[str, tuple[str, str]] = {
    "time": ("SimulationTimeCondition", "time: 1.5 s"),
    "standstill": ("StandStillCondition", "standstill: {for: 2 s}"),
    "gap": ("RelativeDistanceCondition", "gap: {to: lorry, below: 20 m}"),
    "distance": ("RelativeDistanceCondition", "distance: {to: child, below: 30 m}"),
    "ttc": ("TimeToCollisionCondition", "ttc: {to: lorry, below: 2 s}"),
    "thw": ("TimeHeadwayCondition", "thw: {to: lorry, below: 1 s}"),
    "speed": ("SpeedCondition, RelativeSpeedCondition", "speed: {of: lorry, above: 50 km/h}"),
    "acceleration": ("AccelerationCondition", "acceleration: {of: lorry, below: -3 m/s²}"),
    "reaches": ("ReachPositionCondition", "reaches: {place: junction}"),
    "arrives_in": ("TimeToCollisionCondition", "arrives_in: {place: crossing, below: 2 s}"),
    "travelled": ("TraveledDistanceCondition", "travelled: {above: 100 m}"),
    "lane": ("", "lane: {of: lorry, same_as: ego}"),
    "signal": ("TrafficSignalCondition", "signal: {is: red}"),
    "started": ("StoryboardElementStateCondition", "started: cut in"),
    "ended": ("StoryboardElementStateCondition", "ended: cut in"),
    "contact": ("CollisionCondition", "contact: {with: lorry}"),
    "all": ("ConditionGroup", "all: [{time: 2 s}, {standstill: {}}]"),
    "any": ("Trigger", "any: [{time: 8 s}, {standstill: {}}]"),
    "not": ("", "not: {standstill: {}}"),
}
ACTIONS: dict[str, tuple[str, str]] = {
    "change_lane": ("LaneChangeAction", "change_lane: {to: 2, over: 3 s}"),
    "offset": ("LaneOffsetAction", "offset: {to: 0.5 m, over: 2 s}"),
    "speed": ("SpeedAction", "speed: {to: 50 km/h, rate: 2 m/s²}"),
    "stop": ("SpeedAction", "stop: {place: junction, rate: 3 m/s²}"),
    "keep_gap": ("LongitudinalDistanceAction", "keep_gap: {to: ego, time: 1.5 s}"),
    "cross": ("FollowTrajectoryAction", "cross: {speed: 5 km/h}"),
    "follow": ("FollowTrajectoryAction", "follow: {points: [[10 m, 0 m], [20 m, 1.5 m]]}"),
    "teleport": ("TeleportAction", "teleport: {ahead: 40 m}"),
    "appear": ("AddEntityAction", "appear: true"),
    "vanish": ("DeleteEntityAction", "vanish: true"),
    "driver": ("ActivateControllerAction", "driver: idm"),
}


def _kinds() -> str:
    rows = "".join(
        row(
            f"`{kind}`",
            f"{b.length:.2f}\u00a0×\u00a0{b.width:.2f}\u00a0×\u00a0{b.height:.2f}",
            number(b.max_acceleration, "m/s²") if b.max_acceleration else "—",
            number(b.max_deceleration, "m/s²") if b.max_acceleration else "—",
            _SOURCES[kind],
        )
        for kind, b in BODIES.items()
    )
    return table("kind", "length × width × height [m]", "accelerates at most", "brakes at most", "dimensions of") + rows


def _behaviour() -> str:
    rows = "".join(
        row(f"[`{key}`](reference.md#behaviour.{key})", described(field), default(users.BehaviourSpec, name, field))
        for key, name, field in keys(users.BehaviourSpec)
        if name in BEHAVIOUR
    )
    return table("key", "meaning", "default") + rows


def _quantities() -> str:
    rows = ""
    for q in QUANTITIES.values():
        if q.dimension == "lane":
            continue
        of = "two" if q.pair else "one"
        rows += row(f"`{q.name}`", q.description, q.unit or "—", of, "once" if q.number else "always",
                     {"min": "small", "max": "large"}.get(q.worst, "—"))  # fmt: skip
    return table("quantity", "what it is", "unit", "of", "known", "critical") + rows


def _forms(owner: type[Model], known: dict[str, tuple[str, str]], path: str) -> str:
    fields = {key: (name, field) for key, name, field in keys(owner)}
    rows = ""
    for key, (standard, example) in known.items():
        inner = flat(fields[key][1].annotation)[0]
        own = isinstance(inner, type) and issubclass(inner, BaseModel) and inner is not owner
        address = ANCHORS[inner] if own else f"{path}.{key}"
        rows += row(f"[`{key}`](reference.md#{address})", described(fields[key][1]), f"`{example}`", standard or "—")
    return table("key", "meaning", "example", "OpenSCENARIO") + rows


def _miss() -> str:
    """What becomes of the first block of the page about expectations where it expects too much."""
    page = Path(__file__).parents[1] / "docs" / "expect.md"
    lines = page.read_text(encoding="utf-8").splitlines()
    begin = lines.index("```worldmodel") + 1
    block = "\n".join(lines[begin : lines.index("```", begin)]).replace(*_TOO_MUCH)
    order = understand(block, Place(page.parent, (page.parent,)))
    verdict = next(v for v in examine(order)[1].verdicts if not v.held)
    at = begin + 1 + block[: block.index(verdict.text)].count("\n")
    return (
        '<div class="wm"><figure style="margin: 0; padding-inline: 16px"><p class="wm-verdict" data-verdict="missed">'
        f"Expected: {escape(verdict.text)} — <strong>missed</strong> (measured: {escape(verdict.measured)})"
        "</p></figure></div>\n\nThe build warns, and fails with `--strict`:\n\n"
        f"```text\nWARNING - {page.name}:{at}: expected {verdict.text}, but {verdict.measured}\n```\n"
    )


def _options() -> str:
    """The plugin's options with their defaults, from the table by which they are checked."""
    rows = ""
    for name in WorldModelConfig():
        value = yaml.safe_dump(CHOICES[name].default, default_flow_style=True).split("\n")[0]
        shown = f"`{value}`" if CHOICES[name].default is not None else "—"
        rows += row(f"`{name}`{{: #option-{name} }}", CHOICES[name].text, shown)
    return table("option", "meaning", "default") + rows


TABLES: dict[str, Callable[[], str]] = {
    "options": _options,
    "kinds": _kinds,
    "behaviour": _behaviour,
    "quantities": _quantities,
    "miss": _miss,
    "conditions": lambda: _forms(conditions.ConditionSpec, CONDITIONS, "when"),
    "actions": lambda: _forms(story.DoSpec, ACTIONS, "actions"),
}
