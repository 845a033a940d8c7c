# The command `worldmodel`.

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from mkdocs_worldmodel import __version__
from mkdocs_worldmodel.errors import Mistake, SpecError, WorldModelError
from mkdocs_worldmodel.site.session import STORE_DIR

if TYPE_CHECKING:
    from mkdocs_worldmodel.build import Store
    from mkdocs_worldmodel.site.scanner import Fence
    from mkdocs_worldmodel.spec.block import Place

_store_option = click.option(
    "--store",
    "store_dir",
    default=STORE_DIR,
    show_default=True,
    type=click.Path(path_type=Path),
    help="Store of results.",
)
_file = click.Path(exists=True, dir_okay=False, path_type=Path)


class _Command(click.Group):
    """Ends in one line, not in a traceback, where something of ours says what is wrong."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except WorldModelError as error:
            raise click.ClickException(str(error)) from None


@click.group(cls=_Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="worldmodel")
def main() -> None:
    """Driving scenarios in documentation: run them, check them, keep their store."""


@main.command()
@click.argument("file", type=_file)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("figure"), show_default=True)
@_store_option
def render(file: Path, out: Path, store_dir: Path) -> None:
    """Make the figure of FILE (a block, or a scenario alone, as YAML) as a page in a folder."""
    from mkdocs_worldmodel.build import Jobs
    from mkdocs_worldmodel.pipeline import Pipeline
    from mkdocs_worldmodel.site.standalone import write_page

    text, place = _block(file)
    store = _open(store_dir)
    with Jobs(0) as jobs:
        try:
            pipeline = Pipeline(store, jobs)
            order = pipeline.order(text, place)
            figure = pipeline.figure(order, text, place)
            page = write_page(order, figure, text, out, file.stem)
        except SpecError as error:
            _fail(file.name, error)
        except OSError as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"{page} ({'made' if figure.made else 'from store'})")
    for moment in figure.bundle.moments:
        click.echo(f"{moment.time:6.1f} s  {moment.text}")


@main.command()
@click.argument("file", type=_file)
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="Write states; - for stdout.")
def run(file: Path, csv_file: Path | None) -> None:
    """Drive the scenario of FILE and print its events; no pictures, no store."""
    from mkdocs_worldmodel.figure.rollout_figure import states_csv
    from mkdocs_worldmodel.pipeline import examine, understand

    text, place = _block(file)
    try:
        order = understand(text, place)
        rollout, analysis = examine(order)
    except SpecError as error:
        _fail(file.name, error)
    to_stdout = csv_file is not None and str(csv_file) == "-"
    if csv_file is not None:
        content = states_csv(rollout, order.scenario, analysis.last)
        if to_stdout:
            click.echo(content, nl=False)
        else:
            csv_file.write_text(content, encoding="utf-8", newline="")
    for event in analysis.events:
        click.echo(f"{event.time:6.2f} s  {event.text}", err=to_stdout)
    for verdict in analysis.verdicts:
        click.echo(f"{'held  ' if verdict.held else 'MISSED'}  {verdict.text}  ({verdict.measured})", err=to_stdout)
    if not all(v.held for v in analysis.verdicts):
        sys.exit(1)


@main.command()
@click.argument("docs", type=click.Path(exists=True, path_type=Path))
def check(docs: Path) -> None:
    """Check every block of the Markdown files in DOCS, and run it without pictures: mistakes and expectations."""
    from mkdocs_worldmodel.site import scanner
    from mkdocs_worldmodel.site.session import Page, usable, where
    from mkdocs_worldmodel.spec.block import Place

    started, blocks, messages = time.perf_counter(), 0, 0
    root = docs if docs.is_dir() else docs.parent
    for file in _pages(docs):
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise click.ClickException(f"{file} cannot be read: {error}") from None
        fences, found = scanner.find(scanner.lines_of(text))
        try:
            defaults = usable(*_front_matter(text)) if fences else ()
        except SpecError as error:
            found += [(1, mistake) for mistake in error.mistakes]
            defaults = ()
        place = Place(file.parent, (root.resolve(),), defaults)
        for fence in fences:
            found += [(fence.line, mistake) for mistake in _mistakes_of(fence, place)]
        page = Page(file.relative_to(root).as_posix(), file.parent)
        for line, mistake in sorted(found, key=lambda pair: pair[0]):
            click.echo(f"{where(page, line, mistake)}: {mistake}")
        blocks, messages = blocks + len(fences), messages + len(found)
    click.echo(f"{blocks} blocks, {messages} messages, {time.perf_counter() - started:.1f} s", err=True)
    if messages:
        sys.exit(1)


def _mistakes_of(fence: Fence, place: Place) -> list[Mistake]:
    """All that is wrong with a block: its header, its text, and what it expects of its run."""
    from mkdocs_worldmodel.pipeline import examine, missed, understand

    header = [fence.mistake] if fence.mistake is not None else []
    try:
        order = understand(fence.body, place)
        _, analysis = examine(order)
    except SpecError as error:
        return [*header, *error.mistakes]
    except WorldModelError as error:
        return [*header, Mistake(str(error))]
    return header + missed(order.block, analysis.verdicts)


def _pages(docs: Path) -> Iterator[Path]:
    if docs.is_file():
        yield docs
    else:
        yield from sorted(p for p in docs.rglob("*.md") if p.is_file())


def _front_matter(text: str) -> tuple[tuple[str, Any], ...]:
    """A page's defaults for its blocks; MkDocs and its front matter are not needed here."""
    from mkdocs_worldmodel.site.session import front_matter_defaults
    from mkdocs_worldmodel.spec.text import parse

    lines = text.splitlines()
    if not lines or lines[0].strip() != "---":
        return ()
    end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() in {"---", "..."}), None)
    try:
        return front_matter_defaults(parse("\n".join(lines[1:end])).value) if end is not None else ()
    except SpecError:
        return ()


