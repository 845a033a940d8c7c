# One figure with everything: the film on the page, decoded, and found by the links.

from __future__ import annotations

import json
from pathlib import Path

import av
from site_project import Project, block

SCENARIO = "{actors: {lorry: {kind: truck, lane: 1, ahead: 25 m}}, ego: {speed: 60 km/h}, stop: {time: 2 s}}"


def test_a_film_comes_with_its_page(project: Project) -> None:
    project.write("guide/page.md", block("id: filmed\ncameras: [front_wide, rear]", scenario=SCENARIO, film="full"))
    project.write("index.md", "# Home\n")
    built = project.build("material")
    assert not built.warnings
    figure = built.page("guide/page/index.html").first(id="filmed")
    video = figure.first("video")
    folder = built.folder / "guide/page"
    film = (folder / video.attrs["src"]).resolve()
    assert (film.name, film.parent.parent) == ("filmed.mp4", (built.folder / "assets/worldmodel").resolve())
    assert 0 < (folder / video.attrs["poster"]).stat().st_size <= 40_000
    assert (folder / figure.first("img").attrs["src"]).is_file()
    downloads = [Path(a.attrs["href"]).suffix for a in figure.all("a") if "download" in a.attrs]
    assert downloads == [".mp4", ".csv", ".json"]
    data = figure.first("wm-figure").attrs
    tiles = json.loads(data["data-tiles"])
    assert set(tiles) == {"front_wide", "rear", "top"}
    with av.open(str(film)) as container:
        frames = list(container.decode(video=0))
        stream = container.streams.video[0]
        size = (stream.width, stream.height)
    assert len(frames) == int(data["data-frames"]) == 21
    assert size == (int(video.attrs["width"]), int(video.attrs["height"]))
    assert all(x + w <= size[0] and y + h <= size[1] for x, y, w, h, _ in tiles.values())
    assert project.build("material").summary == "1 figures: 0 made, 1 from store, 0 failed"
