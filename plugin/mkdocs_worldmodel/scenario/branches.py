# The branches of a `what_if` block: each is a block of its own, the scenario with what the branch changes, and told so
# that a mistake in it is found where its author wrote it.

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from mkdocs_worldmodel.errors import Mistake, SpecError
from mkdocs_worldmodel.scenario import story
from mkdocs_worldmodel.scenario.compose import compose
from mkdocs_worldmodel.scenario.doubts import doubts
from mkdocs_worldmodel.scenario.road_user import DRIVERS
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.scenario.stage import EGO
from mkdocs_worldmodel.spec.block import Block
from mkdocs_worldmodel.spec.messages import did_you_mean, mistakes_in
from mkdocs_worldmodel.spec.model import RolloutSpec
from mkdocs_worldmodel.spec.sources import Sources
from mkdocs_worldmodel.spec.story import ACTION_FIELDS
from mkdocs_worldmodel.spec.text import KeyPath
from mkdocs_worldmodel.spec.users import PLACES, ActorSpec, EgoSpec
from mkdocs_worldmodel.spec.what_if import WhatIfSpec

COMMANDED = "constant"
"""Who drives an ego that is told what to do: holds its speed and its lane, but for what it is told."""
SHORT = {"brake": "stop", "accelerate": "speed"}
"""Commands that a branch has beside the story's actions, and the action that each is: `brake: 6 m/s²`."""
_FASTEST = 100.0
"""No story tells a higher speed [m/s]."""
_LENGTHWISE = ("speed", "stop", "keep_gap", "follow")
_PLACES = frozenset({*PLACES, "on"})


@dataclass(frozen=True, slots=True)
class Branch:
    """One way in which a scenario may go on."""

    name: str
    block: Block
    """As if it were a figure of its own, of the kind `rollout`."""
    scenario: Scenario
    started: tuple[tuple[str, str], ...]
    """(road user, 'speed: 60 km/h'): who starts otherwise, and how."""
    removed: tuple[str, ...]
    silent: tuple[tuple[str, int], ...]
    """(event, action): what makes the ego hold still between its commands, and is none itself."""
    doubts: tuple[Mistake, ...]

    @property
    def parts_at_start(self) -> bool:
        """Whether it is another run from the first moment on."""
        return bool(self.started or self.removed)


def branches(block: Block, scenario: Scenario) -> tuple[Branch, ...]:
    """All branches of a checked block, in its order.

    Raises:
        SpecError: with all mistakes of all branches.
    """
    spec = block.spec
    assert isinstance(spec, WhatIfSpec)
    mistakes: list[Mistake] = []
    if spec.start >= scenario.stop_time:
        at = block.sources.mistake(
            ("from",), f"the ways part at {spec.start:g} s, and the run ends at {scenario.stop_time:g} s",
            "part earlier, or give scenario: {stop: {time: ...}}",
        )  # fmt: skip
        raise SpecError(at)
    found: list[Branch] = []
    for name in spec.what_if:
        try:
            found.append(_Branching(block, scenario, name).branch())
        except SpecError as error:
            mistakes += error.mistakes
    for i, branch in enumerate(found):
        twin = next((b.name for b in found[:i] if b.scenario == branch.scenario), None)
        if twin is not None:
            said, hint = f"'{branch.name}' and '{twin}' are the same", "change one of them, or leave it out"
            mistakes.append(block.sources.mistake(("what_if", branch.name), said, hint))
    if mistakes:
        raise SpecError(*dict.fromkeys(mistakes))
    return tuple(found)


