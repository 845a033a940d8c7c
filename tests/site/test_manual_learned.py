"""The manual's pages about the learned world name the options, columns, parts and limits that there are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import click
import yaml

from mkdocs_worldmodel.cli import main
from mkdocs_worldmodel.model.runtime import SceneModel
from mkdocs_worldmodel.scenario.road import Aspect
from mkdocs_worldmodel.scenario.road_user import Kind
from mkdocs_worldmodel.spec.model_card import CardPart
from mkdocs_worldmodel.training import recorded_lights, track_table
from mkdocs_worldmodel.world.learned import MOST_FUTURES, MOST_SECONDS

DOCS = Path(__file__).parents[2] / "example-site" / "docs"
WORLD = (DOCS / "world-model.md").read_text(encoding="utf-8")
TRAIN = (DOCS / "train-your-own.md").read_text(encoding="utf-8")


def test_every_option_of_the_commands_is_told_and_no_other() -> None:
    told = set(re.findall(r"`(--[a-z-]+)", TRAIN))
    there = {
        name
        for command in ("train", "evaluate", "tracks")
        for option in main.commands[command].params
        if isinstance(option, click.Option)
        for name in option.opts
    }
    assert told | {"--out"} == there


def test_the_format_of_recordings_is_told_column_by_column() -> None:
    tracks, signals = (block.splitlines() for block in re.findall(r"```csv\n(.*?)```", TRAIN, re.S))
    assert tuple(tracks[0].split(",")) == track_table.COLUMNS
    assert tuple(signals[0].split(",")) == recorded_lights.COLUMNS
    assert all(line.count(",") == tracks[0].count(",") for line in tracks)
    for name in (*track_table.COLUMNS, "rear_overhang", *get_args(Kind), *get_args(Aspect)):
        assert f"`{name}`" in TRAIN, name


def test_every_part_of_the_card_is_told_and_stands_on_the_page() -> None:
    blocks = [yaml.safe_load(body) for body in re.findall(r"```worldmodel\n(.*?)```", WORLD, re.S)]
    shown = [part for block in blocks if block.get("figure") == "model_card" for part in block["parts"]]
    assert sorted(shown) == sorted(get_args(CardPart))
    table = WORLD[WORLD.index("| part |") :]
    assert re.findall(r"^\| `(\w+)` \|", table, re.M) == list(get_args(CardPart))


def test_limits_are_those_of_the_world() -> None:
    told = re.findall(r"^\| (\d+) (s|road users|futures) \|", WORLD, re.M)
    assert told == [
        (f"{MOST_SECONDS:g}", "s"),
        (f"{SceneModel.most_users}", "road users"),
        (f"{MOST_FUTURES}", "futures"),
    ]
