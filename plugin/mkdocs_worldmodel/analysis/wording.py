# How pages put things: road users, lanes, speeds, distances, and what an event of a run is.

from __future__ import annotations

import re
from dataclasses import dataclass

from mkdocs_worldmodel.analysis.said import Said, say, sentence
from mkdocs_worldmodel.scenario.road import Aspect
from mkdocs_worldmodel.scenario.road_user import WALKERS, Kind

STANDING = 0.05
"""Slower than this, a road user stands [m/s]."""
RUNNING = 2.5
"""Faster than this, who walks runs [m/s]."""
SAME = 0.5 / 3.6
"""Speeds that differ by less are the same in a sentence [m/s]."""

KINDS: dict[Kind, Said] = {
    "car": say("car"),
    "van": say("van"),
    "truck": say("lorry"),
    "bus": say("bus"),
    "emergency": say("ambulance"),
    "motorcycle": say("motorcycle"),
    "bicycle": say("bicycle"),
    "pedestrian": say("pedestrian"),
    "child": say("child"),
    "obstacle": say("obstacle"),
    "cone": say("cone"),
}
ASPECT_WORDS: dict[Aspect, Said] = {
    "off": say("dark"),
    "red": say("red"),
    "red amber": say("red and amber"),
    "amber": say("amber"),
    "amber flashing": say("flashing amber"),
    "green": say("green"),
}
# fmt: off
_ADJECTIVES = frozenset({
    "first", "second", "third", "fourth", "fifth", "sixth", "last", "next", "other", "main", "side", "lead", "fast",
    "slow", "near", "far", "front", "rear", "back", "left", "right", "big", "small", "red", "blue", "green", "white",
    "black", "yellow",
})
_ADVERBS = frozenset({"ahead", "behind", "on", "off", "beside", "opposite", "along", "across", "away"})
_TELLING: dict[Kind, tuple[str, ...]] = {"bicycle": ("cyclist", "bike"), "pedestrian": ("walker", "adult")}
"""Names that tell what somebody is."""
# fmt: on


@dataclass(frozen=True, slots=True)
class Event:
    """Something worth saying."""

    time: float
    """[s]"""
    clause: Said
    """What a whole sentence says, without its beginning and end."""
    label: Said
    """A few words, for a tick on a time axis."""
    rank: int
    """How telling a picture of it is: 0 most."""

    @property
    def text(self) -> Said:
        """A whole sentence."""
        return sentence(self.clause)


def plain_name(name: str) -> str:
    """A road user's name without its underscores: 'red lorry'."""
    return name.replace("_", " ")


def called(name: str, kind: Kind | None = None, *, article: bool = True) -> Said:
    """How a sentence calls a road user: 'the red lorry', 'the blocking car', 'the car ahead', 'cone 2', 'a'.

    Without an article as labels do: 'blocking car'.
    """
    words, shown = name.split("_"), plain_name(name)
    if name == "ego":
        return say("the ego") if article else say("ego")
    if not article:
        return _without_article(words[-1], shown, kind)
    if words[-1].isdigit() or len(shown) < 3:
        return say("{name}", name=shown)
    if kind is not None and words[-1] in _ADVERBS:
        return say("the {kind} {name}", kind=KINDS[kind], name=shown)
    if kind is not None and (words[-1] in _ADJECTIVES or words[-1].endswith(("ing", "ed"))):
        return say("the {name} {kind}", kind=KINDS[kind], name=shown)
    return say("the {name}", name=shown)


def _without_article(last: str, shown: str, kind: Kind | None) -> Said:
    if kind is not None and last in _ADVERBS:
        return say("{kind} {name}", kind=KINDS[kind], name=shown)
    if kind is not None and (last in _ADJECTIVES or last.endswith(("ing", "ed"))):
        return say("{name} {kind}", kind=KINDS[kind], name=shown)
    return say("{name}", name=shown)


def introduced(name: str, kind: Kind) -> Said:
    """The same with what it is, where its name does not tell: 'the target (car)'."""
    who = called(name, kind)
    tells = any(word in str(who) for word in (kind, str(KINDS[kind]), *_TELLING.get(kind, ())))
    if name == "ego" or tells:
        return who
    return say("{who} ({kind})", who=who, kind=KINDS[kind])


def kmh(speed: float) -> Said:
    """A speed [m/s] as a page says it."""
    return say("{speed:.0f} km/h", speed=3.6 * speed)


def metres(distance: float) -> Said:
    """A distance [m] as a page says it."""
    return (
        say("{distance:.0f} m", distance=distance) if distance >= 9.95 else say("{distance:.1f} m", distance=distance)
    )


def moves(speed: float, kind: Kind) -> Said:
    """'drives at 50 km/h', 'walks at 5 km/h', or 'stands'."""
    if speed < STANDING:
        return say("lies") if kind == "obstacle" else say("stands")
    if kind in WALKERS:
        at = kmh(speed)
        return say("runs at {speed}", speed=at) if speed > RUNNING else say("walks at {speed}", speed=at)
    return (
        say("rides at {speed}", speed=kmh(speed)) if kind == "bicycle" else say("drives at {speed}", speed=kmh(speed))
    )


# -- lanes ---------------------------------------------------------------------------------------------------------

PLACES = {
    name: Said(name)
    for name in (
        "the shoulder", "the pavement", "the cycle lane", "the parking lane", "the entry lane", "the exit lane",
        "the ramp", "the exit", "the road ahead", "the left arm", "the right arm", "the junction",
        "the roundabout", "off the road",
    )
}  # fmt: skip
"""Names of roads and of strips beside the lanes, as scenarios give them."""
_LANE = re.compile(r"(oncoming )?lane (\d+)")


def lane_words(name: str) -> Said:
    """A lane's name (`layout.lane_name`): 'lane 2', 'oncoming lane 1', 'the shoulder of the ramp'."""
    of, joint, road = name.partition(" of ")
    if joint:
        return say("{lane} of {road}", lane=lane_words(of), road=PLACES.get(road) or say("{road}", road=road))
    if (found := _LANE.fullmatch(name)) is None:
        return PLACES.get(name) or say("{name}", name=name)
    number = int(found[2])
    return say("oncoming lane {number}", number=number) if found[1] else say("lane {number}", number=number)


def on_lane(name: str) -> Said:
    """Where somebody is: 'in lane 2', 'on the shoulder', 'off the road'."""
    if name.startswith("off"):
        return lane_words(name)
    lane = lane_words(name)
    return say("on {lane}", lane=lane) if name.startswith("the ") else say("in {lane}", lane=lane)
