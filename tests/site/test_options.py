# Options in mkdocs.yml: what is possible, from the environment too, and what is said of what is not.

from __future__ import annotations

from typing import Any

import pytest
from site_project import Project, quiet

from mkdocs_worldmodel.site.choices import CHOICES
from mkdocs_worldmodel.site.options import WorldModelConfig


def load(project: Project, text: str) -> tuple[Any, list[str]]:
    """The plugin's options as MkDocs reads them from a settings' file, and what it says of them."""
    from mkdocs.config import load_config
    from mkdocs.exceptions import Abort

    file = project.root / "mkdocs.yml"
    indented = "".join(f"      {line}\n" for line in text.splitlines())
    file.write_text(f"site_name: Test\nplugins:\n  - worldmodel:\n{indented}", encoding="utf-8")
    with quiet() as records:
        try:
            config = load_config(str(file))
        except Abort:
            return None, [r.getMessage() for r in records]
        plugin = config.plugins["worldmodel"]
        return plugin.config, [r.getMessage() for r in records]


def test_nothing_need_be_said(project: Project) -> None:
    options, said = load(project, "{}")
    assert said == []
    assert dict(options) == {
        "enabled": True, "frozen": False, "film": None, "serve": "low", "defaults": {}, "roots": [], "workers": "auto",
        "time_limit": 120, "memory_limit": 2000, "store_dir": ".cache/plugin/worldmodel", "store_max": 4000,
        "store_days": 90, "page_weight": 8,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("option", "given", "found"),
    [
        ("enabled", "false", False),
        ("enabled", "0", False),
        ("enabled", "yes", True),
        ("frozen", "true", True),
        ("frozen", "1", True),
        ("film", "none", "none"),
        ("film", "low", "low"),
        ("serve", "full", "full"),
        ("serve", "none", "none"),
        ("workers", "3", 3),
        ("workers", "0", 0),
        ("workers", "auto", "auto"),
        ("time_limit", "2.5", 2.5),
        ("memory_limit", "500", 500),
        ("store_dir", "../store", "../store"),
        ("store_dir", "2026", "2026"),
        ("store_max", "1e3", 1000),
        ("store_days", "0.5", 0.5),
        ("page_weight", "0", 0),
    ],
)
@pytest.mark.parametrize("written", ["{option}: !ENV WM_TEST", "{option}: '{given}'"], ids=["!ENV", "text"])
def test_values_may_come_from_the_environment_and_as_texts(
    project: Project, monkeypatch: pytest.MonkeyPatch, option: str, given: str, found: object, written: str
) -> None:
    monkeypatch.setenv("WM_TEST", given)
    options, said = load(project, written.format(option=option, given=given))
    assert said == []
    assert options[option] == found
    assert type(options[option]) is type(found) or isinstance(found, int | float)


@pytest.mark.parametrize("option", sorted(set(dict(WorldModelConfig._schema)) - {"roots"}))
def test_a_variable_that_is_not_set_leaves_the_default(
    project: Project, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    monkeypatch.delenv("WM_TEST", raising=False)
    default, _ = load(project, "{}")
    options, said = load(project, f"{option}: !ENV WM_TEST")
    assert said == []
    assert options[option] == default[option]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("workers: many", "'workers': 'many' is not possible (auto, or a number from 0 to 64)"),
        ("workers: 1.5", "'workers': 1.5 is not possible"),
        ("workers: -1", "'workers': -1 is not possible"),
        ("workers: true", "'workers': True is not possible"),
        ("time_limit: 2 min", "'time_limit': '2 min' is not possible (seconds, from 0.001 to 86400)"),
        ("time_limit: 0", "'time_limit': 0 is not possible"),
        ("memory_limit: true", "'memory_limit': True is not possible (megabytes, from 1 to 1000000)"),
        ("store_max: .nan", "'store_max': nan is not possible"),
        ("enabled: maybe", "'enabled': 'maybe' is neither true nor false"),
        ("frozen: 2", "'frozen': 2 is neither true nor false"),
        ("serve: lwo", "'serve': there is no 'lwo'; did you mean low?"),
        ("serve: 7", "'serve': there is no 7; there are none, low, full"),
        ("film: [none]", "'film': a list is not possible"),
        ("defaults: none", "'defaults': 'none' is no mapping (write keys of a block under it)"),
        ("store_dir: [a]", "'store_dir': ['a'] is no path"),
        ("roots: [no-such-folder]", "isn't an existing directory"),
    ],
)
def test_what_is_not_possible_is_said_with_what_is(project: Project, written: str, message: str) -> None:
    options, said = load(project, written)
    assert options is None
    assert any("Plugin 'worldmodel' option " in line and message in line for line in said), said


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("worker: 2", "'worker': there is no such option; did you mean workers?"),
        ("storedir: x", "'storedir': there is no such option; did you mean store_dir?"),
        ("xyz: 1", "'xyz': there is no such option; there are enabled, frozen, film, "),
    ],
)
def test_an_unknown_option_is_said_with_the_one_that_was_meant(project: Project, written: str, message: str) -> None:
    options, said = load(project, written)
    assert options is not None
    assert len(said) == 1
    assert message in said[0]


def test_each_option_says_what_it_is_for() -> None:
    for name, choice in CHOICES.items():
        assert choice.text.endswith("."), name


def refused(project: Project, caplog: pytest.LogCaptureFixture, **options: Any) -> str:
    from mkdocs.exceptions import Abort

    with pytest.raises(Abort):
        project.build(options=options)
    return caplog.records[-1].getMessage()


def test_a_store_that_would_be_published_is_refused(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    project.write("index.md", "# Home\n")
    said = refused(project, caplog, store_dir="docs/store")
    assert said.startswith("worldmodel: store_dir: ")
    assert "is in docs_dir: it would be published" in said
    assert project.build(options={"store_dir": "docs/.store"}).warnings == []


def test_a_film_is_said_once(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    project.write("index.md", "# Home\n")
    said = refused(project, caplog, film="none", defaults={"film": "full"})
    assert said == "worldmodel: film: is said twice, as an option and in defaults (keep one of them)"
