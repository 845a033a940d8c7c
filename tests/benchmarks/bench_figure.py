# One `rollout` figure, cold, on one core: time, memory, bytes. Run: python tests/benchmarks/bench_figure.py
# The baseline in the same run is the encoder alone on the same frames. Times are those of the processor, the least of
# three, so that other work on the machine counts little. `--quick` measures each once.

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs_worldmodel.pipeline import Figure

BLOCK = """\
title: Lorry cuts in on a wet motorway
scenario:
  road: {lanes: 3, length: 600 m, curve: {radius: 800 m, to: left}, kind: KIND}
  environment: {time_of_day: TIME, weather: WEATHER}
  ego: {lane: 2, speed: 100 km/h}
  actors:
    lorry: {kind: truck, lane: 1, ahead: 25 m, speed: 85 km/h}
  story:
    - when: {time: 1.5 s}
      do: {lorry: {change_lane: {to: 2, over: 3 s}}}
  stop: {time: SECONDS s}
expect: [no collision]
FILM
"""
BUSY = "\n".join(
    f"    car{i}: {{kind: {('car', 'van', 'bus', 'truck')[i % 4]}, lane: {1 + i % 3}, ahead: {45 + 22 * i} m, "
    f"speed: {70 + 3 * i} km/h}}"
    for i in range(12)
)
"""Twelve more around the ego."""


@dataclass(frozen=True, slots=True)
class Look:
    """A figure to make."""

    road: str
    time: str
    weather: str
    film: str = ""
    busy: bool = False
    seconds: int = 10

    def __str__(self) -> str:
        more = f"{' busy' if self.busy else ''}{f' {self.seconds} s' if self.seconds != 10 else ''}"
        return f"{self.road} {self.time} {self.weather}{more} {self.film.removeprefix('film: ')}"

    def block(self) -> str:
        """The author's text."""
        text = BLOCK.replace("KIND", self.road).replace("TIME", self.time).replace("WEATHER", self.weather)
        text = text.replace("SECONDS", str(self.seconds)).replace("FILM", self.film)
        return text.replace("  story:\n", f"{BUSY}\n  story:\n") if self.busy else text


LOOKS = (
    Look("motorway", "dusk", "rain"),
    Look("motorway", "day", "clear"),
    Look("rural", "day", "clear"),
    Look("town", "day", "overcast"),
    Look("town", "night", "rain"),
    Look("town", "day", "rain", busy=True),
    Look("town", "day", "rain", busy=True, seconds=30),
    Look("motorway", "dusk", "rain", "film: low"),
    Look("town", "day", "rain", "film: low", busy=True),
    Look("town", "day", "rain", "film: {width: 960 px}", busy=True),
    Look("motorway", "dusk", "rain", "film: {codec: vp9}"),
    Look("motorway", "dusk", "rain", "film: none"),
)


def cold(folder: Path, text: str) -> None:
    """What a worker does for one figure, in this fresh process; prints memory and what became of it."""
    from mkdocs_worldmodel.pipeline import make_figure, understand
    from mkdocs_worldmodel.spec.block import Place

    started = time.process_time()
    place = Place(folder, (folder,))
    key = understand(text, place).key
    make_figure(text, str(folder), [str(folder)], [], str(folder / "store"), key)
    print(f"{time.process_time() - started:.3f} {time.process_time():.3f} {_peak_megabytes():.0f} {key}")


def _peak_megabytes() -> float:
    # `resource` would count what the parent process held when it started this one
    status = Path("/proc/self/status")
    if not status.exists():
        return float("nan")
    peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1000