@main.command()
def schema() -> None:
    """Print the JSON schema of a block, for editors."""
    from mkdocs_worldmodel.spec.schema import block_schema

    click.echo(json.dumps(block_schema(), indent=2, ensure_ascii=False))


@main.group()
def store() -> None:
    """Look after the store of results."""


@store.command("info")
@_store_option
def store_info(store_dir: Path) -> None:
    """Say how much is kept."""
    found = _open(store_dir).info()
    click.echo(f"{found.entries} entries, {found.bytes / 1e6:.1f} MB in {store_dir}")


@store.command("gc")
@_store_option
@click.option("--days", default=90.0, show_default=True, help="Remove what was not used for so long.")
@click.option("--megabytes", default=4000.0, show_default=True, help="Then remove the least recently used above this.")
def store_gc(store_dir: Path, days: float, megabytes: float) -> None:
    """Remove old results; never what was used in the last 24 hours."""
    removed = _open(store_dir).gc(days * 86_400, int(megabytes * 1e6))
    click.echo(f"{removed.entries} entries removed, {removed.bytes / 1e6:.1f} MB")


@store.command("clear")
@_store_option
def store_clear(store_dir: Path) -> None:
    """Remove everything."""
    removed = _open(store_dir).clear()
    click.echo(f"{removed.entries} entries removed, {removed.bytes / 1e6:.1f} MB")


def _open(store_dir: Path) -> Store:
    from mkdocs_worldmodel.build import Store

    store = Store(store_dir)
    store.check()
    return store


def _block(file: Path) -> tuple[str, Place]:
    """A file's text as a block's: a scenario alone is put under `scenario:`."""
    from mkdocs_worldmodel.spec.block import Place
    from mkdocs_worldmodel.spec.model import ScenarioSpec
    from mkdocs_worldmodel.spec.text import parse

    place = Place(file.resolve().parent, (file.resolve().parent,))
    try:
        text = file.read_text(encoding="utf-8-sig")
        value = parse(text).value
    except UnicodeDecodeError:
        raise click.ClickException(f"{file.name} is not UTF-8 text") from None
    except SpecError as error:
        _fail(file.name, error)
    if isinstance(value, dict) and "scenario" not in value and value.keys() & ScenarioSpec.model_fields.keys():
        text = f"scenario: {json.dumps(file.name)}\n"
    return text, place


def _fail(name: str, error: SpecError) -> NoReturn:
    for m in error.mistakes:
        click.echo(f"{m.file or name}:{max(m.line, 1)}: {m}", err=True)
    sys.exit(1)
