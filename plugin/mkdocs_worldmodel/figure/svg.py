# Small pieces of SVG: numbers, paths, simplification. Colours and fonts are the style sheet's.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

F8 = npt.NDArray[np.float64]


def num(value: float) -> str:
    """A coordinate with at most one decimal."""
    text = f"{value:z.1f}"
    return text[:-2] if text.endswith(".0") else text


def path(x: F8, y: F8) -> str:
    """Path data through finite points; a gap in the data is a gap in the line."""
    parts: list[str] = []
    pen = False
    for px, py in zip(x.tolist(), y.tolist(), strict=True):
        if not np.isfinite(py):
            pen = False
            continue
        parts.append(f"{'L' if pen else 'M'}{num(px)} {num(py)}")
        pen = True
    return "".join(parts)


def outline(x: F8, y: F8, *, close: bool = False, parts: int = 1) -> str:
    """Path data in whole pixels, or in so many parts of one, each point relative to the one before: half as long."""
    out: list[str] = []
    pen, last = False, (0, 0)
    for px, py in zip(x.tolist(), y.tolist(), strict=True):
        if not (np.isfinite(px) and np.isfinite(py)):
            pen = False
            continue
        here = round(parts * px), round(parts * py)
        step = f"{num((here[0] - last[0]) / parts)} {num((here[1] - last[1]) / parts)}"
        if not pen:
            out.append(f"M{num(here[0] / parts)} {num(here[1] / parts)}")
        elif here != last:
            out.append(f"{' ' if out[-1][0] != 'M' else 'l'}{step}")
        pen, last = True, here
    return "".join(out) + ("Z" if close and out else "")


def simplified(x: F8, y: F8, tolerance: float) -> npt.NDArray[np.bool_]:
    """Which points of a line are needed to stay within `tolerance` of it (Douglas and Peucker).

    Points without a value, and the ends of every stretch between them, are kept.
    """
    keep = ~np.isfinite(y)
    edges = np.flatnonzero(np.diff(np.concatenate(([True], keep, [True])).astype(int)))
    for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        stack = [(begin, end - 1)]
        while stack:
            i, j = stack.pop()
            keep[i] = keep[j] = True
            if j - i < 2:
                continue
            px, py, dx, dy = x[i + 1 : j] - x[i], y[i + 1 : j] - y[i], x[j] - x[i], y[j] - y[i]
            along = np.clip((px * dx + py * dy) / max(float(dx * dx + dy * dy), 1e-9), 0.0, 1.0)
            distance = np.hypot(px - along * dx, py - along * dy)
            k = int(np.argmax(distance))
            if distance[k] > tolerance:
                stack += [(i, i + 1 + k), (i + 1 + k, j)]
    return keep


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round values within [low, high], at most `most`."""
    span = max(high - low, 1e-9)
    step = 10.0 ** np.floor(np.log10(span / most))
    while span / step > most - 1e-9:
        step *= 2.5 if f"{step:e}".startswith("2") else 2.0
    first = int(np.ceil(low / step - 1e-9))
    return [round(i * float(step), 6) for i in range(first, int(np.floor(high / step + 1e-9)) + 1)]
