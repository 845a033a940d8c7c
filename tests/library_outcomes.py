"""What comes of every library scenario with each of the ego's drivers: `python tests/library_outcomes.py`.

Prints a table; with `--write` it puts the outcomes into the library's files, where pages and tests find them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs_worldmodel.analysis.analysis import Analysis
from mkdocs_worldmodel.figure.kinds import Order
from mkdocs_worldmodel.pipeline import examine, understand
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.spec.block import LIBRARY, Place

DRIVERS = ("constant", "idm", "careful", "aeb")
HERE = Path(__file__).parent


def names() -> list[str]:
    return sorted(path.stem for path in LIBRARY.glob("*.yaml"))


def drive(name: str, driver: str, expect: list[str] | None = None) -> tuple[Order[Any], Rollout, Analysis]:
    expected = "".join(f"\n  - {text!r}" for text in expect or [])
    text = f"driver: {driver}\nscenario: library/{name}\n" + (f"expect:{expected}\n" if expect else "")
    order = understand(text, Place(HERE, (HERE,)))
    return order, *examine(order)


def outcome(run: Rollout, analysis: Analysis) -> str:
    """'contact with lorry at 4.0 s', or 'no contact'; of the ego."""
    mine = [c for c in analysis.readings.contacts if 0 in {c.first, c.second}]
    if not mine:
        return "no contact"
    other = run.names[mine[0].first + mine[0].second].replace("_", " ")
    return f"contact with {other} at {mine[0].time:.1f} s"


def outcomes(name: str) -> dict[str, str]:
    return {driver: outcome(*drive(name, driver)[1:]) for driver in DRIVERS}


def main() -> Iterator[str]:
    for name in names():
        found = outcomes(name)
        yield f"{name:28s} " + "  ".join(f"{driver}: {found[driver]:34s}" for driver in DRIVERS)
        if "--write" in sys.argv:
            path = LIBRARY / f"{name}.yaml"
            text = re.sub(r"  outcomes:\n(?:    .*\n)*", "", path.read_text(encoding="utf-8"))
            lines = "".join(f"    {driver}: {what}\n" for driver, what in found.items())
            path.write_text(text.replace("\nroad:", f"\n  outcomes:\n{lines}road:", 1), encoding="utf-8")


if __name__ == "__main__":
    for line in main():
        print(line, flush=True)
