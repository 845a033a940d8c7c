# Reads the pieces of which claims are made: names, values with units, moments, and the two sides of a comparison.

from __future__ import annotations

from collections.abc import Mapping

from mkdocs_worldmodel.analysis.expect.tokens import JOINTS, KEYWORDS, LONGEST, Token, tokens_of
from mkdocs_worldmodel.analysis.expect.tree import Comparison, Constant, Extreme, Series, Sign, Summary, Term, Window
from mkdocs_worldmodel.analysis.quantities import QUANTITIES
from mkdocs_worldmodel.spec.block import did_you_mean
from mkdocs_worldmodel.spec.units import parse_quantity

EXTREMES: dict[str, Extreme] = {"min": "min", "max": "max", "mean": "mean", "initial": "first", "final": "final"}
SHORT = {"decel": "deceleration", "accel": "acceleration"}
"""Other names of quantities."""
NUMBERS = frozenset(q.name for q in QUANTITIES.values() if q.number)
"""Quantities that are one number for a run: they need no 'min'."""
USABLE = {name: q for name, q in QUANTITIES.items() if q.dimension != "lane"}
"""Lanes have a language of their own."""
USAGE = "write such as 'no collision', 'min ttc > 1.5 s', 'ego.speed < 50 km/h', 'ego stops before crossing'"
_MOST_WORDS = 3
"""Of a quantity's name: 'lateral acceleration' is lateral_acceleration."""


def si_value(text: str, dimension: str) -> float:
    """A value in SI, of the dimensions of spec/units and of those that only measurements have.

    Raises:
        ValueError: where it is none.
    """
    if dimension == "yaw rate":
        per_second = text.removesuffix("/s").rstrip()
        return parse_quantity(per_second if per_second != text else text, "angle")
    return parse_quantity(text, dimension if dimension not in {"", "flag"} else "share")


