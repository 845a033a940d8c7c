# YAML text → plain values, with the line of every key. Input is hostile: size, depth, number of values and
# aliases are bounded, only plain YAML types are built.

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from mkdocs_worldmodel.errors import Mistake, SpecError

MAX_BYTES = 64 * 1024
MAX_VALUES = 5_000
MAX_DEPTH = 24

KeyPath = tuple[str | int, ...]

# libyaml's parser where the wheel has it: ten times as fast
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "tag:yaml.org,2002:merge"
_NUMBERS = {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}
_AS_WRITTEN = {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value", _MERGE}
_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("map", "seq", "str", "bool", "null")} | _NUMBERS | _AS_WRITTEN
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# What escapes can bring in: also lone halves of surrogate pairs, with which no page can be written.
_ESCAPED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


@dataclass(slots=True)
class Document:
    """Plain values of a YAML text."""

    value: Any
    lines: dict[KeyPath, int] = field(default_factory=dict)
    """Line (1-based) of each value's key."""

    def line(self, path: KeyPath) -> int:
        """Line of a key, or of the nearest one around it; 0 where nothing is known."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)


def parse(text: str, *, file: str = "") -> Document:
    """Parse YAML text.

    Raises:
        SpecError: for text that is no YAML, too large, too deep, with too many values (aliases count as often
            as they are used), keys given twice, or values that are not plain.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise SpecError(Mistake(f"the text is longer than {MAX_BYTES // 1024} kB", "describe one scenario", file=file))
    if (bad := _CONTROL.search(text)) is not None:
        line = text.count("\n", 0, bad.start()) + 1
        raise SpecError(Mistake(f"control character U+{ord(bad[0]):04X}", "remove it", line, file))
    loader: Any = None
    try:
        _check_depth(text, file)
        loader = _Loader(text)
        node = loader.get_single_node()
        document = Document(None)
        if node is not None:
            document.value = _Builder(loader, document, file).build(node, (), 0)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = (error.problem or "not YAML")[:200]
        hint = _HINTS.get(problem.split(",")[0], "check indentation, colons and brackets of that line")
        raise SpecError(
            Mistake(f"this is not valid YAML: {problem}", hint, mark.line + 1 if mark else 0, file)
        ) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise SpecError(Mistake(f"this is not valid YAML: {reason}", "see the manual's examples", file=file)) from None
    finally:
        if loader is not None:
            loader.dispose()
    return document


def _check_depth(text: str, file: str) -> None:
    """Look at the nesting before nodes are built: libyaml builds them by recursion and has no limit of its own."""
    depth = 0
    for event in yaml.parse(text, _Loader):  # an iteration, not a recursion
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise _too_deep(event.start_mark.line + 1 if event.start_mark else 0, file)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _too_deep(line: int, file: str) -> SpecError:
    message = f"nested deeper than {MAX_DEPTH} levels"
    return SpecError(Mistake(message, "see the manual for the keys there are", line, file))


_HINTS = {
    "but found another document": "a block is one document: remove the line ---",
    "found character '\\t' that cannot start any token": "indent with spaces, not tabs",
    "found character that cannot start any token": "indent with spaces, and quote texts that begin with @, ` or %",
    "mapping values are not allowed in this context": "put texts that hold a colon in quotes",
}


class _Builder:
    """Builds plain values from YAML nodes and notes the lines."""

    def __init__(self, loader: Any, document: Document, file: str) -> None:
        self.loader, self.document, self.file, self.count = loader, document, file, 0

    def build(self, node: yaml.Node, path: KeyPath, depth: int) -> Any:
        line = node.start_mark.line + 1
        self.count += 1
        if self.count > MAX_VALUES:
            raise self.error(f"more than {MAX_VALUES} values", "describe one scenario, and use few aliases", line)
        if depth > MAX_DEPTH:  # by aliases
            raise _too_deep(line, self.file)
        self.document.lines.setdefault(path, line)
        if node.tag not in _TAGS:
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")[:60]
            raise self.error(f"the tag {tag} is not read", "write plain words, numbers, lists and keys", line)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, (*path, i), depth + 1) for i, child in enumerate(node.value)]
        return self.scalar(node, line)

    def scalar(self, node: yaml.Node, line: int) -> Any:
        # dates, 1:30 (90 in YAML 1.1) and = stand for what the author wrote
        if node.tag in _AS_WRITTEN or (node.tag in _NUMBERS and ":" in node.value):
            return node.value
        if _ESCAPED.search(node.value):
            raise self.error(
                "a control character in a text", "remove the escape, such as \\0, that stands for it", line
            )
        try:
            return self.loader.construct_object(node)
        except (ValueError, LookupError, ArithmeticError):  # !!int 'x', or a number of thousands of digits
            raise self.error(f"'{node.value[:40]}' cannot be read", "write a plain number or word", line) from None

    def mapping(self, node: yaml.MappingNode, path: KeyPath, depth: int) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise self.error("a key must be a word", "write key: value", line)
            key = key_node.value
            if key_node.tag == _MERGE:
                raise self.error("merge keys (<<) are not read", "write the keys out, or use from: with a file", line)
            if key in out:
                raise self.error(f"'{key[:40]}' is given twice", "keep one of them", line)
            self.document.lines[(*path, key)] = line
            out[key] = self.build(value_node, (*path, key), depth + 1)
        return out

    def error(self, message: str, hint: str, line: int) -> SpecError:
        return SpecError(Mistake(message, hint, line, self.file))


def check_size(value: object, name: str) -> None:
    """Refuse what somebody else's YAML reader built and ours would not have.

    Raises:
        SpecError: where there are more than MAX_VALUES values, aliases counted as often as they are used (in a circle,
            that is without end), a control character in a text, or binary data.
    """
    todo, count = [value], 0
    while todo:
        count += 1
        if count > MAX_VALUES:
            raise SpecError(Mistake(f"more than {MAX_VALUES} values", "keep defaults few", file=name))
        here = todo.pop()
        if isinstance(here, dict):
            todo.extend([*here, *here.values()])
        elif isinstance(here, str) and _ESCAPED.search(here):
            raise SpecError(Mistake("a control character in a text", "remove the escape that stands for it", file=name))
        elif isinstance(here, bytes):
            raise SpecError(Mistake("binary data is not read", "write plain words", file=name))
        elif isinstance(here, (list, tuple, set)):
            todo.extend(here)
