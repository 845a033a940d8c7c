# Values for all blocks of a page, from its front matter and from the site's settings, each with where it stands.
# A layer of defaults holds one value and is named by its place, 'index.md:3': so a mistake in it is told there.

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs_worldmodel.errors import Mistake, SpecError
from mkdocs_worldmodel.site import scanner

if TYPE_CHECKING:
    import yaml

Layers = tuple[tuple[str, Any], ...]
"""(where it stands, values), the farthest first."""
Lines = Mapping[tuple[str, ...], int]
"""Path of keys → line (1-based) of the last one."""

_INHERITED = 8
"""Settings' files that may stand one upon the other."""


def front_matter_defaults(meta: Any, page: str = "", text: str = "") -> Layers:
    """Defaults for a page's blocks from its front matter, as they stand there.

    Args:
        meta: the front matter's values
        page: the page as messages call it, and
        text: its whole source, where the lines shall be told
    """
    own = meta.get(scanner.LANGUAGE) if isinstance(meta, dict) else None
    if own is None:
        return ()
    lines = _front_matter_lines(text)
    return by_line(own, page, lines) if lines else (("the page's front matter", own),)


def site_defaults(values: Mapping[str, Any], config_file: Path | None = None, film: Any = None) -> Layers:
    """Defaults for all blocks, from the plugin's options in a settings' file.

    Args:
        values: of the option `defaults`
        config_file: mkdocs.yml, where the lines shall be told
        film: of the option `film`; None where it is not given
    """
    layers: Layers = ()
    of_film = {"film": film} if film is not None else {}
    for option, given, path in (("film", of_film, ("film",)), ("defaults", values, ())):
        name, lines = _option_lines(config_file, option) if config_file is not None and given else ("", {})
        if lines:
            layers += by_line(given, name, {(*path, *inner): line for inner, line in lines.items()})
        elif given:
            layers += ((f"the plugin's {option}", given),)
    return layers


def by_line(values: Any, file: str, lines: Lines) -> Layers:
    """A layer for each value, named by its place. What is no mapping, or too large, stays whole: `usable` says so."""
    from mkdocs_worldmodel.spec.text import check_size

    whole = ((f"{file}:{lines.get((), 1)}", values),)
    if not isinstance(values, Mapping):
        return whole
    try:
        check_size(values, file)
    except SpecError:
        return whole
    return tuple((f"{file}:{_line(lines, path)}", value) for path, value in _leaves(values))


def usable(*defaults: tuple[str, Any]) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """Defaults of other readers (MkDocs' front matter, mkdocs.yml) as a block's `Place` takes them.

    Raises:
        SpecError: where one is no mapping, or built from too many values.
    """
    from mkdocs_worldmodel.spec.text import check_size

    for name, values in defaults:
        if not isinstance(values, Mapping):
            raise SpecError(Mistake(f"{scanner.LANGUAGE}: is no mapping", "write keys of a block under it", file=name))
        check_size(values, name)
    return tuple((name, _plain(values)) for name, values in defaults if values)


def _plain(value: Any) -> Any:
    """Values of somebody else's YAML as a block would have them: names are texts, dates too."""
    if isinstance(value, Mapping):
        return {_key(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, str | int | float | None) else str(value)


def _key(key: object) -> str:
    return "on" if key is True else str(key)  # `on` is a truth value for YAML 1.1


def _leaves(values: Mapping[Any, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Each value alone, in the mappings around it. A file to take a scenario from comes before what changes it."""
    for key in sorted(values, key=lambda key: key != "from"):
        here = (*path, _key(key))
        if isinstance(values[key], Mapping) and values[key]:
            yield from _leaves(values[key], here)
        else:
            alone: Any = values[key]
            for name in reversed(here):
                alone = {name: alone}
            yield here, alone


def _line(lines: Lines, path: tuple[str, ...]) -> int:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _front_matter_lines(text: str) -> dict[tuple[str, ...], int]:
    """Lines of what stands under `worldmodel:`; nothing where there is no front matter in YAML."""
    from mkdocs_worldmodel.spec.text import parse

    lines = text.splitlines()
    if not lines or lines[0].strip("\ufeff \t") != "---":
        return {}
    end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() in {"---", "..."}), None)
    try:
        found = parse("\n".join(lines[1:end])).lines
    except SpecError:  # more than a block's values may be: MkDocs read it, and its lines stay unknown
        return {}
    ours = {path[1:]: line + 1 for path, line in found.items() if path[:1] == (scanner.LANGUAGE,)}
    return {tuple(map(str, path)): line for path, line in ours.items()}


def _option_lines(config_file: Path, option: str) -> tuple[str, dict[tuple[str, ...], int]]:
    """Name of the settings' file that gives an option of the plugin, and the lines of its value."""
    import yaml

    for _ in range(_INHERITED):
        try:
            text = config_file.read_text(encoding="utf-8-sig")
            root: Any = yaml.compose(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except (OSError, ValueError, yaml.YAMLError):
            break
        for entry in _plugins(_of(root, "plugins")):
            found = _of(_of(entry, scanner.LANGUAGE), option)
            if found is not None:
                return config_file.name, dict(_lines(found))
        parent = _of(root, "INHERIT")
        if parent is None:
            break
        config_file = config_file.parent / str(parent.value)
    return "", {}


def _plugins(node: yaml.Node | None) -> list[Any]:
    """The entries under `plugins:`, which is a list or a mapping."""
    return [node] if node is None or isinstance(node.value, str) or _is_mapping(node) else list(node.value)


def _of(node: Any, key: str) -> Any:
    """The node under a key of a mapping's node; None where there is none."""
    if not _is_mapping(node):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _is_mapping(node: Any) -> bool:
    import yaml

    return isinstance(node, yaml.MappingNode)


def _lines(node: yaml.Node, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], int]]:
    if not path:
        yield (), node.start_mark.line + 1
    if _is_mapping(node):
        for key, value in node.value:
            here = (*path, str(key.value))
            yield here, key.start_mark.line + 1
            yield from _lines(value, here)
