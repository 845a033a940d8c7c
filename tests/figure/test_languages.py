# Every text of a figure is said in every language of the theme, with the same values in it.

from __future__ import annotations

import json
import re

import pytest
from library_figures import bundles, html_of
from said_templates import dynamic, has_words, templates

from html_tree import Node, tree
from mkdocs_worldmodel.analysis.said import Said, places, say
from mkdocs_worldmodel.figure.bundle import Bundle
from mkdocs_worldmodel.figure.languages import CODES, language

OTHERS = [code for code in CODES if code != "en"]
WORD = re.compile(r"[A-Za-z]{3,}")


@pytest.fixture(scope="module")
def library() -> dict[str, Bundle]:
    return dict(bundles())


def test_every_text_is_a_constant_but_for_those_that_the_list_knows() -> None:
    assert {call.split(":")[0] for call in dynamic()} <= {
        "judging.py", "measuring.py", "said.py", "story_told.py", "wording.py", "plan_dimensions.py", "pictures.py",
    }  # fmt: skip


@pytest.mark.parametrize("code", OTHERS)
def test_a_table_has_every_text_and_no_other(code: str) -> None:
    table = language(code).table
    assert sorted(templates() - table.keys()) == []
    forms = {text.rpartition("!")[0] for text in table if re.fullmatch(r".*!\w", text)}
    assert sorted(forms - table.keys() - {"{name}"}) == []
    rest = table.keys() - templates() - {text for text in table if re.fullmatch(r".*!\w", text)}
    assert sorted(text for text in rest if has_words(text)) == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_has_the_places_of_its_text(code: str) -> None:
    for text, translation in language(code).table.items():
        here = places(re.sub(r"!\w$", "", text))
        # names stand without the kind that English makes a noun of
        assert places(translation) in (here, here - {"kind"}), (text, translation)


@pytest.mark.parametrize("name", ["de-CH", "de_AT", "DE"])
def test_regions_speak_their_language(name: str) -> None:
    assert language(name).code == "de"


def test_unknown_languages_fall_back_to_english() -> None:
    assert [language(name).code for name in ("it", "", "pt-BR", "../de")] == ["en"] * 4
    assert language("zh-TW").tag == "zh-Hans"


def test_decimals_are_those_of_the_language() -> None:
    seconds = say("{time:.1f} s", time=1.25)
    assert [language(code).words(seconds) for code in CODES] == ["1.2 s", "1,2 s", "1,2 s", "1,2 s", "1.2 s", "1.2 s"]


def test_latin_letters_and_digits_stand_apart_from_chinese() -> None:
    text = say("{who} begins to change from {old} to {new}", who=say("the {name}", name="lkw"),
               old=say("lane {number}", number=1), new=say("lane {number}", number=2))  # fmt: skip
    assert language("zh").words(text) == "lkw 开始从车道 1 变道至车道 2"


def test_a_figure_says_in_which_language_its_words_are(library: dict[str, Bundle]) -> None:
    bundle = library["cut-in"]
    pages = {name: tree(html_of("cut-in", bundle, name)) for name in ("en", "fr-CA", "zh", "it")}
    found = {name: page.first("div").attrs["lang"] for name, page in pages.items()}
    assert found == {"en": "en", "fr-CA": "fr", "zh": "zh-Hans", "it": "en"}
    titles = [tree(html_of("cut-in", bundle, name)).first("strong", class_="wm-title").attrs for name in ("fr", "it")]
    assert [title.get("lang") for title in titles] == [None, "it"]  # what its author wrote is in the page's language


def test_whatever_the_library_says_is_in_the_list_of_texts(library: dict[str, Bundle]) -> None:
    known = templates()
    said = {text for bundle in library.values() for text in _said(bundle)}
    assert len(said) > 100
    assert sorted(text for text in said if has_words(text) and text not in known) == []


@pytest.mark.parametrize("code", OTHERS)
def test_no_english_is_left_in_another_language(code: str, library: dict[str, Bundle]) -> None:
    table = language(code).table
    foreign, english = (
        {word for text in texts for word in WORD.findall(re.sub(r"\{[^}]*\}", " ", text))}
        for texts in (table.values(), table)
    )
    english -= foreign
    assert {"brakes", "ahead", "Numbers"} <= english
    for name, bundle in library.items():
        page = tree(html_of(name, bundle, code))
        names = {word for key in bundle.keys for word in str(key["label"]).split()}
        spared = names | set(WORD.findall(_opening(bundle))) | {"idm", "constant", "still", "simulator", "ego"}
        left = {word for text in _shown(page) for word in WORD.findall(text)} & english
        assert {word for word in left if word.lower() not in spared} == set(), name


def _opening(bundle: Bundle) -> str:
    """Names that authors gave: those of who is placed at the start, without what is said of them."""
    return " ".join(str(value) for text in _walk(bundle.moments) for place, value in text.values if place == "name")


def _shown(page: Node) -> list[str]:
    """What a reader sees or hears of a figure, but for what its author wrote."""
    out = []
    for node in page.all():
        if node.tag in {"pre", "code", "title", "strong"} or any(a.tag == "pre" for a in node.ancestors):
            continue
        if "wm-verdict" not in node.classes:
            out += [child for child in node.children if isinstance(child, str)]
        out += [node.attrs[name] for name in ("alt", "aria-label", "data-moments") if name in node.attrs]
        out += [str(tile[-1]) for tile in json.loads(node.attrs.get("data-tiles", "{}")).values()]
    return out


def _walk(value: object) -> list[Said]:
    if isinstance(value, Said):
        return [value, *(text for _, each in value.values for text in _walk(each))]
    if isinstance(value, list | tuple):
        return [text for each in value for text in _walk(each)]
    if isinstance(value, dict):
        return [text for each in value.values() for text in _walk(each)]
    fields = getattr(value, "__dataclass_fields__", ())
    return [text for name in fields for text in _walk(getattr(value, name))]


def _said(bundle: Bundle) -> set[str]:
    from mkdocs_worldmodel.analysis.said import replaced

    found = {text.template for text in _walk(bundle)}
    for drawn in (bundle.chart, *(top["svg"] for top in bundle.tops)):
        replaced(drawn, lambda text: found.update(each.template for each in _walk(text)) or "")
    return found
