# The card of a model says what the files beside its weights say, and where they say nothing, that.

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis.strategies import DataObject, booleans, data, sampled_from
from model_cards import BETTER, measured, weights

from html_tree import Node, tree
from mkdocs_worldmodel.errors import SpecError, WorldError
from mkdocs_worldmodel.figure.bundle import Bundle, Table
from mkdocs_worldmodel.figure.kinds import Order
from mkdocs_worldmodel.figure.languages import CODES
from mkdocs_worldmodel.figure.page import Dress, render
from mkdocs_worldmodel.pipeline import Pipeline, carry_out, driven, examine, understand
from mkdocs_worldmodel.site.judging import check_blocks
from mkdocs_worldmodel.site.session import ALL_PARTS
from mkdocs_worldmodel.spec.block import Place
from mkdocs_worldmodel.spec.model_card import CardPart

PARTS = get_args(CardPart)
SINGLE = "id: card\nfigure: model_card\nweights: ours\nparts: [{}]\n"
BUDGET, TAGS = 14_600, 195
"""As of every figure: the budget is 15,000 bytes and 200 tags."""
STUDY = {
    "size": {},
    "tokens_per_step": 2016,
    "runs": [
        {"horizon": h, "importance": imp, "seed": s, "steps": 1500, "seconds": 400, "ade": 1.0 + s, "fde": 2.0 / h,
         "first_fde": 3.0, "contact": 1.5}
        for h, imp in ((1, True), (6, True), (21, True), (6, False))
        for s in (1, 2, 3)
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Where a folder `ours` has all files, `bare` none but the network's."""
    docs = tmp_path_factory.mktemp("docs")
    measured(docs / "ours", weights(docs / "ours"), tmp_path_factory.mktemp("evaluation"))
    (docs / "ours" / "study.json").write_text(json.dumps(STUDY), encoding="utf-8")
    weights(docs / "bare")
    (docs / "bare" / "curves.json").unlink()
    return Place(docs, (docs,))


@pytest.fixture(scope="module")
def results(place: Place) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((place.folder / "ours" / "results.json").read_text(encoding="utf-8"))
    return found


def order_of(text: str, place: Place) -> Order[Any]:
    return understand(text, place)


def drawn(text: str, place: Place, folder: Path) -> Bundle:
    order = order_of(text, place)
    return order.kind.draw(order, carry_out(order.kind.plan(order), driven), folder)


def page(bundle: Bundle, language: str = "en") -> str:
    name, title = "model-card-baselines", "All horizons and all baselines"
    dress = Dress(name, title, "", "", SINGLE, "0123456789abcdef", ALL_PARTS, language)
    return render(bundle, dress, lambda file: f"../assets/worldmodel/0123456789/{name}-{file}")


def rows(table: Table) -> dict[str, list[str]]:
    return {str(row[0]): [str(cell) for cell in row[1:]] for row in table.rows}


def wrong(text: str, place: Place) -> tuple[int, str]:
    with pytest.raises(SpecError) as raised:
        understand(text, place)
    (mistake,) = raised.value.mistakes
    return mistake.line, str(mistake)


# -- what it says --------------------------------------------------------------------------------------------------


def test_facts_are_those_of_the_files(place: Place, tmp_path: Path) -> None:
    bundle = drawn(SINGLE.format("facts, curves"), place, tmp_path)
    facts = rows(bundle.tables[0])
    assert facts["Network"] == ["3.67 million parameters; 8 blocks, 160 wide; sees 6 s"]
    assert facts["Training"] == ["9400 steps of 32 sequences of 8 s; seed 1"]
    assert facts["Time and machine"] == ["2.30 h; 2 cores, x86_64, Linux; torch 2.6.0"]
    assert facts["Data"] == ["301056 scenes of 11 s, driven by the simulator for this training"]
    assert "roundabout" in facts["Roads"][0]
    assert facts["Rare and critical moments"] == ["taken more often"]
    assert facts["Its own mistakes"][0].startswith("in the last 20 % of the steps")
    assert facts["Guesses the right way"][0].startswith("61 % of 972")
    assert bundle.values["training_time"].value == 8280
    assert "Licence" not in facts, "whose weights others are, nobody here knows"


def test_the_digest_is_the_one_that_runs_name(place: Place, tmp_path: Path) -> None:
    digest = weights(tmp_path / "again")
    facts = rows(drawn(SINGLE.format("facts"), place, tmp_path).tables[0])
    assert facts["Digest"] == [digest[:12]]


def test_a_curve_falls_as_its_loss_does(place: Place, tmp_path: Path) -> None:
    bundle = drawn(SINGLE.format("curves"), place, tmp_path)
    lines = [node.attrs["d"] for node in tree(bundle.chart).all() if node.tag == "path" and "wm-line" in node.classes]
    assert len(lines) == len(bundle.keys) == 2
    for line in lines:
        steps = [float(v) for v in re.findall(r"[ l](-?[\d.]+) (-?[\d.]+)", line)[0]]
        assert steps[0] > 0.0
        assert steps[1] > 0.0, "down is less"
    assert json.loads((tmp_path / "curves.json").read_text(encoding="utf-8"))["loss"][0] == [50, 1.1]


def test_scores_are_those_of_the_results_for_every_kind_of_road(
    place: Place, results: dict[str, Any], tmp_path: Path
) -> None:
    bundle = drawn(SINGLE.format("scores"), place, tmp_path)
    table = list(rows(bundle.tables[0]).values())
    assert len(table) == len(results["forecasts"]) == 9
    for cells, of in zip(table, results["forecasts"].values(), strict=True):
        mean, low, high = of["methods"]["world"]["FDE"]["6"][2]
        assert cells[0] == f"{mean:.2f} ({low:.2f}–\u2060{high:.2f})"
        ratio = of["ratios"]["K few"]["ratio"][0]
        assert cells[2].startswith(f"{100 * (1 - ratio):.0f} % less")
        assert cells[5] == str(of["road users"][2])
    reduction = bundle.values["fde_reduction"].value
    assert reduction == pytest.approx(1 - BETTER, abs=0.1)
    assert bundle.values["motorway.fde"].value == results["forecasts"]["motorway"]["methods"]["world"]["FDE"]["6"][2][0]


def test_dots_lie_where_their_axis_says(place: Place, results: dict[str, Any], tmp_path: Path) -> None:
    svg = tree(drawn(SINGLE.format("scores"), place, tmp_path).chart)
    ticks = [(float(n.attrs["x"]), float(n.text)) for n in svg.all()
             if n.tag == "text" and n.attrs.get("text-anchor") == "middle"]  # fmt: skip
    (x0, v0), (x1, v1) = ticks[0], ticks[-1]
    series = [n.attrs["d"] for n in svg.all() if n.tag == "path" and "wm-branch" in n.classes]
    assert len(series) == 3
    intervals = re.findall(r"M([\d.]+) [\d.]+H([\d.]+)", series[0])
    for (low, high), of in zip(intervals, results["forecasts"].values(), strict=True):
        _, *ends = of["methods"]["world"]["FDE"]["6"][2]
        values = [v0 + (float(x) - x0) * (v1 - v0) / (x1 - x0) for x in (low, high)]
        assert values == pytest.approx(ends, abs=0.02)


def test_goals_say_whether_they_were_reached(place: Place, results: dict[str, Any], tmp_path: Path) -> None:
    table = drawn(SINGLE.format("goals"), place, tmp_path).tables[0]
    assert len(table.rows) == len(results["goals"]) >= 15
    names = [goal["goal"] for goal in results["goals"]]
    for row, goal in zip(table.rows, sorted(results["goals"], key=lambda g: names.index(g["goal"])), strict=True):
        assert str(row[1]).startswith("yes" if goal["reached"] else "no")
        assert (str(row[1]) == "yes") == goal["surely"]
        assert str(row[2]).startswith(f"{goal['value'][0]:.2f} (")
        assert str(row[3]) == goal["wanted"]
    assert [str(row[0]) for row in table.rows[1:3]] == ["the same: motorway", "the same: bends"]
    assert not [row[0] for row in table.rows if isinstance(row[0], str)], "every goal has words in all languages"


def test_every_part_has_its_table(place: Place, tmp_path: Path) -> None:
    for part in PARTS:
        bundle = drawn(SINGLE.format(part), place, tmp_path)
        assert len(bundle.tables) == (0 if part == "curves" else 1), part
        assert "Not measured" not in str(bundle.tables), part


def test_long_drives_reaction_and_small_models_are_told_with_their_numbers(
    place: Place, results: dict[str, Any], tmp_path: Path
) -> None:
    tables = drawn(SINGLE.format("long, reaction, study"), place, tmp_path).tables
    long = results["long"]["all"]
    spread = long["spreads"]["speed"]["world"]
    assert str(tables[0].rows[0][1]) == f"{spread['mean'][0][0]:.2f} ± {spread['std'][0]:.2f}"
    contact = next(row for row in tables[0].rows if str(row[0]).startswith("contacts"))
    assert str(contact[3]) == f"{3600 * long['trouble']['contact']['world'][2][0]:.1f}"
    reaction = rows(tables[1])
    assert reaction["somebody touches the braking ego"] == ["5.0 %", "5.0 %"]
    assert reaction["the same if nobody answered"] == ["60.0 %", "60.0 %"]
    assert [str(cell) for cell in tables[2].rows[1]] == [
        "3 s", "more often", "3.00 ± 0.82", "0.33 ± 0.00", "3.00 ± 0.00", "1.50 ± 0.00", "3",
    ]  # fmt: skip
    assert str(tables[2].rows[-1][1]) == "as they come"


# -- what is not there -----------------------------------------------------------------------------------------------


def test_what_was_not_measured_is_said_with_the_command_that_measures_it(place: Place, tmp_path: Path) -> None:
    bundle = drawn(SINGLE.replace("ours", "bare").format("facts, curves, goals, scores, study"), place, tmp_path)
    said = [f"{table.title} {rows(table)}" for table in bundle.tables]
    assert any("Training curves" in each and "curves.json" in each for each in said)
    assert any("goals, scores" in each and "worldmodel evaluate" in each for each in said)
    assert any("study.json" in each for each in said)
    assert bundle.chart == ""
    html = tree(page(bundle))
    assert not [n for n in html.all() if "wm-chart" in n.classes or "wm-events" in n.classes], "nothing empty"


def test_a_part_that_an_unfinished_evaluation_lacks_is_said(results: dict[str, Any], tmp_path: Path) -> None:
    weights(tmp_path / "half")
    told = {name: value for name, value in results.items() if name != "long"}
    (tmp_path / "half" / "results.json").write_text(json.dumps(told), encoding="utf-8")
    bundle = drawn(SINGLE.replace("ours", "half").format("long, reaction"), Place(tmp_path, (tmp_path,)), tmp_path)
    assert [str(table.title)[:4] for table in bundle.tables] == ["Answ", "Not "]
    assert "not in results.json" in rows(bundle.tables[1])


def test_results_of_other_weights_are_never_shown(place: Place, tmp_path: Path) -> None:
    weights(tmp_path / "new")
    (tmp_path / "new" / "results.json").write_bytes(
        (place.folder / "ours" / "results.json").read_bytes().replace(weights(tmp_path / "old").encode(), b"0" * 64)
    )
    bundle = drawn(SINGLE.replace("ours", "new").format("scores"), Place(tmp_path, (tmp_path,)), tmp_path)
    assert bundle.chart == ""
    assert "fde" not in bundle.values
    assert "results.json tells of other weights" in rows(bundle.tables[0])


# -- bad input -------------------------------------------------------------------------------------------------------


def test_folders_that_hold_no_weights_are_mistakes_at_their_line(place: Place, tmp_path: Path) -> None:
    assert wrong("figure: model_card\nweights: theirs", place)[0] == 2
    assert "there is no model.json in 'theirs'" in wrong("figure: model_card\nweights: theirs", place)[1]
    assert "outside of the docs folder" in wrong("figure: model_card\nweights: ../elsewhere", place)[1]
    for odd in ('"a\\0b"', "a" * 400, "a/" * 200, "5", "[]", "''"):
        assert wrong(f"figure: model_card\nweights: {odd}", place)[0] == 2, odd
    for odd in ("facts", "5", "[[facts]]", "{facts: 1}"):
        assert wrong(f"figure: model_card\nparts: {odd}", place)[0] == 2, odd
    assert "known: facts" in wrong("figure: model_card\nparts: [x]", place)[1]
    assert "twice" in wrong("figure: model_card\nparts: [facts, facts]", place)[1]
    assert wrong("figure: model_card\nparts: []", place)[0] == 2


def test_a_card_has_no_key_of_what_is_driven(place: Place) -> None:
    for key in ("scenario: library/cut-in", "world: learned", "seed: 1", "driver: idm", "film: none"):
        line, said = wrong(f"figure: model_card\n{key}", place)
        assert line == 2
        assert "key of another kind" in said
    defaults: Any = (("mkdocs.yml", {"seed": 4, "film": "none"}),)
    assert order_of(SINGLE.format("facts"), Place(place.folder, place.roots, defaults)).block.spec.worlds == {}


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("model.json", "{", "cannot be understood"),
        ("model.json", "[]", "cannot be understood"),
        ("model.json", '{"format": 1, "parameters": 3}', "size: Field required"),
        ("curves.json", '{"loss": [[1, NaN]], "validation": []}', "loss"),
        ("curves.json", '{"loss": [[1, 1e999]], "validation": []}', "loss"),
        ("results.json", "[" * 100_000, "cannot be understood"),
        ("results.json", '{"format": 99}', "format"),
        ("study.json", '{"tokens_per_step": 1, "runs": 7}', "runs"),
        ("see.onnx", "another network", "is not the file that model.json tells of"),
        ("curves.json", " " * 2**22, "larger than 2 MB"),
    ],
)
def test_damaged_files_are_mistakes_and_nothing_else(name: str, content: str, told: str, tmp_path: Path) -> None:
    weights(tmp_path / "ours")
    (tmp_path / "ours" / name).write_text(content, encoding="utf-8")
    line, said = wrong(SINGLE.format("facts"), Place(tmp_path, (tmp_path,)))
    assert line == 3
    assert told in said, said
    assert name in said


