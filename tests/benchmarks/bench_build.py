# What figures cost a build that finds them in the store: 1,000 distinct figures, 10 on each of 100 Material pages,
# against the same site with the same text as plain code blocks. Budget: at most 8 ms a figure over plain, 2 ms of
# it ours; importing the plugin at most 0.05 s over MkDocs itself. Copying the figures' files is MkDocs' work, and
# measured beside it. `--memory` measures instead how much memory a build takes with few and with many figures.
#
#     python tests/benchmarks/bench_build.py [--pages 100] [--each 10] [--film] [--theme material] [--profile]
#     python tests/benchmarks/bench_build.py --memory

from __future__ import annotations

import argparse
import cProfile
import functools
import logging
import pstats
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

CONFIG = """\
site_name: Benchmark
theme: {{name: {theme}}}
plugins: [search{plugin}]
markdown_extensions: [pymdownx.superfences, pymdownx.highlight]
"""
BLOCK = """\
```{language}
title: Cut in {n}
scenario:
  road: {{lanes: 3, length: 700 m, curve: {{radius: 800 m, to: left}}, speed_limit: 120 km/h}}
  environment: {{time_of_day: dusk, weather: rain}}
  ego: {{lane: 2, speed: {speed} km/h}}
  actors:
    lorry: {{kind: truck, lane: 1, ahead: 25 m, speed: 85 km/h}}
  story:
    - when: {{time: 1.5 s}}
      do: {{lorry: {{change_lane: {{to: 2, over: 3 s}}}}}}
  stop: {{time: 10 s}}
expect: [no collision]
film: {film}
```
"""


def write_site(root: Path, pages: int, each: int, language: str, film: str, theme: str) -> Path:
    docs = root / "docs"
    docs.mkdir(parents=True)
    for p in range(pages):
        blocks = [
            f"## Figure {n}\n\n{BLOCK.format(language=language, n=n, speed=f'{90 + n / 100:g}', film=film)}"
            for n in range(p * each, (p + 1) * each)
        ]
        (docs / ("index.md" if p == 0 else f"page{p}.md")).write_text(f"# Page {p}\n\n" + "\n".join(blocks))
    plugin = "" if language == "yaml" else ", worldmodel"
    (root / "mkdocs.yml").write_text(CONFIG.format(theme=theme, plugin=plugin))
    return root / "mkdocs.yml"


def build(config_file: Path) -> float:
    """Seconds of one build in this process."""
    from mkdocs.commands.build import build as mkdocs_build
    from mkdocs.config import load_config

    started = time.perf_counter()
    config = load_config(str(config_file))
    config.plugins.on_startup(command="build", dirty=False)
    try:
        mkdocs_build(config)
    finally:
        config.plugins.on_shutdown()
    return time.perf_counter() - started