class TermReader:
    """A cursor over the tokens of a text."""

    usage = USAGE
    quantities: Mapping[str, object] = USABLE

    def __init__(self, text: str) -> None:
        self.text = text
        if len(text) > LONGEST:
            raise ValueError(f"an expectation of {len(text)} characters is too long", f"{LONGEST} are the most")
        self.tokens = tokens_of(text)
        self.k = 0

    # -- the cursor ----------------------------------------------------------------------------------------

    @property
    def now(self) -> Token:
        return self.tokens[self.k]

    @property
    def after(self) -> Token:
        return self.tokens[min(self.k + 1, len(self.tokens) - 1)]

    def step(self) -> None:
        self.k = min(self.k + 1, len(self.tokens) - 1)

    def at(self, word: str) -> bool:
        return self.now.kind in {"word", "mark"} and self.now.value == word

    def take(self, word: str) -> bool:
        """Go past a word if it stands here."""
        found = self.at(word)
        if found:
            self.step()
        return found

    def take_all(self, *words: str) -> bool:
        """Go past some words if all of them stand here, in this order."""
        here = self.tokens[self.k : self.k + len(words)]
        found = [t.value for t in here] == list(words) and all(t.kind == "word" for t in here)
        if found:
            self.k += len(words)
        return found

    def one_of(self, words: Mapping[str, str], before: str) -> str:
        """Go past one of some words, and say what it stands for."""
        word = self.now.value
        if self.now.kind != "word" or word not in words:
            raise self.wrong(f"'{self.shown(self.now)}' after {before} is not understood", did_you_mean(word, words))
        self.step()
        return words[word]

    @staticmethod
    def is_keyword(token: Token) -> bool:
        return token.kind == "word" and token.value in KEYWORDS

    def shown(self, token: Token) -> str:
        """A token as the author wrote it."""
        return self.text[token.start : token.end] if token.kind != "end" else "nothing"

    def not_understood(self) -> str:
        if self.k == 0 or self.now.kind == "end":
            return "it is not understood" + (": it ends too early" if self.k else "")
        return f"'{self.text[self.now.start :][:40].rstrip()}' is not understood"

    def wrong(self, message: str, hint: str) -> ValueError:
        """What is to be raised."""
        return ValueError(f"in '{self.text.strip()}': {message}", hint)

    # -- names ---------------------------------------------------------------------------------------------

    def name(self, what: str) -> str:
        """A name of one word, or in quotes."""
        token = self.now
        if token.kind not in {"word", "quoted"} or (self.is_keyword(token) and self.after.value != "."):
            after = f"after '{self.shown(self.tokens[self.k - 1])}' " if self.k else ""
            raise self.wrong(f"the name of {what} is missing {after}", f"there stands '{self.shown(token)}'")
        self.step()
        return token.value

    def event_name(self) -> str:
        """An event's name: in quotes, or all words up to the next one of the language."""
        token = self.now
        if token.kind == "quoted":
            self.step()
            return token.value
        while self.in_name(self.now):
            self.step()
        last = self.tokens[self.k - 1]
        if last.end <= token.start:
            raise self.wrong("the name of an event is missing", "write it in quotes: 'after \"cut in\"'")
        return " ".join(self.text[token.start : last.end].split())

    @staticmethod
    def in_name(token: Token) -> bool:
        """Whether a token may belong to a name of several words."""
        return token.kind == "number" or (token.kind == "word" and token.value not in JOINTS)

    def time_or_event(self) -> float | str:
        if self.now.kind == "number":
            return self.value("time")
        return self.event_name()

    # -- values --------------------------------------------------------------------------------------------

    def value(self, dimension: str) -> float:
        """A value with its unit, SI."""
        return self.in_si(self._raw(), dimension)

    def in_si(self, text: str, dimension: str) -> float:
        try:
            return si_value(text, dimension)
        except ValueError as error:  # PydanticCustomError is one
            context = getattr(error, "context", None) or {}
            raise self.wrong(context.get("message", str(error)), context.get("hint", USAGE)) from None

    def _raw(self) -> str:
        """The text of a value: a number with its unit, or whatever stands in its place."""
        token = self.now
        if token.kind == "number":
            self.step()
            return token.value
        while self.now.kind in {"word", "odd", "number", "quoted"} and not self.is_keyword(self.now):
            self.step()
        if self.now is token:
            raise self.wrong(self.not_understood(), USAGE)
        return self.text[token.start : self.tokens[self.k - 1].end]

    # -- comparisons ---------------------------------------------------------------------------------------

    def begins_term(self) -> bool:
        """Whether a summary stands here: 'min ttc'."""
        return self.now.kind == "word" and (self.now.value in EXTREMES or self.now.value in NUMBERS)

    def compared(self) -> Comparison:
        """Two or three terms with signs between them."""
        sides: list[Term | str] = [self._side()]
        signs: list[Sign] = []
        while self.now.kind == "sign" and len(signs) < 2:
            signs.append(self.now.value)  # type: ignore[arg-type]
            self.step()
            sides.append(self._side())
        if not signs:
            hint = "write a sign and a value after it, such as '> 1.5 s'; signs are < <= > >= == !="
            raise self.wrong(self.not_understood(), hint)
        terms = [s for s in sides if not isinstance(s, str)]
        if not terms:
            raise self.wrong("it compares values, and nothing of the run", USAGE)
        if len(signs) > 1 and (len(terms) > 1 or isinstance(sides[1], str)):
            raise self.wrong("only one thing can stand in a range", "write such as '1 s < min ttc < 3 s'")
        dimension = self._dimension(terms)
        known = tuple(self._constant(s, dimension) if isinstance(s, str) else s for s in sides)
        return Comparison(known, tuple(signs), Window())

    def _side(self) -> Term | str:
        """One side of a sign: a term, or a value's text whose dimension is not known yet."""
        if self.begins_term():
            return self._summary()
        if self.now.kind == "word" and self.after.value == ".":
            return self._series()
        return self._raw()

    def _constant(self, text: str, dimension: str) -> Constant:
        return Constant(" ".join(text.split()), self.in_si(text, dimension))

    def _dimension(self, terms: list[Term]) -> str:
        found: dict[str, str] = {}
        for term in terms:
            series = term.series if isinstance(term, Summary) else term
            assert isinstance(series, Series)
            found.setdefault(QUANTITIES[series.quantity].dimension, series.quantity)
        if len(found) > 1:
            (a, first), (b, second) = list(found.items())[:2]
            raise self.wrong(
                f"{first} is {a or 'a number'} and {second} is {b or 'a number'}", "compare things of one kind"
            )
        return next(iter(found))

    def _summary(self) -> Summary:
        start = self.now.start
        extreme = EXTREMES.get(self.now.value)
        if extreme is not None:
            self.step()
        quantity = self._quantity()
        if extreme is None and quantity not in NUMBERS:
            raise self.wrong(f"{quantity} changes over time", f"write 'min {quantity}' or 'ego.{quantity}'")
        user = self.name("a road user") if self.take("of") else "ego"
        series = self._against(quantity, user, start)
        return Summary(extreme or "min", series, series.text)

    def _series(self) -> Series:
        start, user = self.now.start, self.name("a road user")
        self.step()
        quantity = self._quantity()
        if quantity in NUMBERS:
            raise self.wrong(f"{quantity} is one number for the run", f"write '{quantity} of {user}'")
        return self._against(quantity, user, start)

    def _against(self, quantity: str, user: str, start: int) -> Series:
        other = None
        if QUANTITIES[quantity].pair and (self.take("to") or self.take("with")):
            other = self.name("a road user")
        elif self.at("to") or self.at("with"):
            raise self.wrong(f"{quantity} is about one road user", f"leave '{self.now.value} …' out")
        text = self.text[start : self.tokens[self.k - 1].end]
        return Series(quantity, user, other, " ".join(text.split()))

    def _quantity(self) -> str:
        """A quantity's name: one word, or up to three that its name joins with underscores."""
        words = [t.value for t in self.tokens[self.k : self.k + _MOST_WORDS]]
        for count in range(len(words), 0, -1):
            name = "_".join(words[:count])
            name = SHORT.get(name, name)
            if name in USABLE:
                self.k += count
                return name
        if self.now.kind != "word":
            raise self.wrong(f"'{self.shown(self.now)}' is no quantity", f"known: {', '.join(USABLE)}")
        raise self.wrong(f"'{self.shown(self.now)}' is unknown", did_you_mean(self.now.value, [*USABLE, *SHORT]))
