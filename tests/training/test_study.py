"""The study of horizons and importance: equal compute, runs that are done are kept, and what its table says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mkdocs_worldmodel.model.features import OWN, PATH, POSE
from mkdocs_worldmodel.model.kinematics import TOKEN
from mkdocs_worldmodel.training.data import Sequences

pytestmark = pytest.mark.train

N = 16


def made_up(count: int = 44) -> Sequences:
    random = np.random.default_rng(count)

    def some(*shape: int) -> np.ndarray:
        return random.standard_normal((count, 21, N, *shape)).astype(np.float32)

    pose = some(POSE)
    pose[..., 10], pose[..., 12] = 0.0, 1.0
    learns = np.ones((count, 21, N), dtype=bool)
    return Sequences(
        some(OWN), pose, some(len(PATH), 5), some(N, 4), some(TOKEN), learns, np.zeros((count, 21), np.float32),
        np.zeros((count, N), dtype=bool),
    )  # fmt: skip


@pytest.fixture
def study(monkeypatch: pytest.MonkeyPatch) -> Any:
    from mkdocs_worldmodel.training import study as module

    monkeypatch.setattr(module, "TOKENS", 42 * N)
    monkeypatch.setattr(module, "ROAD_KINDS", ("curves",))
    monkeypatch.setattr(module, "shard", lambda source, number: made_up())
    return module


def test_every_run_takes_as_many_tokens_a_step_whatever_its_horizon(study: Any, tmp_path: Path) -> None:
    for run in study.runs(1):
        batch = study.TOKENS // (N * run.horizon)
        parts = study._parts(tmp_path, run, batch)
        for _ in range(70):  # more than the shards hold: they come again
            part = next(parts)
            shape = part.token.shape
            assert shape == (batch, run.horizon, N, TOKEN)
            assert np.prod(shape) == study.TOKENS * TOKEN
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"shard-1-{i}-{k}.npz" for i in (0, 1) for k in range(3)]


def test_a_shard_that_is_too_small_for_a_step_is_said(study: Any, tmp_path: Path) -> None:
    run = next(study.runs(1))
    with pytest.raises(ValueError, match="holds 44 sequences, fewer than a step takes: 45"):
        next(study._parts(tmp_path, run, 45))


def test_all_horizons_and_both_samplings_are_run_and_what_is_done_is_kept(
    study: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = study.study(tmp_path, steps=2, seeds=1, scenes_per_kind=2)
    kinds = [(run["horizon"], run["importance"]) for run in found["runs"]]
    assert kinds == [(1, True), (6, True), (21, True), (6, False)]
    for run in found["runs"]:
        assert 0.0 < run["ade"] < run["fde"] <= run["first_fde"] < 200.0
        assert 0.0 <= run["contact"] <= 100.0
    table = study.table(found).splitlines()
    assert len(table) == 5
    assert f"{found['runs'][0]['fde']:.3f} ± 0.000" in table[1]

    def never(*_: Any) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr(study, "_trained", never)
    assert study.study(tmp_path, steps=2, seeds=1, scenes_per_kind=2) == found


def test_who_knows_the_future_s_tokens_foretells_it(study: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The score of a model that answers what then really happened is nearly nothing."""
    (test,) = study._tests(2)
    real = study.imagine

    def known(face: Any, now: Any, chunks: int, signals: Any, noise: Any, given: Any = None) -> Any:
        from mkdocs_worldmodel.model.kinematics import Motion, controls_of

        copies = len(now.present) // len(test.present)
        first = study._CONTEXT * 5

        def told(k: int) -> tuple[np.ndarray, np.ndarray]:
            at = [Motion(*(np.repeat(v[:, first + 5 * k + i], copies, 0) for v in test.motion)) for i in range(6)]
            return controls_of(at)

        return real(face, now, chunks, signals, noise, told)

    monkeypatch.setattr(study, "imagine", known)
    from mkdocs_worldmodel.training.network import SceneModel, Size

    told = study.judged(SceneModel(Size(width=32, blocks=2, heads=2, conditioning=16, pair=8)).eval(), [test])
    assert told["ade"] < told["fde"] < 0.5
