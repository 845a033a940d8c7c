"""Scripts and style are small, and are what they say they are."""

from __future__ import annotations

import gzip

import pytest

from mkdocs_worldmodel.web import LANGUAGES, SCRIPTS, STYLE, asset, scripts

WORDS = [scripts(language)[0] for language in LANGUAGES]


def packed(*names: str) -> int:
    return sum(len(gzip.compress(asset(name).read_bytes(), 9, mtime=0)) for name in names)


@pytest.mark.parametrize(
    ("names", "kilobytes"), [(SCRIPTS, 12), ((STYLE,), 4), *(((name,), 1) for name in WORDS)], ids=str
)
def test_size(names: tuple[str, ...], kilobytes: int) -> None:
    assert packed(*names) <= kilobytes * 1024


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ("worldmodel-de.js",)),
        ("fr-CH", ("worldmodel-fr.js",)),
        ("zh_Hans", ("worldmodel-zh.js",)),
        ("JA", ("worldmodel-ja.js",)),
        ("en", ()),
        ("pt-BR", ()),
        ("../x", ()),
        ("", ()),
    ],
)
def test_words_come_before_what_uses_them(language: str, words: tuple[str, ...]) -> None:
    assert scripts(language) == (*words, *SCRIPTS)


@pytest.mark.parametrize("name", ["../errors.py", "words/worldmodel-de.js", "worldmodel-en.js", ""])
def test_unknown_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no asset"):
        asset(name)


@pytest.mark.parametrize("name", [*SCRIPTS, STYLE, *WORDS])
def test_nothing_comes_from_elsewhere(name: str) -> None:
    text = asset(name).read_text("utf-8")
    for word in ("http:", "https:", "@import", "url(", "eval(", "new Function", "import("):
        assert word not in text
