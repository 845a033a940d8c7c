# What a model card says of the model itself: what it is, what it was trained on, how long, and on which machine.

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mkdocs_worldmodel.analysis.said import Said, joined, say
from mkdocs_worldmodel.analysis.values import Value
from mkdocs_worldmodel.figure.bundle import Table
from mkdocs_worldmodel.spec.model_card_files import TRAIN, Weights
from mkdocs_worldmodel.spec.model_card_results import Results
from mkdocs_worldmodel.spec.model_card_told import Training

CHUNK = 0.5
"""What a token stands for [s]."""
SHORT = 12
"""Digits of the digest, as runs name it."""
ROADS: Mapping[str, Said] = {
    "motorway": say("motorway"), "curves": say("bends"), "stop_and_go": say("stop-and-go"), "merge": say("merging"),
    "urban": say("town"), "crossing": say("crossing"), "signals": say("traffic lights"),
    "roundabout": say("roundabout"),
}  # fmt: skip
"""Kinds of roads in the data."""

Row = list[Said | str | None]


def road(kind: str) -> Said | str:
    """A kind of road in words; those of others as they call them."""
    return ROADS.get(kind, kind)


def listed(parts: Sequence[Said | str]) -> Said:
    """'a, b, c'."""
    return joined([part if isinstance(part, Said) else say("{name}", name=part) for part in parts], "{a}, {b}")


def table(weights: Weights, *, packaged: bool) -> Table:
    """All facts, those of the training where they are known."""
    model, size = weights.model, weights.model.size
    network = say(
        "{parameters:.2f} million parameters; {blocks} blocks, {width} wide; sees {past:g} s",
        parameters=model.parameters / 1e6, blocks=size.blocks, width=size.width, past=CHUNK * size.window,
    )  # fmt: skip
    rows: list[Row] = [
        [say("Network"), network],
        [say("On disk"), say("{size:.1f} MB; weights as 16-bit numbers", size=weights.bytes / 1e6)],
        [say("Digest"), weights.digest[:SHORT]],
    ]
    if model.training is not None:
        rows += _trained(model.training)
    if weights.curves is not None and weights.curves.validation:
        step, loss = weights.curves.validation[-1]
        rows.append([say("Loss on held-out scenes"), say("{loss:.4f} after {step:.0f} steps", loss=loss, step=step)])
    if packaged:
        rows.append([say("Licence"), say("MIT, as the package's code; the data are its own simulator's")])
    return Table(say("What it is"), [say("The model"), say("Value")], rows)


def _trained(training: Training) -> list[Row]:
    recipe, machine = training.recipe, training.machine
    steps = say(
        "{steps} steps of {batch} sequences of {length:g} s; seed {seed}",
        steps=training.steps, batch=recipe.batch, length=CHUNK * recipe.chunks, seed=recipe.seed,
    )  # fmt: skip
    where = say(
        "{hours:.2f} h; {cores} cores, {processor}, {system}; torch {torch}",
        hours=training.seconds / 3600.0, cores=machine.cores, processor=machine.processor, system=machine.system,
        torch=training.torch,
    )  # fmt: skip
    data = say("{scenes} scenes of {length:g} s, driven by the simulator for this training", scenes=training.scenes,
               length=training.scene_seconds)  # fmt: skip
    if recipe.tracks:
        data = say(
            "{data}; and recorded traffic, {share:.0f} % of the sequences", data=data, share=100.0 * recipe.share
        )
    often = say("taken more often") if recipe.importance else say("taken as often as all others")
    rows: list[Row] = [
        [say("Training"), steps],
        [say("Time and machine"), where],
        [say("Data"), data],
        [say("Roads"), listed([road(kind) for kind in training.road_kinds])],
        [say("Rare and critical moments"), often],
    ]
    if recipe.own_rollouts:
        part = 100.0 * (1.0 - min(recipe.own_rollouts))
        began = say(
            "in the last {part:.0f} % of the steps it began some of the scenes itself, and then drivers of the "
            "simulator went on", part=part,
        )  # fmt: skip
        rows.append([say("Its own mistakes"), began])
    if (routes := training.routes) is not None:
        right = say(
            "{right:.0f} % of {number} held-out choices; log loss {loss:.2f}, blind {blind:.2f}",
            right=100.0 * routes.right, number=routes.n, loss=routes.log_loss, blind=routes.blind,
        )  # fmt: skip
        rows.append([say("Guesses the right way"), right])
    return rows


def evaluate(*, packaged: bool) -> str:
    """The command that measures weights."""
    return "worldmodel evaluate --out RESULTS" if packaged else "worldmodel evaluate --weights FOLDER --out RESULTS"


def made(weights: Weights, results: Results | None, *, packaged: bool) -> list[list[Said | str]]:
    """How it was made, and how to make it again."""
    rows: list[list[Said | str]] = [
        [say("Digest"), weights.digest],
        [say("Made again by"), TRAIN],
        [say("Measured again by"), evaluate(packaged=packaged)],
    ]
    if results is not None:
        rows.append([say("Measured on"), results.machine])
        if results.missing:
            rows.append([say("Not finished"), say("{number} blocks of scenes are not measured yet",
                                                  number=results.missing)])  # fmt: skip
    return rows


def values(weights: Weights) -> dict[str, Value]:
    """What running text may name of it."""
    model = weights.model
    found = {"parameters": Value(float(model.parameters), "", None), "bytes": Value(float(weights.bytes), "", None)}
    if (training := model.training) is not None:
        found["training_time"] = Value(training.seconds, "h", None)
        found["training_scenes"] = Value(float(training.scenes), "", None)
        found["training_steps"] = Value(float(training.steps), "", None)
    return found
