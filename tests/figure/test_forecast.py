# The figure of futures: what it says and shows is in the futures, it keeps to its budget, and mistakes are found.

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from forecast_cases import BEHIND, answer, as_it_came, fan_of, foretold, moved, order

from html_tree import tree
from mkdocs_worldmodel.errors import SpecError, WorldError
from mkdocs_worldmodel.figure import forecast_files, forecast_plan, forecast_shading, forecast_told
from mkdocs_worldmodel.figure.bundle import Bundle, Film
from mkdocs_worldmodel.figure.forecast_fan import Fan
from mkdocs_worldmodel.figure.forecast_past import checked
from mkdocs_worldmodel.figure.forecast_window import window
from mkdocs_worldmodel.figure.kinds import Futures, Run
from mkdocs_worldmodel.figure.page import Dress, render
from mkdocs_worldmodel.pipeline import carry_out, driven
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.site.session import ALL_PARTS
from mkdocs_worldmodel.spec.forecast import MOST

BYTES, TAGS = 14_600, 195
"""The budget is 15,000 and 200: what is left is for longer titles, captions, ids, and folders."""
TURN = "figure: forecast\nid: left-turn\nscenario: library/left-turn-at-lights\nfilm: none\n"
CHILD = "figure: forecast\nscenario: library/child-behind-parked-cars\nat: 2 s\nhorizon: 4 s\nfilm: none\n"
BUSY = """\
figure: forecast
scenario:
  road: {lanes: 2, kind: town, length: 300 m, junction: {ahead: 40 m, control: signals}}
  ego: {lane: 1, speed: 40 km/h}
  actors:
    lorry: {kind: truck, lane: 1, ahead: 20 m, speed: 30 km/h}
    oncoming_car: {on: ahead, lane: 1, before: 30 m, speed: 40 km/h}
    walker: {kind: pedestrian, lane: pavement, ahead: 30 m, speed: 5 km/h}
    left_car: {on: left, lane: 1, before: 20 m, speed: 30 km/h}
    right_car: {on: right, lane: 1, before: 20 m, speed: 30 km/h}
at: 1 s
horizon: 8 s
occupancy: [2 s, 4 s, 6 s, 8 s]
film: none
"""
LONG = "figure: forecast\nscenario: library/stop-and-go\nat: 3 s\nhorizon: 24 s\nfutures: 256\nfilm: none\n"


class Made:
    """A figure, and what it is about."""

    def __init__(self, text: str, folder: Path) -> None:
        self.text, self.folder, self.order = text, folder, order(text)
        self.run, self.futures = foretold(self.order)
        self.bundle: Bundle = self.order.kind.draw(self.order, (self.run, self.futures), folder)
        self.fan: Fan = fan_of(self.order, self.run, self.futures)

    def page(self, language: str = "en") -> str:
        fps, frames = 10, len(self.fan.rows)
        tiles = {"foretold": [0, 0, 640, 560, "? median future"], "happened": [640, 0, 640, 560, "! then"]}
        film = Film("film.mp4", "poster.jpg", 1280, 560, fps, frames, tiles)
        dress = Dress("a-long-id-of-a-figure", "What may come", "", "", self.text, "0" * 16, ALL_PARTS, language)
        url = "../../assets/worldmodel/0123456789/a-long-id-of-a-figure-{}"
        return render(replace(self.bundle, film=film), dress, url.format)


