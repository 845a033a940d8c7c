# The folder of a model's weights: the files that tell of it, read and checked. They may be somebody else's: nothing in
# them is believed.

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from mkdocs_worldmodel.errors import SpecError
from mkdocs_worldmodel.spec.block import Block
from mkdocs_worldmodel.spec.model_card_results import Results
from mkdocs_worldmodel.spec.model_card_told import Curves, Model, Study
from mkdocs_worldmodel.spec.text import KeyPath

PACKAGED = Path(__file__).parents[1] / "model" / "weights"
"""Weights that come with the package."""
MODEL, CURVES, RESULTS, STUDY = "model.json", "curves.json", "results.json", "study.json"
GRAPHS = ("see", "denoise", "route")
"""Files NAME.onnx of the network, in the order in which their digests make the one of the weights."""
MAX_BYTES = 2**21
"""Of one of the JSON files."""
MAX_GRAPH = 2**28
"""Of a part of the network [bytes]."""
TRAIN = "worldmodel train --out FOLDER"
"""Makes weights, in FOLDER/weights."""
_AGAIN = f"copy all of its files again, or make them: {TRAIN}"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Weights:
    """A folder of weights, without the weights."""

    model: Model
    bytes: int
    """Of the network's files."""
    curves: Curves | None
    """None where there is no such file."""
    study: Study | None
    """Likewise."""
    results: str | None
    """The text of results.json, which can be understood; None where there is none."""

    @property
    def digest(self) -> str:
        """As runs of the learned world name it, in 64 hexadecimal digits."""
        return hashlib.sha256(b"".join(bytes.fromhex(self.model.sha256[name]) for name in GRAPHS)).hexdigest()

    def measured(self) -> Results | None:
        """What was measured, of whatever weights; None where nothing was."""
        return None if self.results is None else TypeAdapter(Results).validate_json(self.results)


def read_weights(block: Block, named: str | None) -> Weights:
    """What a folder of weights says of itself.

    Args:
        block: who asks
        named: the folder as its author calls it; None: the weights that come with the package

    Raises:
        SpecError: where the folder may not be read, lacks files, or holds others than it says.
    """
    at: KeyPath = ("weights",) if named is not None else ("figure",)
    folder = PACKAGED if named is None else _allowed(block, named, at)
    what = "the package's weights" if named is None else f"'{named}'"
    reading = _Reading(block, at, folder, what)
    model = reading.json(MODEL, Model)
    if model is None:
        raise reading.wrong(f"there is no {MODEL} in {what}", f"`{TRAIN}` makes weights")
    size = sum(reading.graph(name, model.sha256.get(name, "")) for name in GRAPHS)
    results = reading.text(RESULTS)
    if results is not None:
        reading.understood(RESULTS, results, Results)
    return Weights(model, size, reading.json(CURVES, Curves), reading.json(STUDY, Study), results)


def _allowed(block: Block, named: str, at: KeyPath) -> Path:
    place = block.place
    try:
        folder = (place.folder / named).resolve()
    except (OSError, RuntimeError, ValueError):
        raise SpecError(block.sources.mistake(at, f"'{named}' cannot be read", "name a folder of weights")) from None
    if not any(folder.is_relative_to(root.resolve()) for root in place.roots):
        hint = "name the folder under `roots`, or keep the weights among the pages"
        raise SpecError(block.sources.mistake(at, f"'{named}' is outside of the docs folder", hint))
    return folder


@lru_cache(maxsize=32)
def _sha256(path: Path, size: int, changed: int) -> str:  # noqa: ARG001 - those of a file that was changed are others
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Reading:
    """Files of one folder; what is wrong with them is told at the key that names it."""

    def __init__(self, block: Block, at: KeyPath, folder: Path, what: str) -> None:
        self.block, self.at, self.folder, self.what = block, at, folder, what

    def wrong(self, message: str, hint: str) -> SpecError:
        """A mistake of the block."""
        return SpecError(self.block.sources.mistake(self.at, message, hint))

    def text(self, name: str) -> str | None:
        """A file's text; None where there is no such file."""
        path = self.folder / name
        try:
            if not path.exists():
                return None
            if not path.is_file() or path.stat().st_size > MAX_BYTES:
                raise self.wrong(f"{name} of {self.what} is larger than {MAX_BYTES // 2**20} MB, or no file", _AGAIN)
            return path.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise self.wrong(f"{name} of {self.what} cannot be read: {str(error)[:100]}", _AGAIN) from None

    def json(self, name: str, kind: type[T]) -> T | None:
        """A file's checked values; None where there is no such file."""
        text = self.text(name)
        return None if text is None else self.understood(name, text, kind)

    def understood(self, name: str, text: str, kind: type[T]) -> T:
        """The checked values of a file with that text."""
        try:
            return TypeAdapter(kind).validate_json(text)
        except ValidationError as error:
            raise self.wrong(f"{name} of {self.what} cannot be understood: {_first(error)}", _AGAIN) from None

    def graph(self, name: str, digest: str) -> int:
        """How large a part of the network is, which must be the one that has this digest [bytes]."""
        path = self.folder / f"{name}.onnx"
        try:
            told = path.stat()
            if not path.is_file() or told.st_size > MAX_GRAPH:
                raise self.wrong(f"{path.name} of {self.what} is no part of a network", _AGAIN)
            found = _sha256(path, told.st_size, told.st_mtime_ns)
        except OSError as error:
            raise self.wrong(f"{path.name} of {self.what} cannot be read: {error.strerror}", _AGAIN) from None
        if found != digest:
            raise self.wrong(f"{path.name} of {self.what} is not the file that {MODEL} tells of", _AGAIN)
        return told.st_size


def _first(error: ValidationError) -> str:
    """The first thing that is wrong in a JSON file."""
    item = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part)[:40] for part in item["loc"])
    return f"{where}: {item['msg'][:120]}" if where else str(item["msg"])[:120]
