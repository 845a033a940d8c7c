# One `rollout` figure, cold, on one core: time, memory, bytes. Run: python tests/benchmarks/bench_figure.py
# The baseline in the same run is the encoder alone on the same frames. Times are the least of three.

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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
  stop: {time: 10 s}
expect: [no collision]
"""
LOOKS = (
    ("motorway", "dusk", "rain"),
    ("motorway", "day", "clear"),
    ("rural", "day", "clear"),
    ("town", "day", "overcast"),
    ("town", "night", "rain"),
)


RUNS = 3


def cold(folder: Path, text: str) -> None:
    """What a worker does for one figure, in this fresh process; prints memory and what became of it."""
    from mkdocs_worldmodel.pipeline import make_figure, understand
    from mkdocs_worldmodel.spec.block import Place

    started = time.perf_counter()
    place = Place(folder, (folder,))
    key = understand(text, place).key
    make_figure(text, str(folder), [str(folder)], [], str(folder / "store"), key)
    print(f"{time.perf_counter() - started:.3f} {_peak_megabytes():.0f} {key}")


def _peak_megabytes() -> float:
    try:
        import resource
    except ImportError:  # not on Windows
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def main() -> None:
    """Measure each look."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {0})
    print(_row("look", "whole", "process", "memory", "encoder", "ratio", "film", "poster", "HTML", "tags"))
    for look in LOOKS:
        text = BLOCK.replace("KIND", look[0]).replace("TIME", look[1]).replace("WEATHER", look[2])
        whole = inside = encoder = float("inf")
        memory = 0.0
        for _ in range(RUNS):
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                started = time.perf_counter()
                command = [sys.executable, __file__, "--cold", str(folder)]
                done = subprocess.run(command, input=text, text=True, capture_output=True, check=True)
                whole = min(whole, time.perf_counter() - started)
                seconds, megabytes, _ = done.stdout.split()
                inside, memory = min(inside, float(seconds)), max(memory, float(megabytes))
                film, poster, html, tags = _sizes(folder, text)
                encoder = min(encoder, _encoder_alone(film))
                sizes = (
                    f"{film.stat().st_size / 1e6:.2f} MB",
                    f"{poster / 1e3:.1f} kB",
                    f"{html / 1e3:.1f} kB",
                    str(tags),
                )
        times = (f"{whole:.2f} s", f"{inside:.2f} s", f"{memory:.0f} MB", f"{encoder:.2f} s", f"{whole / encoder:.1f}")
        print(_row(" ".join(look), *times, *sizes))
    print("budget: whole ≤ 6 s, memory ≤ 600 MB, film ≤ 1.5 MB, poster ≤ 40 kB, HTML ≤ 15 kB and ≤ 200 tags")
    from mkdocs_worldmodel.web import SCRIPT, STYLE, asset

    for each in (SCRIPT, STYLE):
        print(f"{each}: {len(gzip.compress(asset(each).read_bytes(), 9)) / 1000:.1f} kB gzip (script: budget 12 kB)")


def _row(look: str, *cells: str) -> str:
    return f"{look:20}" + "".join(f"{cell:>9}" for cell in cells)


def _sizes(folder: Path, text: str) -> tuple[Path, int, int, int]:
    from mkdocs_worldmodel.build import Jobs, Store
    from mkdocs_worldmodel.figure.page import Dress, render
    from mkdocs_worldmodel.pipeline import Pipeline
    from mkdocs_worldmodel.site.session import ALL_PARTS
    from mkdocs_worldmodel.spec.block import Place

    place = Place(folder, (folder,))
    pipeline = Pipeline(Store(folder / "store"), Jobs(0))
    figure = pipeline.figure(pipeline.order(text, place), text, place)
    if figure.made or figure.bundle.film is None:
        raise SystemExit("the figure was not found in the store")
    dress = Dress("cut-in", "Lorry cuts in on a wet motorway", "", "", text, figure.key[:16], ALL_PARTS)
    html = render(figure.bundle, dress, lambda name: f"../assets/worldmodel/{figure.key[:16]}/cut-in-{name}")
    film = Path(tempfile.mkdtemp()) / figure.bundle.film.file
    film.write_bytes((figure.folder / figure.bundle.film.file).read_bytes())
    poster = (figure.folder / figure.bundle.film.poster).stat().st_size
    return film, poster, len(html.encode()), html.count("<") - html.count("</")


def _encoder_alone(film: Path) -> float:
    import av

    from mkdocs_worldmodel.figure.film import encode

    with av.open(str(film)) as source:
        frames = [f.to_ndarray(format="rgb24") for f in source.decode(video=0)]
    size = (frames[0].shape[1], frames[0].shape[0])
    started = time.perf_counter()
    encode(iter(frames), film.with_name("again.mp4"), size=size, fps=10, codec="h264", world="benchmark")
    return time.perf_counter() - started


if __name__ == "__main__":
    if sys.argv[1:2] == ["--cold"]:
        cold(Path(sys.argv[2]), sys.stdin.read())
    else:
        main()
