# Films and stills from made-up pictures: what the files are, to the byte.

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from mkdocs_worldmodel.figure.film import SUFFIX, Codec, encode
from mkdocs_worldmodel.figure.still import strip, write_jpeg

SIZE, FRAMES, FPS = (128, 64), 23, 10
CODECS: tuple[Codec, ...] = ("h264", "vp9")


def pictures() -> list[np.ndarray]:
    """A red square that wanders over a ramp."""
    out = []
    for k in range(FRAMES):
        picture = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
        picture[:, :, 1] = np.linspace(16, 200, SIZE[0]).astype(np.uint8)
        picture[20:40, 4 * k : 4 * k + 20] = (220, 30, 30)
        out.append(picture)
    return out


@pytest.fixture(scope="module", params=CODECS)
def film(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / f"film{SUFFIX[request.param]}"
    encode(pictures(), path, size=SIZE, fps=FPS, codec=request.param, world="simulator 1")
    return path


def test_a_film_has_its_frames_size_and_rate(film: Path) -> None:
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))
        assert len(frames) == FRAMES
        assert (stream.width, stream.height) == SIZE
        assert stream.average_rate == FPS
        assert stream.pix_fmt == "yuv420p"
        assert [round(f.time * FPS) for f in frames] == list(range(FRAMES))


