# JSON schema of a block, for editors.

from __future__ import annotations

from typing import Any

from mkdocs_worldmodel.spec.kinds import DEFAULT, KINDS


def block_schema() -> dict[str, Any]:
    """JSON schema (2020-12) of what may stand in a block, of whatever kind."""
    definitions: dict[str, Any] = {}
    for model in KINDS.values():
        schema = model.model_json_schema()
        definitions |= schema.pop("$defs", {})
        definitions[model.__name__] = schema
    file = {"type": "string", "pattern": r"(^library/[^/.]+|\.ya?ml)$", "description": "A file, or library/NAME."}
    definitions["ScenarioSpec"]["properties"]["from"] = file
    for model in KINDS.values():
        properties = definitions[model.__name__]["properties"]
        if (described := properties.get("scenario")) is None:
            continue
        properties["scenario"] = {**described, "anyOf": [{"$ref": described.pop("$ref")}, file]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "worldmodel block",
        **_of_its_kind(),
        "$defs": definitions,
    }


def _of_its_kind() -> dict[str, Any]:
    """The schema that `figure:` asks for; where it says nothing, the default's."""
    named = {kind: {"$ref": f"#/$defs/{model.__name__}"} for kind, model in KINDS.items()}
    chosen: dict[str, Any] = named.pop(DEFAULT)
    for kind, schema in named.items():
        says = {"properties": {"figure": {"const": kind}}, "required": ["figure"]}
        chosen = {"if": says, "then": schema, "else": chosen}
    return chosen
