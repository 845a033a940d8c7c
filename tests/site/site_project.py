# Whole sites in temporary folders, built in this process through MkDocs' own functions.

from __future__ import annotations

import logging
import re
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from html_tree import Node, tree

SUPERFENCES = [
    "admonition", "attr_list", "md_in_html", "pymdownx.details", "pymdownx.superfences",
    {"pymdownx.tabbed": {"alternate_style": True}},
]  # fmt: skip
FENCED_CODE = [e for e in SUPERFENCES if e != "pymdownx.superfences"]  # MkDocs itself adds fenced_code


def block(body: str = "", *, scenario: str = "{}", film: str = "none", fence: str = "```") -> str:
    """A fence that works; of equal scenarios only one is driven."""
    lines = [*body.splitlines(), f"scenario: {scenario}", f"film: {film}"]
    return "\n".join([f"{fence}worldmodel", *lines, fence, ""])


@dataclass
class Built:
    """A built site, and what was said."""

    folder: Path
    records: list[logging.LogRecord]
    seconds: float

    def html(self, uri: str = "index.html") -> str:
        return (self.folder / uri).read_text(encoding="utf-8")

    def page(self, uri: str = "index.html") -> Node:
        return tree(self.html(uri))

    @property
    def warnings(self) -> list[str]:
        return [r.getMessage() for r in self.records if r.levelno >= logging.WARNING]

    @property
    def summary(self) -> str:
        """The summary line's counts, without the time: '2 figures: 1 made, 1 from store, 0 failed'."""
        lines = [r.getMessage() for r in self.records if r.getMessage().startswith("worldmodel: ")]
        assert len(lines) == 1, lines
        found = re.fullmatch(r"worldmodel: (\d+ figures: \d+ made, \d+ from store, \d+ failed), \d+\.\d s", lines[0])
        assert found is not None, lines[0]
        return found[1]

    def files(self) -> dict[str, bytes]:
        return {p.relative_to(self.folder).as_posix(): p.read_bytes() for p in self.folder.rglob("*") if p.is_file()}


class Project:
    """A documentation project."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.docs = root / "docs"
        self.docs.mkdir(parents=True)

    def write(self, name: str, text: str) -> Path:
        path = self.docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    def configure(
        self,
        theme: str | dict[str, Any] = "mkdocs",
        extensions: list[Any] | None = None,
        plugins: list[Any] | None = None,
        *,
        plugin: bool = True,
        **more: Any,
    ) -> Path:
        options = {"workers": 0, **more.pop("options", {})}
        config = {
            "site_name": "Test",
            "site_url": "https://example.org/docs/",
            "theme": {"name": theme} if isinstance(theme, str) else theme,
            "plugins": [*(plugins or ["search"]), *([{"worldmodel": options}] if plugin else [])],
            "markdown_extensions": SUPERFENCES if extensions is None else extensions,
            **more,
        }
        path = self.root / "mkdocs.yml"
        path.write_text(yaml.safe_dump(config), encoding="utf-8")
        return path

    def build(
        self, theme: str | dict[str, Any] = "mkdocs", site: str = "site", *, command: str = "build", **more: Any
    ) -> Built:
        """Configure (see there) and build, as `mkdocs build` or as the first build of `mkdocs serve`."""
        config_file = self.configure(theme, **more)
        with quiet() as records:
            from mkdocs.commands.build import build
            from mkdocs.config import load_config

            started = time.perf_counter()
            config = load_config(str(config_file), site_dir=str(self.root / site))
            config.plugins.on_startup(command=command, dirty=False)
            try:
                build(config)
            finally:
                config.plugins.on_shutdown()
        return Built(self.root / site, records, time.perf_counter() - started)


class quiet:  # noqa: N801  (used like a function)
    """Collect what is logged; third parties' own deprecations are not ours to fail on."""

    def __enter__(self) -> list[logging.LogRecord]:
        self.records: list[logging.LogRecord] = []
        self.handler = logging.Handler(logging.INFO)
        self.handler.emit = self.records.append  # type: ignore[method-assign]
        self.log = logging.getLogger("mkdocs")
        self.level = self.log.level
        self.log.setLevel(logging.INFO)
        self.log.addHandler(self.handler)
        self.caught = warnings.catch_warnings()
        self.caught.__enter__()
        for name in ("mkdocs", "material", "pymdownx", "markdown", "jinja2", "babel", "paginate", "ghp_import"):
            warnings.filterwarnings("ignore", module=rf"{name}\b.*")
        return self.records

    def __exit__(self, *_: object) -> None:
        self.caught.__exit__(*_)
        self.log.removeHandler(self.handler)
        self.log.setLevel(self.level)


def children(pid: int) -> list[int]:
    """Processes that a process started and that still run; where there is /proc."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(after_name[1]) == pid:
            found.append(int(path.parent.name))
    return sorted(found)
