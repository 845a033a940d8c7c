# What running text says about figures: `worldmodel:cut-in` in a link, `worldmodel cut-in.min_ttc:.1f s` in inline
# code → a figure, a moment, a measured number as text; or what is wrong with it. Knows no Markdown.

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mkdocs_worldmodel.errors import Mistake, SpecError, WorldModelError
from mkdocs_worldmodel.site.scanner import LANGUAGE, Fence

if TYPE_CHECKING:
    from mkdocs_worldmodel.analysis.values import Value
    from mkdocs_worldmodel.figure.bundle import Bundle
    from mkdocs_worldmodel.pipeline import Ordered
    from mkdocs_worldmodel.site.session import Page, Session, Use

SCHEME = "worldmodel:"
_ID = r"[a-z][a-z0-9-]{0,63}"
_ID_LINE = re.compile(rf"^id: *({_ID}) *$", re.MULTILINE)
_MOMENT = re.compile(rf"({_ID})-([1-9]\d{{0,3}})")
_VALUE = re.compile(
    rf"worldmodel +(?P<id>{_ID})(?P<name>(?:\.[A-Za-z0-9_]{{1,64}}){{1,3}})"
    r"(?: *:(?P<format>.{0,40}?))?(?: +or +(?P<otherwise>.{1,80}))?"
)
_LIKE_ONE = re.compile(rf"worldmodel +(?P<id>{_ID})(?![\w-])")
_FORMAT = re.compile(r" *(?P<sign>\+?)(?:\.(?P<digits>[0-6])f?)?(?: *(?P<unit>[^\s\d.+][^\s]{0,11}))? *")
_USAGE = "write it like `worldmodel cut-in.min_ttc:.1f s`"
_COMMA = frozenset({
    "bg", "ca", "cs", "da", "de", "el", "es", "et", "eu", "fi", "fr", "hr", "hu", "id", "is", "it", "lt", "lv", "nb",
    "nl", "nn", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "tr", "uk", "vi",
})  # fmt: skip
"""Languages that write 1,9; also those in which figures do not speak."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a link leads to."""

    page: str
    """Name of the page that it stands on."""
    anchor: str
    title: str
    """For a link without a text."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A number in running text."""

    text: str
    """As people read it: '1.9 s'."""
    number: float | None
    """In the unit of the text; None where the run has none and the author said what to write instead."""


@dataclass(frozen=True, slots=True)
class Named:
    """A figure that has an id."""

    use: Use
    title: str
    """'' also where the block could not be understood."""


