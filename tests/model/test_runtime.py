"""Weights at run time: which are refused, and what the loaded ones answer. The network is small and not trained."""

from __future__ import annotations

import hashlib
import json
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mkdocs_worldmodel.model.features import OWN, PATH, POSE, Observation
from mkdocs_worldmodel.model.kinematics import TOKEN
from mkdocs_worldmodel.model.runtime import FORMAT, GRAPHS, SPANS, ModelError, SceneModel, Window

TINY = Path(__file__).parent.parent / "data" / "tiny-weights"
COPIES, USERS = 2, 5


@pytest.fixture(scope="module")
def model() -> SceneModel:
    return SceneModel.load(TINY, threads=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(TINY, tmp_path / "weights")
    return tmp_path / "weights"


def seen(seed: int = 0) -> Observation:
    random = np.random.default_rng(seed)
    shapes = ((OWN,), (POSE,), (len(PATH), 5), (USERS, 4))
    own, pose, path, conflict = (random.standard_normal((COPIES, USERS, *s)).astype(np.float32) for s in shapes)
    pose[..., -1] = 1.0
    return Observation(own, pose, path, conflict)


def noise(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((COPIES, USERS, TOKEN)).astype(np.float32)


def free() -> np.ndarray:
    return np.full((COPIES, USERS, TOKEN), np.nan, dtype=np.float32)


NOBODY = np.zeros((COPIES, USERS), dtype=bool)

# -- weights that cannot be used -------------------------------------------------------------------------------


def told(folder: Path, **changed: Any) -> None:
    """Change what model.json says; None takes a key away."""
    about = {**json.loads((folder / "model.json").read_text()), **changed}
    (folder / "model.json").write_text(json.dumps({k: v for k, v in about.items() if v is not None}))


@pytest.mark.parametrize("name", ["model.json", *(f"{each}.onnx" for each in GRAPHS)])
def test_a_file_that_is_missing_is_named_with_what_helps(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=rf"weights are missing: .*{name} cannot be read \(`worldmodel train` makes"):
        SceneModel.load(folder)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="missing"):
        SceneModel.load(tmp_path / "nowhere")


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("harm", ["cut short", "one bit", "empty", "longer"])
def test_a_damaged_file_is_named(folder: Path, name: str, harm: str) -> None:
    file = folder / f"{name}.onnx"
    content = bytearray(file.read_bytes())
    if harm == "one bit":
        content[len(content) // 2] ^= 1
    file.write_bytes(
        {"cut short": content[: len(content) // 2], "one bit": content, "empty": b"", "longer": content + b"\n"}[harm]
    )
    with pytest.raises(ModelError, match=f"weights are damaged: .*{name}.onnx is not what it was"):
        SceneModel.load(folder)


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "7", "null", '"text"', "{}", '{"format": 1}', '{"format": 1, "sha256": 5, "size": {}}',
        '{"format": 1, "sha256": {}, "size": {"width": "wide"}}', "[" * 100_000, '{"a": "\ud800"}',
    ],
)  # fmt: skip
def test_a_description_that_means_nothing_is_said(folder: Path, text: str) -> None:
    (folder / "model.json").write_text(text, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(ModelError, match=r"weights are damaged: .*model\.json cannot be understood"):
        SceneModel.load(folder)


def test_weights_of_another_version_are_refused_with_both_numbers(folder: Path) -> None:
    told(folder, format=FORMAT + 1)
    with pytest.raises(ModelError, match=f"of format {FORMAT + 1}, this version reads {FORMAT}"):
        SceneModel.load(folder)


def test_what_is_no_network_is_said_though_its_digest_is_right(folder: Path) -> None:
    (folder / "see.onnx").write_bytes(b"no graph")
    about = json.loads((folder / "model.json").read_text())
    told(folder, sha256={**about["sha256"], "see": hashlib.sha256(b"no graph").hexdigest()})
    with pytest.raises(ModelError, match="cannot be loaded"):
        SceneModel.load(folder)


def test_weights_for_other_features_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mkdocs_worldmodel.model.runtime.OWN", OWN + 3)
    with pytest.raises(ModelError, match=rf"made for \[{OWN}, {OWN}\] features, this version has {OWN + 3}"):
        SceneModel.load(TINY)


def test_the_digest_is_that_of_the_weights_and_not_of_what_is_told_of_them(folder: Path) -> None:
    before = SceneModel.load(folder).digest
    told(folder, training={"steps": 5})
    assert SceneModel.load(folder).digest == before
    assert len(before) == 64
    # the same graphs in other places are another model
    about = json.loads((folder / "model.json").read_text())
    route = (folder / "route.onnx").read_bytes() + b"\x12\x00"  # one more, empty, field: the same graph
    (folder / "route.onnx").write_bytes(route)
    told(folder, sha256={**about["sha256"], "route": hashlib.sha256(route).hexdigest()})
    assert SceneModel.load(folder).digest != before


# -- what it answers -------------------------------------------------------------------------------------------


def test_the_same_noise_gives_the_same_bytes_and_another_noise_does_not(model: SceneModel) -> None:
    window = model.window(COPIES, USERS)
    first = model.chunk(seen(), free(), noise(), window)
    assert first.dtype == np.float32
    assert first.shape == (COPIES, USERS, TOKEN)
    again = SceneModel.load(TINY, threads=1).chunk(seen(), free(), noise(), window)
    assert again.tobytes() == first.tobytes()
    assert model.chunk(seen(), free(), noise(2), window).tobytes() != first.tobytes()
    assert model.chunk(seen(3), free(), noise(), window).tobytes() != first.tobytes()


def test_a_commanded_token_comes_out_as_it_was_given_and_others_answer_to_it(model: SceneModel) -> None:
    given = free()
    given[:, 0] = np.linspace(-2.0, 2.0, TOKEN)
    window = model.window(COPIES, USERS)
    out, alone = (model.chunk(seen(), each, noise(), window) for each in (given, free()))
    assert out[:, 0].tobytes() == given[:, 0].tobytes()
    assert np.abs(out[:, 1:] - alone[:, 1:]).max() > 1e-3
    assert np.isfinite(out).all()


def test_a_copy_of_a_batch_does_not_depend_on_the_others(model: SceneModel) -> None:
    both, window = seen(), model.window(COPIES, USERS)
    other = Observation(*(np.concatenate([a[:1], b[1:]]) for a, b in zip(both, seen(9), strict=True)))
    first = model.chunk(both, free(), noise(), window)
    again = model.chunk(other, free(), np.concatenate([noise()[:1], noise(7)[1:]]), window)
    np.testing.assert_array_equal(first[0], again[0])
    assert np.abs(first[1] - again[1]).max() > 1e-3


def test_somebody_who_is_not_there_changes_nothing(model: SceneModel) -> None:
    one, two = seen(), seen()
    random = np.random.default_rng(4)
    for each in (one, two):
        each.pose[:, 3, -1] = 0.0
    for name in ("own", "pose", "path"):
        values = getattr(two, name)
        kept = values[:, 3].copy()
        values[:, 3] = random.standard_normal(kept.shape)
    two.pose[:, 3, -1] = 0.0
    two.conflict[:, :, 3] = two.conflict[:, 3] = 7.0
    window = model.window(COPIES, USERS)
    moved = noise()
    moved[:, 3] = 5.0
    first, again = model.chunk(one, free(), noise(), window), model.chunk(two, free(), moved, window)
    others = [0, 1, 2, 4]
    np.testing.assert_allclose(first[:, others], again[:, others], atol=2e-6)


def test_the_window_keeps_the_last_chunks_in_order_and_never_grows(model: SceneModel) -> None:
    windows = [model.window(COPIES, USERS)]
    past = len(windows[0].known)
    assert past == 3
    for k in range(past + 4):
        windows.append(model.remember(seen(k), noise(k), windows[-1], commanded=NOBODY))
    assert {w.key.shape for w in windows} == {windows[0].key.shape}
    assert {w.value.nbytes for w in windows} == {windows[0].value.nbytes}
    for k, (before, after) in enumerate(pairwise(windows)):
        np.testing.assert_array_equal(after.key[..., :-1, :], before.key[..., 1:, :])
        np.testing.assert_array_equal(after.value[..., :-1, :], before.value[..., 1:, :])
        assert after.known.sum() == min(k + 1, past)
        assert (np.diff(after.known) >= 0.0).all()


def test_what_was_remembered_matters_as_long_as_it_is_in_the_window_and_no_longer(model: SceneModel) -> None:
    def after(first: np.ndarray, chunks: int) -> np.ndarray:
        window = model.remember(seen(5), first, model.window(COPIES, USERS), commanded=NOBODY)
        for k in range(chunks):
            window = model.remember(seen(k), noise(k), window, commanded=NOBODY)
        return model.chunk(seen(8), free(), noise(8), window)

    assert np.abs(after(noise(20), 2) - after(noise(21), 2)).max() > 1e-5
    np.testing.assert_array_equal(after(noise(20), 3), after(noise(21), 3))


def test_what_is_not_known_in_the_window_is_not_looked_at(model: SceneModel) -> None:
    empty = model.window(COPIES, USERS)
    random = np.random.default_rng(1)
    full = Window(
        random.standard_normal(empty.key.shape).astype(np.float32),
        random.standard_normal(empty.value.shape).astype(np.float32),
        empty.known,
    )
    np.testing.assert_array_equal(
        model.chunk(seen(), free(), noise(), empty), model.chunk(seen(), free(), noise(), full)
    )


def test_candidate_routes_are_scored_each_by_itself(model: SceneModel) -> None:
    own = seen().own.reshape(-1, OWN)
    scores = model.route_scores(own)
    assert scores.shape == (len(own),)
    np.testing.assert_allclose(model.route_scores(own[3:4]), scores[3:4], atol=1e-6)
    assert np.ptp(scores) > 1e-3


def test_extreme_scenes_give_finite_tokens(model: SceneModel) -> None:
    wild = Observation(*(np.float32(1e4) * values for values in seen()))
    wild.own.clip(-8.0, 8.0, out=wild.own)
    wild.pose[..., -1] = 1.0
    out = model.chunk(wild, free(), noise() * 5.0, model.window(COPIES, USERS))
    assert np.isfinite(out).all()


def test_no_more_passes_are_made_than_the_steps_and_one_look(
    model: SceneModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes: list[str] = []

    class Counted:
        def __init__(self, name: str, session: Any) -> None:
            self.name, self.session = name, session

        def run(self, *args: Any) -> Any:
            passes.append(self.name)
            return self.session.run(*args)

    monkeypatch.setattr(model, "_sessions", {name: Counted(name, s) for name, s in model._sessions.items()})
    looked = seen(30)
    token = model.chunk(looked, free(), noise(), model.window(COPIES, USERS))
    model.remember(looked, token, model.window(COPIES, USERS), commanded=NOBODY)
    assert passes == ["see", *["denoise"] * (2 * len(SPANS) + 1)]