class _BranchSources(Sources):
    """Tells where a branch's values were written: what was put into the scenario stands under `what_if`."""

    def __init__(self, block: Block, name: str, event: int) -> None:
        super().__init__()
        self._block, self._name, self._event = block.sources, name, event

    def knows(self, path: KeyPath) -> bool:
        return self._block.knows(self.as_written(path)) or self._block.knows(path)

    def as_written(self, path: KeyPath) -> KeyPath:
        match path:
            case ("scenario", "story", self._event, "do", user, *rest):
                inner: KeyPath = tuple(rest)
            case ("scenario", "story", self._event, *_):
                return ("from",)
            case ("scenario", "actors", user, *rest):
                inner = tuple(rest)
            case ("scenario", "ego", *rest):
                user, inner = EGO, tuple(rest)
            case ("expect", *rest):
                return ("what_if", self._name, "expect", *rest)
            case _:
                return ("what_if", self._name)
        under: KeyPath = ("what_if", self._name, *((EGO,) if user == EGO else ("actors", user)))
        for short, long in SHORT.items():
            if inner[:1] == (long,) and self._block.knows((*under, short)):
                return (*under, short)
        return (*under, *inner)

    def mistake(self, path: KeyPath, message: str, hint: str = "") -> Mistake:
        return self._block.mistake(self.as_written(path), message, hint)


