"""The manual says what there is: its tables are made from the models, and its examples are understood."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import pytest
import yaml
from mkdocs.exceptions import PluginError

import mkdocs_worldmodel
from mkdocs_worldmodel.analysis.expect import parse
from mkdocs_worldmodel.analysis.quantities import QUANTITIES
from mkdocs_worldmodel.figure.mosaic import layout
from mkdocs_worldmodel.scenario.cast import behaviour_of
from mkdocs_worldmodel.scenario.compose import compose
from mkdocs_worldmodel.scenario.rig import RIG
from mkdocs_worldmodel.scenario.road_user import Kind
from mkdocs_worldmodel.scenario.spread import Spread
from mkdocs_worldmodel.spec.block import Place, parse_block
from mkdocs_worldmodel.spec.conditions import ConditionSpec
from mkdocs_worldmodel.spec.kinds import DEFAULT, KINDS
from mkdocs_worldmodel.spec.model import BlockSpec
from mkdocs_worldmodel.spec.schema import block_schema
from mkdocs_worldmodel.spec.story import DoSpec
from mkdocs_worldmodel.spec.users import BehaviourSpec

SITE = Path(__file__).parents[2] / "example-site"
DOCS = SITE / "docs"
PACKAGE = Path(mkdocs_worldmodel.__file__).parent
PARTS = re.compile(r"```yaml\n((?:road|ego|actors|story|stop):.*?)```", re.S)
CAST = """
actors:
  lorry: {kind: truck, lane: 1, ahead: 60 m}
  van: {kind: van, lane: 2, ahead: 20 m}
"""
"""Whom examples of a story are about that show nothing else."""


@pytest.fixture(autouse=True)
def _hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(SITE / "hooks"))


def hook(name: str) -> Any:
    __import__(name)
    return sys.modules[name]


def properties(schema: Any) -> Iterator[str]:
    """All keys of a schema, wherever they stand."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from properties(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from properties(value)


def test_the_reference_lists_every_key() -> None:
    page = hook("reference").reference()
    missing = {key for key in properties(block_schema()) if not re.search(rf"[`{{ ]{key}[`:]", page)}
    assert not missing, json.dumps(sorted(missing))


def test_the_tables_list_all_kinds_and_quantities() -> None:
    tables = hook("manual_tables").TABLES
    assert all(f"`{kind}`" in tables["kinds"]() for kind in get_args(Kind))
    assert all(name in tables["quantities"]() for name in QUANTITIES)


def test_every_model_of_the_schema_has_a_section_of_its_own_with_all_of_its_keys() -> None:
    sections = {model.__name__: path for _, path, _, model in hook("model_keys").SECTIONS}
    schema = block_schema()
    assert set(sections) == set(schema["$defs"])
    assert len(set(sections.values())) == len(sections)
    page = hook("reference").reference()
    anchors = re.findall(r"\{:? #([\w.]+) \}", page)
    assert len(set(anchors)) == len(anchors)
    for name, path in sections.items():
        properties = schema["$defs"][name]["properties"]
        other_kind = any(m.__name__ == name for kind, m in KINDS.items() if kind != DEFAULT)
        common = set(BlockSpec.model_fields) - {"figure"} if other_kind else set()
        missing = [key for key in properties if key not in common and f"{path}.{key}" not in anchors]
        assert not missing, f"{path}: {missing}"


def test_the_diagram_shows_every_room_and_none_that_is_gone() -> None:
    rooms = {p.parent.name for p in PACKAGE.glob("*/*.py")}
    assert set(hook("diagram").ROOMS) == rooms
    svg = hook("diagram").drawing()
    assert all(f">{room}/</text>" in svg for room in rooms)
    assert svg.count('class="flow"') == len(hook("diagram").FLOW)


def test_a_block_of_the_gallery_stands_beside_its_own_source() -> None:
    text = (DOCS / "gallery.md").read_text(encoding="utf-8")
    out = hook("gallery").on_page_markdown(text, page=SimpleNamespace(file=SimpleNamespace(src_uri="gallery.md")))
    blocks = re.findall(r"^```worldmodel\n(.*?)^```$", out, re.S | re.M)
    assert len(blocks) >= 6
    assert re.findall(r"^```yaml\n(.*?)^```$", out, re.S | re.M) == blocks


def test_the_page_about_mistakes_shows_the_plugins_own_words() -> None:
    text = (DOCS / "mistakes.md").read_text(encoding="utf-8")
    mistakes = hook("mistakes")
    bodies = mistakes.FENCE.findall(text)
    assert len(bodies) >= 6
    for body in bodies:
        assert re.search(r'role="alert".*page\.md:\d+', mistakes.shown(body, "page.md", DOCS), re.S)
    with pytest.raises(PluginError, match="is right"):
        mistakes.shown("scenario: {stop: {time: 1 s}}\n", "page.md", DOCS)


def test_links_of_the_tables_lead_to_keys_of_the_reference() -> None:
    anchors = set(re.findall(r"\{:? #([\w.]+) \}", hook("reference").reference()))
    tables = hook("manual_tables").TABLES
    linked = {a for name in ("conditions", "actions", "behaviour") for a in re.findall(r"#([\w.]+)\)", tables[name]())}
    pages = {a for p in DOCS.glob("*.md") for a in re.findall(r"reference\.md#([\w.]+)", p.read_text(encoding="utf-8"))}
    assert linked
    assert pages
    assert (linked | pages) <= anchors


