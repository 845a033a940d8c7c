"""The learned world with the weights that come with the package, and without them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from mkdocs_worldmodel import world as worlds
from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.model import runtime
from mkdocs_worldmodel.model.runtime import ModelError, SceneModel
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.world import learned
from mkdocs_worldmodel.world.learned import Learned
from mkdocs_worldmodel.world.simulator import Simulator
from scenes import scenario

TEXT = """
    road: {{lanes: 3, length: 900 m, curve: {{radius: {radius} m, to: left, transition: 60 m}}, speed_limit: 80 km/h}}
    ego: {{lane: 2, speed: 20 m/s}}
    actors:
      ahead: {{lane: 2, ahead: {ahead} m, speed: 18 m/s}}
      lorry: {{kind: truck, lane: 1, ahead: 10 m, speed: 20 m/s}}
      beside: {{lane: 3, ahead: 5 m, speed: 22 m/s}}
      last: {{lane: 2, behind: 20 m, speed: 22 m/s}}
    stop: {{time: 3 s}}
    """


def same(a: Rollout, b: Rollout) -> bool:
    values = [(getattr(a, f.name), getattr(b, f.name)) for f in fields(a)]
    return all(one.tobytes() == two.tobytes() for one, two in values if isinstance(one, np.ndarray))


def test_a_run_alone_is_the_same_as_in_a_batch_bit_for_bit() -> None:
    copies = [scenario(TEXT.format(radius=400 + 50 * b, ahead=20 + 7 * b)) for b in range(3)]
    (batch,) = Learned().run_many(copies, [1, 1, 2])
    for b, (copy, seed) in enumerate(zip(copies, [1, 1, 2], strict=True)):
        assert same(batch.one(b), Learned().run(copy, seed))


def test_fewer_futures_are_the_first_of_more_bit_for_bit() -> None:
    built = scenario(TEXT.format(radius=400, ahead=20))
    past = Simulator().run(built)
    few, many = (Learned().futures(built, past, 40, seconds=1.5, count=count, seed=5) for count in (2, 5))
    for k in range(2):
        assert same(few.one(k), many.one(k))


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the weights, in the place of the package's own."""
    shutil.copytree(runtime.WEIGHTS, tmp_path / "weights")
    monkeypatch.setattr(runtime, "WEIGHTS", tmp_path / "weights")
    learned._packaged.cache_clear()
    yield tmp_path / "weights"
    learned._packaged.cache_clear()


def test_missing_weights_are_said_and_no_other_world_steps_in(elsewhere: Path) -> None:
    shutil.rmtree(elsewhere)
    world = worlds.make("learned")
    with pytest.raises(ModelError, match="missing"):
        _ = world.version
    with pytest.raises(WorldError, match="missing"):
        world.run(scenario(TEXT.format(radius=400, ahead=20)))


def test_damaged_weights_are_said(elsewhere: Path) -> None:
    content = bytearray((elsewhere / "denoise.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (elsewhere / "denoise.onnx").write_bytes(content)
    with pytest.raises(ModelError, match="damaged"):
        _ = worlds.make("learned").version


def test_the_weights_are_part_of_the_version() -> None:
    assert SceneModel.load().digest[:12] in worlds.make("learned").version
