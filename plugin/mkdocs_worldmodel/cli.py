# The command `worldmodel`.

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from mkdocs_worldmodel import __version__
from mkdocs_worldmodel.errors import SpecError, WorldModelError
from mkdocs_worldmodel.site.session import STORE_DIR

if TYPE_CHECKING:
    from mkdocs_worldmodel.build import Store
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
_folder = click.Path(exists=True, file_okay=False, path_type=Path)


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
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write a report as JUnit XML.")
@click.option(
    "--workers", type=click.IntRange(0, 64), help="Processes; 0: this one. Default: one per core, if it pays."
)
def check(paths: tuple[Path, ...], junit: Path | None, workers: int | None) -> None:
    """Check every block in Markdown files or folders, and run it without pictures: mistakes and expectations.

    PATHS: the folder docs where none is given.
    """
    from mkdocs_worldmodel.site.checking import check_pages
    from mkdocs_worldmodel.site.junit import report

    started = time.perf_counter()
    if not paths and not Path("docs").is_dir():
        raise click.UsageError("there is no folder docs here: say which files or folders to check")
    pages = []
    try:
        for page in check_pages(paths or (Path("docs"),), workers):
            pages.append(page)
            for line in page.messages():
                click.echo(line)
        if junit is not None:
            junit.parent.mkdir(parents=True, exist_ok=True)
            junit.write_bytes(report(pages))
    except OSError as error:
        raise click.ClickException(str(error)) from None
    blocks, messages = sum(len(p.blocks) for p in pages), sum(len(p.messages()) for p in pages)
    click.echo(f"{blocks} blocks, {messages} messages, {time.perf_counter() - started:.1f} s", err=True)
    if messages:
        sys.exit(1)


@main.command()
@click.argument("docs", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "-f",
    "--config-file",
    type=_file,
    help="Settings of the site. Default: zensical.toml or mkdocs.yml of the current folder, if any.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write, a folder in DOCS. Default: assets_dir of the settings, else DOCS/assets/worldmodel.",
)
@click.option("--store", "store_dir", type=click.Path(path_type=Path), help="Store of results. Default: of a build.")
@click.option("--workers", type=click.IntRange(0, 64), help="Processes; 0: this one. Default: one per core.")
@click.option("--check", "only_check", is_flag=True, help="Make nothing; fail, with a list, where something is to do.")
@click.option("--strict", is_flag=True, help="Fail where anything is warned of.")
def prepare(
    docs: Path | None,
    config_file: Path | None,
    out: Path | None,
    store_dir: Path | None,
    workers: int | None,
    *,
    only_check: bool,
    strict: bool,
) -> None:
    """Make all figures of a docs folder beforehand, for hosts without plugins (Zensical).

    DOCS: the folder of pages; default: that of the settings, else docs. Options of the figures (defaults, roots) are
    those of the Markdown extension `worldmodel` in the settings.
    """
    import logging

    from mkdocs_worldmodel.site.assets_folder import LIST
    from mkdocs_worldmodel.site.prepare import faults
    from mkdocs_worldmodel.site.prepare import prepare as make
    from mkdocs_worldmodel.site.settings import read_settings

    logging.getLogger("mkdocs.plugins.mkdocs_worldmodel").addHandler(logging.NullHandler())  # said below
    settings = read_settings(config_file, docs, out, store_dir)
    try:
        if only_check:
            found = faults(settings)
            for line in found:
                click.echo(line)
            sys.exit(1 if found else 0)
        done = make(settings, workers)
    except OSError as error:
        raise click.ClickException(str(error)) from None
    for line in done.warnings:
        click.echo(line)
    click.echo(f"{done.summary}; {done.written} files written, {done.removed} removed", err=True)
    if not settings.watched:
        watched = (settings.out / LIST).relative_to(settings.folder).as_posix()
        click.echo(f"list {watched} under `watch:` of the settings: Zensical keeps pages it has rendered", err=True)
    if done.counts.failed or (strict and done.warnings):
        sys.exit(1)


