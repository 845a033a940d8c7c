"""Draws the way of a page through the rooms of the package, where a page says `<!-- diagram: rooms -->`.

Boxes are the package's folders: one that is added and not placed here, or gone, is an error of the site's tests.
"""

from __future__ import annotations

from typing import Any

from markupsafe import escape

MARK = "<!-- diagram: rooms -->"
WIDTH, HEIGHT = 168, 62
# room → (column, row, what it does in two short lines)
ROOMS: dict[str, tuple[int, int, str, str]] = {
    "site": (0, 0, "hosts: finds blocks,", "puts figures into pages"),
    "spec": (1, 0, "text → checked values,", "units, mistakes by line"),
    "scenario": (2, 0, "roads, road users, story;", "the library"),
    "world": (3, 0, "one face for all worlds:", "reset, step, run"),
    "rollout": (3, 2, "what happened:", "states, firings; the record"),
    "analysis": (2, 2, "events, TTC … RSS,", "rules, expectations"),
    "figure": (1, 2, "film, top view, chart,", "sentences, HTML"),
    "web": (0, 2, "the element in the", "browser, its style"),
    "sim": (3, 1, "physics and traffic, many", "copies at once"),
    "camera": (2, 1, "seven views and a map", "from the states"),
    "interchange": (4, 2, "OpenDRIVE and recorded", "traffic → scenarios"),
    "build": (1, 1, "store, keys, jobs,", "workers"),
    "model": (4, 0, "the learned traffic model", "at run time: arrays only"),
    "training": (4, 1, "scenes, network, training,", "scores of the model"),
}
# from, to: how the data of a page flows
FLOW: tuple[tuple[str, str], ...] = (
    ("site", "spec"),
    ("spec", "scenario"),
    ("scenario", "world"),
    ("world", "sim"),
    ("world", "model"),
    ("sim", "training"),
    ("training", "model"),
    ("interchange", "training"),
    ("sim", "rollout"),
    ("rollout", "analysis"),
    ("analysis", "figure"),
    ("figure", "web"),
    ("rollout", "camera"),
    ("camera", "figure"),
    ("build", "figure"),
)


def _corner(room: str) -> tuple[int, int]:
    column, row, *_ = ROOMS[room]
    return 8 + column * (WIDTH + 44), 8 + row * (HEIGHT + 40)


def _arrow(start: str, end: str) -> str:
    (x0, y0), (x1, y1) = _corner(start), _corner(end)
    if y0 == y1:
        step = 1 if x1 > x0 else -1
        return f"M{x0 + (WIDTH if step > 0 else 0)} {y0 + HEIGHT // 2}H{x1 + (0 if step > 0 else WIDTH) - 3 * step}"
    if x0 == x1:
        column = x0 + WIDTH // 2
        return f"M{column} {y0 + HEIGHT}V{y1 - 3}" if y1 > y0 else f"M{column} {y0}V{y1 + HEIGHT + 3}"
    if y1 > y0:
        return f"M{x0 + 24} {y0 + HEIGHT}L{x1 + WIDTH - 12} {y1 - 3}"
    return f"M{x0 + 24} {y0}L{x1 + WIDTH - 12} {y1 + HEIGHT + 3}"


def drawing() -> str:
    """The diagram as SVG in the colours of the theme."""
    size = 8 + 5 * (WIDTH + 44) - 36, 3 * (HEIGHT + 40) - 24
    words = "; ".join(f"{name}: {a} {b}" for name, (_, _, a, b) in ROOMS.items())
    parts = [
        (
            f'<div class="rooms" tabindex="0" role="group" aria-label="Diagram, wider than a phone"><svg viewBox="0 0 '
            f'{size[0]} {size[1]}" role="img" aria-label="The rooms of the package, in the order in which a page '
            f'passes through them. {escape(words)}">'
        ),
        (
            '<defs><marker id="rooms-tip" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" '
            'orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>'
        ),
    ]
    path = "".join(f'<path class="flow" d="{_arrow(a, b)}" marker-end="url(#rooms-tip)"/>' for a, b in FLOW)
    parts.append(path)
    for name, (_, _, first, second) in ROOMS.items():
        x, y = _corner(name)
        parts.append(
            f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6"/><text class="room" x="{x + 10}" '
            f'y="{y + 20}">{name}/</text><text x="{x + 10}" y="{y + 38}">{escape(first)}</text>'
            f'<text x="{x + 10}" y="{y + 53}">{escape(second)}</text>'
        )
    return "".join(parts) + "</svg></div>"


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the diagram where it is asked for."""
    return markdown.replace(MARK, drawing())