def main() -> None:
    """Measure each look."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {0})
    print(
        _row(
            "look",
            "whole",
            "figure",
            "memory",
            "encoder",
            "ratio",
            "film",
            "per 10 s",
            "poster",
            "social",
            "HTML",
            "tags",
        )
    )
    for look in LOOKS:
        text, runs = look.block(), 1 if "--quick" in sys.argv else 3
        whole = inside = encoder = float("inf")
        memory, sizes = 0.0, [""]
        for _ in range(runs):
            with tempfile.TemporaryDirectory() as name:
                command = [sys.executable, __file__, "--cold", name]
                done = subprocess.run(command, input=text, text=True, capture_output=True, check=True)
                figure, process, megabytes = map(float, done.stdout.split()[:3])
                inside, whole, memory = min(inside, figure), min(whole, process), max(memory, megabytes)
                made, html = _found(Path(name), text)
                sizes = _sizes(made, html)
                encoder = min(encoder, _encoder_alone(made))
        ratio = f"{whole / encoder:.1f}" if encoder < float("inf") else "-"
        alone = f"{encoder:.2f} s" if encoder < float("inf") else "-"
        times = (f"{whole:.2f} s", f"{inside:.2f} s", f"{memory:.0f} MB", alone, ratio)
        print(_row(str(look), *times, *sizes), flush=True)
    print(
        "budget for 10 s: whole ≤ 6 s, low ≤ 2 s, memory ≤ 600 MB, film ≤ 1.5 MB, poster ≤ 40 kB, social ≤ 120 kB, "
        "HTML ≤ 15 kB and ≤ 200 tags"
    )
    from mkdocs_worldmodel.web import SCRIPTS, STYLE, asset

    for what, names in (("scripts", SCRIPTS), ("style", (STYLE,))):
        size = sum(len(gzip.compress(asset(name).read_bytes(), 9)) for name in names)
        print(f"{what}: {size / 1024:.2f} KiB gzip (scripts: budget 12 KiB)")


def _row(look: str, *cells: str) -> str:
    return f"{look:40}" + "".join(f"{cell:>9}" for cell in cells)


def _found(folder: Path, text: str) -> tuple[Figure, str]:
    """The figure that was made, and its HTML."""
    from mkdocs_worldmodel.build import Jobs, Store
    from mkdocs_worldmodel.figure.page import Dress, render
    from mkdocs_worldmodel.pipeline import Pipeline
    from mkdocs_worldmodel.site.session import ALL_PARTS
    from mkdocs_worldmodel.spec.block import Place

    place = Place(folder, (folder,))
    pipeline = Pipeline(Store(folder / "store"), Jobs(0))
    figure = pipeline.figure(pipeline.order(text, place), text, place)
    if figure.made:
        raise SystemExit("the figure was not found in the store")
    dress = Dress("cut-in", "Lorry cuts in on a wet motorway", "", "", text, figure.key[:16], ALL_PARTS)
    return figure, render(figure.bundle, dress, lambda name: f"../assets/worldmodel/{figure.key[:16]}/cut-in-{name}")


def _sizes(figure: Figure, html: str) -> list[str]:
    tags = str(html.count("<") - html.count("</"))
    film = figure.bundle.film
    if film is None:
        return ["-", "-", "-", "-", f"{len(html.encode()) / 1e3:.1f} kB", tags]
    size, *stills = ((figure.folder / n).stat().st_size for n in (film.file, film.poster, figure.bundle.social))
    tens = max(1.0, film.frames / film.fps / 10.0)
    kilobytes = [f"{each / 1e3:.1f} kB" for each in (*stills, len(html.encode()))]
    return [f"{size / 1e6:.2f} MB", f"{size / tens / 1e6:.2f} MB", *kilobytes, tags]


def _encoder_alone(figure: Figure) -> float:
    import av

    from mkdocs_worldmodel.figure.film import encode

    film = figure.bundle.film
    if film is None:
        return float("inf")
    path = figure.folder / film.file
    with av.open(str(path)) as source:
        frames = [f.to_ndarray(format="rgb24") for f in source.decode(video=0)]
    again = path.with_stem("again")
    codec: Any = "vp9" if path.suffix == ".webm" else "h264"
    started = time.process_time()
    encode(iter(frames), again, size=(film.width, film.height), fps=film.fps, codec=codec, world="benchmark")
    return time.process_time() - started


if __name__ == "__main__":
    if sys.argv[1:2] == ["--cold"]:
        cold(Path(sys.argv[2]), sys.stdin.read())
    else:
        main()
