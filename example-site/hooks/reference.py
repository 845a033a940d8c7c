"""Makes the reference of all keys from the models that check them, and the tables that other pages hold.

A page says `<!-- table: kinds -->` where a table is to stand. Nothing here is typed twice: keys, units, bounds,
defaults and descriptions are those of the models in `spec/`, dimensions and behaviour those of `scenario/`.
"""

from __future__ import annotations

import inspect
import re

from manual_tables import TABLES
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from model_keys import ANCHORS, SECTIONS, default, described, keys, row, table, takes
from pydantic import BaseModel

from mkdocs_worldmodel.spec import conditions, story
from mkdocs_worldmodel.spec.model import ScenarioSpec

PAGE = "reference.md"
INTRO = """---
title: Reference
description: Every key of a block, with its unit, bounds and default.
---

# Reference

Every key that may stand in a block, made from the models that check it. Units are written behind the number; a bare
number is in metres, seconds, metres per second and so on. An unknown key is a mistake, with a proposal.

`scenario:` may also be the name of a file, or hold `from:` with one: a `.yaml` file beside the page, or
`library/NAME`. What stands beside `from:` is nearer. `worldmodel schema` prints the JSON schema for your editor.

"""


def section(level: int, path: str, title: str, owner: type[BaseModel]) -> str:
    """A heading, a sentence, and a table of the keys of a model."""
    rows = ""
    for key, name, field in keys(owner):
        anchor = f"{path}.{key}"
        head = f"`{key}`" + (f"{{: #{anchor} }}" if anchor not in ANCHORS.values() else "")
        said = takes(field.annotation, tuple(field.metadata))
        if usual := default(owner, name, field):
            said = f"{usual}; {said}" if field.is_required() else f"{said}; default {usual}"
        rows += row(head, described(field), said)
    if owner is ScenarioSpec:
        rows += row(
            f"`from`{{: #{path}.from }}", "A scenario that this one changes in parts.", "a file, or `library/NAME`"
        )
    if owner is story.WhoSpec:
        rows += row("*a road user's name*", "What it does.", f"[keys](#{ANCHORS[story.DoSpec]})")
    if owner is story.LightsSpec:
        said = takes(conditions.AspectName)
        rows += row("*an arm's or a crossing's name*", "What its lights show from then on.", said)
    text = (inspect.getdoc(owner) or "").replace("\n", " ")
    return f"{'#' * level} {title} {{ #{path} }}\n\n{text}\n\n{table('key', 'meaning', 'value')}{rows}\n"


def reference() -> str:
    """The page with all keys."""
    return INTRO + "".join(section(*each) for each in SECTIONS)


@event_priority(100)
def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the page, before the plugin looks for blocks."""
    files.append(File.generated(config, PAGE, content=reference()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - by keyword
    """Put the tables in."""
    return re.sub(r"<!-- table: (\w+) -->", lambda found: TABLES[found[1]](), markdown)