class Ours:
    """Time spent in our own code: the plugin's events, our preprocessor and our postprocessor."""

    def __init__(self) -> None:
        from mkdocs_worldmodel.site import extension, plugin

        self.seconds: dict[str, float] = {}
        for owner, names in (
            (
                plugin.WorldModelPlugin,
                ("on_config", "on_files", "on_page_markdown", "on_env", "on_post_page", "on_post_build"),
            ),
            (extension._Blocks, ("run",)),
            (extension._Figures, ("run",)),
        ):
            for name in names:
                setattr(owner, name, self.timed(f"{owner.__name__}.{name}", getattr(owner, name)))

    def timed(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            started = time.process_time()  # a warm build works in this process alone
            try:
                return call(*args, **kwargs)
            finally:
                self.seconds[name] = self.seconds.get(name, 0.0) + time.process_time() - started

        return wrapper


def copying(files: Path, target: Path) -> tuple[float, int, float]:
    """Seconds, number and megabytes of a copy of all files in a folder, made as MkDocs does."""
    sources = [path for path in files.rglob("*") if path.is_file()]
    started = time.perf_counter()
    for n, source in enumerate(sources):
        to = target / str(n // 6) / source.name
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, to)
    return time.perf_counter() - started, len(sources), sum(path.stat().st_size for path in sources) / 1e6


def peak_megabytes(config_file: Path) -> float:
    """Peak memory of a process that builds a site, without its workers."""
    code = (
        "import logging, resource, sys, warnings\nlogging.disable()\nwarnings.simplefilter('ignore')\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\nimport bench_build\nfrom pathlib import Path\n"
        f"bench_build.build(Path({str(config_file)!r}))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == 'darwin' else 1e3))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout.splitlines()[-1])


def measure_memory(theme: str, *sizes: int) -> None:
    """Peak memory of builds of sites with so many figures on 10 pages, and of the same sites with plain code blocks."""
    print("peak memory of a build [MB]     plain   cold    warm")
    with tempfile.TemporaryDirectory() as folder:
        for count in sizes:
            plain = write_site(Path(folder, f"plain{count}"), 10, count // 10, "yaml", "none", theme)
            figures = write_site(Path(folder, f"figures{count}"), 10, count // 10, "worldmodel", "none", theme)
            without, cold, warm = peak_megabytes(plain), peak_megabytes(figures), peak_megabytes(figures)
            print(f"{count:5} figures on 10 pages     {without:7.0f}{cold:7.0f}{warm:8.0f}")


def import_seconds() -> float:
    """Median of the plugin module's import, in a process that has MkDocs already."""
    code = (
        "import time, mkdocs.commands.build, mkdocs.config.defaults, mkdocs.utils.meta, markdown\n"
        "t = time.perf_counter()\nimport mkdocs_worldmodel.site.plugin\nprint(time.perf_counter() - t)"
    )
    command = [sys.executable, "-c", code]
    runs = [float(subprocess.run(command, capture_output=True, text=True, check=True).stdout) for _ in range(7)]
    return statistics.median(runs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--each", type=int, default=10)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--film", action="store_true", help="figures with films (making them takes an hour)")
    parser.add_argument("--theme", default="material")
    parser.add_argument("--profile", action="store_true", help="say where our time goes")
    parser.add_argument("--memory", action="store_true", help="measure memory instead: 30, 100 and 300 figures")
    given = parser.parse_args()
    if given.memory:
        measure_memory(given.theme, 30, 100, 300)
        return
    logging.getLogger("mkdocs").setLevel(logging.ERROR)
    warnings.simplefilter("ignore")
    count, film = given.pages * given.each, "full" if given.film else "none"
    with tempfile.TemporaryDirectory() as folder:
        sizes = (given.pages, given.each)
        plain = write_site(Path(folder, "plain"), *sizes, "yaml", film, given.theme)
        figures = write_site(Path(folder, "figures"), *sizes, "worldmodel", film, given.theme)
        cold = build(figures)
        print(f"{count} figures on {given.pages} pages, {given.theme}, film: {film}")
        print(f"cold build     {cold:8.2f} s   {1e3 * cold / count:6.1f} ms a figure")
        ours = Ours()
        without, warm, parts = [], [], []
        for _ in range(given.runs):  # in turn, so that a busy moment of the machine meets both
            without.append(build(plain))
            ours.seconds.clear()
            warm.append(build(figures))
            parts.append(dict(ours.seconds))
        best = min(parts, key=lambda part: sum(part.values()))
        over, own = (min(warm) - min(without)) / count, sum(best.values()) / count
        print(f"plain build    {min(without):8.2f} s   (the least of {given.runs} builds, as below)")
        print(f"warm build     {min(warm):8.2f} s   {1e3 * over:6.2f} ms a figure over plain (budget 8)")
        print(f"ours           {own * count:8.2f} s   {1e3 * own:6.2f} ms a figure (budget 2)")
        took, number, size = copying(Path(folder, "figures/site/assets/worldmodel"), Path(folder, "copy"))
        print(f"copying        {took:8.2f} s   {1e3 * took / count:6.2f} ms a figure ({number} files, {size:.0f} MB)")
        for name, seconds in sorted(best.items(), key=lambda item: -item[1]):
            print(f"    {name:<38} {1e3 * seconds / count:6.2f} ms")
        if given.profile:
            profile = cProfile.Profile()
            profile.runcall(build, figures)
            pstats.Stats(profile).sort_stats("cumulative").print_stats("mkdocs_worldmodel|jinja2", 40)
    print(f"import         {import_seconds():8.3f} s over MkDocs itself (budget 0.05)")


if __name__ == "__main__":
    main()