@pytest.fixture(scope="module")
def turn(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(TURN, tmp_path_factory.mktemp("turn"))


@pytest.fixture(scope="module")
def child(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(CHILD, tmp_path_factory.mktemp("child"))


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(BUSY, tmp_path_factory.mktemp("busy"))


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(LONG, tmp_path_factory.mktemp("long"))


# -- the page ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "de", "fr", "ja"])
def test_the_page_keeps_to_its_budget(turn: Made, child: Made, busy: Made, long: Made, language: str) -> None:
    pages = {made.text: made.page(language) for made in (turn, child, busy, long)}
    sizes = {text: (len(html.encode()), len(list(tree(html).all()))) for text, html in pages.items()}
    assert {text: size for text, size in sizes.items() if size[0] > BYTES or size[1] > TAGS} == {}


def test_the_same_order_gives_the_same_bytes(turn: Made, tmp_path: Path) -> None:
    again = Made(TURN, tmp_path)
    assert again.bundle.plain() == turn.bundle.plain()
    for name in ("futures.csv", "scores.json", "occupancy.png"):
        assert (tmp_path / name).read_bytes() == (turn.folder / name).read_bytes()


def test_the_bundle_is_read_back_as_it_was(turn: Made) -> None:
    assert Bundle.read(json.dumps(turn.bundle.plain()).encode()) == turn.bundle


def test_the_table_says_what_the_record_says(child: Made) -> None:
    record = json.loads((child.folder / "scores.json").read_text())
    rows = {str(row[0]): [str(cell) for cell in row[1:]] for row in child.bundle.tables[0].rows}
    ego = next(user for user in record["road_users"] if user["name"] == "ego")
    end = ego["scores"][-1]
    assert rows["ego"][1] == f"{end['k6']['ade']:.1f} / {end['k6']['fde']:.1f} m"
    contact = next(user["contact_with_ego"] for user in record["road_users"] if user["name"] == "child")
    assert contact["probability"] > 0.0
    assert rows["child"][3] == f"{100 * contact['probability']:.0f} %, at {contact['median_time']:.1f} s"
    together = record["together"][-1]["k6"]
    last = rows[f"all {len(child.fan.judged)} together"]
    assert last[1] == f"{together['ade']:.1f} / {together['fde']:.1f} m"


def test_sentences_say_how_likely_a_contact_is(child: Made) -> None:
    number = len(child.fan.contacts[child.fan.run.names.index("child")])
    told = [str(m.text) for m in child.bundle.moments]
    assert f"In {number} of 32 futures the ego touches the child, in half of these by now." in told
    assert [m.time for m in child.bundle.moments] == sorted(m.time for m in child.bundle.moments)


def test_sentences_say_where_everybody_turns(turn: Made) -> None:
    told = [str(m.text) for m in turn.bundle.moments if "by now" in str(m.text)]
    assert told
    for text in told:
        counts = [int(n) for n in re.findall(r"in (\d+)", text)]
        assert len(counts) > 1
        assert sum(counts) == 32


def test_a_run_that_ends_before_the_forecast_is_said_to(long: Made) -> None:
    assert long.fan.reach == pytest.approx(21.0, abs=0.01)
    assert any("The run ends" in str(m.text) for m in long.bundle.moments)


# -- pictures ------------------------------------------------------------------------------------------------


def test_the_futures_of_a_road_user_are_one_path(turn: Made) -> None:
    svg = tree(turn.bundle.tops[0]["svg"])
    fans = [p.attrs["d"] for p in svg.all("path") if p.attrs.get("stroke-width") == ".9"]
    assert len(fans) == len(turn.fan.told)


def test_where_bytes_are_short_the_first_futures_stand_for_all(turn: Made) -> None:
    whole, few = (forecast_plan.top(turn.fan, most) for most in (100_000, 0))
    assert "of them are drawn" not in str(whole["caption"])
    drawn = int(re.search(r"(\d+) of them are drawn", str(few["caption"]))[1])
    assert 2 <= drawn < 32
    paths = [[p.attrs["d"] for p in tree(top["svg"]).all("path") if p.attrs.get("stroke-width") == ".9"]
             for top in (whole, few)]  # fmt: skip
    assert sum(map(len, paths[1])) <= forecast_plan.FEWEST_BYTES
    for all_of_them, some in zip(*paths, strict=True):
        assert all_of_them.startswith(some)


def test_a_future_ends_where_its_bar_is() -> None:
    asked = order()
    run = driven(Run(asked.scenario, "simulator", 0))
    fan = fan_of(asked, run, moved(as_it_came(run, 20, 80, 2), 1, [0.0, 12.0]))
    svg = tree(forecast_plan.top(fan, 10_000)["svg"])
    lines = [p.attrs["d"] for p in svg.all("path") if p.attrs.get("stroke-width") == ".9"]
    bars = sorted(float(m) for m in re.findall(r"M(\d+) -?\d+l0 -?8", lines[0]))
    assert bars[1] - bars[0] == pytest.approx(12.0 * window(fan).scale, abs=1.5)


def test_shading_is_the_share_of_futures_that_cover_a_place() -> None:
    asked = order()
    run = driven(Run(asked.scenario, "simulator", 0))
    fan = fan_of(asked, run, moved(as_it_came(run, 20, 80, 4), 1, [0.0, 0.0, 0.0, -40.0]))
    frame = replace(window(fan), scale=5.0)
    shape = (round((frame.high[1] - frame.low[1]) * 5.0), round((frame.high[0] - frame.low[0]) * 5.0))
    shares = forecast_shading.covered(fan.futures, 80, [1], frame, shape)
    assert set(np.unique(shares)) == {0.0, 0.25, 0.75}
    area = float(run.length[1] * run.width[1])
    assert (shares == 0.75).sum() / 25.0 == pytest.approx(area, rel=0.15)
    assert (shares == 0.25).sum() / 25.0 == pytest.approx(area, rel=0.15)
    both = forecast_shading.covered(fan.futures, 80, [0, 1, 2], frame, shape)
    assert both.max() == 1.0
    assert (both >= shares).all()


def test_the_shading_is_a_small_picture_that_may_be_seen_through(turn: Made, busy: Made, long: Made) -> None:
    for made in (turn, busy, long):
        content = (made.folder / "occupancy.png").read_bytes()
        assert len(content) <= forecast_shading.MOST
        assert b"Generated picture" in content
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
        assert [picture.shape[1], picture.shape[0]] == made.bundle.strip_size
        assert picture.shape[2] == 4
        assert picture[..., 3].min() == 0


def test_no_moments_of_occupancy_give_no_picture(tmp_path: Path) -> None:
    made = Made(BEHIND + "occupancy: []\n", tmp_path)
    assert made.bundle.strip == ""
    assert "wm-strip" not in made.page()


def test_the_chart_has_the_band_and_both_lines(child: Made) -> None:
    svg = tree(child.bundle.chart)
    band = [p.attrs["d"] for p in svg.all("path") if p.attrs.get("fill-opacity")]
    assert len(band) == 1
    assert band[0].count("M") == 1
    assert [k["series"] for k in child.bundle.keys] == ["true", "median", "contact2"]
    assert set(child.bundle.series) == {"true", "median", "contact2"}


# -- downloads -----------------------------------------------------------------------------------------------


def test_the_table_of_futures_has_them_and_what_happened(turn: Made) -> None:
    rows = list(csv.DictReader(io.StringIO((turn.folder / "futures.csv").read_text())))
    assert {int(row["future"]) for row in rows} == set(range(-1, 32))
    last = [r for r in rows if r["id"] == "ego" and r["future"] == "7"][-1]
    assert float(last["x"]) == pytest.approx(float(turn.futures.x[7, -1, 0]), abs=1e-3)
    true = [r for r in rows if r["id"] == "ego" and r["future"] == "-1"]
    assert float(true[-1]["x"]) == pytest.approx(float(turn.run.x[turn.fan.row + turn.fan.known, 0]), abs=1e-3)


def test_the_table_of_futures_is_bounded(long: Made) -> None:
    rows = (long.folder / "futures.csv").read_text().splitlines()
    assert 1000 < len(rows) <= forecast_files.MOST_ROWS + 1


# -- mistakes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("at: 1 s", "at: 6 s", 10, "the run ends at 6 s"),
        ("at: 1 s", "at: soon", 10, "is not a time"),
        ("horizon: 4 s", "horizon: 25 s", 11, "out of range"),
        ("horizon: 4 s", "horizon: 0.1 s", 11, "out of range"),
        ("futures: 8", "futures: 1", 12, "out of range"),
        ("futures: 8", "futures: 1000000", 12, "out of range"),
        ("futures: 8", "futures: many", 12, "no whole number"),
        ("film: none", "film: none\noccupancy: [2 s, 5 s]", 14, "beyond the horizon"),
        ("film: none", "film: none\nego: asleep", 14, "'asleep' is unknown"),
        ("film: none", "film: none\ntruth: dreams", 14, "no world 'dreams'"),
        ("film: none", "film: none\nworld: dreams", 14, "no world 'dreams'"),
        ("film: none", "film: none\nexpect: [no collision]", 14, "another kind"),
    ],
)
def test_mistakes_are_found_where_they_are(old: str, new: str, line: int, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        order(BEHIND.replace(old, new))
    assert [m.line for m in caught.value.mistakes] == [line]
    assert message in str(caught.value)


def test_a_scenario_longer_than_its_world_can_drive_is_a_mistake_at_its_stop() -> None:
    longer = BEHIND.replace("stop: {time: 6 s}", "stop: {time: 30 s}")
    line = 1 + longer[: longer.index("stop:")].count("\n")
    with pytest.raises(SpecError) as caught:
        order(longer + "truth: learned\n")
    assert [m.line for m in caught.value.mistakes] == [line]
    assert "'learned' drives no longer than 24 s; the scenario stops at 30 s" in str(caught.value)
    assert order(longer + "world: learned\n").scenario.stop_time == 30.0, "which foretells only some of it"
    driven = longer[: longer.index("driver: constant\n")].replace("figure: forecast\n", "")
    with pytest.raises(SpecError, match="drives no longer than 24 s"):
        order(driven + "world: learned\n")


def test_more_futures_than_memory_holds_are_a_mistake() -> None:
    crowd = "".join(f"    c{i}: {{lane: 2, at: {60 + 9 * i} m, speed: 20 m/s}}\n" for i in range(60))
    text = BEHIND.replace("  stop:", crowd + "  stop:").replace("stop: {time: 6 s}", "stop: {time: 30 s}")
    text = text.replace("futures: 8", f"futures: {MOST}").replace("horizon: 4 s", "horizon: 24 s")
    with pytest.raises(SpecError, match="are too many for 63 road users"):
        order(text)


def test_a_contact_before_the_moment_leaves_nothing_to_foretell() -> None:
    text = BEHIND.replace("speed: 20 m/s, driver: constant}", "speed: 0, driver: constant}").replace(
        "at: 1 s", "at: 5 s"
    )
    asked = order(text)
    with pytest.raises(WorldError, match=r"there is a contact at \d"):
        foretold(asked)


# -- the world that foretells --------------------------------------------------------------------------------


def wrongs(good: RolloutBatch, run: Rollout) -> Iterator[tuple[str, RolloutBatch]]:
    x = good.x.copy()
    x[1, 5, 0] = np.nan
    yield "x is not finite", replace(good, x=x)
    yield "instead of 8", good.some(np.arange(3))
    yield "41 rows instead of 81", replace(good, rows=np.full(8, 41, dtype=np.int32))
    yield "not 0.05 s apart", replace(good, time=2.0 * good.time)
    yield "other road users", replace(good, names=("ego", "somebody", "car"))
    yield "m from where the run is", replace(good, y=good.y + 3.0)
    yield "another shape", replace(good, speed=good.speed[:, :, :2])
    del run


def test_what_are_no_futures_of_the_run_is_refused() -> None:
    asked = order()
    run = driven(Run(asked.scenario, "simulator", 0))
    good = as_it_came(run, 20, 80, 8)
    assert checked(good, run, 20, 4.0, 8).x.shape == (8, 81, 3)
    found = list(wrongs(good, run))
    assert len(found) == 7
    for message, bad in found:
        with pytest.raises(WorldError, match=message):
            checked(bad, run, 20, 4.0, 8)


def test_the_world_is_given_nothing_of_what_came_after() -> None:
    asked, given = order(), []

    def noted(request: Run | Futures) -> Rollout | RolloutBatch:
        given.append(request)
        return answer(request)

    carry_out(asked.kind.plan(asked), noted)
    run, futures = given
    assert isinstance(run, Run)
    assert isinstance(futures, Futures)
    assert len(futures.past.time) == futures.row + 1 == 21
    assert (futures.count, futures.seconds, futures.ego) == (8, 4.0, None)


def test_the_text_alternative_tells_of_film_and_outcome(child: Made) -> None:
    said = str(forecast_told.alt(child.fan))
    assert said.startswith("Generated film of 4.0 s: on the left the median of 32 futures")
    assert "touches the child" in said


@pytest.mark.parametrize(
    ("at", "horizon"), [("0 s", "0.5 s"), ("5.9 s", "3 s"), ("0.03 s", "1.23 s"), ("5.95 s", "0.5 s")]
)
def test_any_moment_of_a_run_can_be_foretold(at: str, horizon: str, tmp_path: Path) -> None:
    text = BEHIND.replace("at: 1 s", f"at: {at}").replace("horizon: 4 s", f"horizon: {horizon}")
    made = Made(text, tmp_path)
    assert made.bundle.tables[0].rows
    assert "nan" not in made.page().lower().replace("nant", "")


@pytest.mark.parametrize("ego", ["free", "as driven"])
def test_an_ego_alone_has_a_forecast(ego: str, tmp_path: Path) -> None:
    text = f"figure: forecast\nscenario:\n  ego: {{speed: 20 m/s}}\nfutures: 2\nfilm: none\nego: {ego}\n"
    made = Made(text, tmp_path)
    assert made.fan.critical is None
    assert len(made.bundle.tables[0].rows) == 1


def test_futures_that_lead_anywhere_are_drawn_around_the_ego(tmp_path: Path) -> None:
    asked = order()
    run = driven(Run(asked.scenario, "simulator", 0))
    futures = moved(moved(as_it_came(run, 20, 80, 8), 0, [1e9, -1e9] * 4), 1, [1e7] * 8)
    bundle = asked.kind.draw(asked, (run, futures), tmp_path)
    frame = window(fan_of(asked, run, futures))
    assert frame.low[0] < 0.0 < frame.high[0]
    assert len(bundle.tops[0]["svg"]) < 20_000