@main.command()
def schema() -> None:
    """Print the JSON schema of a block, for editors."""
    from mkdocs_worldmodel.spec.schema import block_schema

    click.echo(json.dumps(block_schema(), indent=2, ensure_ascii=False))


@main.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder of the training.")
@click.option("--steps", type=click.IntRange(1), help="Default: as the shipped weights.")
@click.option("--seed", type=click.IntRange(0, 10**6), default=1, show_default=True)
@click.option("--size", type=click.Choice(["full", "tiny"]), default="full", show_default=True)
@click.option("--minutes", type=click.FloatRange(0.0), help="Stop about then; the same command goes on from there.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes that make data.")
@click.option("--tracks", type=_folder, help="Your own recorded traffic.")
@click.option("--share", type=click.FloatRange(0.0, 1.0), default=0.5, show_default=True, help="Of --tracks.")
@click.option("--no-importance", is_flag=True, help="Do not sample rare and critical moments more often.")
@click.option("--compile", "compiled", is_flag=True, help="Use torch.compile: needs a C++ compiler.")
@click.option("--accelerator", default="auto", show_default=True, help="As Lightning Fabric calls it: cpu, gpu …")
@click.option("--devices", default="auto", show_default=True, help="How many of them on each machine.")
@click.option("--nodes", type=click.IntRange(1), default=1, show_default=True, help="How many machines.")
@click.option("--export", "only_export", is_flag=True, help="Train no more: make weights of the last checkpoint.")
def train(**options: Any) -> None:
    """Train the learned world model, or go on with it, and export its weights to OUT/weights."""
    try:
        from mkdocs_worldmodel.training.command import Order, train_into
    except ImportError as error:
        raise click.ClickException(f"training needs more: pip install 'mkdocs-worldmodel[train]' ({error})") from None
    try:
        done = train_into(Order(**options))
    except (ValueError, FileNotFoundError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(done)


@main.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder of the results.")
@click.option("--world", default="learned", show_default=True, help="Which world is judged.")
@click.option("--weights", type=_folder, help="Of the learned world. Default: those that come with the package.")
@click.option(
    "--scenes", "scenes_per_kind", default=510, show_default=True, type=click.IntRange(1), help="Of each road kind."
)
@click.option("--seeds", default=3, show_default=True, type=click.IntRange(1), help="Repetitions.")
@click.option("--kind", "kinds", multiple=True, help="Only this road kind; may be said several times.")
@click.option("--part", "only", multiple=True, help="Only forecasts, long, reaction, recorded or off_training.")
@click.option("--tracks", type=_folder, help="Recorded traffic to judge it on as well.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes.")
def evaluate(*, out: Path, world: str, weights: Path | None, workers: int, **extent: Any) -> None:
    """Judge a world on held-out scenes: forecasts, long drives, reaction; writes OUT/results.json.

    It takes hours; the same command goes on where it was stopped.
    """
    from mkdocs_worldmodel.training.evaluate import RESULTS, Extent
    from mkdocs_worldmodel.training.evaluate import evaluate as judge
    from mkdocs_worldmodel.training.scenes import ROAD_KINDS

    asked = Extent(**{**extent, "kinds": extent["kinds"] or ROAD_KINDS})
    try:
        judge(out, world=world, weights=weights, extent=asked, workers=workers, note=click.echo)
    except SpecError as error:
        _fail("tracks", error)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(str(out / RESULTS))


@main.command()
@click.argument("recording", type=_file)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder for the tracks.")
def tracks(recording: Path, out: Path) -> None:
    """Turn recorded traffic in an OpenSCENARIO file into a folder that `train` and `evaluate` read."""
    from mkdocs_worldmodel.training.tracks import convert

    try:
        for note in convert(recording, out):
            click.echo(note)
    except SpecError as error:
        _fail(recording.name, error)


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