def test_a_file_that_is_no_text_or_no_file_is_a_mistake(tmp_path: Path) -> None:
    weights(tmp_path / "ours")
    (tmp_path / "ours" / "model.json").write_bytes(b"\xff\xfe")
    assert "model.json" in wrong(SINGLE.format("facts"), Place(tmp_path, (tmp_path,)))[1]
    (tmp_path / "ours" / "model.json").unlink()
    (tmp_path / "ours" / "model.json").mkdir()
    assert "model.json" in wrong(SINGLE.format("facts"), Place(tmp_path, (tmp_path,)))[1]


def _places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Where anything stands in JSON."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in _places(each, (*path, key)))]


@given(data())
@settings(max_examples=20, deadline=None)
def test_whatever_stands_in_the_files_a_card_is_drawn_or_a_mistake_told(place: Place, drawing: DataObject) -> None:
    name = drawing.draw(sampled_from(["model.json", "curves.json", "results.json", "study.json"]))
    content = json.loads((place.folder / "ours" / name).read_text(encoding="utf-8"))
    spot = drawing.draw(sampled_from([path for path in _places(content) if path]))
    odd = drawing.draw(
        sampled_from([None, -1, 0, 1e308, -1e308, 5e-324, 2**60, "", "x" * 150, "<b>", [], {}, [[]], True])
    )
    at = content
    for key in spot[:-1]:
        at = at[key]
    if drawing.draw(booleans()):
        at[spot[-1]] = odd
    else:
        del at[spot[-1]]
    with TemporaryDirectory() as folder:
        docs = Path(folder).resolve()
        shutil.copytree(place.folder / "ours", docs / "ours")
        (docs / "ours" / name).write_text(json.dumps(content), encoding="utf-8")
        try:
            bundle = drawn(SINGLE.format(", ".join(PARTS)), Place(docs, (docs,)), docs)
        except SpecError as error:
            told = str(error)
        else:
            told = name
            html = page(Bundle.read(json.dumps(bundle.plain(), allow_nan=False).encode()))
            assert "<b>" not in html
            assert "nan" not in html
            assert len(html) < 80_000
        assert name in told or ".onnx" in told


