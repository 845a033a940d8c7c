# JSON schema of a block, for editors.

from __future__ import annotations

from typing import Any

from mkdocs_worldmodel.spec.model import BlockSpec


def block_schema() -> dict[str, Any]:
    """JSON schema (2020-12) of what may stand in a block."""
    schema = BlockSpec.model_json_schema()
    described = schema["properties"]["scenario"]
    of = described.pop("$ref")
    file = {"type": "string", "pattern": r"(^library/[^/.]+|\.ya?ml)$", "description": "A file, or library/NAME."}
    schema["$defs"][of.rpartition("/")[2]]["properties"]["from"] = file
    schema["properties"]["scenario"] = {**described, "anyOf": [{"$ref": of}, file]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "worldmodel block", **schema}
