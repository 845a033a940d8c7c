# Options of the Markdown extension, checked: what Zensical and `worldmodel prepare` work by.

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs_worldmodel.errors import SetupError, StoreError
from mkdocs_worldmodel.site.choices import CHOICES
from mkdocs_worldmodel.site.defaults import Layers, site_defaults
from mkdocs_worldmodel.site.host import plain_language
from mkdocs_worldmodel.site.session import ASSETS, Session

if TYPE_CHECKING:
    from mkdocs_worldmodel.build import Jobs
    from mkdocs_worldmodel.pipeline import Pipeline

CONFIG_FILES = ("zensical.toml", "mkdocs.yml", "mkdocs.yaml")
"""Where Zensical looks for its settings, in this order."""

OPTIONS = (
    "enabled", "folder", "assets_dir", "store_dir", "workers", "time_limit", "memory_limit", "film", "roots",
    "defaults", "language",
)  # fmt: skip
"""Of the extension, and so of these hosts. Paths are relative to the settings' file."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a site wants, with all paths made absolute."""

    folder: Path
    """Of the settings' file."""
    docs: Path
    out: Path
    """Where figures' files are written."""
    prefix: str
    """Address of that folder in the site: 'assets/worldmodel'."""
    store: Path
    roots: tuple[Path, ...]
    """Folders whose files blocks may name, docs among them."""
    defaults: Layers
    language: str
    workers: int | str
    time_limit_s: float
    memory_limit_bytes: int
    watched: bool = True
    """Zensical looks at our list of files to see that pages have to be rendered again."""

    def jobs(self, workers: int | None = None) -> Jobs:
        """Workers; none is started yet."""
        from mkdocs_worldmodel.build import Jobs

        wanted: Any = self.workers if workers is None else workers
        return Jobs(wanted, time_limit_s=self.time_limit_s, memory_limit_bytes=self.memory_limit_bytes)

    def session(self, jobs: Jobs) -> Session:
        """A new build."""

        def pipeline() -> Pipeline:
            from mkdocs_worldmodel.build import Store
            from mkdocs_worldmodel.pipeline import Pipeline

            store = Store(self.store)
            try:
                store.check()
            except StoreError as error:
                raise SetupError(f"worldmodel: {error}") from error
            return Pipeline(store, jobs)

        return Session(pipeline, self.roots, self.defaults, language=self.language)


def settings(options: Mapping[str, Any], folder: Path, docs: Path, language: str = "en") -> Settings:
    """Check a site's options.

    Args:
        options: those of the extension; what is not there has its default
        folder: what their paths are relative to
        docs: the folder of pages
        language: of the theme

    Raises:
        SetupError: with the option that cannot be used.
    """
    unknown = set(options) - set(OPTIONS)
    if unknown:
        raise SetupError(f"worldmodel: there is no option '{min(unknown)}' (there are {', '.join(sorted(OPTIONS))})")
    values = {name: _value(name, options.get(name)) for name in OPTIONS}
    folder, docs = folder.resolve(), docs.resolve()
    out = (folder / values["assets_dir"]).resolve() if values["assets_dir"] else docs / ASSETS
    if not out.is_relative_to(docs) or out == docs:
        raise SetupError(f"worldmodel: assets_dir: {out} is not a folder in {docs}, whose files come into the site")
    return Settings(
        folder=folder,
        docs=docs,
        out=out,
        prefix=out.relative_to(docs).as_posix(),
        store=(folder / values["store_dir"]).resolve(),
        roots=(docs, *((folder / root).resolve() for root in values["roots"])),
        defaults=site_defaults(values["defaults"], None, values["film"]),
        language=plain_language(values["language"] or language),
        workers=values["workers"],
        time_limit_s=values["time_limit"],
        memory_limit_bytes=int(values["memory_limit"] * 1_000_000),
    )


def _value(name: str, given: object) -> Any:
    try:
        return CHOICES[name].value(given)
    except ValueError as error:
        raise SetupError(f"worldmodel: {name}: {error}") from None


# -- files of settings ------------------------------------------------------------------------------------------------


def read_settings(
    config_file: Path | None, docs: Path | None = None, out: Path | None = None, store: Path | None = None
) -> Settings:
    """What the settings' file of a site says, or the defaults; what is given here counts more.

    Args:
        config_file: zensical.toml or mkdocs.yml; None: the one in the current folder, if any
        docs: folder of pages
        out: where figures' files are written
        store: of results

    Raises:
        SetupError: where the file cannot be read, or an option cannot be used.
    """
    if config_file is None:
        config_file = next((Path(name) for name in CONFIG_FILES if Path(name).is_file()), None)
    site = _site(config_file) if config_file is not None else {}
    folder = config_file.parent if config_file is not None else Path()
    options = dict(_options(site))
    given = {"assets_dir": out, "store_dir": store}
    options |= {name: str(path.resolve()) for name, path in given.items() if path is not None}
    docs = docs or folder / str(site.get("docs_dir") or "docs")
    if not docs.is_dir():
        raise SetupError(f"there is no folder {docs} with pages")
    theme = site.get("theme")
    language = theme.get("language") if isinstance(theme, Mapping) else None
    found = settings(options, folder, docs, str(language or "en"))
    watch = site.get("watch")
    watched = [(folder / str(path)).resolve() for path in watch] if isinstance(watch, list) else []
    return replace(
        found, watched=not site or any(p.is_relative_to(found.out) or found.out.is_relative_to(p) for p in watched)
    )


def _site(config_file: Path, depth: int = 0) -> dict[str, Any]:
    """The content of zensical.toml or mkdocs.yml; what its tags make of it matters to nobody here, but `!ENV`."""
    import tomllib

    import yaml

    try:
        text = config_file.read_text(encoding="utf-8-sig")
        if config_file.suffix.lower() == ".toml":
            project = tomllib.loads(text)
            content: Any = project.get("project", project)
        else:
            content = yaml.load(text, Loader=_lenient())  # noqa: S506 - derived from the safe loader
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise SetupError(f"{config_file} cannot be read: {error}") from None
    if not isinstance(content, dict):
        raise SetupError(f"{config_file} holds no settings")
    inherited = content.pop("INHERIT", None)
    if inherited is not None and depth < 8:
        return _site(config_file.parent / str(inherited), depth + 1) | content
    return dict(content)


def _options(site: Mapping[str, Any]) -> Mapping[str, Any]:
    """Those of our extension, in any form that the site's settings may have."""
    listed = site.get("markdown_extensions") or []
    entries = [listed] if isinstance(listed, Mapping) else [e for e in listed if isinstance(e, Mapping)]
    found = next((entry["worldmodel"] for entry in entries if "worldmodel" in entry), None) or {}
    if not isinstance(found, Mapping):
        raise SetupError(f"worldmodel: {found!r} under markdown_extensions is no mapping of options")
    return found


def _lenient() -> type[Any]:
    """A safe reader of YAML to which unknown tags are nothing."""
    import yaml

    class Loader(yaml.SafeLoader):
        """Knows `!ENV NAME` and `!ENV [NAME, …, default]`."""

    def environment(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
        names = loader.construct_sequence(node) if isinstance(node, yaml.SequenceNode) else [node.value, None]
        *names, default = names if len(names) > 1 else [*names, None]
        found = next((os.environ[name] for name in names if name in os.environ), None)
        return default if found is None else yaml.safe_load(found)

    Loader.add_constructor("!ENV", environment)
    Loader.add_multi_constructor("", lambda _loader, _suffix, _node: None)
    return Loader
