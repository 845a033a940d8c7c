# The film and the stills of a driven scene: every tile shows what its camera sees at that time.

from __future__ import annotations

from itertools import product
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from mkdocs_worldmodel import world as worlds
from mkdocs_worldmodel.analysis.analysis import analyse
from mkdocs_worldmodel.camera.renderer import CameraRenderer
from mkdocs_worldmodel.figure.bundle import Film
from mkdocs_worldmodel.figure.film import filming
from mkdocs_worldmodel.figure.mosaic import TOP
from mkdocs_worldmodel.figure.pictures import POSTER, SOCIAL, SOCIAL_FRONT, STRIP, Scene, draw
from mkdocs_worldmodel.figure.telling import film_rows, strip_frames, telling_frame
from mkdocs_worldmodel.scenario.compose import compose
from mkdocs_worldmodel.scenario.rig import rig_of
from mkdocs_worldmodel.spec.block import Place, parse_block

TEXT = """\
scenario:
  road: {lanes: 2, kind: town}
  ego: {speed: 40 km/h}
  actors: {bus: {kind: bus, lane: 1, ahead: 12 m, speed: 30 km/h}}
  stop: {time: 1.5 s}
"""
OWN = """\
cameras:
  front_wide:
  roof: {x: 0.5 m, z: 2.4 m, yaw: 160°, pitch: 12°, fov: 110°, label: "Roof {a} <b>"}
  front_left:
"""
KINDS = {
    "full": "film: full",
    "low": "film: low",
    "own rig": OWN + "film: {width: 320 px}",
    "one camera, vp9": "cameras: [rear]\nfilm: {codec: vp9, width: 384 px, fps: 20}",
}


