"""`worldmodel train`: what it takes, and what it says where it cannot train."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mkdocs_worldmodel.cli import main

OPTIONS = (
    "--out", "--steps", "--seed", "--size", "--minutes", "--workers", "--tracks", "--share", "--no-importance",
    "--compile", "--accelerator", "--devices", "--nodes", "--export",
)  # fmt: skip


def run(*args: str | Path) -> Result:
    result = CliRunner().invoke(main, ["train", *(str(a) for a in args)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_help_names_every_option_without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setitem(sys.modules, "lightning_fabric", None)
    result = run("--help")
    assert result.exit_code == 0
    assert all(each in result.output for each in OPTIONS)


@pytest.mark.parametrize("missing", ["torch", "lightning_fabric"])
def test_without_torch_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    for name in [each for each in sys.modules if each.startswith("mkdocs_worldmodel.training.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    result = run("--out", tmp_path / "training")
    assert result.exit_code == 1
    assert "Error: training needs more: pip install 'mkdocs-worldmodel[train]'" in result.output
    assert "torch" in result.output or "lightning_fabric" in result.output  # whichever is missed first
    assert not (tmp_path / "training").exists()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "Missing option '--out'"),
        (("--out", "x", "--steps", "0"), "0 is not in the range x>=1"),
        (("--out", "x", "--seed", "-1"), "-1 is not in the range"),
        (("--out", "x", "--size", "huge"), "'huge' is not one of 'full', 'tiny'"),
        (("--out", "x", "--workers", "0"), "0 is not in the range"),
        (("--out", "x", "--share", "1.5"), "1.5 is not in the range"),
        (("--out", "x", "--tracks", "nowhere"), "Directory 'nowhere' does not exist"),
        (("--out", "x", "--minutes", "soon"), "'soon' is not a valid float range"),
    ],
)
def test_what_it_does_not_take_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*args)
    assert result.exit_code == 2
    assert said in result.output
    assert list(tmp_path.iterdir()) == []


def ordered(monkeypatch: pytest.MonkeyPatch, *args: str | Path) -> Any:
    """What the command orders; nothing is trained."""
    from mkdocs_worldmodel.training import command

    orders: list[Any] = []
    monkeypatch.setattr(command, "train_into", lambda order: orders.append(order) or "done")
    result = run(*args)
    assert result.output == "done\n"
    return orders[0]


@pytest.mark.train
def test_options_reach_the_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mkdocs_worldmodel.training.network import TINY, Size
    from mkdocs_worldmodel.training.train import Recipe

    usual = ordered(monkeypatch, "--out", tmp_path)
    assert usual.recipe == Recipe()
    assert (usual.minutes, usual.workers, usual.only_export, usual.recipe.size) == (None, 2, False, Size())
    other = ordered(
        monkeypatch, "--out", tmp_path, "--size", "tiny", "--seed", "5", "--steps", "40", "--no-importance",
        "--tracks", tmp_path, "--share", "0.25",
    )  # fmt: skip
    assert other.recipe == Recipe(
        size=TINY, seed=5, steps=40, importance=False, tracks=str(tmp_path.resolve()), share=0.25
    )


@pytest.mark.train
def test_devices_are_handed_to_fabric_as_it_calls_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mkdocs_worldmodel.training import command

    asked: list[dict[str, Any]] = []

    class Stopped:
        def __init__(self, out: Path, recipe: Any, *, fabric: Any, compiled: bool) -> None:
            self.step = 0

        def run(self, until: float, *, workers: int) -> None:
            asked[-1] |= {"until": until, "workers": workers}
            self.step = 3

    def fabric(**options: Any) -> SimpleNamespace:
        asked.append(options)
        return SimpleNamespace(is_global_zero=True)

    monkeypatch.setattr(command, "Fabric", fabric)
    monkeypatch.setattr(command, "Training", Stopped)
    said = run("--out", tmp_path, "--devices", "2", "--nodes", "3", "--accelerator", "cpu", "--minutes", "1.5")
    assert said.output == "3 of 9400 steps are done; the same command goes on from there\n"
    assert asked[0]["devices"] == 2
    assert (asked[0]["num_nodes"], asked[0]["accelerator"], asked[0]["until"]) == (3, "cpu", 90.0)
    run("--out", tmp_path)
    assert asked[1]["devices"] == "auto"


@pytest.mark.train
def test_a_folder_without_a_training_cannot_be_exported(tmp_path: Path) -> None:
    result = run("--out", tmp_path, "--export")
    assert result.exit_code == 1
    assert "checkpoint.pt" in result.output
