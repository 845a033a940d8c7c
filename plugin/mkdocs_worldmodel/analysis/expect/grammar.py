# Reads an expectation: tokens → tree. It knows quantities and units, but no scenario: see names.py for that.

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import Any, Literal

from mkdocs_worldmodel.analysis.expect.terms import NUMBERS, TermReader
from mkdocs_worldmodel.analysis.expect.tree import (
    AllOf,
    AnyOf,
    Collides,
    Comparison,
    EventIs,
    Expectation,
    LaneIs,
    LaneName,
    LaneOf,
    Not,
    Obeys,
    Passes,
    Statement,
    Stops,
    Summary,
    Window,
)
from mkdocs_worldmodel.spec.block import did_you_mean

DEEPEST = 8
"""Brackets and nots inside each other."""
EGO = "ego"
_VERBS = frozenset({"collides", "stops", "passes", "stays", "does"})
_BEGINNINGS = ("no", "not", "min", "max", "mean", "final", "initial", "ego", "collision", "event", "pet", *_VERBS)
RULES = {
    "speeding": "speeding", "red light": "red light", "wrong way": "wrong way", "solid line": "solid line",
    "priority violation": "priority", "close following": "following", "violation": "violation",
}  # fmt: skip
"""What an author writes after 'no' → a rule of analysis/rules.py; 'violation' is all of them but close following."""
_PLAIN_VERBS = ("stop", "collide", "pass", "start", "end")
_PARTS = {"from": "begin", "after": "begin", "until": "until", "at": "moment", "when": "when"}
"""Words that begin a part of the run → what of `Window` they say."""
_LANE_WORDS = {"shoulder": "the shoulder", "pavement": "the pavement", "cycle_lane": "the cycle lane",
               "parking": "the parking lane"}  # fmt: skip


def parse(text: str) -> Expectation:
    """Read an expectation.

    Raises:
        ValueError: (message, hint) where it is not understood.
    """
    return Expectation(text, _Reader(text).whole())


