"""The network: what its output may depend on, and that streaming is the same as seeing everything at once."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from mkdocs_worldmodel.model.features import OWN, PATH, POSE
from mkdocs_worldmodel.model.kinematics import TOKEN

pytestmark = pytest.mark.train

B, T, N = 2, 6, 5
WINDOW = 4


@cache
def fresh() -> Any:
    """As training begins."""
    import torch

    from mkdocs_worldmodel.training.network import SceneModel, Size

    torch.manual_seed(1)
    return SceneModel(Size(width=32, blocks=4, heads=2, conditioning=16, pair=8, window=WINDOW)).eval()


@cache
def lively() -> Any:
    """With random numbers also where training begins with noughts."""
    import copy

    import torch

    model, random = copy.deepcopy(fresh()), torch.Generator().manual_seed(2)
    with torch.no_grad():
        for value in model.parameters():
            wide = value.shape[-1] if value.ndim > 1 else 10
            value.copy_(torch.randn(value.shape, generator=random) * wide**-0.5)
    return model


def batch(seed: int = 0, chunks: int = T) -> dict[str, Any]:
    """Input of a pass: own, pose, path, conflict, token, commanded, time, action."""
    import torch

    random = torch.Generator().manual_seed(seed)

    def some(*shape: int) -> Any:
        return torch.randn(B, chunks, *shape, generator=random)

    made = {"own": some(N, OWN), "pose": some(N, POSE), "path": some(N, len(PATH), 5), "conflict": some(N, N, 4)}
    made["pose"][..., :2] *= 20.0
    made["pose"][..., 4:] = made["pose"][..., 4:].abs()
    made["pose"][..., -1] = 1.0
    more = {
        "token": some(N, TOKEN),
        "commanded": torch.zeros(B, chunks, N),
        "time": torch.rand(B, chunks, generator=random),
    }
    return {**made, **more, "action": torch.zeros(B, chunks, TOKEN + 1)}


def velocity(model: Any, given: dict[str, Any], window: Any = None) -> Any:
    import torch

    with torch.no_grad():
        seen = model.see(*(given[name] for name in ("own", "pose", "path", "conflict")))
        return model(seen, given["token"], given["commanded"], given["time"], given["action"], window)


def changed(given: dict[str, Any], name: str, where: Any, by: float = 0.7) -> dict[str, Any]:
    values = given[name].clone()
    values[where] += by
    return {**given, name: values}


def test_it_has_between_three_and_eight_million_numbers() -> None:
    from mkdocs_worldmodel.training.network import TINY, SceneModel

    count = [sum(p.numel() for p in model.parameters()) for model in (SceneModel(), SceneModel(TINY))]
    assert 3e6 < count[0] < 8e6
    assert count[1] < 0.1 * count[0]


def test_training_begins_with_no_velocity_at_all() -> None:
    assert (velocity(fresh(), batch())[0] == 0.0).all()


def test_training_begins_without_any_influence_of_action_and_time() -> None:
    import copy

    import torch

    model = copy.deepcopy(fresh())
    torch.nn.init.normal_(model.out.weight)  # else nothing at all would come out
    usual = batch()
    out = velocity(model, usual)
    assert out[0].abs().max() > 0.1
    for name, where in (("action", ...), ("time", ...)):
        for one, two in zip(out, velocity(model, changed(usual, name, where)), strict=True):
            assert torch.equal(one, two), name
    assert not torch.equal(out[0], velocity(model, changed(usual, "token", ...))[0])


@pytest.mark.parametrize("name", ["token", "own", "pose", "path", "conflict", "commanded", "time", "action"])
def test_what_comes_later_changes_nothing_before_bit_for_bit(name: str) -> None:
    import torch

    usual = batch()
    out = velocity(lively(), usual)[0]
    for k in range(T):
        again = velocity(lively(), changed(usual, name, (slice(None), slice(k, None))))[0]
        assert torch.equal(again[:, :k], out[:, :k])
        assert not torch.equal(again[:, k], out[:, k])


def test_in_a_chunk_everything_is_made_together() -> None:
    usual = batch()
    out = velocity(lively(), usual)[0]
    moved = velocity(lively(), changed(usual, "token", (slice(None), 3, N - 1, TOKEN - 1)))[0] - out
    assert (moved[:, 3, :, 0].abs() > 1e-5).all()  # everybody's first control, for the last one of the last road user
    assert (moved[:, :3] == 0.0).all()


def test_with_the_window_it_is_the_same_as_all_chunks_at_once() -> None:
    import torch

    from mkdocs_worldmodel.training.network import Window

    chunks = 9
    usual = batch(chunks=chunks)
    whole, keys, _ = velocity(lively(), usual)
    size = lively().size
    empty = torch.zeros(size.blocks // 2, B, N, size.heads, WINDOW - 1, size.width // size.heads)
    window, shapes = Window(empty, empty, torch.zeros(WINDOW - 1)), set()
    for k in range(chunks):
        one, key, value = velocity(lively(), {name: each[:, k : k + 1] for name, each in usual.items()}, window)
        torch.testing.assert_close(one[:, 0], whole[:, k], rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(key[..., 0, :], keys[..., k, :], rtol=1e-5, atol=1e-5)
        window = Window(
            torch.cat([window.key[..., 1:, :], key], -2),
            torch.cat([window.value[..., 1:, :], value], -2),
            torch.cat([window.known[1:], torch.ones(1)]),
        )
        shapes.add(tuple(window.key.shape))
    assert len(shapes) == 1


def test_one_layer_looks_back_no_farther_than_its_window() -> None:
    import torch

    block = lively().blocks[1]
    random = torch.Generator().manual_seed(3)
    x, c = torch.randn(1, 8, N, 32, generator=random), torch.randn(1, 8, 16, generator=random)
    with torch.no_grad():
        out = block.through_time(x, c, None)[0]
        other = x.clone()
        other[:, 0] += 1.0
        again = block.through_time(other, c, None)[0]
    same = [torch.equal(again[:, k], out[:, k]) for k in range(8)]
    assert same == [False] * WINDOW + [True] * (8 - WINDOW)


def test_where_somebody_is_who_is_not_there_changes_nothing() -> None:
    import torch

    usual = batch()
    usual["pose"][:, :, 2, -1] = 0.0
    out = velocity(lively(), usual)[0]
    others = [0, 1, 3, 4]
    for name, where in (
        ("own", (..., 2, slice(None))), ("pose", (..., 2, slice(0, POSE - 1))),
        ("path", (..., 2, slice(None), slice(None))),
        ("conflict", (..., 2, slice(None))), ("conflict", (..., 2, slice(None), slice(None))),
        ("token", (..., 2, slice(None))), ("commanded", (..., 2)),
    ):  # fmt: skip
        again = velocity(lively(), changed(usual, name, where, 5.0))[0]
        assert torch.equal(again[:, :, others], out[:, :, others]), name


def test_where_two_ways_meet_is_told_to_nobody_but_these_two() -> None:
    import torch

    usual = batch()
    other = changed(usual, "conflict", (slice(None), slice(None), 1, 3), 3.0)
    with torch.no_grad():
        one, two = (
            lively().see(*(each[name] for name in ("own", "pose", "path", "conflict"))) for each in (usual, other)
        )
    rest = [0, 2, 3, 4]
    assert torch.equal(one.token[:, :, rest], two.token[:, :, rest])
    assert not torch.equal(one.token[:, :, 1], two.token[:, :, 1])
    moved = (one.bias - two.bias).abs().amax((0, 1, 2, 3))
    assert moved[1, 3] > 1e-3
    moved[1, 3] = 0.0
    assert moved.max() == 0.0
    out = (velocity(lively(), usual)[0] - velocity(lively(), other)[0]).abs().mean((0, 1, 3))
    assert out[1] > 2.0 * out[rest].max() > 0.0  # the others only see that one what it then does


def test_the_ego_s_action_counts_only_where_it_is_commanded() -> None:
    import torch

    usual = batch()
    hidden = changed(usual, "action", (..., slice(0, TOKEN)))
    out = velocity(lively(), usual)[0]
    assert torch.equal(velocity(lively(), hidden)[0], out)
    told = changed(hidden, "action", (..., TOKEN), 1.0)
    assert (velocity(lively(), told)[0] - out).abs().amax(-1).min() > 1e-4  # then for everybody


def test_scenes_of_a_batch_do_not_touch() -> None:
    import torch

    usual, out = batch(), velocity(lively(), batch())[0]
    for name in ("token", "own", "pose", "action"):
        again = velocity(lively(), changed(usual, name, 1))[0]
        assert torch.equal(again[0], out[0])
        assert not torch.equal(again[1], out[1])


def test_who_stands_first_in_the_list_does_not_matter() -> None:
    import torch

    order = torch.tensor([3, 0, 4, 1, 2])
    usual = batch()
    swapped = {
        name: each[:, :, order][:, :, :, order] if name == "conflict" else each if name in ("time", "action")
        else each[:, :, order] for name, each in usual.items()
    }  # fmt: skip
    torch.testing.assert_close(
        velocity(lively(), swapped)[0], velocity(lively(), usual)[0][:, :, order], rtol=1e-4, atol=1e-5
    )


def test_a_network_under_training_answers_as_the_exported_one_is_asked() -> None:
    """`TorchModel` has the face of `runtime.SceneModel`: a commanded token comes out as given, the window rolls."""
    from mkdocs_worldmodel.model.features import Observation
    from mkdocs_worldmodel.training.in_torch import TorchModel

    face, usual = TorchModel(lively()), batch()
    seen = Observation(*(usual[name][:, 0].numpy() for name in ("own", "pose", "path", "conflict")))
    noise = np.random.default_rng(0).standard_normal((B, N, TOKEN)).astype(np.float32)
    given = np.full_like(noise, np.nan)
    given[:, 0] = 0.25
    empty = face.window(B, N)
    token = face.chunk(seen, given, noise, empty)
    assert (token[:, 0] == 0.25).all()
    assert np.isfinite(token).all()
    window = face.remember(seen, token, empty, commanded=~np.isnan(given[..., 0]))
    assert window.key.shape == empty.key.shape
    assert window.known.tolist() == [0.0] * (WINDOW - 2) + [1.0]
    assert (window.key[..., :-1, :] == 0.0).all()
    assert np.abs(face.chunk(seen, given, noise, window) - token)[:, 1:].max() > 1e-4
