# The report of `worldmodel check` as JUnit XML, as continuous integration reads it: a suite for each page, a case for
# each expectation. It holds no times, so that equal results give equal files.

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from mkdocs_worldmodel.site.checking import Check, CheckedBlock, CheckedPage

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped."""


def report(pages: Sequence[CheckedPage]) -> bytes:
    """A report on pages; those without blocks and messages are left out."""
    root = ET.Element("testsuites", name="worldmodel check")
    for page in pages:
        if page.blocks or page.strays:
            root.append(_suite(page))
    for kind in ("tests", "failures", "errors"):
        root.set(kind, str(sum(int(suite.get(kind, "0")) for suite in root)))
    ET.indent(root)
    out: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"
    return out


def _suite(page: CheckedPage) -> ET.Element:
    suite = ET.Element("testsuite", name=_text(page.name))
    if page.strays:
        _wrong(_case(suite, page.name, page.name, "page", 1), "error", page.strays)
    for block in page.blocks:
        _cases(suite, page.name, block)
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(sum(case.find("failure") is not None for case in cases)))
    suite.set("errors", str(sum(case.find("error") is not None for case in cases)))
    return suite


def _cases(suite: ET.Element, page: str, block: CheckedBlock) -> None:
    group = f"{page}: {block.title or f'line {block.line}'}"
    if block.header:
        _wrong(_case(suite, page, group, "fence", block.line), "error", block.header)
    if block.mistakes or not block.checks:
        case = _case(suite, page, group, "drives", block.line)
        if block.mistakes:
            _wrong(case, "error", block.mistakes)
    for check in block.checks:
        case = _case(suite, page, group, check.text, check.line)
        if not check.held:
            _missed(case, check)


def _case(suite: ET.Element, page: str, group: str, name: str, line: int) -> ET.Element:
    about = {"classname": _text(group), "name": _text(name), "file": _text(page), "line": str(line)}
    return ET.SubElement(suite, "testcase", about)


def _missed(case: ET.Element, check: Check) -> None:
    failure = ET.SubElement(case, "failure", {"message": _text(check.measured), "type": "missed"})
    failure.text = _text(f"{check.at}: expected {check.text}, but {check.measured}")


def _wrong(case: ET.Element, kind: str, messages: Sequence[str]) -> None:
    found = ET.SubElement(case, kind, {"message": _text(messages[0]), "type": "mistake"})
    found.text = _text("\n".join(messages))


def _text(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
