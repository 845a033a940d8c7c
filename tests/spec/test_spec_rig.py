# Cameras and films as authors write them: what is possible, and what they are told where it is not.

from __future__ import annotations

import math
from pathlib import Path

import pytest

from mkdocs_worldmodel.errors import SpecError
from mkdocs_worldmodel.figure.film import Filming, filming
from mkdocs_worldmodel.scenario.rig import RIG, Camera, rig_of
from mkdocs_worldmodel.spec.block import Place, parse_block
from mkdocs_worldmodel.spec.model import BlockSpec
from mkdocs_worldmodel.spec.rig import CAMERAS


def spec(text: str) -> BlockSpec:
    return parse_block(f"{text}\nscenario: {{}}", Place(Path(), ())).spec


def rig(text: str) -> tuple[Camera, ...]:
    return rig_of(spec(text).cameras)


def mistakes(text: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        spec(text)
    return [f"{m.line}: {m}" for m in caught.value.mistakes]


def film(text: str, *, draft: bool = False) -> Filming | None:
    return filming(spec(text).film, draft=draft)


def test_the_default_rig_has_the_names_that_authors_may_write() -> None:
    assert tuple(c.name for c in RIG) == CAMERAS
    assert rig("") == RIG


def test_a_list_names_cameras_of_the_default_rig() -> None:
    assert [c.name for c in rig("cameras: [rear, front_wide]")] == ["front_wide", "rear"]


def test_an_own_camera_stands_where_it_is_said() -> None:
    text = "cameras: {roof_box: {x: 1.2 m, y: -30 cm, z: 2, yaw: -90°, pitch: 10°, fov: 120°, label: Roof}}"
    assert rig(text) == (
        Camera("roof_box", "Roof", 1.2, -0.3, 2.0, -math.pi / 2, math.radians(10.0), math.radians(120.0)),
    )


def test_what_is_not_said_of_an_own_camera_is_zero_and_its_name_is_its_label() -> None:
    (camera,) = rig("cameras: {roof_box: {x: 1, z: 2, yaw: 0, fov: 1}}")
    assert (camera.label, camera.y, camera.pitch) == ("Roof box", 0.0, 0.0)


@pytest.mark.parametrize("nothing", ["", "{}"])
def test_a_known_name_takes_its_place_from_the_default_rig(nothing: str) -> None:
    text = f"cameras:\n  rear: {nothing}\n  front_wide: {{fov: 60°}}"
    rear, front = rig(text)
    assert rear == RIG[6]
    assert (front.x, front.label, front.fov) == (RIG[0].x, "Front wide", math.radians(60.0))


def test_a_page_may_change_one_camera_of_the_sites_rig() -> None:
    site = {"cameras": {"roof": {"x": 1, "z": 2, "yaw": 0, "fov": "90°"}, "rear": None}}
    place = Place(Path(), (), (("mkdocs.yml", site),))
    cameras = rig_of(parse_block("cameras: {roof: {z: 3 m}}\nscenario: {}", place).spec.cameras)
    assert [(c.name, c.z) for c in cameras] == [("roof", 3.0), ("rear", RIG[6].z)]


TOO_MANY = f"cameras: {{{', '.join(f'c{i}: {{x: 1, z: 1, yaw: 0, fov: 1}}' for i in range(13))}}}"


@pytest.mark.parametrize(
    ("text", "told", "hint"),
    [
        ("cameras: [front_wide, raer]", "1: cameras.2: 'raer' is unknown", "did you mean rear?"),
        ("cameras: [rear, rear]", "1: cameras.2: rear is named twice", "name each camera once"),
        ("cameras: []", "1: cameras is empty", "it needs at least 1"),
        ("cameras: {}", "1: cameras is empty", "it needs at least 1"),
        (
            "cameras: all",
            "1: cameras: neither a list of cameras nor a rig",
            "write [front_wide, rear], or a line for each: roof: {x: 1 m, z: 2 m, yaw: 0°, fov: 90°}",
        ),
        (
            "cameras:\n  front_wid:",
            "2: cameras.front_wid: x, z, yaw and fov are missing",
            "did you mean front_wide? Else a camera of your own needs x, z, yaw and fov",
        ),
        (
            "cameras:\n  rear:\n  roof: {x: 1, z: 2, fov: 1}",
            "3: cameras.roof: yaw is missing",
            "a camera of your own needs x, z, yaw and fov",
        ),
        (
            "cameras:\n  rear:\n    yaw: 175",
            "3: cameras.rear.yaw: a bare number is in rad, and 175 rad is hardly meant",
            "did you mean 175°?",
        ),
        ("cameras: {rear: {yaw: 190°}}", "1: cameras.rear.yaw: 190° is out of range", "from -180° to 180°"),
        ("cameras: {rear: {fov: 180°}}", "1: cameras.rear.fov: 180° is out of range", "from 10° to 140°"),
        ("cameras: {rear: {pitch: -31°}}", "1: cameras.rear.pitch: -31° is out of range", "from -30° to 60°"),
        ("cameras: {rear: {z: 0 m}}", "1: cameras.rear.z: 0 m is out of range", "from 0.2 m to 8 m"),
        (
            "cameras: {rear: {z: 2 s}}",
            "1: cameras.rear.z: '2 s' is not a length: s measures time",
            "write it like 25 m",
        ),
        ("cameras: {rear: {ptch: 2°}}", "1: unknown key 'ptch'", "did you mean pitch?"),
        (
            "cameras: {rear: 3}",
            "1: cameras.rear: a mapping is needed",
            "it has the keys x, y, z, yaw, pitch, fov, label",
        ),
        ("cameras: {top: }", "1: cameras.top: a camera cannot be called top", "the map has that name"),
        (
            "cameras: {Roof: }",
            "1: cameras.Roof: this is no name for a camera",
            "use small letters, digits and _, beginning with a letter",
        ),
        (TOO_MANY, "1: cameras is too long", "12 are the most"),
    ],
)
def test_mistakes_in_a_rig_are_told_where_they_are(text: str, told: str, hint: str) -> None:
    assert mistakes(text) == [f"{told} ({hint})"]


def test_all_mistakes_of_a_rig_are_told_at_once() -> None:
    text = "cameras:\n  roof: {x: 1, z: 20 m, yaw: 0, fov: 200°}\n  bak: {lable: Back}"
    assert [m[:2] for m in mistakes(text)] == ["2:", "2:", "3:"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Filming("h264", 640, 10)),
        ("film: full", Filming("h264", 640, 10)),
        ("film: {codec: vp9}", Filming("vp9", 640, 10)),
        ("film: low", Filming("h264", 320, 5)),
        ("film: {quality: low, width: 480 px, fps: 20}", Filming("h264", 240, 20)),
        ("film: {quality: low, width: 160}", Filming("h264", 160, 5)),
        ("film: {width: 1280 px, fps: 1}", Filming("h264", 1280, 1)),
        ("film: none", None),
    ],
)
def test_a_film_is_made_as_it_is_asked_for(text: str, expected: Filming | None) -> None:
    assert film(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("film: full", Filming("h264", 320, 5)),
        ("film: low", Filming("h264", 320, 5)),
        ("film: {codec: vp9, width: 1280 px, fps: 20}", Filming("vp9", 640, 5)),
        ("film: {fps: 2}", Filming("h264", 320, 2)),
        ("film: none", None),
    ],
)
def test_a_draft_is_low_whatever_is_asked_for(text: str, expected: Filming | None) -> None:
    assert film(text, draft=True) == expected


