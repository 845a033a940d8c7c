# The kinds of figures and the model of each one's block: what `figure:` may say.

from __future__ import annotations

from mkdocs_worldmodel.spec.forecast import ForecastSpec
from mkdocs_worldmodel.spec.model import BlockSpec, RolloutSpec
from mkdocs_worldmodel.spec.model_card import ModelCardSpec
from mkdocs_worldmodel.spec.what_if import WhatIfSpec

DEFAULT = "rollout"
KINDS: dict[str, type[BlockSpec]] = {
    "rollout": RolloutSpec,
    "what_if": WhatIfSpec,
    "forecast": ForecastSpec,
    "model_card": ModelCardSpec,
}


def key_names(model: type[BlockSpec]) -> set[str]:
    """Keys of a block of a kind, as authors write them."""
    return {field.alias or name for name, field in model.model_fields.items()}


def kinds_with(key: str) -> list[str]:
    """Kinds of figures that have a key."""
    return [kind for kind, model in KINDS.items() if key in key_names(model)]
