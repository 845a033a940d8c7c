"""Our networks written as OpenDRIVE and read back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import pytest

from mkdocs_worldmodel.interchange.opendrive import read_opendrive
from mkdocs_worldmodel.interchange.opendrive_write import write_opendrive
from mkdocs_worldmodel.scenario.road import Road, RoadNetwork

sys.path.insert(0, str(Path(__file__).parents[1] / "scenario"))
import road_networks

DATA = Path(__file__).parents[1] / "data" / "opendrive"


def differences(a: object, b: object, path: str = "") -> Iterator[tuple[str, object, object]]:
    """Where two values of nested dataclasses are not the same to a nanometre."""
    if is_dataclass(a) and type(a) is type(b):
        for field in fields(a):
            yield from differences(getattr(a, field.name), getattr(b, field.name), f"{path}.{field.name}")
    elif isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        for i, (p, q) in enumerate(zip(a, b, strict=True)):
            yield from differences(p, q, f"{path}[{i}]")
    elif isinstance(a, float) and isinstance(b, float) and abs(a - b) <= 1e-9:
        return
    elif a != b:
        yield path, a, b


def in_one_order(road: Road) -> Road:
    """What OpenDRIVE does not tell apart, said one way: order of lanes and objects, a limit from 0 m on, names."""
    sections = tuple(replace(section, lanes=section.side(1) + section.side(-1)) for section in road.sections)
    limits = [limit for limit in road.speed_limits if limit.s > 0.0]
    first = [limit.limit for limit in road.speed_limits if limit.s <= 0.0]
    objects = tuple(sorted(road.objects, key=lambda each: (each.type, each.s, each.t_low)))
    limit = first[0] if first else road.speed_limit
    return replace(road, sections=sections, speed_limit=limit, speed_limits=tuple(limits), objects=objects, name="")


@pytest.mark.parametrize("spec", road_networks.ALL.values(), ids=road_networks.ALL.keys())
def test_every_network_that_authors_can_describe_comes_back_as_it_was(spec: road_networks.Spec) -> None:
    network = road_networks.laid_out(spec).network
    notes: list[str] = []
    back = read_opendrive(write_opendrive(network), note=notes.append)
    expected, got = (tuple(map(in_one_order, each.roads)) for each in (network, back))
    assert list(differences(expected, got)) == []
    assert list(differences(network.junctions, back.junctions)) == []
    assert notes == []


@pytest.mark.parametrize("name", ["curves", "junction", "ramp"])
def test_a_network_that_was_read_comes_back_as_it_was(name: str) -> None:
    network = read_opendrive((DATA / f"{name}.xodr").read_bytes())
    assert list(differences(network, read_opendrive(write_opendrive(network)))) == []


def test_the_same_network_gives_the_same_text() -> None:
    network = RoadNetwork(road_networks.laid_out({}).network.roads)
    assert write_opendrive(network) == write_opendrive(network)


def test_names_are_escaped() -> None:
    road = replace(road_networks.laid_out({}).network.roads[0], name='a "road" <&>')
    assert read_opendrive(write_opendrive(RoadNetwork((road,)))).roads[0].name == 'a "road" <&>'
