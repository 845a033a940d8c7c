# XML of strangers as a small tree whose elements know their line. No DOCTYPE, no entities; size, depth and number of
# elements are bounded.

from __future__ import annotations

import math
from dataclasses import dataclass, field
from xml.parsers import expat

from mkdocs_worldmodel.interchange.reading import Reading

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 64
MAX_ELEMENTS = 600_000


@dataclass(slots=True)
class Element:
    """An XML element. Namespaces are left out of names: files differ in whether they have one."""

    name: str
    line: int
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)

    def find(self, *names: str) -> Element | None:
        """The first descendant along a path of names; None where there is none."""
        here = self
        for name in names:
            found = next((child for child in here.children if child.name == name), None)
            if found is None:
                return None
            here = found
        return here

    def all(self, *names: str) -> list[Element]:
        """All descendants along a path of names, in the file's order."""
        here = [self]
        for name in names:
            here = [child for each in here for child in each.children if child.name == name]
        return here

    def walk(self, name: str) -> list[Element]:
        """All descendants of that name at any depth, in the file's order."""
        found: list[Element] = []
        waiting = list(reversed(self.children))
        while waiting:
            each = waiting.pop()
            if each.name == name:
                found.append(each)
            waiting += reversed(each.children)
        return found


class XmlReading(Reading):
    """An XML file on its way to be read."""

    def wrong_at(self, at: Element, message: str, hint: str = "") -> None:
        """Note a mistake at an element."""
        self.wrong(at.line, message, hint)

    def parse(self, text: bytes | str, root: str) -> Element:
        """Read a document whose outermost element is called `root`.

        Raises:
            SpecError: where it is no such document, or holds more than is allowed.
        """
        if len(text) > MAX_BYTES:
            self.wrong(1, f"the file is larger than {MAX_BYTES // 2**20} MB", "leave out what is far away")
            self.check()
        builder = _Builder(self)
        found = builder.read(text)
        if found is not None and found.name != root:
            self.wrong_at(found, f"the file holds <{found.name[:40]}>", f"<{root}> is needed")
        self.check()
        assert found is not None
        return found

    # -- attributes ----------------------------------------------------------------------------------------

    def text(self, at: Element, key: str, default: str | None = None) -> str:
        """An attribute; a mistake where it is missing and there is no default."""
        value = at.attributes.get(key)
        if value is None:
            if default is None:
                self.wrong_at(at, f"<{at.name}> has no {key}")
            return default or ""
        return value

    def number(
        self, at: Element, key: str, default: float | None = None, *, low: float = -1e7, high: float = 1e7
    ) -> float:
        """A number between `low` and `high`; a mistake where it is none."""
        raw = at.attributes.get(key)
        if raw is None and default is not None:
            return default
        if raw is None:
            self.wrong_at(at, f"<{at.name}> has no {key}", "a number is needed")
            return 0.0
        try:
            value = float(raw)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            self.wrong_at(at, f"{key} of <{at.name}> is {raw[:40]!r}", f"a number from {low:g} to {high:g} is needed")
            return 0.0 if low <= 0.0 <= high else low
        return value

    def whole(self, at: Element, key: str, default: int | None = None, *, most: int = 10**9) -> int:
        """A whole number, at most `most` in size."""
        raw = at.attributes.get(key)
        if raw is None and default is not None:
            return default
        try:
            value = int(raw or "")
        except ValueError:
            value = most + 1
        if abs(value) > most:
            self.wrong_at(at, f"{key} of <{at.name}> is {(raw or '')[:40]!r}", f"a whole number up to {most} is needed")
            return 0
        return value


class _RefusedError(Exception):
    """Parsing stops here; the reason is noted."""


class _Builder:
    def __init__(self, reading: XmlReading) -> None:
        self.reading = reading
        self.root: Element | None = None
        self.open: list[Element] = []
        self.count = 0

    def read(self, text: bytes | str) -> Element | None:
        # what is a str already needs no encoding from its declaration
        parser = expat.ParserCreate("utf-8" if isinstance(text, str) else None, namespace_separator=" ")
        parser.buffer_text = True
        self.parser = parser
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        try:
            parser.Parse(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text, True)
        except expat.ExpatError as error:
            self.reading.wrong(error.lineno, f"the file is no well-formed XML: {expat.ErrorString(error.code)}")
        except (LookupError, ValueError) as error:  # an encoding that Python does not have, or has no use for here
            self.reading.wrong(1, f"the file cannot be decoded: {str(error)[:80]}", "UTF-8 can always be read")
        except _RefusedError:
            pass
        return self.root

    def _stop(self, message: str, hint: str) -> None:
        self.reading.wrong(self.parser.CurrentLineNumber, message, hint)
        raise _RefusedError

    def _doctype(self, *_: object) -> None:
        self._stop("the file has a DOCTYPE", "leave it out: entities are not read")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.open) >= MAX_DEPTH:
            self._stop(f"elements are nested more than {MAX_DEPTH} deep", "no road network or scenario needs that")
        if self.count > MAX_ELEMENTS:
            self._stop(f"the file has more than {MAX_ELEMENTS} elements", "leave out what is far away")
        local = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        element = Element(name.rpartition(" ")[2], self.parser.CurrentLineNumber, local)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def _end(self, _: str) -> None:
        self.open.pop()
