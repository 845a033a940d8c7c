"""Makes a page for every scenario of the library, and their catalogue, from the one template below.

The library's files say of themselves what they are (`about:`); nothing on these pages is written by hand.
"""

from __future__ import annotations

from importlib.resources import files as package_files
from typing import Any

import yaml
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files

FOLDER = "library"
DRIVERS = ("constant", "idm", "careful", "aeb")
PAGE = """---
title: {title}
description: {summary}
---

# {title}

{summary}

**Source**: {source}. **Tags**: {tags}.

```worldmodel
id: library-{name}
title: {title}
scenario: library/{name}
{expect}```

## Parameters

{parameters}
To try your own values, name the scenario in a block and override what you want to change:

```yaml
scenario:
  from: library/{name}
  {override}
```

## What other drivers make of it

{outcomes}
The tests of the project drive the scenario with each of these drivers and compare the outcome with this table.

## The file

```yaml
{source_text}
```
"""


def library() -> dict[str, tuple[dict[str, Any], str]]:
    """Name → what the file says, and its text without `about:`."""
    found = {}
    for path in sorted(
        package_files("mkdocs_worldmodel").joinpath("scenario", "library").iterdir(), key=lambda p: p.name
    ):
        if path.name.endswith(".yaml"):
            text = path.read_text(encoding="utf-8")
            body = text[text.index("\nroad:") + 1 :]
            found[path.name.removesuffix(".yaml")] = yaml.safe_load(text), body
    return found


def _page(name: str, scenario: dict[str, Any], text: str) -> str:
    about = scenario["about"]
    rows = [
        f"| `{p['key']}` | {p.get('symbol', '')} | {p['meaning']} | {p.get('range', '')} |\n"
        for p in about["parameters"]
    ]
    outcomes = about["outcomes"]
    return PAGE.format(
        name=name,
        title=about["title"],
        summary=about["summary"].strip(),
        source=about["source"],
        tags=", ".join(about["tags"]),
        expect="expect:\n" + "".join(f"  - {text}\n" for text in about["expect"]) if about.get("expect") else "",
        parameters="| key | symbol | meaning | range |\n|---|---|---|---|\n" + "".join(rows),
        override=f"ego: {{speed: {scenario['ego']['speed']}}}",
        outcomes="| driver of the ego | outcome |\n|---|---|\n"
        + "".join(f"| `{d}` | {outcomes[d]} |\n" for d in DRIVERS),
        source_text=text.strip(),
    )


def _catalogue(scenarios: dict[str, tuple[dict[str, Any], str]]) -> str:
    rows = []
    for name, (scenario, _) in scenarios.items():
        about = scenario["about"]
        marks = " | ".join(about["outcomes"][d] for d in DRIVERS)
        rows.append(f"| [{about['title']}]({name}.md) | {about['source']} | {marks} |\n")
    head = " | ".join(DRIVERS)
    return (
        "# Library\n\n"
        f"{len(scenarios)} scenarios come with the package. Name one in a block as `scenario: library/NAME`, or "
        "override parts of it with `from: library/NAME`. The columns say what comes of it with each of the ego's "
        "drivers.\n\n"
        f"| scenario | source | {head} |\n|---|---|" + "---|" * len(DRIVERS) + "\n" + "".join(rows)
    )


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages into the navigation."""
    pages: list[Any] = [{"All scenarios": f"{FOLDER}/index.md"}]
    pages += [{scenario["about"]["title"]: f"{FOLDER}/{name}.md"} for name, (scenario, _) in library().items()]
    config.nav = [*[item for item in config.nav or [] if "Library" not in item], {"Library": pages}]
    return config


@event_priority(100)
def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages, before the plugin looks for blocks."""
    scenarios = library()
    files.append(File.generated(config, f"{FOLDER}/index.md", content=_catalogue(scenarios)))
    for name, (scenario, text) in scenarios.items():
        files.append(File.generated(config, f"{FOLDER}/{name}.md", content=_page(name, scenario, text)))
    return files
