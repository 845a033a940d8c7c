"""The element in a real browser: label and picture agree, keys stay inside, nothing is fetched or left behind."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
from film_page import FRAMES, Visit, read_picture

from mkdocs_worldmodel.figure.packed import packed

pytestmark = pytest.mark.browser

Visitor = Callable[..., Visit]
SERVERS = ["ranges", "plain", "file"]


def picture(page: Visit, server: str) -> int:
    if server != "file":
        return int(page.run("wm.read()"))
    return read_picture(page.part(".picture").screenshot())


@pytest.mark.parametrize("server", SERVERS)
def test_every_seek_shows_the_frame_of_the_label(visit: Visitor, server: str) -> None:
    page = visit(server=server)
    draw = random.Random(7)
    for k in [draw.randrange(FRAMES) for _ in range(40)] + [0, FRAMES - 1]:
        assert page.settle(f"wm.slide({k})") == k
        assert page.run("wm.label()") == k
        assert picture(page, server) == k
    assert page.complaints == []


@pytest.mark.parametrize("server", SERVERS)
def test_of_many_fast_seeks_the_last_one_holds(visit: Visitor, server: str) -> None:
    page = visit(server=server)
    frames = [(37 * i) % FRAMES for i in range(60)]
    assert page.settle(f"wm.slide(...{frames})") == frames[-1]
    assert picture(page, server) == frames[-1] == page.run("wm.label()")


@pytest.mark.parametrize("server", ["ranges", "plain"])
def test_while_it_plays_label_and_picture_agree(visit: Visitor, server: str) -> None:
    page = visit(server=server)
    page.settle("wm.slide(3)")
    samples = page.run("""() => new Promise((done) => {
      const figure = wm.figures()[0], video = figure.querySelector("video"), samples = [];
      const look = () => {
        samples.push([wm.label(), wm.read()]);
        if (video.currentTime < 3.5) video.requestVideoFrameCallback(look);
        else { figure.pause(); done(samples); }
      };
      video.requestVideoFrameCallback(look);
      figure.play();
    })""")
    assert len({label for label, _ in samples}) > 15
    assert [label for label, _ in samples] == [drawn for _, drawn in samples]


def test_pause_rests_on_the_frame_that_is_shown(visit: Visitor) -> None:
    page = visit()
    page.part("[data-act=play].icon").click()
    page.run("wm.until(() => wm.label() > 8)")
    k = page.settle("wm.part('[data-act=play].icon').click()")
    page.page.wait_for_timeout(300)
    assert page.run("[wm.label(), wm.read()]") == [k, k]


def test_at_the_end_it_stops_and_play_begins_anew(visit: Visitor) -> None:
    page = visit()
    page.settle("wm.slide(96)")
    assert page.settle("wm.figures()[0].play()") == FRAMES - 1
    page.run("wm.figures()[0].play()")
    page.run("wm.until(() => wm.label() > 1 && wm.label() < 20)")


def test_label_and_poster_agree_and_play_begins_at_the_start(visit: Visitor) -> None:
    page = visit("poster.html")
    assert page.run("[wm.label(), wm.figures()[0].frame]") == [41, 41]
    page.part(".slider").focus()
    page.page.keyboard.press(".")
    page.run("wm.until(() => wm.label() === 42)")
    page.page.reload()
    page.part(".begin").click()
    page.run("wm.until(() => wm.label() > 0 && wm.label() < 20)")


def test_a_repeated_section_does_not_leave_it(visit: Visitor) -> None:
    page = visit()
    page.settle("wm.slide(38)")
    page.part("[data-act=loop]").click()
    highest = page.run("""() => new Promise((done) => {
      const figure = wm.figures()[0];
      let highest = 0, before = 0;
      figure.addEventListener("wm-frame", ({ detail: { frame } }) => {
        highest = Math.max(highest, frame);
        if (frame < before) { figure.pause(); done(highest); }
        before = frame;
      });
      figure.play();
    })""")
    assert highest <= 42
    assert page.run("wm.label()") in range(15, 18)


def test_nothing_is_fetched_before_the_reader_acts(visit: Visitor) -> None:
    page = visit("two.html")
    page.page.mouse.move(300, 300)
    page.page.keyboard.press("Tab")
    page.part(".slider").focus()
    page.part(".chip").nth(1).click()
    page.page.wait_for_timeout(500)
    assert page.films == []
    page.settle("wm.slide(10)")
    assert [film.rsplit("/", 1)[1] for film in page.films if film.startswith("http")] == ["clip.mp4"]


def test_one_figure_plays_at_a_time(visit: Visitor) -> None:
    page = visit("two.html")
    page.run("wm.figures()[0].play()")
    page.run("wm.until(() => wm.label(0) > 2)")
    page.run("wm.figures()[1].play()")
    page.run("wm.until(() => wm.label(1) > 2)")
    assert page.run("wm.figures().map((figure) => figure.paused)") == [True, False]
    assert page.run("wm.figures().map((figure) => figure.querySelector('video').paused)") == [True, False]


def test_keys_act_and_stay_inside(visit: Visitor) -> None:
    page = visit()
    page.settle("wm.slide(20)")
    page.part(".slider").focus()
    for key, frame in [
        (".", 21),
        (",", 20),
        ("ArrowRight", 21),
        ("ArrowLeft", 20),
        ("Shift+ArrowRight", 30),
        ("PageDown", 20),
        ("PageUp", 30),
        ("Home", 0),
        ("End", 100),
        ("[", 41),
        ("[", 15),
        ("]", 41),
        ("7", 70),
        ("0", 0),
    ]:
        page.page.keyboard.press(key)
        assert page.run("wm.label()") == frame, key
    for key in "+-lfspn/?":  # the theme's letters do nothing here and reach nobody
        page.page.keyboard.press(key)
    assert page.part(".keys").is_visible()
    assert page.part("[data-act=loop]").get_attribute("aria-pressed") == "true"
    page.page.keyboard.press("Space")
    assert page.run("wm.figures()[0].paused") is False
    page.page.keyboard.press("k")
    assert page.run("wm.figures()[0].paused") is True
    assert page.run("wmCount.keys.filter((key) => key !== 'Shift')") == []
    spoken = page.part(".slider").get_attribute("aria-valuetext")
    assert spoken == f"{page.run('wm.label()') / 10:.1f} seconds, frame {page.run('wm.label()')} of 100, Start"


def test_keys_outside_are_nobodys_business(visit: Visitor) -> None:
    page = visit()
    page.page.locator("#outside").focus()
    for key in [".", "k", "Home", "5"]:
        page.page.keyboard.press(key)
    page.part(".slider").focus()
    page.page.keyboard.press("Control+k")
    assert page.run("wmCount.keys") == [".", "k", "Home", "5", "Control", "k"]
    assert page.run("wm.label()") == 0
    assert page.films == []


def test_space_on_a_button_is_the_buttons_own(visit: Visitor) -> None:
    page = visit()
    page.part("[data-act=forward]").focus()
    page.page.keyboard.press("Space")
    assert page.run("wm.label()") == 1
    assert page.run("wm.figures()[0].paused") is True


def test_all_values_of_a_series_arrive(visit: Visitor) -> None:
    draw = random.Random(3)
    steps = [0, 0, 0, None, 5, 5, *(draw.choice([None, -7, -1, 0, 1, 12, 13, 900, -2500]) for _ in range(FRAMES - 6))]
    values = np.cumsum([s or 0 for s in steps])
    text = packed(np.array([np.nan if s is None else v / 10 for s, v in zip(steps, values, strict=True)]), 1)
    page = visit()
    shown = page.run(
        """(text) => {
          const copy = wm.figures()[0].cloneNode(true);
          copy.querySelector(".wm-stage").remove(); // without film a frame is shown at once
          copy.dataset.series = JSON.stringify({ speed: text });
          copy.querySelector(".wm-key").dataset.digits = 1;
          document.body.append(copy);
          return [...Array(copy.frames).keys()].map((k) => {
            copy.seek(k);
            return copy.querySelector(".wm-key b").textContent;
          });
        }""",
        text,
    )
    wanted = [f"{v / 10:.1f} km/h".replace("-", "−") for v in values.tolist()]
    assert shown == ["–" if s is None else text for s, text in zip(steps, wanted, strict=True)]


def test_chart_and_events_move_the_film(visit: Visitor) -> None:
    page = visit()
    box = page.part(".wm-chart svg").bounding_box()
    x = box["x"] + box["width"] * (48 + 732 * 0.6) / 800
    page.page.mouse.click(x, box["y"] + 30)
    page.run("wm.until(() => wm.label() === 60)")
    assert page.part(".wm-cursor").get_attribute("transform") == "translate(487.2 0)"
    assert page.part(".wm-key b").inner_text() == "89 km/h"
    page.part(".wm-events a").nth(1).click()
    assert page.run("wm.label()") == 15
    assert page.page.url.endswith("#one-1")
    assert page.run("[...document.querySelectorAll('[aria-current]')].map((item) => item.id)") == ["one-1"]
    page.settle("wm.slide(5)")
    assert page.part(".wm-key b").inner_text() == "–"


@pytest.mark.parametrize("server", ["ranges", "file"])
def test_a_link_to_an_event_shows_its_frame(visit: Visitor, server: str) -> None:
    page = visit("two.html#two-2", server=server)
    page.run("wm.until(() => wm.figures()[1].querySelector('video').currentTime > 4)")
    assert page.run("[wm.label(0), wm.label(1)]") == [0, 41]
    page.run("location.hash = 'one-1'")
    page.run("wm.until(() => wm.label(0) === 15)")
    page.run("location.hash = '%E0%A4%A'")  # nothing that can be decoded


def test_cameras_enlarge_and_return(visit: Visitor) -> None:
    page = visit()
    whole = page.part(".picture").bounding_box()
    page.part(".tile").nth(1).click(position={"x": 20, "y": 100})
    assert page.run("wm.figures()[0].camera") == "front_wide"
    page.page.wait_for_timeout(300)
    video, stage = page.part("video").bounding_box(), page.part(".picture").bounding_box()
    assert stage == whole  # the page does not move
    scale = video["width"] / 640
    assert 160 * scale == pytest.approx(stage["height"], abs=1)
    middle = video["x"] + scale * 320
    assert middle == pytest.approx(stage["x"] + stage["width"] / 2, abs=1)
    page.part(".slider").focus()
    page.page.keyboard.press("Escape")
    assert page.run("wm.figures()[0].camera") == "all"
    page.part(".chip", 0).filter(has_text="Top view").click()
    assert page.part(".chip[aria-pressed=true]").inner_text() == "Top view"
    page.part(".tile").click(position={"x": 5, "y": 5})
    assert page.run("wm.figures()[0].camera") == "all"


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_shows_one_camera_and_nothing_overflows(visit: Visitor, width: int) -> None:
    page = visit(width=width)
    page.run("wm.until(() => wm.figures()[0].camera === 'front_wide')")
    box = page.part(".picture").bounding_box()
    assert box["width"] / box["height"] == pytest.approx(2, abs=0.02)
    page.part("[data-act=help]").click()
    for summary in page.part("summary").all():
        summary.click()
    assert page.run("document.documentElement.scrollWidth") <= width
    small = page.run("""() => [...wm.figures()[0].querySelector(".wm-stage").shadowRoot
      .querySelectorAll("button, input, select")].map((node) => node.getBoundingClientRect())
      .filter(({ width, height }) => width < 24 || height < 24).length""")
    assert small == 0


def test_leaving_takes_everything_back(visit: Visitor) -> None:
    page = visit("two.html")
    page.settle("wm.slide(30)")
    assert page.run("wmCount.made") == 1
    page.run("""() => {
      wm.gone = wm.figures()[0];
      wm.home = wm.gone.parentElement;
      wm.gone.remove();
      wm.video = wm.gone.querySelector("video");
    }""")
    assert page.run("wmCount.revoked") == 1
    assert page.run("[wm.video.controls, wm.video.getAttribute('src')]") == [True, "clip.mp4"]
    page.page.wait_for_timeout(200)
    page.run("wm.home.append(wm.gone)")
    assert page.run("wm.label()") == 0  # it comes back with its poster, and works again
    assert page.settle("wm.slide(50)") == 50
    assert page.run("wm.read()") == 50
    page.run("wm.home.append(wm.gone.cloneNode(true))")  # as a theme's preview does
    assert page.run("wm.label(1)") == 0
    assert page.run("wm.figures()[1].querySelector('video').getAttribute('src')") == "clip.mp4"
    assert len([film for film in page.films if film.startswith("http")]) == 2  # one for each act
    assert page.complaints == []


def test_leaving_in_the_middle_of_loading_is_quiet(visit: Visitor) -> None:
    page = visit()
    page.run("() => { const [figure] = wm.figures(); figure.play(); figure.remove(); }")
    page.page.wait_for_timeout(300)
    assert page.run("wmCount.made - wmCount.revoked") == 0
    assert page.complaints == []


def test_where_blobs_are_refused_the_film_is_used_directly(visit: Visitor) -> None:
    page = visit(server="no-blob")
    assert page.settle("wm.slide(33)") == 33
    assert page.run("wm.read()") == 33


def test_a_lost_film_leaves_the_player_of_the_browser(visit: Visitor) -> None:
    page = visit("lost.html")
    page.part("[data-act=play].icon").click()
    page.part(".message").wait_for()
    assert page.run("wm.figures()[0].querySelector('video').controls") is True
    assert page.run("wm.figures()[0].paused") is True


def test_without_script_the_figure_is_complete(visit: Visitor) -> None:
    page = visit(java_script_enabled=False)
    assert page.part("video").get_attribute("controls") is not None
    box = page.part("video").bounding_box()
    assert box["width"] / box["height"] == pytest.approx(640 / 240, abs=0.02)
    for text in ["Lorry cuts in", "no collision — held", "begins to change to lane 2", "Film (MP4)"]:
        assert page.part(f"text={text}").first.is_visible()
    assert not page.part(".wm-cursor").is_visible()


def test_a_script_in_the_head_waits_for_the_page(visit: Visitor) -> None:
    page = visit("early.html")
    assert page.settle("wm.slide(12)") == 12


def test_browsers_without_frame_callbacks_seek_and_play(visit: Visitor) -> None:
    page = visit("one.html")
    page.page.context.add_init_script("delete HTMLVideoElement.prototype.requestVideoFrameCallback")
    page.page.reload()
    for k in (70, 3, 41):
        assert page.settle(f"wm.slide({k})") == k
    page.run("wm.figures()[0].play()")
    page.run("wm.until(() => wm.label() > 45)")
    k = page.settle("wm.figures()[0].pause()")
    assert abs(page.run("wm.read()") - k) <= 1
    page.run("wm.figures()[0].remove()")
    assert page.complaints == []


def test_the_reader_drags_through_chart_and_slider(visit: Visitor) -> None:
    page = visit()
    for css in (".slider", ".wm-chart svg"):
        box = page.part(css).bounding_box()
        page.page.mouse.move(box["x"] + 80, box["y"] + 20)
        page.page.mouse.down()
        page.page.mouse.move(box["x"] + 200, box["y"] + 20, steps=5)
        page.page.mouse.move(box["x"] + 500, box["y"] + 20, steps=20)
        page.page.mouse.up()
        page.page.wait_for_timeout(400)
        k = page.run("wm.label()")
        assert 50 < k < 80
        assert page.run("wm.read()") == k


def test_speed_is_kept_when_the_film_arrives(visit: Visitor) -> None:
    page = visit()
    page.part(".speed").select_option("0.25")
    page.settle("wm.slide(1)")
    assert page.run("wm.figures()[0].querySelector('video').playbackRate") == 0.25


def test_on_paper_the_story_stands_for_the_film(visit: Visitor) -> None:
    page = visit()
    page.page.emulate_media(media="print")
    assert not page.part(".wm-stage").is_visible()
    assert page.part(".wm-events").is_visible()