class _Reader(TermReader):
    """Recursive descent. Each method begins at the token `self.now`, and leaves it behind what it has read."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0

    def whole(self) -> Statement:
        statement = self.any_of()
        if self.now.kind != "end":
            raise self.wrong(self.not_understood(), self.usage)
        return statement

    def any_of(self) -> Statement:
        parts = [self.all_of()]
        while self.take("or"):
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def all_of(self) -> Statement:
        parts = [self.single()]
        while self.take("and"):
            parts.append(self.single())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def single(self) -> Statement:
        if (not self.at("not") or self.after.value == ".") and not (self.now.kind == "mark" and self.now.value == "("):
            return self.claim()
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.wrong("it is nested too deep", f"at most {DEEPEST} brackets inside each other")
        if self.take("not"):
            out: Statement = Not(self.single())
        else:
            self.step()
            out = self.any_of()
            if not self.take(")"):
                raise self.wrong("a bracket is not closed", "write ')' after it")
        self.depth -= 1
        return out

    # -- one claim -----------------------------------------------------------------------------------------

    def claim(self) -> Statement:
        word, following = self.now, self.after
        if word.kind == "quoted" or (word.value == "event" and following.value != "."):
            return self.event()
        if following.value == "." or word.kind == "number" or self.begins_term():
            return self.comparison()
        if word.kind == "word" and following.value in _VERBS and word.value not in _VERBS:
            self.step()
            return self.deed(word.value)
        if word.value in _VERBS:
            return self.deed(EGO)
        if self.take("no"):
            return self.absence()
        if self.take("collision"):
            return self.collision()
        if self.event_follows():
            return self.event()
        if word.kind in {"word", "odd"}:
            raise self.wrong(f"'{self.shown(word)}' is not understood", self.suggestion(word.value))
        raise self.wrong(self.not_understood(), self.usage)

    def suggestion(self, word: str) -> str:
        near = difflib.get_close_matches(word, [*_BEGINNINGS, "collision"], 1, 0.6)
        return f"did you mean {near[0]}?" if near and word not in self.quantities else self.usage

    def event_follows(self) -> bool:
        """Whether words without quotes stand before 'starts' or 'ends', as an event's name."""
        k = self.k
        while self.in_name(self.tokens[k]):
            k += 1
        return k > self.k and self.tokens[k].value in {"starts", "ends", "does"}

    def absence(self) -> Statement:
        if self.take("collision"):
            return Not(self.collision())
        for phrase, rule in RULES.items():
            if self.take_all(*phrase.split()):
                return Obeys(rule, self.name("a road user") if self.take("of") else EGO)
        known = ["collision", *RULES]
        raise self.wrong(f"'no {self.shown(self.now)}' is not understood", did_you_mean(self.now.value, known))

    def collision(self) -> Collides:
        """After 'collision': between whom."""
        first = self.name("a road user") if self.take("of") else None
        if self.take("with"):
            return Collides(first or EGO, self.name("a road user"))
        return Collides(first, None)

    def deed(self, user: str) -> Statement:
        """What a road user does; at its verb."""
        if self.take("does"):
            if not self.take("not"):
                raise self.wrong(f"'{self.shown(self.now)}' is not understood after 'does'", "write 'does not stop'")
            verb = self.one_of({v: v for v in _PLAIN_VERBS}, "'does not'")
            if verb in {"start", "end"}:
                return Not(EventIs(user, "end" if verb == "end" else "start"))
            return Not(self.done(user, verb))
        verb = self.now.value
        self.step()
        return self.done(user, {"collides": "collide", "stops": "stop", "passes": "pass"}.get(verb, verb))

    def done(self, user: str, verb: str) -> Statement:
        if verb == "collide":
            return Collides(user, self.name("a road user") if self.take("with") else None)
        if verb == "stop":
            return self.stop(user)
        if verb == "pass":
            what, rival, time = self.name("a place or a road user"), None, None
            if self.take("before") or self.take("within"):
                if self.now.kind == "number":
                    time = self.value("time")
                else:
                    rival = self.name("a road user")
            return Passes(user, what, rival, time)
        if not self.take_all("in", "lane"):
            raise self.wrong(f"'{user} {verb}' is not understood", f"write '{user} stays in lane'")
        return Obeys("keeps lane", self.name("a road user") if user == EGO and self.take("of") else user)

    def stop(self, user: str) -> Stops:
        place, distance, time = None, None, None
        if self.take("before"):
            place = self.name("a place")
        if self.take("within"):
            limit = self.now.value
            if self.now.kind == "number" and limit.split()[-1] in {"s", "ms", "min", "h"}:
                time = self.value("time")
            elif self.now.kind == "number" and " " not in limit:
                raise self.wrong(f"'within {limit}' has no unit", f"write 'within {limit} m' or 'within {limit} s'")
            else:
                distance = self.value("length")
        return Stops(user, place, distance, time)

    def event(self) -> Statement:
        self.take("event")
        event = self.event_name()
        if self.take_all("does", "not"):
            phase = self.one_of({"start": "start", "end": "end"}, f"event '{event}' does not")
            return Not(EventIs(event, "end" if phase == "end" else "start"))
        phase = self.one_of({"starts": "start", "ends": "end"}, f"event '{event}'")
        out: Literal["start", "end"] = "end" if phase == "end" else "start"
        if self.at("before"):
            self.step()
            return EventIs(event, out, "before", self.time_or_event())
        if self.take("within"):
            return EventIs(event, out, "within", self.value("time"))
        if self.take("after"):
            return EventIs(event, out, "after", self.time_or_event())
        return EventIs(event, out)

    # -- comparisons ---------------------------------------------------------------------------------------

    def comparison(self) -> Statement:
        """A comparison in a part of the run."""
        return self.windowed(self.bare_comparison())

    def bare_comparison(self) -> Comparison | LaneIs:
        if self.after.value == "." and self.tokens[self.k + 2].value == "lane":
            return self.lane()
        return self.compared()

    def lane(self) -> LaneIs:
        user = self.name("a road user")
        self.step()
        self.step()
        sign = self.now.value
        if self.now.kind != "sign" or sign not in {"==", "!="}:
            raise self.wrong(f"'{self.shown(self.now)}' after '{user}.lane' is not understood",
                      f"lanes are equal or not: write '{user}.lane == 2'")  # fmt: skip
        self.step()
        return LaneIs(user, sign == "==", self.lane_named(), Window())

    def lane_named(self) -> LaneName | LaneOf:
        word = self.now
        if self.after.value == "." and word.kind == "word":
            user = self.name("a road user")
            self.step()
            if not self.take("lane"):
                raise self.wrong(f"'{user}.{self.shown(self.now)}' is no lane", f"write '{user}.lane'")
            return LaneOf(user)
        for words, name in _LANE_WORDS.items():
            if self.take_all(*words.split("_")) or self.take(words):
                return LaneName(name)
        side = "oncoming " if self.take("oncoming") else ""
        self.take("lane")
        number = self.now.value
        if self.now.kind != "number" or not (number.isascii() and number.isdigit() and 1 <= int(number) <= 8):
            hint = f"lanes are 1, 2, 3 … from the outer edge, 'oncoming 1', {', '.join(_LANE_WORDS)} or 'lorry.lane'"
            raise self.wrong(f"'{self.shown(self.now)}' is no lane", hint)
        self.step()
        return LaneName(f"{side}lane {number}")

    def windowed(self, claim: Comparison | LaneIs) -> Comparison | LaneIs:
        window = self.window()
        if window != Window() and (whole := self.of_whole_run(claim)):
            raise self.wrong(f"{whole} is one number for the whole run", "leave the part of the run out")
        return replace(claim, window=window)

    def window(self) -> Window:
        """Which part of the run counts: 'from 3 s to 6 s when …', in any order."""
        parts: dict[str, Any] = {}
        while self.now.kind == "word" and self.now.value in _PARTS:
            word = self.now.value
            if (part := _PARTS[word]) in parts:
                raise self.wrong(f"'{word}' stands there twice", "say each part of the run once")
            self.step()
            if part == "moment":
                parts[part] = self.moment()
            elif part == "when":
                parts[part] = self.condition()
            else:
                parts[part] = self.time_or_event()
            if word == "from" and "until" not in parts and self.take("to"):
                parts["until"] = self.time_or_event()
        window = Window(**parts)
        if isinstance(window.begin, float) and isinstance(window.until, float) and window.begin > window.until:
            what = f"it ends at {window.until:g} s, before it begins at {window.begin:g} s"
            raise self.wrong(what, "write the earlier time first")
        return window

    @staticmethod
    def of_whole_run(claim: Comparison | LaneIs) -> str:
        """A quantity that no part of the run can have for itself; '' without."""
        terms = claim.terms if isinstance(claim, Comparison) else ()
        found = [t.series.quantity for t in terms if isinstance(t, Summary) and t.series.quantity in NUMBERS]
        return found[0] if found else ""

    def moment(self) -> float | str:
        if self.at("end") or self.at("start"):
            word = self.now.value
            self.step()
            return word
        return self.value("time")

    def condition(self) -> Statement:
        """After 'when': a comparison of series, or several in brackets."""
        if self.take("not"):
            return Not(self.condition_in_depth())
        if not (self.now.kind == "mark" and self.now.value == "("):
            if self.after.value != ".":
                raise self.wrong(f"'{self.shown(self.now)}' after 'when' is not understood",
                          "write such as 'when lorry.lane == ego.lane'")  # fmt: skip
            return self.bare_comparison()
        self.step()
        out = self.condition_list()
        if not self.take(")"):
            raise self.wrong("a bracket is not closed", "write ')' after it")
        return out

    def condition_in_depth(self) -> Statement:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.wrong("it is nested too deep", f"at most {DEEPEST} brackets inside each other")
        out = self.condition()
        self.depth -= 1
        return out

    def condition_list(self) -> Statement:
        either = [[self.condition_in_depth()]]
        while self.at("and") or self.at("or"):
            if self.take("or"):
                either.append([])
            else:
                self.step()
            either[-1].append(self.condition_in_depth())
        parts = [group[0] if len(group) == 1 else AllOf(tuple(group)) for group in either]
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))
