# Blocks at and beyond every limit, each with what must become of it: a figure, or a mistake that is said so.

from __future__ import annotations

MARKUP = "</code></pre></div><script>alert(1)</script><img src=x onerror=alert(1)>"
FIGURE = ""
"""Instead of a mistake: the block is fine."""


def nested(depth: int, kind: str) -> str:
    """A condition in a condition in a condition."""
    return f"{{{kind}: [" * depth + "{time: 1 s}" + "]}" * depth


def story(when: str, more: str = "") -> str:
    return f"scenario: {{story: [{{when: {when}, do: {{ego: {{speed: {{to: 5 m/s}}}}}}{more}}}], stop: {{time: 2 s}}}}"


CROWD = "scenario:\n  stop: {time: 1 s}\n  actors:\n" + "".join(
    f"    a{i}: {{kind: cone, lane: 1, ahead: 20 m}}\n" for i in range(64)
)
AT_ODDS = "scenario:\n  road: {lanes: 4, length: 2 km}\n  stop: {time: 1 s}\n  actors:\n" + "".join(
    f"    a{i}: {{kind: cone, lane: {1 + i % 4}, ahead: {5 + i // 4 * 5} m}}\n" for i in range(65)
)
ROUND = "{radius: 15 m, to: left}"
FOR_EVER = """
    - {name: a, when: {started: b}, do: {ego: {speed: {to: 5}}}, times: 1000000}
    - {name: b, when: {any: [{started: a}, {time: 0}]}, do: {ego: {speed: {to: 9}}}, times: 1000000}"""

