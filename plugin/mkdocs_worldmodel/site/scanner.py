# Finds our fences in Markdown lines: which are there, where, and what is wrong with their headers.
# It sees what fenced-code extensions see, and also what they stumble over and lose without a word.

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mkdocs_worldmodel.errors import Mistake

LANGUAGE = "worldmodel"

_OPEN = re.compile(r"^(?P<prefix>[> \t]*)(?P<fence>`{3,}|~{3,})(?P<info>.*)$")
_BULLET = re.compile(rf"^[> \t]*(?:[-*+]|\d+[.)])\s+(?:`{{3,}}|~{{3,}})\s*\{{?\.?{LANGUAGE}\b", re.IGNORECASE)
_OURS = re.compile(rf"^\s*\{{?\s*\.?(?P<word>{LANGUAGE})\b(?P<rest>.*?)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fence:
    """One of our fences."""

    line: int
    """Of its header, 1-based."""
    end: int
    """Of its closing line, 1-based; of the last line of the text where it is never closed."""
    prefix: str
    """What stands before the fence on its line: indentation, quote marks."""
    body: str
    """The block's text, without the prefix."""
    mistake: Mistake | None
    """What is wrong with the fence itself; the line counts from the header's, as 0."""


def find(lines: Sequence[str]) -> tuple[list[Fence], list[tuple[int, Mistake]]]:
    """Find our fences.

    Returns:
        The fences, and (line, mistake) of fences that no Markdown reader takes for one.
    """
    fences: list[Fence] = []
    strays: list[tuple[int, Mistake]] = []
    i = 0
    while i < len(lines):
        opened = _OPEN.match(lines[i])
        if opened is None or (opened["fence"][0] == "`" and "`" in opened["info"]):
            if _BULLET.match(lines[i]):
                hint = "begin the list item with text, and put the fence on a line of its own, indented"
                strays.append((i + 1, Mistake("a fence cannot begin on the line of a list bullet", hint)))
            i += 1
            continue
        close = _closing(lines, i, opened["prefix"], opened["fence"])
        ours = _OURS.match(opened["info"])
        if ours is not None:
            end = len(lines) if close is None else close
            body = "\n".join(dedented(opened["prefix"], line) for line in lines[i + 1 : end])
            fences.append(Fence(i + 1, min(end + 1, len(lines)), opened["prefix"], body, _mistake(ours, close is None)))
            if close is None:
                break
        i = (i if close is None else close) + 1
    return fences, strays


def _closing(lines: Sequence[str], start: int, prefix: str, fence: str) -> int | None:
    """Index of the line that closes a fence: at least as long, same character, nothing behind it."""
    quoted = prefix.count(">")
    for j in range(start + 1, len(lines)):
        line = lines[j]
        if line[: len(prefix)].count(">") < quoted:
            return None  # the quote ends, and the fence with it
        text = line.lstrip("> \t") if quoted else line.strip()
        text = text.strip()
        if len(text) >= len(fence) and set(text) == {fence[0]}:
            return j
    return None


def dedented(prefix: str, line: str) -> str:
    """A body line without the fence's prefix; a line that is indented less loses what it has."""
    if line.startswith(prefix):
        return line[len(prefix) :]
    if ">" in prefix:
        return re.sub(r"^[ \t]*(?:> ?)+", "", line)
    return line.lstrip(" \t")


def _mistake(ours: re.Match[str], unclosed: bool) -> Mistake | None:
    if unclosed:
        return Mistake("the fence is never closed", "end the block with a line of the same ``` or ~~~")
    rest = ours["rest"].strip().rstrip("}").strip()
    if rest:
        return Mistake(f"the fence's header holds '{rest[:60]}', which is not read", "write it as a key in the block")
    if ours["word"] != LANGUAGE:
        return Mistake(f"the fence's language is written '{ours['word']}'", f"write {LANGUAGE}, in small letters")
    return None
