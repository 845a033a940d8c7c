from __future__ import annotations

import re

import pytest

from mkdocs_worldmodel.analysis.analysis import analyse
from mkdocs_worldmodel.analysis.wording import Event, metres
from mkdocs_worldmodel.rollout.record import quantised
from scenes import run, scenario


def told(text: str, driver: str = "idm") -> list[Event]:
    events = list(analyse(scenario(text, driver=driver), quantised(run(text, driver=driver))).events)
    assert [e.time for e in events] == sorted(e.time for e in events)
    for e in events:
        text = str(e.text)
        assert re.fullmatch(r"[A-Z].*\.", text), text
        assert not re.search(r"  | ,|_|\bnan\b|\binf\b|-\d|\bfrom (\S+ \S+) to \1\b", text), text
        assert 0 < len(str(e.label)) <= 50
    assert str(events[0].label) == "Start"
    return events


def texts(text: str, driver: str = "idm") -> list[str]:
    return [f"{e.time:.2f} {e.text}" for e in told(text, driver)]


CUT_IN = """
    road: {lanes: 3, length: 600 m, kind: motorway}
    ego: {lane: 2, speed: 100 km/h}
    actors: {red_lorry: {kind: truck, lane: 1, ahead: 25 m, speed: 85 km/h}}
    story: [{when: {time: 1.5 s}, do: {red_lorry: {change_lane: {to: 2, over: 3 s}}}}]
    """


def test_a_cut_in_is_told_in_order() -> None:
    found = texts(CUT_IN)
    assert found[:2] == [
        "0.00 The ego drives at 100 km/h in lane 2; the red lorry drives at 85 km/h in lane 1, 25 m ahead of the ego.",
        "1.50 The red lorry begins to change from lane 1 to lane 2, 19 m ahead of the ego.",
    ]
    assert re.fullmatch(
        r"2\.40 The red lorry is now in the ego's way, 15 m ahead; "
        r"the ego brakes from 100 km/h to \d+ km/h until \d\.\d s, by up to \d\.\d m/s²"
        r"(; the time to collision with the red lorry is at its smallest, \d\.\d s)?\.",
        found[2],
    )
    assert any(re.match(r"4\.50 The red lorry has changed to lane 2, 1\d m ahead of the ego\.", t) for t in found)
    assert re.fullmatch(r"10\.00 The run ends; the ego drives at \d+ km/h, \d+ m behind the red lorry\.", found[-1])
    assert sum(t.count("at its smallest") for t in found) == 2


def test_the_opening_repeats_the_authors_distance_on_a_bend() -> None:
    text = CUT_IN.replace("length: 600 m", "length: 600 m, curve: {radius: 150 m, to: left}").replace("25 m", "37 m")
    assert "37 m ahead of the ego" in texts(text)[0]


def test_a_cut_out_tells_who_is_in_the_way_next() -> None:
    found = texts("""
        ego: {lane: 2, speed: 100 km/h}
        actors: {van: {kind: van, lane: 2, ahead: 40 m}, wreck: {lane: 2, ahead: 220 m, speed: 0}}
        story: [{when: {time: 2 s}, do: {van: {change_lane: {to: 1, over: 3 s}}}}]
        """)
    assert any("The wreck is now in the ego's way, " in t for t in found)
    assert "the wreck (car) stands in lane 2, 220 m ahead of the ego." in found[0]


def test_a_leader_that_stops_is_told_to_brake_to_a_stop() -> None:
    found = texts("""
        ego: {speed: 20 m/s}
        actors: {lead: {lane: 1, ahead: 45 m}}
        story: [{when: {time: 2 s}, do: {lead: {speed: {to: 0, rate: 5}}}}]
        stop: {time: 20 s}
        """)
    assert any("The lead car begins to brake from 72 km/h to a stop, " in t for t in found)
    assert any(re.match(r"6\.00 The lead car now stands, \d+ m ahead of the ego\b", t) for t in found)
    assert found[-1].startswith("20.00 The run ends; the ego ")


def test_passing_is_told_from_the_seat_of_the_ego() -> None:
    oncoming = texts("""
        road: {lanes: 1, oncoming: 1}
        ego: {speed: 20 m/s}
        actors: {bus: {kind: truck, lane: {oncoming: 1}, ahead: 100 m, speed: 20 m/s}}
        """)
    assert any(t.endswith("The ego and the bus pass each other.") for t in oncoming)
    fast = texts("ego: {speed: 20 m/s}\nactors: {sports_car: {lane: 2, behind: 20 m, speed: 36 m/s}}")
    assert any(t.endswith("The sports car passes the ego; it drives at 130 km/h in lane 2.") for t in fast)
    slow = texts("ego: {speed: 20 m/s}\nactors: {parked: {lane: 2, ahead: 20 m, speed: 0}}")
    assert any(t.endswith("The ego passes the parked car, which stands in lane 2.") for t in slow)


def test_a_collision_ends_the_story() -> None:
    found = told("ego: {speed: 10 m/s}\nactors: {car: {lane: 1, ahead: 15 m, speed: 0}}", driver="constant")
    assert str(found[-1].text) == (
        "The ego and the car collide at a relative speed of 36 km/h: the front of the ego meets the rear of the car; "
        "the run ends here."
    )
    assert found[-1].time == 1.5
    assert [str(e.label) for e in found].count("Collision") == 1


