# Who may be where: small top views with the share of the futures in which somebody covers a place, as one PNG without a
# ground of its own, so that it suits light and dark pages.

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.analysis.said import Said, joined, say
from mkdocs_worldmodel.figure.film import NOTICE
from mkdocs_worldmodel.figure.forecast_fan import Fan
from mkdocs_worldmodel.figure.forecast_window import window
from mkdocs_worldmodel.figure.plan_frame import WIDTH, Frame
from mkdocs_worldmodel.figure.plan_roads import Roads
from mkdocs_worldmodel.figure.svg import F8
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.geometry import lane_borders

FILE, MOST = "occupancy.png", 40_000
"""The picture, and how long it may be [bytes]."""
LEVELS = 10
"""Steps of the shading: what differs by less looks the same."""
_EGO, _OTHERS = (31, 127, 196), (213, 94, 0)
"""Of the first and the second line, as web/worldmodel.css has them."""
_GREY, _ROAD, _MARK = (128, 128, 128), 46, 150
"""Of the road, and how much it covers, of 255."""
_SIZES = (960, 800, 640, 480)
"""Widths that are tried [px]."""
_FLAT = 0.36
"""Views that are lower than so much of their width stand below each other, all others side by side."""
_GAP = 16
_FAINTEST, _STRONGEST = 0.16, 0.92
"""How much a shading covers, of one: where hardly anybody is, and where somebody is in all futures."""
_PARTS = 4
"""Binary digits of a corner's place in its pixel."""

U8 = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Shading:
    """The picture."""

    file: str
    size: tuple[int, int]
    """[px]"""
    alt: Said