class References:
    """Resolves what the pages of a session say about its figures."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.named: dict[str, Named] = {}
        """By id."""
        self._lines: dict[str, list[tuple[int, str]]] = {}
        """Page name → (line number, line) of lines that may speak of figures."""

    def name(self, use: Use, order: Ordered | None) -> str | None:
        """Take down a figure's id; also that of a block which is not understood, so that who speaks of it finds it."""
        if order is not None:
            name, title = order.id, order.title
        else:
            found = _ID_LINE.search(use.text)
            name, title = found[1] if found is not None else None, ""
        if name is not None:
            self.named.setdefault(name, Named(use, title))
        return name

    def read(self, page: Page, lines: Sequence[str], fences: Sequence[Fence]) -> None:
        """Note where a page may speak of figures; its whole source, once read, is not replaced by a part of it."""
        if page.name not in self._lines:
            ours = {n for fence in fences for n in range(fence.line, fence.end + 1)}
            speaking = [(n, line) for n, line in enumerate(lines, 1) if LANGUAGE in line and n not in ours]
            self._lines[page.name] = speaking

    def mistaken(self, page: Page, reference: str, error: SpecError) -> None:
        """Warn of a reference, as it is written, at each line of the page where it stands."""
        # not a part of a longer one
        whole = re.compile(re.escape(reference.partition("\n")[0]) + r"(?![\w-])")
        lines = [n for n, line in self._lines.get(page.name, ()) if whole.search(line)]
        for mistake in error.mistakes:
            for line in lines or [1]:
                self.session.warn(page, line, mistake)

    # -- what stands there ---------------------------------------------------------------------------------

    def link(self, reference: str, language: str = "") -> Target:
        """What `worldmodel:REFERENCE` leads to: a figure, or with its number one of its moments.

        `language` is that of the page where it stands; default: the site's.

        Raises:
            SpecError: where there is no such figure or moment.
        """
        figure, moment = self._split(reference)
        named = self.named[figure]
        title = named.title or figure
        anchor = self.session.anchor_of(named.use, figure)
        if moment == 0:
            return Target(named.use.page.name, anchor, title)
        time = self._decimal(f"{self._time(figure, moment):.1f}", language)
        return Target(named.use.page.name, f"{anchor}-{moment}", f"{title}, {time}\N{NO-BREAK SPACE}s")

    def value(self, code: str, language: str = "") -> Shown | None:
        """What inline code stands for; None where it does not speak of a figure. `language` as in `link`.

        Raises:
            SpecError: where there is no such figure, value or unit, or the run has no such number.
        """
        found = _VALUE.fullmatch(code.strip())
        if found is None:
            like = _LIKE_ONE.match(code.strip())
            if like is None or like["id"] not in self.named:
                return None
            raise SpecError(Mistake(f"'{code[:60]}' does not name a value of '{like['id']}'", _USAGE))
        figure, moment = self._split(found["id"])
        name = found["name"][1:]
        value = self._moment(figure, moment, name) if moment else self._value(figure, name)
        if value.value is None:
            if found["otherwise"] is None:
                hint = f"say what stands there then: `{code.strip()[:80]} or none`"
                raise SpecError(Mistake(f"this run of '{figure}' has no {name}", hint))
            return Shown(found["otherwise"], None)
        return self._shown(value, found["format"], language)

    # -- figures -------------------------------------------------------------------------------------------

    def _split(self, reference: str) -> tuple[str, int]:
        """A figure's id and the number of a moment, 0 for the figure itself."""
        from mkdocs_worldmodel.spec.block import did_you_mean

        if reference in self.named:
            return reference, 0
        moment = _MOMENT.fullmatch(reference)
        if moment is not None and moment[1] in self.named:
            return moment[1], int(moment[2])
        titled = self.session.titled(reference)
        if titled:
            hint = f"the figure at {titled} has no id of its own: write `id: {reference[:64]}` into its block"
        elif self.named:
            hint = did_you_mean(reference[:80], sorted(self.named)[:40])
        else:
            hint = "no figure that is known here has an id: write `id: …` into a block"
        raise SpecError(Mistake(f"there is no figure with the id '{reference[:80]}'", hint))

    def _bundle(self, figure: str) -> Bundle:
        try:
            return self.session.bundle(self.named[figure].use)
        except WorldModelError:  # said at the figure
            raise SpecError(
                Mistake(f"the figure '{figure}' could not be made", "see what is said about it at its block")
            ) from None

    def _time(self, figure: str, moment: int) -> float:
        moments = self._bundle(figure).moments
        if moment > len(moments):
            hint = f"it has {len(moments)}: the list of what happened numbers them"
            raise SpecError(Mistake(f"the figure '{figure}' has no moment {moment}", hint))
        return moments[moment - 1].time

    def _moment(self, figure: str, moment: int, name: str) -> Value:
        from mkdocs_worldmodel.analysis.values import Value

        time = self._time(figure, moment)
        if name != "time":
            raise SpecError(Mistake(f"a moment has no '{name}'", f"write `worldmodel {figure}-{moment}.time:.1f s`"))
        return Value(time, "s", None)

    def _value(self, figure: str, name: str) -> Value:
        from mkdocs_worldmodel.analysis.values import Value

        known = self._bundle(figure).values
        if name in known:
            return known[name]
        of = name.removesuffix(".time")
        if of != name and of in known:
            return Value(known[of].time, "s", None)
        raise SpecError(Mistake(f"the figure '{figure}' has no value '{name}'", _near(name, known)))

    # -- numbers -------------------------------------------------------------------------------------------

    def _shown(self, value: Value, form: str | None, language: str) -> Shown:
        from mkdocs_worldmodel.analysis.values import in_unit

        assert value.value is not None
        found = _FORMAT.fullmatch(form or "")
        if found is None or (form is not None and not form.strip()):
            raise SpecError(Mistake(f"'{form}' is no format", f"{_USAGE}: digits after the point, then the unit"))
        # without a format as in the table of numbers; with one and no unit, the number alone
        unit = found["unit"] or value.unit
        try:
            number = in_unit(value, unit)
        except ValueError as error:
            raise SpecError(Mistake(*error.args)) from None
        text = f"{number:{found['sign']}.{found['digits'] or 1}f}"
        number, text = (0.0, text.lstrip("-")) if float(text) == 0.0 else (number, text)
        space = "" if unit in {"", "°"} else "\N{NO-BREAK SPACE}"
        shown = self._decimal(text, language) + (space + unit if found["unit"] or form is None else "")
        return Shown(shown, round(number, 6))

    def _decimal(self, number: str, language: str) -> str:
        number, language = number.replace("-", "\N{MINUS SIGN}"), language or self.session.language
        return number.replace(".", ",") if language.replace("_", "-").partition("-")[0].lower() in _COMMA else number


def _near(name: str, known: dict[str, Value]) -> str:
    """A hint: the value that may be meant, else those of the ego."""
    from mkdocs_worldmodel.spec.block import did_you_mean

    hint = did_you_mean(name, known)
    if hint.startswith("did you mean"):
        return hint
    others = sorted({each.partition(".")[0] for each in known if "." in each})
    more = f"; of others, such as {others[0]}.max_speed" if others else ""
    return f"known: {', '.join(each for each in known if '.' not in each)}{more}"
