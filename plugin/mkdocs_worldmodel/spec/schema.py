# JSON schema of a block, for editors.

from __future__ import annotations

from typing import Any

from mkdocs_worldmodel.spec.model import BlockSpec


def block_schema() -> dict[str, Any]:
    """JSON schema (2020-12) of what may stand in a block."""
    schema = BlockSpec.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "worldmodel block", **schema}