def draw(fan: Fan, times: Sequence[float], folder: Path) -> Shading:
    """Draw it into a folder. `times`: one view each, after the forecast's moment [s]."""
    for width in _SIZES:
        picture = _board([_view(fan, time, width if _flat(fan) else width // len(times)) for time in times], _flat(fan))
        content = _png(picture, fan.futures.world)
        if len(content) <= MOST:
            break
    (folder / FILE).write_bytes(content)
    return Shading(FILE, (picture.shape[1], picture.shape[0]), _alt(times))


def covered(futures: RolloutBatch, row: int, users: Sequence[int], frame: Frame, shape: tuple[int, int]) -> F8:
    """Share of the futures in which a place is covered by one of some road users.

    Args:
        futures: K of them
        row: when
        users: whose bodies count
        frame: of the picture; its scale is pixels per metre
        shape: (height, width) of the picture [px]

    Returns:
        (height, width), 0 to 1
    """
    total = np.zeros(shape, dtype=np.float64)
    for k in range(len(futures)):
        one = np.zeros(shape, dtype=np.uint8)
        for i in users:
            if futures.present[k, row, i]:
                cv2.fillPoly(one, [_corners(futures, (k, row), i, frame)], 1, shift=_PARTS)
        total += one
    shares: F8 = total / len(futures)
    return shares


def _flat(fan: Fan) -> bool:
    frame = window(fan)
    return frame.high[1] - frame.low[1] < _FLAT * (frame.high[0] - frame.low[0])


def _alt(times: Sequence[float]) -> Said:
    moments = joined([say("{time:.1f} s", time=time) for time in times], "{a}, {b}")
    return say(
        "Who may be where after {times}: blue the ego, orange the others; the stronger the colour, the more futures "
        "have somebody there. Outlined: who was there then.",
        times=moments,
    )  # fmt: skip


# -- one view ----------------------------------------------------------------------------------------------


def _view(fan: Fan, time: float, width: int) -> U8:
    """(H, W, 4) red, green, blue, cover."""
    whole = window(fan)
    frame = replace(whole, scale=whole.scale * width / WIDTH)
    shape = (round((frame.high[1] - frame.low[1]) * frame.scale), width)
    row = min(round(time / fan.dt), fan.steps)
    out = _ground(fan, frame, shape)
    for users, colour in (([i for i in fan.there if i], _OTHERS), ([0], _EGO)):
        shares = covered(fan.futures, row, users, frame, shape)
        level = np.ceil(shares * LEVELS) / LEVELS
        _lay(out, np.where(level > 0.0, _FAINTEST + (_STRONGEST - _FAINTEST) * level, 0.0), colour)
    picture = np.rint(out).astype(np.uint8)
    if row <= fan.known:
        _outlines(picture, fan, row, frame)
    _stamp(picture, f"{time:g} s")
    return picture


def _ground(fan: Fan, frame: Frame, shape: tuple[int, int]) -> F8:
    """Roads and their marks."""
    roads, area = Roads(fan.scenario.network, frame), np.zeros(shape, dtype=np.uint8)
    for i, road, section, s in roads.parts:
        for lane in section.lanes:
            inner, outer = lane_borders(road, section, lane, s)
            sides = [np.stack(frame_of(frame, *roads.line.pose(i, s, t)[:2]), axis=-1) for t in (inner, outer)]
            cv2.fillPoly(area, [_fixed(np.concatenate([sides[0], sides[1][::-1]]))], _ROAD, shift=_PARTS)
    lift = frame.high[1] * frame.scale
    for (x0, y0), (x1, y1) in roads.drawn_marks():
        ends = _fixed(np.array([[x0, y0 + lift], [x1, y1 + lift]]))
        cv2.polylines(area, [ends], False, _MARK, 1, cv2.LINE_AA, _PARTS)
    out = np.empty((*shape, 4))
    out[..., :3], out[..., 3] = _GREY, area
    return out


def frame_of(frame: Frame, x: F8, y: F8) -> tuple[F8, F8]:
    """World → pixels of a picture whose left upper corner is the frame's."""
    u, v = frame.of(x, y)
    return u, v + frame.high[1] * frame.scale


def _outlines(out: U8, fan: Fan, row: int, frame: Frame) -> None:
    """Who is there then, dark on a light ground so that it is seen on both; the ego with a point in its middle."""
    for i in fan.there:
        if not fan.run.present[fan.row + row, i]:
            continue
        around = _corners(fan.run, (fan.row + row,), i, frame)
        for colour, thick in (((255, 255, 255, 230), 3), ((20, 22, 26, 255), 1)):
            cv2.polylines(out, [around], True, colour, thick, cv2.LINE_AA, _PARTS)
        if i == 0:
            middle = np.rint(around.mean(axis=0)).astype(int).tolist()
            cv2.circle(out, middle, 2 << _PARTS, (20, 22, 26, 255), -1, cv2.LINE_AA, _PARTS)


def _corners(states: RolloutBatch | Rollout, at: tuple[int, ...], i: int, frame: Frame) -> npt.NDArray[np.int32]:
    """Corners of a body in a picture, in parts of a pixel."""
    length, width, rear = (float(getattr(states, name)[(*at[:-1], i)]) for name in ("length", "width", "rear_overhang"))
    turn = float(states.heading[(*at, i)])
    along = np.array([length - rear, -rear, -rear, length - rear])
    left = 0.5 * width * np.array([1.0, 1.0, -1.0, -1.0])
    x = states.x[(*at, i)] + along * np.cos(turn) - left * np.sin(turn)
    y = states.y[(*at, i)] + along * np.sin(turn) + left * np.cos(turn)
    return _fixed(np.stack(frame_of(frame, x, y), axis=-1))


def _fixed(points: F8) -> npt.NDArray[np.int32]:
    """Points [px] as OpenCV takes them; what lies far outside of the picture stays outside."""
    fixed: npt.NDArray[np.int32] = np.rint(np.clip(points - 0.5, -1e4, 1e4) * 2**_PARTS).astype(np.int32)
    return fixed


def _lay(out: F8, cover: F8, colour: tuple[int, int, int]) -> None:
    """Put a colour over a picture that may be seen through (Porter and Duff's 'over')."""
    below = out[..., 3] / 255.0 * (1.0 - cover)
    whole = cover + below
    part = np.where(whole > 0.0, cover / np.maximum(whole, 1e-9), 0.0)[..., None]
    out[..., :3] = part * np.array(colour) + (1.0 - part) * out[..., :3]
    out[..., 3] = 255.0 * whole


# -- all views ---------------------------------------------------------------------------------------------


def _stamp(out: U8, text: str) -> None:
    """When it is, in the left upper corner."""
    scale = 0.55
    (w, h), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, scale, 1)
    out[: h + 12, : w + 14] = (22, 24, 28, 255)
    cv2.putText(out, text, (7, h + 6), cv2.FONT_HERSHEY_DUPLEX, scale, (255, 255, 255, 255), 1, cv2.LINE_AA)


def _board(views: Sequence[U8], flat: bool) -> U8:
    """All of them, below each other or side by side."""
    high, wide = views[0].shape[:2]
    n = len(views)
    size = (n * (high + _GAP) - _GAP, wide) if flat else (high, n * (wide + _GAP) - _GAP)
    out = np.zeros((*size, 4), dtype=np.uint8)
    for i, view in enumerate(views):
        y, x = (i * (high + _GAP), 0) if flat else (0, i * (wide + _GAP))
        out[y : y + high, x : x + wide] = view
    return out


def _png(picture: U8, world: str) -> bytes:
    """A PNG that says that it is generated."""
    order = np.ascontiguousarray(picture[..., [2, 1, 0, 3]])
    done, data = cv2.imencode(".png", order, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    if not done:
        raise ValueError(f"{FILE} could not be encoded")
    content, head = data.tobytes(), 33  # signature and header
    note = b"Comment\0" + NOTICE.format(world=world).encode("latin-1", "replace")
    chunk = struct.pack(">I", len(note)) + b"tEXt" + note + struct.pack(">I", zlib.crc32(b"tEXt" + note))
    return content[:head] + chunk + content[head:]