# name → (text of the block, pattern of a message that must be said; FIGURE where it must become a figure)
LIMITS: dict[str, tuple[str, str]] = {
    # the parser
    "alias_of_an_alias": ("a: &a [1]\nb: &b [*a, *a]\nc: [*b, *b]\nscenario: {}", "unknown key"),
    "anchor_alone": ("scenario: &x {}\nfilm: none", FIGURE),
    "python_module": ("scenario: !!python/module:os {}", "the tag .* is not read"),
    "python_tuple": ("cameras: !!python/tuple [rear]\nscenario: {}", "the tag .* is not read"),
    "tag_with_markup": ("scenario: !<script> {}", "tag|valid YAML"),
    "verbatim_tag": ("title: !<tag:yaml.org,2002:python/object:os.system> x\nscenario: {}", "the tag .* is not read"),
    "complex_key": ("? [a, b]\n: 1\nscenario: {}", "a key must be a word"),
    "one_long_line": ("scenario: {} # " + "x" * 1_000_000, "longer than 64 kB"),
    "long_flow_list": ("scenario: [" + "1," * 30_000 + "]", "values"),
    "deep_quotes": ("scenario: " + "{a: " * 30 + "1" + "}" * 30, "nested deeper"),
    "block_scalar": ("scenario: {}\ntitle: |\n  a\n  b\nfilm: none", FIGURE),
    "folded_scalar_bomb": ("scenario: {}\ntitle: >\n" + "  x\n" * 10_000, "title"),
    "del_and_c1": ('scenario: {}\ntitle: "a\\x7f\\x9bb"\nfilm: none', FIGURE),
    "null_key": ("~: 1\nscenario: {}", "unknown key"),
    "number_keys": ("1: 2\n3.5: 4\nscenario: {}", "unknown key"),
    "true_key": ("true: 1\nscenario: {}", "unknown key"),
    # numbers
    "exponent_400": ("scenario: {ego: {speed: 1e400}}", "not finite|too large|is not a speed"),
    "exponent_400_in_words": ("scenario: {road: {length: 1e400 m}}", "not finite"),
    "overflow_by_unit": ("scenario: {road: {length: 1e308 km}}", "length"),
    "denormal": ("scenario: {stop: {time: 1e-320 s}}\nfilm: none", "time|stop"),
    "minus_zero": ("scenario: {ego: {speed: -0.0, lane: 1}, stop: {time: 1 s}}\nfilm: none", FIGURE),
    "huge_lane": ("scenario: {ego: {lane: 99999999999999999999}}", "lane"),
    "thousand_lanes": ("scenario: {road: {lanes: 1000}}", "lanes"),
    "half_a_lane": ("scenario: {road: {lanes: 1.5}}", "lanes"),
    "hexadecimal": ("scenario: {road: {lanes: 0x2}, stop: {time: 1 s}}\nfilm: none", FIGURE),
    "hexadecimal_words": ("scenario: {ego: {speed: 0x10 m/s}}", "is not a speed"),
    "clock_time": ("scenario: {stop: {time: 1:30}}", "'1:30' is not a time"),
    "percent_of_what": ("scenario: {ego: {speed: 10 %}}", "is not a speed"),
    "two_units": ("scenario: {ego: {speed: 10 m/s km/h}}", "is not a speed"),
    "seed_too_large": ("seed: 2147483648\nscenario: {}", "seed"),
    "seed_as_float": ("seed: 1e3\nscenario: {}", "seed"),
    # how long, how many
    "long_horizon": ("scenario: {stop: {time: 601 s}}", "time"),
    "hours": ("scenario: {stop: {time: 2 h}}", "time"),
    "sixty_five_actors": (AT_ODDS, "64|actors"),
    "all_at_one_place": (CROWD, "inside|overlap|place|stands"),
    "two_hundred_and_one_events": (
        "scenario: {story: [" + ",".join(["{when: {time: 1}, do: {ego: {speed: {to: 5}}}}"] * 201) + "]}", "story"),
    "fires_for_ever": (f"scenario:\n  stop: {{time: 2 s}}\n  story:{FOR_EVER}\nfilm: none", "times"),
    "many_times": (story("{speed: {above: 0 m/s}}", ", times: 1000000"), "times"),
    "nested_all": (story(nested(10_000, "all")), "nested deeper|valid YAML|longer than"),
    "nested_any": (story(nested(11, "any")), "nested|deep"),
    "nested_not": (story("{not: " * 3000 + "{time: 1 s}" + "}" * 3000), "nested deeper"),
    "thousand_conditions": (story("{any: [" + ",".join(["{time: 1 s}"] * 1000) + "]}"), "conditions|any|values"),
    "started_by_itself": (
        "film: none\nscenario: {story: [{name: a, when: {started: a}, do: {ego: {speed: {to: 5}}}}]}",
        "itself|'a'"),
    # roads
    "no_length": ("scenario: {road: {length: 0 m}}", "length"),
    "tiny_radius": ("scenario: {road: {curve: {radius: 1 mm, to: left}}}", "radius"),
    "over_itself": (f"scenario: {{road: {{length: 400 m, curve: {ROUND}}}}}", "into itself"),
    "over_itself_often": (f"scenario: {{road: {{length: 20 km, curve: {ROUND}}}}}", "into itself"),
    "thousand_segments": ("scenario: {road: {segments: [" + ",".join(["{length: 20 m}"] * 1000) + "]}}", "segments"),
    "crossings_everywhere": (
        "scenario: {road: {crossings: [" + ",".join(f"{{ahead: {i} m}}" for i in range(1, 500)) + "]}}", "crossings"),
    "crossings_on_crossings": (
        "scenario: {road: {crossings: [{ahead: 50 m}, {ahead: 50 m}]}}", "crossing"),
    "ring_of_a_point": ("scenario: {road: {junction: {ahead: 40 m, kind: roundabout, radius: 1 cm}}}", "radius"),
    "flat_junction": ("scenario: {road: {junction: {ahead: 40 m, angle: 0.0001°}}}", "angle"),
    # pictures
    "film_of_a_pixel": ("film: {width: 1}\nscenario: {}", "film"),
    "film_of_a_wall": ("film: {width: 1000000}\nscenario: {}", "film"),
    "film_as_path": ("film: /etc/passwd\nscenario: {}", "film"),
    "camera_nowhere": ("cameras: [../../x]\nscenario: {}", "cameras"),
    "hundred_cameras": ("cameras: [" + ",".join(["rear"] * 100) + "]\nscenario: {}", "cameras"),
    "camera_of_dreams": (
        "cameras: [{name: x, position: [.nan, 1e308, 0], field_of_view: 360°}]\nscenario: {}", "cameras"),
    # expectations
    "deep_brackets": ("scenario: {}\nexpect: ['" + "(" * 90 + "no collision" + ")" * 90 + "']", "in '"),
    "long_expectation": ("scenario: {}\nexpect: ['" + "no collision and " * 100 + "no collision']", "short text"),
    "many_nots": ("scenario: {}\nexpect: ['" + "not " * 49 + "no collision']", "short text"),
    "zero_width_in_it": ("scenario: {}\nexpect: ['no\u200b collision']", "short text"),
    "format_in_it": ("scenario: {}\nexpect: ['{0.__class__} > 1']", "in '"),
    "quotes_in_it": ("scenario: {}\nexpect: ['event \"\"\"\" starts']", "in '"),
    # what authors write, in every key that takes text
    "markup_about": (
        f"film: none\nscenario: {{about: {{title: '{MARKUP}', summary: '{MARKUP}', source: '<b>', tags: ['<b>']}}}}",
        FIGURE),
    "markup_actor": (f"scenario: {{actors: {{'{MARKUP}': {{lane: 1, ahead: 9 m}}}}}}", "is no name"),
    "markup_crossing": (
        f"scenario: {{road: {{crossings: [{{ahead: 50 m, name: '{MARKUP}'}}]}}}}", "is not possible here"),
    "markup_colour": (f"scenario: {{ego: {{colour: '{MARKUP}'}}}}", "colour"),
    "markup_event_and_expectation": (
        """expect: ['event "<b onclick=x>" starts']
film: none
scenario: {stop: {time: 1 s}, story: [{name: '<b onclick=x>', when: {time: 0.5 s}, do: {ego: {speed: {to: 5}}}}]}""",
        FIGURE),
    "markup_alt": (f"alt: '\"{MARKUP}'\nscenario: {{stop: {{time: 1 s}}}}\ncameras: [rear]", FIGURE),
    "markup_show": (f"show: ['{MARKUP}']\nscenario: {{}}", "show"),
    "script_link_in_caption": ("caption: '[x](javascript:alert(1))'\nscenario: {}\nfilm: none", "cannot link to"),
    "data_link_in_caption": (
        "caption: '[x](data:text/html;base64,PHNjcmlwdD4=)'\nscenario: {}\nfilm: none", "cannot link"),
    "attributes_in_caption": ("caption: '[x](index.md){: onclick=alert(1) }'\nscenario: {}\nfilm: none", FIGURE),
    "brackets_in_caption": ("caption: '" + "[" * 3900 + "'\nscenario: {}\nfilm: none", "brackets"),
    "reference_to_nothing_in_caption": ("caption: '[x](worldmodel:ghost)'\nscenario: {}\nfilm: none", "no figure with"),
    "picture_in_caption": ("caption: '![x](javascript:alert(1)) <svg onload=x>'\nscenario: {}\nfilm: none", FIGURE),
    "value_of_itself_in_caption": (
        "id: self-said\ncaption: 'After `worldmodel self-said.duration:.1f s`'\nscenario: {}\nfilm: none", FIGURE),
}  # fmt: skip