@pytest.mark.parametrize(
    ("text", "told", "hint"),
    [
        ("film: lo", "1: film: 'lo' is unknown", "did you mean low?"),
        (
            "film: false",
            "1: film: 'False' is unknown",
            "write none, low or full, or a mapping with codec, quality, width, fps",
        ),
        ("film: {quality: lov}", "1: film.quality: 'lov' is unknown", "did you mean low?"),
        ("film: {width: 100 px}", "1: film.width: 100 px is out of range", "from 160 px to 1280 px"),
        (
            "film: {width: 3 m}",
            "1: film.width: '3 m' is not a picture width: m measures length",
            "write it like 320 px",
        ),
        (
            "film: {fps: 7}",
            "1: film.fps: 7 pictures a second are not possible",
            "1, 2, 4, 5, 10 and 20 are: a run has 20 states a second",
        ),
        (
            "film: {fps: yes}",
            "1: film.fps: True pictures a second are not possible",
            "1, 2, 4, 5, 10 and 20 are: a run has 20 states a second",
        ),
        ("film: [low]", "1: film: a mapping is needed", "it has the keys codec, quality, width, fps"),
    ],
)
def test_mistakes_in_a_film_are_told(text: str, told: str, hint: str) -> None:
    assert mistakes(text) == [f"{told} ({hint})"]