def test_a_film_can_be_entered_each_second_and_is_not_reordered(film: Path) -> None:
    with av.open(str(film)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
        keys = [k for k, p in enumerate(packets) if p.is_keyframe]
        assert max(np.diff([*keys, FRAMES])) <= FPS
        assert keys[0] == 0
        assert all(p.pts == p.dts for p in packets if p.dts is not None)
    with av.open(str(film)) as container:
        assert 3 not in {int(f.pict_type) for f in container.decode(video=0)}, "B-frames"


def test_colours_come_back_and_say_what_they_are(film: Path) -> None:
    with av.open(str(film)) as container:
        context = container.streams.video[0].codec_context
        assert (context.colorspace, context.color_range) == (1, 1)  # BT.709, limited
        assert (context.color_primaries, context.color_trc) == (1, 1)
        for k, frame in enumerate(container.decode(video=0)):
            shown = frame.to_ndarray(format="rgb24", src_colorspace="ITU709").astype(int)
            assert np.abs(shown - pictures()[k]).mean() < 8


def test_a_film_says_that_it_is_generated(film: Path) -> None:
    with av.open(str(film)) as container:
        said = {k.lower(): v for k, v in container.metadata.items()}
        assert said["comment"].startswith("Generated picture: drawn by mkdocs-worldmodel from a run in simulator 1")
    assert b"Lavf" not in film.read_bytes() or film.suffix == ".webm"


def test_an_mp4_begins_with_its_index(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    encode(pictures(), path, size=SIZE, fps=FPS, codec="h264", world="w")
    content = path.read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")


@pytest.mark.parametrize("codec", CODECS)
def test_the_same_pictures_give_the_same_bytes(tmp_path: Path, codec: Codec) -> None:
    for name in ("a", "b"):
        encode(pictures(), tmp_path / f"{name}{SUFFIX[codec]}", size=SIZE, fps=FPS, codec=codec, world="w")
    assert (tmp_path / f"a{SUFFIX[codec]}").read_bytes() == (tmp_path / f"b{SUFFIX[codec]}").read_bytes()


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("frames", [1, 2, 11])
@pytest.mark.parametrize("fps", [1, 5, 20])
def test_a_film_may_be_as_short_or_slow_as_it_likes(tmp_path: Path, codec: Codec, frames: int, fps: int) -> None:
    path = tmp_path / f"film{SUFFIX[codec]}"
    encode(pictures()[:frames], path, size=SIZE, fps=fps, codec=codec, world="w")
    with av.open(str(path)) as container:
        times = [f.time for f in container.decode(video=0)]
    assert times == pytest.approx([k / fps for k in range(frames)], abs=6e-4)


@pytest.mark.parametrize("codec", CODECS)
def test_any_frame_can_be_sought_and_is_the_right_one(tmp_path: Path, codec: Codec) -> None:
    path = tmp_path / f"film{SUFFIX[codec]}"
    encode(barcodes(47), path, size=SIZE, fps=FPS, codec=codec, world="w")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        for k in (46, 0, 10, 9, 29, 31, 45, 1):
            container.seek(int((k + 0.5) / FPS / stream.time_base), stream=stream)
            frame = next(f for f in container.decode(stream) if (f.time or 0.0) > (k - 0.5) / FPS)
            cells = frame.to_ndarray(format="gray")[SIZE[1] // 2, 8::16]
            assert sum(1 << i for i, v in enumerate(cells.tolist()) if v > 128) == k


def barcodes(count: int) -> list[np.ndarray]:
    """Each shows its number, a bit in each of eight columns."""
    bits = [[255 * (k >> i & 1) for i in range(8)] for k in range(count)]
    return [np.repeat(np.array(row, np.uint8), 16)[None, :, None].repeat(SIZE[1], 0).repeat(3, 2) for row in bits]


@pytest.mark.parametrize("codec", CODECS)
def test_a_film_keeps_to_its_budget_though_nothing_in_it_can_be_foretold(tmp_path: Path, codec: Codec) -> None:
    rng = np.random.default_rng(0)
    noise = (cv2.resize(rng.integers(0, 255, (80, 160, 3), dtype=np.uint8), (640, 320)) for _ in range(100))
    path = tmp_path / f"film{SUFFIX[codec]}"
    encode(noise, path, size=(640, 320), fps=FPS, codec=codec, world="w")
    assert 800_000 < path.stat().st_size <= 1_500_000


def test_memory_does_not_grow_with_the_length_of_a_film(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    program = """
import resource, sys
from pathlib import Path
import numpy as np
from mkdocs_worldmodel.figure.film import encode
frames = (np.full((320, 640, 3), k % 200, np.uint8) for k in range(int(sys.argv[2])))
encode(frames, Path(sys.argv[1]), size=(640, 320), fps=10, codec="h264", world="w")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    short, long = (
        int(subprocess.check_output([sys.executable, "-c", program, str(tmp_path / "film.mp4"), count]))
        for count in ("60", "600")
    )
    assert long - short < 40_000, "600 frames are 369 MB"


@pytest.mark.parametrize("most", [40_000, 9_000])
def test_a_still_keeps_to_its_size_and_says_that_it_is_generated(tmp_path: Path, most: int) -> None:
    rng = np.random.default_rng(0)
    picture = cv2.GaussianBlur(rng.integers(0, 255, (240, 320, 3), dtype=np.uint8), (0, 0), 3)
    write_jpeg(picture, tmp_path / "a.jpg", most=most, world="simulator 1")
    content = (tmp_path / "a.jpg").read_bytes()
    assert len(content) <= most
    assert b"Generated picture" in content[:300]
    back = cv2.imread(str(tmp_path / "a.jpg"))
    assert np.abs(back[:, :, ::-1].astype(int) - picture).mean() < 12


def test_a_still_that_cannot_keep_to_its_size_becomes_smaller(tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 255, (240, 320, 3), dtype=np.uint8)
    write_jpeg(picture, tmp_path / "a.jpg", most=9_000, world="simulator 1")
    assert (tmp_path / "a.jpg").stat().st_size <= 9_000
    height, width, _ = cv2.imread(str(tmp_path / "a.jpg")).shape
    assert width < 320
    assert width / height == pytest.approx(4 / 3, abs=0.03)


@pytest.mark.parametrize("count", range(1, 8))
def test_a_strip_holds_every_moment(count: int) -> None:
    cells = [(np.full((320, 640, 3), 40 * k, np.uint8), np.full((80, 320, 3), 200, np.uint8)) for k in range(count)]
    picture = strip(cells)
    rows = -(-count // 3)
    assert picture.shape == (rows * 240 + (rows - 1) * 8, 976, 3)
    for k in range(count):
        x, y = (k % 3) * 328, (k // 3) * 248
        assert abs(int(picture[y + 150, x + 300, 0]) - 40 * k) <= 2