def test_odd_but_true_files_are_drawn(tmp_path: Path) -> None:
    weights(tmp_path / "ours", training=None)
    (tmp_path / "ours" / "curves.json").write_text('{"loss": [[50, 0.0]], "validation": [[50, 0.2]]}', encoding="utf-8")
    bundle = drawn(SINGLE.format("facts, curves"), Place(tmp_path, (tmp_path,)), tmp_path)
    assert "Training" not in rows(bundle.tables[0])
    assert "h0" in bundle.chart, "a single value is a dot"


# -- as a figure -----------------------------------------------------------------------------------------------------


def test_a_change_of_any_file_makes_another_figure(place: Place, tmp_path: Path) -> None:
    here = Place(tmp_path, (tmp_path,))
    weights(tmp_path / "ours")
    text = SINGLE.format("facts, goals")
    keys = [order_of(text, here).key, order_of(text, here).key]
    shutil.copy(place.folder / "ours" / "results.json", tmp_path / "ours")
    keys.append(order_of(text, here).key)
    weights(tmp_path / "ours", parameters=5)
    keys.append(order_of(text, here).key)
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_what_drives_nothing_is_checked_and_cannot_be_run(place: Place) -> None:
    text = SINGLE.format("facts")
    values = {"text": text, "folder": str(place.folder), "roots": [str(place.folder)], "defaults": []}
    assert check_blocks([values]) == [{"title": "card", "mistakes": [], "checks": []}]
    with pytest.raises(WorldError, match="model_card drives nothing"):
        examine(order_of(text, place))


@pytest.mark.parametrize("part", PARTS)
def test_each_part_keeps_to_the_budget_of_a_figure_in_every_language(part: str, place: Place, tmp_path: Path) -> None:
    bundle = Bundle.read(json.dumps(drawn(SINGLE.format(part), place, tmp_path).plain()).encode())
    for code in CODES:
        html = page(bundle, code)
        found: Node = tree(html)
        size = len(html.encode()), len(list(found.all()))
        assert size[0] <= BUDGET, (part, code, size)
        assert size[1] <= TAGS, (part, code, size)


def test_the_card_of_the_packages_own_weights_is_made_in_a_build(tmp_path: Path) -> None:
    from mkdocs_worldmodel.build import Jobs, Store

    text, here = "figure: model_card\n", Place(tmp_path, (tmp_path,))
    with Jobs(0) as jobs:
        pipeline = Pipeline(Store(tmp_path / "store"), jobs)
        order = pipeline.order(text, here)
        figure = pipeline.figure(order, text, here)
    assert figure.bundle.values["parameters"].value
    assert rows(figure.bundle.tables[0])["Licence"]
