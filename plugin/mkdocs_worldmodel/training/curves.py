# A training's log as curves: for whoever waits for it (curves.svg), and for the model card (curves.json).

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_WIDE, _HIGH, _LEFT, _TOP = 720, 320, 56, 24
_POINTS = 160
"""At most, of a curve on the card."""
_COLOURS = {"loss": "#5b6b8c", "validation": "#c2410c"}

Curve = list[tuple[float, float]]


def read_log(file: Path) -> list[dict[str, Any]]:
    """Lines of a log; where a training was taken up again from a checkpoint, what it did anew counts."""
    lines: list[dict[str, Any]] = []
    for text in file.read_text(encoding="utf-8").splitlines():
        try:
            line = json.loads(text)
        except ValueError:  # cut off by a kill
            continue
        kind = "validation" in line
        while (
            lines
            and lines[-1]["step"] >= line["step"]
            and not (lines[-1]["step"] == line["step"] and ("validation" in lines[-1]) != kind)
        ):
            lines.pop()
        lines.append(line)
    return lines


def curves(log: Sequence[dict[str, Any]]) -> dict[str, Curve]:
    """Loss in training and on held-out scenes, and tokens per second, over steps."""
    out: dict[str, Curve] = {"loss": [], "validation": [], "tokens_per_second": []}
    for line in log:
        for name in ("loss", "tokens_per_second"):
            if name in line:
                out[name].append((line["step"], line[name]))
        if "validation" in line:
            out["validation"].append((line["step"], line["validation"][0]))
    return {name: _thinned(curve) for name, curve in out.items()}


def _thinned(curve: Curve) -> Curve:
    """Not many more than _POINTS of its points, the last one among them."""
    every = -(-len(curve) // _POINTS)
    return curve if every <= 1 else [*curve[:-1:every], curve[-1]]


def svg(found: dict[str, Curve]) -> str:
    """Loss over steps as a picture; both axes from the data, the loss logarithmic."""
    from math import log10

    shown = {name: found[name] for name in _COLOURS if found.get(name)}
    points = [p for curve in shown.values() for p in curve]
    if not points:
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}"/>\n'
    most = max(x for x, _ in points)
    low, high = log10(min(y for _, y in points)), log10(max(y for _, y in points))

    def place(x: float, y: float) -> str:
        down = (high - log10(y)) / max(high - low, 1e-9)
        return f"{_LEFT + (_WIDE - _LEFT - 16) * x / most:.1f},{_TOP + (_HIGH - _TOP - 40) * down:.1f}"

    parts = []
    for i, (name, curve) in enumerate(shown.items()):
        path = " ".join(place(x, y) for x, y in curve)
        parts.append(f'<polyline fill="none" stroke="{_COLOURS[name]}" stroke-width="1.6" points="{path}"/>')
        last = f"{name} {curve[-1][1]:.3f}"
        where = f'x="{_WIDE - 20}" y="{_TOP + 16 * i + 4}" text-anchor="end"'
        parts.append(f'<text {where} fill="{_COLOURS[name]}">{last}</text>')
    for k in range(5):
        value = 10.0 ** (low + (high - low) * k / 4)
        y = place(0.0, value).split(",")[1]
        parts.append(f'<path d="M{_LEFT} {y}H{_WIDE - 16}" stroke="#8886" stroke-width="0.5"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y}" text-anchor="end" dominant-baseline="middle">{value:.3g}</text>')
        x, step = place(most * k / 4, 10.0**low).split(",")[0], round(most * k / 4)
        parts.append(f'<text x="{x}" y="{_HIGH - 18}" text-anchor="middle">{step}</text>')
    parts.append(f'<text x="{_WIDE / 2}" y="{_HIGH - 2}" text-anchor="middle">steps</text>')
    style = 'font-family="sans-serif" font-size="12" fill="#555"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}" {style}>{"".join(parts)}</svg>\n'


def draw(folder: Path) -> dict[str, Curve]:
    """Write curves.svg and curves.json beside a training's log."""
    found = curves(read_log(folder / "log.jsonl"))
    (folder / "curves.svg").write_text(svg(found), encoding="utf-8")
    (folder / "curves.json").write_text(json.dumps(found) + "\n", encoding="utf-8")
    return found