class Filmed:
    """One film with everything around it."""

    def __init__(self, text: str, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        block = parse_block(TEXT + text, Place(folder, ()))
        scenario = compose(block)
        how = filming(block.spec.film)
        assert how is not None
        self.how, self.folder = how, folder
        run = worlds.make("simulator").run(scenario, 0)
        analysis = analyse(scenario, run)
        self.rows = film_rows(analysis.last, run.dt, how.fps)
        self.scene = Scene(scenario, run, rig_of(block.spec.cameras))
        self.strip = strip_frames(analysis, len(self.rows), how.fps)
        self.telling = telling_frame(analysis, run, len(self.rows), how.fps)
        self.film, self.strip_size = draw(self.scene, how, self.rows, self.strip, self.telling, folder)

    def frames(self) -> list[np.ndarray]:
        with av.open(str(self.folder / self.film.file)) as container:
            return [f.to_ndarray(format="rgb24", src_colorspace="ITU709") for f in container.decode(video=0)]

    def still(self, name: str) -> np.ndarray:
        return np.asarray(cv2.imread(str(self.folder / name)))[:, :, ::-1]


@pytest.fixture(scope="module", params=KINDS)
def filmed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Filmed:
    return Filmed(KINDS[request.param], tmp_path_factory.mktemp("film"))


def apart(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


def test_the_film_is_what_the_bundle_says(filmed: Filmed) -> None:
    film: Film = filmed.film
    with av.open(str(filmed.folder / film.file)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (film.width, film.height)
        assert stream.average_rate == film.fps == filmed.how.fps
        assert len(list(container.decode(stream))) == film.frames == 1 + int(1.5 * film.fps)


def test_every_tile_shows_what_its_camera_sees_at_that_time(filmed: Filmed) -> None:
    shown, scene, run = filmed.frames(), filmed.scene, filmed.scene.run
    for camera in scene.cameras:
        x, y, w, h, _ = filmed.film.tiles[camera.name]
        network, environment = scene.scenario.network, scene.scenario.environment
        colours = [u.colour for u in scene.scenario.users]
        alone = CameraRenderer(run, network, environment, [camera], [(w, h)], colours=colours)
        for k in (0, len(shown) // 2, len(shown) - 1):
            row = int(np.argmin(np.abs(run.time - k / filmed.how.fps)))
            assert apart(shown[k][y : y + h, x : x + w], alone.frame(row)[0]) < 9.0


def test_tiles_have_labels_and_the_main_view_comes_first(filmed: Filmed) -> None:
    labels = {name: str(tile[4]) for name, tile in filmed.film.tiles.items()}
    assert labels == {c.name: c.label for c in filmed.scene.cameras} | {TOP: "Top view"}
    widest = max(t[2] for n, t in filmed.film.tiles.items() if n != TOP)
    assert next(iter(filmed.film.tiles.values()))[2] == widest


def test_the_poster_is_the_frame_that_it_says(filmed: Filmed) -> None:
    shown, poster = filmed.frames(), filmed.still(POSTER)
    assert filmed.film.poster_frame == filmed.telling
    assert poster.shape == shown[0].shape
    differences = [apart(poster, frame) for frame in shown]
    assert int(np.argmin(differences)) == filmed.telling
    assert (filmed.folder / POSTER).stat().st_size <= 40_000


def test_the_social_picture_has_the_shape_that_sites_want(filmed: Filmed) -> None:
    picture = filmed.still(SOCIAL)
    assert picture.shape == (630, 1200, 3)
    content = (filmed.folder / SOCIAL).read_bytes()
    assert len(content) <= 120_000
    assert b"Generated picture" in content[:300]
    # the whole view ahead, in every rig, over the map
    assert len(np.unique(picture[:450].reshape(-1, 3), axis=0)) > 1000
    assert picture[450:].std() > 5.0


def test_the_strip_shows_its_moments(filmed: Filmed) -> None:
    strip = filmed.still(STRIP)
    assert [strip.shape[1], strip.shape[0]] == filmed.strip_size
    shown = filmed.frames()
    x, y, w, h, _ = next(iter(filmed.film.tiles.values()))
    for n, k in enumerate(filmed.strip):
        cell = strip[(n // 3) * 248 :, (n % 3) * 328 :][40:160, 40:320]
        front = cv2.resize(shown[k][y : y + h, x : x + w], (320, 160), interpolation=cv2.INTER_AREA)[40:, 40:]
        assert apart(cell, front) < 9.0


def test_two_runs_give_the_same_bytes(filmed: Filmed, tmp_path: Path) -> None:
    args = (filmed.scene, filmed.how, filmed.rows, filmed.strip, filmed.telling)
    assert draw(*args, tmp_path) == (filmed.film, filmed.strip_size)
    names = sorted(p.name for p in tmp_path.iterdir())
    assert names == sorted([filmed.film.file, POSTER, SOCIAL, STRIP])
    for name in names:
        assert (tmp_path / name).read_bytes() == (filmed.folder / name).read_bytes()


@pytest.mark.parametrize("sky", ["{time_of_day: day}", "{time_of_day: night, weather: rain}"])
def test_a_camera_at_any_bound_sees_something(sky: str) -> None:
    corners = product(("-20 m", "30 m"), ("0.2 m", "8 m"), ("-180°", "90°"), ("-5°", "60°"), ("10°", "140°"))
    poses = [f"{{x: {x}, y: 3 m, z: {z}, yaw: {yaw}, pitch: {p}, fov: {fov}}}" for x, z, yaw, p, fov in corners]
    built = compose(parse_block(f"{TEXT}  environment: {sky}\n", Place(Path(), ())))
    run = worlds.make("simulator").run(built, 0)
    for some in batched(poses, 12):
        lines = "\n".join(f"  c{i}: {pose}" for i, pose in enumerate(some))
        cameras = rig_of(parse_block(f"cameras:\n{lines}\nscenario: {{}}", Place(Path(), ())).spec.cameras)
        for size in ((64, 32), SOCIAL_FRONT):
            views = CameraRenderer(run, built.network, built.environment, cameras, [size] * len(cameras)).frame(3)
            assert [v.shape for v in views] == [(size[1], size[0], 3)] * len(cameras)


def batched(values: list[str], most: int) -> list[list[str]]:
    return [values[i : i + most] for i in range(0, len(values), most)]


def test_low_quality_is_smaller_in_every_way(tmp_path: Path) -> None:
    full, low = (Filmed(KINDS[kind], tmp_path / kind) for kind in ("full", "low"))
    assert (low.film.width, low.film.height) == (full.film.width // 2, full.film.height // 2)
    assert low.film.frames < full.film.frames
    assert all(
        l[:4] == [v // 2 for v in f[:4]] for l, f in zip(low.film.tiles.values(), full.film.tiles.values(), strict=True)
    )
    sizes = [(f.folder / f.film.file).stat().st_size for f in (low, full)]
    assert sizes[0] < 0.5 * sizes[1]