def test_a_key_says_its_unit_bounds_default_and_meaning() -> None:
    page = hook("reference").reference()
    for row in (
        "| `width`{: #road.crossings.width } | Along the road. | length, 1 to 15 m; default 4 m |",
        (
            "| `limit`{: #road.speed_limits.limit } | The limit from there on, or none. "
            "| **required**; speed, 0 to 360 km/h, or `none` |"
        ),
        (
            "| `offset`{: #ego.offset } | From the middle of its lane, positive to its own left. "
            "| length, −10 to 10 m; default 0 m |"
        ),
        (
            "| `minds_red`{: #behaviour.minds_red } | Stops at red lights. "
            "| `true`, `false`; default `true` (emergency: `false`) |"
        ),
    ):
        assert row in page, row


def test_every_key_has_a_meaning() -> None:
    rows = re.findall(r"^\| `[^|]*\|([^|]*)\|", hook("reference").reference(), re.M)
    assert len(rows) > 200
    assert all(meaning.strip() for meaning in rows)


def test_defaults_of_drivers_are_those_of_the_keys_that_name_them() -> None:
    known = hook("model_keys").BEHAVIOUR
    assert {*known, "careful", "aeb"} == set(BehaviourSpec.model_fields)
    for key, place in known.items():
        for value in ("free", "needed") if key == "lane_changes" else (True, False) if "minds" in key else (0.6, 0.7):
            said = behaviour_of("car", BehaviourSpec(**{key: value}), Spread(0.0, 0, ""))  # type: ignore[arg-type]
            assert attrgetter(place)(said) == (value == "free" if key == "lane_changes" else value), key


def test_the_tables_of_the_story_have_all_conditions_and_actions_with_examples_that_are_understood() -> None:
    tables = hook("manual_tables")
    for spec, known in ((ConditionSpec, tables.CONDITIONS), (DoSpec, tables.ACTIONS)):
        assert {f.alias or name for name, f in spec.model_fields.items()} - {"delay", "edge"} == set(known)
        for key, (_, example) in known.items():
            value = yaml.safe_load(example)
            assert list(value) == [key]
            assert spec.model_validate(value)


def test_the_page_about_expectations_shows_a_real_miss_at_its_line() -> None:
    text = hook("manual_tables").TABLES["miss"]()
    line = re.search(r"expect\.md:(\d+): expected min ttc > 6 s, but min ttc = \d", text)
    assert line is not None
    at = (DOCS / "expect.md").read_text(encoding="utf-8").splitlines()[int(line[1]) - 1]
    assert at == "  - min ttc > 4 s"


def test_examples_of_expectations_are_understood() -> None:
    page = (DOCS / "expect.md").read_text(encoding="utf-8")
    forms = page[page.index("| form |") : page.index("Signs are")]
    examples = re.findall(r"`([^`]+)`", forms)
    for block in re.findall(r"```yaml\n(expect:.*?)```", page, re.S):
        examples += yaml.safe_load(block)["expect"]
    assert len(examples) > 25
    for example in examples:
        assert parse(example).text == example


def snippets() -> list[tuple[str, str]]:
    """(page, text) of the YAML examples that are parts of a scenario."""
    return [
        (page.name, text)
        for page in sorted(DOCS.glob("*.md"))
        for text in re.findall(
            r"```yaml\n((?:road|ego|actors|story|stop):.*?)```", page.read_text(encoding="utf-8"), re.S
        )
    ]


def test_there_are_examples() -> None:
    assert len(snippets()) >= 10


@pytest.mark.parametrize(("page", "text"), snippets())
def test_examples_of_scenarios_are_understood(page: str, text: str) -> None:
    if text.startswith("story:"):
        text = CAST + text
    body = "scenario:\n" + "".join(f"  {line}\n" for line in text.splitlines())
    assert compose(parse_block(body, Place(DOCS, (DOCS,)))).users


def page_of(path: str) -> SimpleNamespace:
    return SimpleNamespace(file=SimpleNamespace(src_uri=f"{path}.md", dest_uri=f"{path}/index.html"))


def test_the_catalogue_shows_the_poster_of_each_film() -> None:
    library = hook("library")
    library.posters.clear()
    html = '<video poster="../../assets/worldmodel/0a/cut-in-poster.jpg" src="../../assets/worldmodel/0a/cut-in.mp4">'
    assert library.on_page_content(html, page=page_of("library/cut-in")) == html
    library.on_page_content(html, page=page_of("tutorial"))
    catalogue = SimpleNamespace(file=SimpleNamespace(src_uri="library/index.md", dest_uri="library/index.html"))
    output = library.on_post_page("<!-- poster: cut-in --><!-- poster: debris -->", page=catalogue)
    assert re.findall(r'src="([^"]*)"', output) == ["../assets/worldmodel/0a/cut-in-poster.jpg"]
    assert "poster:" not in output, "a scenario without a film has no picture"


def test_every_scenario_of_the_library_stands_in_the_catalogue_once() -> None:
    library = hook("library")
    text = library._catalogue(library.library())
    assert sorted(library.MARK.findall(text)) == sorted(library.library())
    assert all(f"## {heading}\n" in text for heading in [*library.GROUPS.values(), library.OTHERS])


def test_the_camera_in_front_is_the_middle_half_of_a_poster_as_the_catalogue_crops_it() -> None:
    mosaic = layout(RIG)
    assert mosaic.tiles["front_wide"][:4] == (mosaic.width // 4, 0, mosaic.width // 2, mosaic.width // 4)