def test_the_end_of_the_road_is_told() -> None:
    found = texts("road: {length: 100 m}\nego: {speed: 20 m/s}")
    assert found[-1] == "2.80 The ego reaches the end of the road; the run ends."


def test_an_ego_alone_has_a_beginning_and_an_end() -> None:
    assert texts("ego: {speed: 10 m/s}") == [
        "0.00 The ego drives at 36 km/h in lane 1.", "10.00 The run ends; the ego drives at 36 km/h.",
    ]  # fmt: skip
    assert texts("ego: {speed: 0}")[1] == "10.00 The run ends; the ego stands."


def test_standing_traffic_is_counted_beyond_the_nearest_four() -> None:
    actors = ", ".join(f"car_{i}: {{lane: 2, ahead: {10 * i} m, speed: 0}}" for i in range(1, 6))
    text = f"ego: {{speed: 0}}\nactors: {{{actors}}}"
    assert texts(text)[0].endswith("; 1 more road user is on the road.")
    more = ", ".join(f"car_{i}: {{lane: 2, ahead: {10 * i} m, speed: 0}}" for i in range(1, 8))
    assert texts(f"ego: {{speed: 0}}\nactors: {{{more}}}")[0].endswith("; 3 more road users are on the road.")


def test_braking_that_the_story_orders_is_told_once() -> None:
    found = texts("""
        ego: {speed: 15 m/s}
        actors: {far: {lane: 1, ahead: 300 m}}
        story: [{when: {time: 1 s}, do: {ego: {speed: {to: 5 m/s, rate: 3}}}}]
        """)
    assert [t for t in found if "brake" in t] == ["1.00 The ego begins to brake from 54 km/h to 18 km/h."]


def test_events_of_different_road_users_are_not_mixed_up() -> None:
    found = texts("""
        road: {lanes: 3}
        ego: {lane: 1, speed: 20 m/s}
        actors: {a: {lane: 2, ahead: 30 m}, b: {lane: 3, ahead: 60 m}}
        story:
          - {when: {time: 1 s}, do: {a: {change_lane: {to: 1, over: 2 s}}}}
          - {when: {time: 5 s}, do: {b: {change_lane: {to: 2}}}}
        """)
    assert any(t.startswith("1.00 A begins to change from lane 2 to lane 1") for t in found)
    assert any(t.startswith("3.00 A has changed to lane 1") for t in found)
    assert any(t.startswith("5.00 B begins to change from lane 3 to lane 2") for t in found)
    assert any(t.startswith("9.00 B has changed to lane 2") for t in found)


@pytest.mark.parametrize("driver", ["idm", "scripted"])
def test_a_change_that_is_broken_off_has_not_happened(driver: str) -> None:
    found = texts(f"""
        ego: {{lane: 1, speed: 20 m/s}}
        actors: {{a: {{lane: 2, ahead: 30 m, driver: {driver}}}}}
        story:
          - {{when: {{time: 1 s}}, do: {{a: {{change_lane: {{to: 1}}}}}}}}
          - {{when: {{time: 2 s}}, do: {{a: {{change_lane: {{to: 2}}}}}}}}
          - {{when: {{time: 8 s}}, do: {{a: {{change_lane: {{to: 2}}}}}}}}
        """)
    broken = "a breaks off its change to lane 1"
    back = "a turns back to lane 2"
    [both] = [t for t in found if t.startswith("2.00 ")]
    assert broken in both.lower()
    assert back in both.lower()
    assert both.count("30 m ahead of the ego") == 1
    assert "8.00 A keeps to lane 2, 30 m ahead of the ego." in found
    assert not any("has changed to lane 1" in t for t in found)


def test_steps_of_the_scripted_happen_at_once() -> None:
    found = texts("""
        road: {lanes: 3}
        ego: {lane: 1, speed: 20 m/s}
        actors: {a: {lane: 2, ahead: 30 m, driver: scripted}}
        story: [{when: {time: 1 s}, do: {a: {change_lane: {to: 3, shape: step}, speed: {to: 10 m/s, shape: step}}}}]
        """)
    [both] = [t.lower() for t in found if t.startswith("1.00 ")]
    assert "a goes from 72 km/h to 36 km/h at once" in both
    assert "a is put into lane 3 at once" in both
    assert both.count("30 m ahead of the ego") == 1


def test_a_speed_that_is_held_already_is_kept() -> None:
    found = texts("""
        ego: {speed: 20 m/s}
        actors: {a: {lane: 2, ahead: 30 m}}
        story: [{when: {time: 1 s}, do: {a: {speed: {to: 72 km/h}}}}]
        """)
    assert "1.00 A keeps to 72 km/h, 30 m ahead of the ego." in found
    assert not any("now" in t for t in found)


def test_distances_below_ten_metres_have_a_decimal() -> None:
    assert [str(metres(d)) for d in (0.0, 1.04, 9.94, 9.96, 123.4)] == ["0.0 m", "1.0 m", "9.9 m", "10 m", "123 m"]
