# Finds our fences in Markdown lines: which are there, where, and what is wrong with their headers.
# It sees what fenced-code extensions see, and also what they stumble over and lose without a word.

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mkdocs_worldmodel.errors import Mistake

LANGUAGE = "worldmodel"

_OPEN = re.compile(r"^(?P<prefix>[> ]*)(?P<fence>`{3,}|~{3,})(?P<info>.*)$")
# A language that only begins like ours (`worldmodel-trace`) is another one.
_NAME = rf"{LANGUAGE}(?![\w#.+-])"
_BULLET = re.compile(rf"^[> ]*(?:[-*+]|\d+[.)])\s+(?:`{{3,}}|~{{3,}})\s*\{{?\.?{_NAME}", re.IGNORECASE)
_OURS = re.compile(rf"\{{?\s*\.?(?P<word>{_NAME})(?P<rest>.*)", re.IGNORECASE)
# Markdown lets a fence stand so much further in than what it belongs to, and its end than its beginning.
_SLACK = 3


@dataclass(frozen=True, slots=True)
class Fence:
    """One of our fences."""

    line: int
    """Of its header, 1-based."""
    end: int
    """Of its closing line, 1-based; where it is never closed, of the last line that belongs to it."""
    prefix: str
    """What stands before the fence on its line: indentation, quote marks."""
    body: str
    """The block's text, without the prefix."""
    mistake: Mistake | None
    """What is wrong with the fence itself; the line counts from the header's, as 0."""


def lines_of(text: str) -> list[str]:
    """Lines of a page's source as Markdown's preprocessors get them: no tabs, nothing on blank lines."""
    text = text.replace("\x02", "").replace("\x03", "").replace("\r\n", "\n").replace("\r", "\n")
    return [line if line.strip(" ") else "" for line in text.expandtabs(4).split("\n")]


def find(lines: Sequence[str]) -> tuple[list[Fence], list[tuple[int, Mistake]]]:
    """Find our fences.

    Returns:
        The fences, and (line, mistake) of fences that no Markdown reader takes for one.
    """
    fences: list[Fence] = []
    strays: list[tuple[int, Mistake]] = []
    unclosed: dict[tuple[str, str], int] = {}
    """What stands before and at the beginning of a fence without an end → how far its end was looked for."""
    i = 0
    while i < len(lines):
        opened = _OPEN.match(lines[i])
        if opened is None or (opened["fence"][0] == "`" and "`" in opened["info"]):
            if _BULLET.match(lines[i]):
                hint = "begin the list item with text, and put the fence on a line of its own, indented"
                strays.append((i + 1, Mistake("a fence cannot begin on the line of a list bullet", hint)))
            i += 1
            continue
        ours = _OURS.fullmatch(opened["info"].strip())
        kind = opened["prefix"], opened["fence"]
        if ours is None and i < unclosed.get(kind, 0):
            i += 1  # what would close this one would have closed an equal one before it
            continue
        end, closed = _end(lines, i, *kind, strict=ours is None)
        if ours is None and not closed:
            unclosed[kind] = end
        if ours is not None:
            body = "\n".join(dedented(opened["prefix"], line) for line in lines[i + 1 : end])
            body = body if closed else body.rstrip()  # Markdown adds blank lines to a page's end
            fences.append(Fence(i + 1, end + closed, opened["prefix"], body, _mistake(ours, closed)))
            i = end + closed
        else:
            i = end + 1 if closed else i + 1  # without an end it is no fence, and what follows may be one
    return fences, strays


def _end(lines: Sequence[str], start: int, prefix: str, fence: str, *, strict: bool) -> tuple[int, bool]:
    """Where a fence ends: index of the line that closes it, else of the first that cannot belong to it; and which.

    `strict` is how superfences and fenced_code read the fences that are theirs: the end is as long and as far in as
    the beginning. Ours may be longer and elsewhere, as CommonMark has it.
    """
    quotes, indent = prefix.count(">"), _indent(prefix.rpartition(">")[2])
    slack = 0 if strict else _SLACK
    for j in range(start + 1, len(lines)):
        line = lines[j]
        if quotes:
            marks = re.match(rf"(?: *>){{{quotes}}} ?", line)
            if marks is None:
                return j, False  # the quote ends, and the fence with it
            line = line[marks.end() :]
        text = line.strip()
        if not text:
            continue
        is_fence = text == fence if strict else len(text) >= len(fence) and set(text) == {fence[0]}
        if is_fence and _indent(line) <= indent + slack and (not strict or _indent(line) >= indent):
            return j, True
        if _indent(line) < indent - slack:
            return j, False  # the list item ends, and the fence with it
    return len(lines), False


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def dedented(prefix: str, line: str) -> str:
    """A body line without the fence's prefix; a line that is indented less loses what it has."""
    if line.startswith(prefix):
        return line[len(prefix) :]
    if ">" in prefix:
        return re.sub(rf"^(?: *> ?){{1,{prefix.count('>')}}}", "", line)
    return line.lstrip(" ")


def _mistake(ours: re.Match[str], closed: bool) -> Mistake | None:
    if not closed:
        return Mistake("the fence is never closed", "end the block with a line of the same ``` or ~~~")
    rest = ours["rest"].strip().rstrip("}").strip()
    if rest:
        return Mistake(f"the fence's header holds '{rest[:60]}', which is not read", "write it as a key in the block")
    if ours["word"] != LANGUAGE:
        return Mistake(f"the fence's language is written '{ours['word']}'", f"write {LANGUAGE}, in small letters")
    return None