class _Branching:
    """Makes one branch."""

    def __init__(self, block: Block, scenario: Scenario, name: str) -> None:
        assert isinstance(block.spec, WhatIfSpec)
        self.block, self.scenario, self.name = block, scenario, name
        self.start, self.spec = block.spec.start, block.spec.what_if[name]
        self.users = {user.name: user for user in scenario.users}
        self.written: dict[str, Any] = copy.deepcopy(dict(block.written))
        self.mistakes: list[Mistake] = []
        self.started: list[tuple[str, str]] = []
        self.silent = 0
        """So many of the ego's actions are none of its commands."""

    def wrong(self, path: KeyPath, message: str, hint: str) -> None:
        self.mistakes.append(self.block.sources.mistake(("what_if", self.name, *path), message, hint))

    def branch(self) -> Branch:
        """The branch.

        Raises:
            SpecError: with all of its mistakes.
        """
        do: dict[str, Any] = {}
        changed: list[tuple[KeyPath, str, Mapping[str, Any]]] = []
        if self.spec.ego:
            changed.append(((EGO,), EGO, self.spec.ego))
        changed += [(("actors", user), user, given) for user, given in self.spec.actors.items()]
        for path, user, given in changed:
            if self._there(user, path) and (actions := self._change(path, user, given)):
                do[user] = actions
        removed = [user for i, user in enumerate(self.spec.remove) if self._removable(user, ("remove", i))]
        if self.mistakes:
            raise SpecError(*self.mistakes)
        changed_block, scenario = self._composed(do)
        gone = frozenset(removed)
        events = tuple(replace(e, actions=tuple(a for a in e.actions if not _brings(a, gone))) for e in scenario.events)
        users = tuple(replace(user, present=user.present and user.name not in gone) for user in scenario.users)
        silent = tuple((scenario.events[-1].name, i) for i in self._silent_actions(scenario, do))
        return Branch(
            self.name, changed_block, replace(scenario, users=users, events=events), tuple(self.started),
            tuple(removed), silent, self._doubts(changed_block, scenario),
        )  # fmt: skip

    def _there(self, user: str, path: KeyPath) -> bool:
        if user == EGO and path != (EGO,):
            self.wrong(path, "the ego is no actor", "write ego: beside actors:")
        elif user not in self.users:
            others = [name for name in self.users if name != EGO]
            hint = did_you_mean(user, others) if others else "the scenario has no actors"
            self.wrong(path, f"there is no road user '{user[:40]}'", hint)
        else:
            return True
        return False

    def _removable(self, user: str, path: KeyPath) -> bool:
        if user == EGO:
            self.wrong(path, "the ego cannot be removed", "the figure shows what it sees")
        elif user in self.spec.actors:
            self.wrong(path, f"{user} is removed and changed", "leave one of them out")
        else:
            return self._there(user, path)
        return False

    # -- what it changes -------------------------------------------------------------------------------------

    def _change(self, path: KeyPath, user: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Put a road user's new values into the scenario; what it is told to do."""
        model = EgoSpec if user == EGO else ActorSpec
        values, actions = dict[str, Any](), dict[str, Any]()
        foreign = user == EGO and self.users[EGO].driver not in DRIVERS
        for key, value in given.items():
            if key in SHORT:
                if SHORT[key] in given:
                    self.wrong((*path, key), f"{key} and {SHORT[key]} contradict each other", "give one of them")
                actions[SHORT[key]] = _BY_RATE[key](value, self.users[user].body.max_speed)
            elif key in ACTION_FIELDS and (isinstance(value, Mapping) or key not in model.model_fields):
                actions[key] = value
            elif key in model.model_fields:
                values[key] = value
                self.started.append((user, f"{key}: {_shown(value)}"))
            else:
                known = [*SHORT, *ACTION_FIELDS, *(k for k in model.model_fields if k not in ACTION_FIELDS)]
                self.wrong((*path, key), f"unknown key '{key[:40]}'", did_you_mean(key, known))
        if foreign and actions:
            driver = self.users[EGO].driver
            self.wrong(path, f"the driver {driver} takes no commands", "give the figure driver: idm")
        at: dict[str, Any] = self.written["scenario"]
        for part in map(str, path):
            at[part] = dict(at.get(part) or {})
            at = at[part]
        if _PLACES & values.keys():
            for place in _PLACES & at.keys():
                del at[place]
        _merge(at, values)
        return self._held(actions) if user == EGO and actions else actions

    def _held(self, actions: dict[str, Any]) -> dict[str, Any]:
        """Commands to the ego, with what lets it do nothing else: another driver, and the speed that it has."""
        out = dict(actions)
        if "driver" not in actions:
            out["driver"] = COMMANDED
            self.silent = 1
            if not any(key in actions for key in _LENGTHWISE):
                out["speed"] = {"by": 0.0, "shape": "step"}
                self.silent = 2
        return out

    def _silent_actions(self, scenario: Scenario, do: Mapping[str, Any]) -> list[int]:
        if not self.silent or EGO not in do:
            return []
        kinds = (story.DriverAction, story.SpeedAction)[: self.silent]
        return [i for i, a in enumerate(scenario.events[-1].actions) if a.actor == EGO and isinstance(a, kinds)]

    # -- the whole -------------------------------------------------------------------------------------------

    def _composed(self, do: Mapping[str, Any]) -> tuple[Block, Scenario]:
        """The scenario with all changes, checked as if it had been written so."""
        scenario = self.written["scenario"]
        events = list(scenario.get("story") or [])
        sources = _BranchSources(self.block, self.name, len(events))
        if do:
            scenario["story"] = [*events, {"when": {"time": self.start}, "do": do}]
        whole = {key: value for key, value in self.written.items() if key in RolloutSpec.model_fields}
        whole |= {"figure": "rollout", "expect": self.spec.expect}
        try:
            spec = RolloutSpec.model_validate(whole)
        except ValidationError as error:
            raise SpecError(*mistakes_in(error, sources, RolloutSpec)) from None
        block = Block(spec, sources, self.block.files, whole, self.block.place)
        return block, compose(block)

    def _doubts(self, block: Block, scenario: Scenario) -> tuple[Mistake, ...]:
        """What only this branch's changes make doubtful."""
        before = {str(m) for m in doubts(self.block, self.scenario)}
        return tuple(m for m in doubts(block, scenario) if str(m) not in before)


def _brake(value: object, _fastest: float) -> dict[str, Any]:
    return {"rate": value}


def _accelerate(value: object, fastest: float) -> dict[str, Any]:
    return {"to": f"{min(fastest, _FASTEST)} m/s", "rate": value}


_BY_RATE: dict[str, Callable[[object, float], dict[str, Any]]] = {"brake": _brake, "accelerate": _accelerate}


def _merge(base: dict[str, Any], nearer: Mapping[str, Any]) -> None:
    for key, value in nearer.items():
        if isinstance(value, Mapping) and isinstance(base.get(key), Mapping):
            base[key] = dict(base[key])
            _merge(base[key], value)
        else:
            base[key] = value


def _shown(value: object) -> str:
    """A value as its author may have written it, for a sentence."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_shown(inner)}" for key, inner in value.items()) + "}"
    return ("true" if value else "false") if isinstance(value, bool) else str(value)[:40]


def _brings(action: story.Action, gone: frozenset[str]) -> bool:
    """Whether an action is one of somebody who is not there."""
    return action.actor in gone and not isinstance(action, story.SignalAction)
