# Rig frames per second of the cameras on one core, beside the budget (DESIGN section 9).
# Run: python tests/benchmarks/bench_camera.py

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "camera"))

from camera_scenes import network_of, rollout_on, traffic_of

from mkdocs_worldmodel.camera.renderer import CameraRenderer
from mkdocs_worldmodel.camera.top_view import TopView
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.compose import compose
from mkdocs_worldmodel.scenario.environment import Environment
from mkdocs_worldmodel.scenario.rig import RIG
from mkdocs_worldmodel.scenario.road import RoadNetwork
from mkdocs_worldmodel.spec.block import Place, parse_block
from mkdocs_worldmodel.world import make

HERE = Path(__file__).parent
SMALL = [(320, 160)] * 7
FILM = [(640, 320), *[(320, 160)] * 6]
SKIES: tuple[tuple[Any, Any], ...] = (
    ("day", "clear"),
    ("day", "rain"),
    ("day", "fog"),
    ("day", "snow"),
    ("dusk", "clear"),
    ("night", "clear"),
    ("night", "rain"),
)
ROWS = range(0, 40, 2)
SCENES = {"cut-in": "r157-cut-in", "crossing": "left-turn-at-lights", "roundabout": "roundabout"}
"""Names → scenarios of the library; further scenes are made by hand, with more road users."""


def best_of(work: Any, repeats: int = 3) -> float:
    """Seconds per row, the best of some rounds."""
    rounds = []
    for _ in range(repeats):
        start = time.process_time()
        for k in ROWS:
            work(k)
        rounds.append((time.process_time() - start) / len(ROWS))
    return min(rounds)


def scenes() -> Iterator[tuple[str, Rollout, RoadNetwork]]:
    """Roads with about ten road users, a town of 20 km, and what the library drives."""
    for kind in ("motorway", "rural", "town"):
        network = network_of(kind)
        yield kind, rollout_on(network.roads[0], traffic_of(kind), rows=60), network
    long = network_of("town", [(20_000.0, 0.0, 0.0)])
    yield "town of 20 km", rollout_on(long.roads[0], traffic_of("town"), rows=60), long
    for name, scenario in SCENES.items():
        composed = compose(parse_block(f"scenario: library/{scenario}\n", Place(HERE, (HERE,))))
        yield name, make("simulator").run(composed), composed.network


def main() -> None:
    """Print one line per scene, time of day and weather."""
    print(f"{'scene':<28}{'7 x 320x160':>14}{'film rig':>14}{'map':>10}{'start-up':>11}")
    print(f"{'budget (crossings: 20 /s)':<28}{'>= 30 /s':>14}{'<= 35 ms':>14}{'<= 3 ms':>10}{'<= 0.5 s':>11}")
    for kind, rollout, network in scenes():
        for time_of_day, weather in SKIES:
            environment = Environment(time_of_day, weather)
            start = time.process_time()
            film = CameraRenderer(rollout, network, environment, RIG, FILM)
            ready = time.process_time() - start
            small = CameraRenderer(rollout, network, environment, RIG, SMALL)
            top = TopView(rollout, network, environment)
            film.frame(0)
            fast, film_time, map_time = best_of(small.frame), best_of(film.frame), best_of(top.frame)
            both = (film_time + map_time) * 1e3
            name = f"{kind} {time_of_day} {weather}"
            print(f"{name:<28}{1 / fast:>11.1f} /s{both:>11.1f} ms{map_time * 1e3:>7.1f} ms{ready:>9.2f} s")


if __name__ == "__main__":
    main()
