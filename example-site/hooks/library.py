"""Makes a page for every scenario of the library, and their catalogue, from the one template below.

The library's files say of themselves what they are (`about:`); nothing on these pages is written by hand. The pictures
of the catalogue are the posters of the films on those pages.
"""

from __future__ import annotations

import posixpath
import re
from importlib.resources import files as package_files
from typing import Any

import yaml
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

FOLDER = "library"
DRIVERS = ("constant", "idm", "careful", "aeb")
GROUPS: dict[str, str] = {
    "euro ncap": "Euro NCAP tests",
    "un r157": "UN Regulation No. 157",
    "nhtsa": "NHTSA pre-crash scenarios",
    "motorway": "On the motorway",
}
"""Tag → heading; a scenario stands under the first that it has."""
OTHERS = "In town and on country roads"
MARK = re.compile(r"<!-- poster: (\S+) -->")
POSTER = re.compile(r' poster="([^"]*)"')
posters: dict[str, str] = {}
"""Scenario → its poster's path in the site."""

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
    cards: dict[str, str] = dict.fromkeys([*GROUPS.values(), OTHERS], "")
    rows = ""
    for name, (scenario, _) in scenarios.items():
        about = scenario["about"]
        group = next((heading for tag, heading in GROUPS.items() if tag in about["tags"]), OTHERS)
        cards[group] += f"- <!-- poster: {name} -->[{about['title']}]({name}.md)<span>{about['source']}</span>\n"
        marks = " | ".join(about["outcomes"][d] for d in DRIVERS)
        rows += f"| [{about['title']}]({name}.md) | {marks} |\n"
    head = " | ".join(f"`{driver}`" for driver in DRIVERS)
    return (
        "---\ntitle: Library\nhide: [toc]\n---\n\n# Library\n\n"
        f"{len(scenarios)} scenarios come with the package. Name one in a block as `scenario: library/NAME`, or "
        "override parts of it with `from: library/NAME`.\n\n"
        + "".join(
            f'## {heading}\n\n<div class="catalogue" markdown="1">\n\n{items}\n</div>\n\n'
            for heading, items in cards.items()
        )
        + "## What comes of them\n\nWith each of the ego's [drivers](../road-users.md#drivers), as the project's tests "
        f"drive them:\n\n| scenario | {head} |\n|---|" + "---|" * len(DRIVERS) + f"\n{rows}"
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


def on_page_content(html: str, *, page: Page, **_: Any) -> str:
    """Remember the poster of a scenario's film."""
    folder, name = posixpath.split(page.file.src_uri.removesuffix(".md"))
    if folder == FOLDER and (found := POSTER.search(html)) is not None:
        posters[name] = posixpath.normpath(posixpath.join(posixpath.dirname(page.file.dest_uri), found[1]))
    return html


def on_post_page(output: str, *, page: Page, **_: Any) -> str:
    """Put the posters into the catalogue; the style sheet shows of each what the camera in front sees."""
    if page.file.src_uri != f"{FOLDER}/index.md":
        return output
    here = posixpath.dirname(page.file.dest_uri)

    def picture(found: re.Match[str]) -> str:
        if found[1] not in posters:
            return ""  # the site is built without films
        return (
            f'<span class="front"><img alt="" loading="lazy" src="{posixpath.relpath(posters[found[1]], here)}"></span>'
        )

    return MARK.sub(picture, output)
