# Frames → MP4 (H.264) or WebM (VP9): the same bytes from the same frames.

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.spec.film import WIDTH, CodecName, FilmSpec

U8 = npt.NDArray[np.uint8]
Codec = CodecName

FPS = 10
"""Pictures a second, where nobody says more."""
DRAFT_FPS = 5
SUFFIX: dict[Codec, str] = {"h264": ".mp4", "vp9": ".webm"}
NOTICE = "Generated picture: drawn by mkdocs-worldmodel from a run in {world}; not a camera recording."

# Quality is constant until a film would leave its budget of 1.5 MB per 10 s; from there the rate is. A film may begin
# with one buffer more than it may go on with: 10 s hold 10 x 1020 + 0.9 x 1400 kbit = 1.43 MB at most.
_KILOBITS, _BUFFER = 1020, 1400
# One thread and bitexact: the same bytes for any machine load. A key frame a second and no B-frames: quick,
# exact seeks. mbtree looks ahead in a way that differs between runs with other thread counts.
_SETTINGS: dict[Codec, tuple[str, dict[str, str]]] = {
    "h264": (
        "libx264",
        {"crf": "29", "preset": "faster", "profile": "high", "maxrate": f"{_KILOBITS}k", "bufsize": f"{_BUFFER}k",
         "x264-params": "threads=1:mbtree=0"},
    ),
    "vp9": ("libvpx-vp9", {"crf": "41", "b": f"{_KILOBITS}k", "cpu-used": "4", "deadline": "good", "row-mt": "0"}),
}  # fmt: skip
ENCODER = {codec: [name, options] for codec, (name, options) in _SETTINGS.items()}
"""Part of every figure key."""

_BT709 = 1  # AVCOL_*_BT709
_LIMITED = 1  # AVCOL_RANGE_MPEG


@dataclass(frozen=True, slots=True)
class Filming:
    """How a film is made."""

    codec: Codec
    width: int
    """Of the largest view [px], as far as tiles can have it."""
    fps: int


def filming(spec: FilmSpec | None, *, draft: bool = False) -> Filming | None:
    """What a block says about its film, None for no film. A draft has low quality, whatever the block says."""
    if spec is None:
        return None
    if not draft and spec.quality == "full":
        return Filming(spec.codec, spec.width, spec.fps or FPS)
    fps = spec.fps or DRAFT_FPS
    return Filming(spec.codec, max(spec.width // 2, WIDTH[0]), min(fps, DRAFT_FPS) if draft else fps)


def encode(frames: Iterable[U8], path: Path, *, size: tuple[int, int], fps: int, codec: Codec, world: str) -> None:
    """Write a film.

    Args:
        frames: pictures (H, W, 3) uint8 sRGB
        path: file to write
        size: (width, height) [px], both even
        fps: frames per second
        codec: what to encode with
        world: name and version of the world, for the film's own metadata
    """
    import av
    from av.video.reformatter import ColorRange, Colorspace

    name, options = _SETTINGS[codec]
    container: Any = av.open(
        str(path),
        "w",
        options={"movflags": "+faststart", "fflags": "+bitexact"} if codec == "h264" else {"fflags": "+bitexact"},
    )
    with container:
        container.metadata["comment"] = NOTICE.format(world=world)
        stream = container.add_stream(name, rate=fps, options={**options, "flags": "+bitexact"})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.gop_size, context.max_b_frames, context.thread_count = fps, 0, 1
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = _LIMITED
        for picture in frames:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame = frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
