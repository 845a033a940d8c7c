from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mkdocs_worldmodel.build import Entry, Store, key_of
from mkdocs_worldmodel.build import entry as entry_module
from mkdocs_worldmodel.build import store as store_module
from mkdocs_worldmodel.build import upkeep as upkeep_module
from mkdocs_worldmodel.build.entry import SMALL_BYTES, DamagedError
from mkdocs_worldmodel.errors import StoreError

KEY = key_of("a run")
FILM = bytes(range(256)) * 1024


def put(store: Store, key: str = KEY, film: bytes = FILM) -> Entry:
    with store.stage(key) as staging:
        (staging.path / "run.json").write_text('{"speed": 27.5}')
        (staging.path / "views").mkdir()
        (staging.path / "views" / "front.mp4").write_bytes(film)
        staging.timing["drive_s"] = 0.25
    entry = store.get(key)
    assert entry is not None
    return entry


def litter(store: Store) -> list[Path]:
    return list((store.root / "tmp").glob("*"))


def test_what_was_staged_is_got(store: Store) -> None:
    assert store.get(KEY) is None
    entry = put(store)
    assert entry.files == ("run.json", "views/front.mp4")
    assert entry.read_json("run.json") == {"speed": 27.5}
    assert entry.read_bytes("views/front.mp4") == FILM
    assert entry.file("views/front.mp4").is_relative_to(store.root / "objects" / KEY[:2] / KEY)
    assert store.get(key_of("another run")) is None
    assert not litter(store)


def test_looking_into_a_store_that_is_not_there_makes_no_folder(store: Store) -> None:
    assert store.get(KEY) is None
    assert store.info().entries == 0
    assert store.gc(max_age_s=0) == store.clear() == (0, 0)
    assert not store.root.exists()


def test_only_files_of_the_entry_can_be_named(store: Store) -> None:
    entry = put(store)
    for name in ("missing", "entry.json", "timing.json", "../x"):
        with pytest.raises(KeyError):
            entry.file(name)


@pytest.mark.parametrize("key", ["", "abc", "../" + "a" * 61, KEY.upper(), KEY + "\n"])
def test_only_keys_name_entries(store: Store, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        store.get(key)
    with pytest.raises(ValueError, match="not a key"), store.stage(key):
        pass


def test_a_new_store_keeps_itself_out_of_git_and_backups_unless_the_owner_decides_otherwise(store: Store) -> None:
    put(store)
    assert (store.root / ".gitignore").read_text() == "*\n"
    assert (store.root / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    (store.root / ".gitignore").unlink()
    put(store, key_of("another run"))
    assert not (store.root / ".gitignore").exists()


def test_a_folder_in_which_other_things_lie_is_not_hidden_from_git(store: Store) -> None:
    store.root.mkdir()
    (store.root / ".gitignore").write_text("mine")
    (store.root / "notes.md").touch()
    put(store)
    assert (store.root / ".gitignore").read_text() == "mine"
    assert not (store.root / "CACHEDIR.TAG").exists()


def test_timing_is_kept_beside_the_record_and_its_loss_is_no_damage(store: Store) -> None:
    entry = put(store)
    assert entry.timing == {"drive_s": 0.25}
    timing = entry.path / "timing.json"
    for lose in (lambda: timing.write_text("[]"), lambda: timing.write_text("{"), timing.unlink):
        lose()
        again = store.get(KEY)
        assert again is not None
        assert again.timing == {}


def test_a_block_that_raises_leaves_nothing(store: Store) -> None:
    def write_half() -> None:
        with store.stage(KEY) as staging:
            (staging.path / "half").write_text("x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert store.get(KEY) is None
    assert not litter(store)


@pytest.mark.parametrize("name", ["entry.json", "timing.json"])
def test_the_stores_own_names_are_refused(store: Store, name: str) -> None:
    with pytest.raises(ValueError, match=name), store.stage(KEY) as staging:
        (staging.path / name).write_text("{}")
    assert store.get(KEY) is None
    assert not litter(store)


def test_the_first_of_two_stays_and_the_second_goes(store: Store) -> None:
    with store.stage(KEY) as late:
        (late.path / "run.json").write_text("late")
        put(store)
    entry = store.get(KEY)
    assert entry is not None
    assert entry.read_json("run.json") == {"speed": 27.5}
    assert not litter(store)


def edit_marker(folder: Path, **changes: object) -> None:
    marker = json.loads((folder / "entry.json").read_text())
    (folder / "entry.json").write_text(json.dumps(marker | changes))


def marker_to_folder(folder: Path) -> None:
    (folder / "entry.json").unlink()
    (folder / "entry.json").mkdir()


def empty(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def replace_by_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("")


DAMAGE: dict[str, Callable[[Path], int | None]] = {
    "no marker": lambda e: (e / "entry.json").unlink(),
    "empty marker": lambda e: (e / "entry.json").write_text(""),
    "marker cut off": lambda e: (e / "entry.json").write_bytes((e / "entry.json").read_bytes()[:-9]),
    "marker not text": lambda e: (e / "entry.json").write_bytes(b"\xff\xfe\x00"),
    "marker of another kind": lambda e: (e / "entry.json").write_text("[1]"),
    "marker is a folder": marker_to_folder,
    "format of tomorrow": lambda e: edit_marker(e, format=99),
    "files of another kind": lambda e: edit_marker(e, files={"run.json": 3}),
    "a file outside": lambda e: edit_marker(e, files={"../../../.gitignore": [2, None]}),
    "small file missing": lambda e: (e / "run.json").unlink(),
    "small file changed": lambda e: (e / "run.json").write_text('{"speed": 27.6}'),
    "small file longer": lambda e: (e / "run.json").write_text("x" * 2 * SMALL_BYTES),
    "film missing": lambda e: shutil.rmtree(e / "views"),
    "film cut off": lambda e: (e / "views" / "front.mp4").write_bytes(FILM[:-1]),
    "entry is empty": empty,
    "entry is a file": replace_by_file,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_entry_is_absent_and_made_anew(store: Store, damage: str) -> None:
    entry = put(store)
    DAMAGE[damage](entry.path)
    assert store.get(KEY) is None
    assert not os.path.lexists(entry.path)
    assert put(store).read_bytes("views/front.mp4") == FILM
    assert not litter(store)


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_entry_that_nobody_looked_at_is_replaced(store: Store, damage: str) -> None:
    entry = put(store)
    with store.stage(KEY) as staging:
        (staging.path / "run.json").write_text('{"speed": 27.5}')
        DAMAGE[damage](entry.path)
    again = store.get(KEY)
    assert again is not None
    assert again.files == ("run.json",)
    assert not litter(store)


@pytest.mark.parametrize(("looks", "found"), [(1, True), (2, False)])
def test_a_sound_entry_that_replaces_a_damaged_one_at_that_moment_is_not_removed(
    store: Store, monkeypatch: pytest.MonkeyPatch, looks: int, found: bool
) -> None:
    entry = put(store)
    damaged = iter([True] * looks)

    def read_entry(folder: Path) -> Entry:
        if next(damaged, False):
            raise DamagedError
        return real_read_entry(folder)

    real_read_entry = entry_module.read_entry
    monkeypatch.setattr(store_module, "read_entry", read_entry)
    assert (store.get(KEY) == entry) == found
    assert store.get(KEY) == entry
    assert not litter(store)


def set_age(entry: Entry, age_s: float) -> float:
    then = time.time() - age_s
    os.utime(entry.path / "entry.json", (then, then))
    return then


def used(entry: Entry) -> float:
    return (entry.path / "entry.json").stat().st_mtime


def test_a_hit_refreshes_the_age_but_not_at_each_use(store: Store) -> None:
    entry = put(store)
    recent = set_age(entry, 1800)
    store.get(KEY)
    assert used(entry) == pytest.approx(recent, abs=1)
    set_age(entry, 7200)
    store.get(KEY)
    assert used(entry) == pytest.approx(time.time(), abs=60)


DAY_S = 86400


@pytest.fixture
def aged(store: Store) -> dict[float, Entry]:
    """Give a store with one entry each of 0.5, 2, 3, 10 and 40 days, by age."""
    entries = {days: put(store, key_of(days)) for days in (3.0, 40.0, 0.5, 10.0, 2.0)}
    for days, entry in entries.items():
        set_age(entry, days * DAY_S)
    return entries


def left(entries: dict[float, Entry]) -> list[float]:
    return sorted(days for days, entry in entries.items() if entry.path.exists())


def test_old_entries_go_by_age(store: Store, aged: dict[float, Entry]) -> None:
    removed = store.gc(max_age_s=5 * DAY_S)
    assert removed.entries == 2
    assert removed.bytes > 2 * len(FILM)
    assert left(aged) == [0.5, 2, 3]
    assert not litter(store)


def test_the_least_recently_used_go_first_until_the_size_fits(store: Store, aged: dict[float, Entry]) -> None:
    assert store.gc(max_bytes=3 * len(FILM) + len(FILM) // 2).entries == 2
    assert left(aged) == [0.5, 2, 3]


def test_what_was_used_today_is_never_removed(store: Store, aged: dict[float, Entry]) -> None:
    store.gc(max_age_s=0, max_bytes=0)
    assert left(aged) == [0.5]


def test_without_limits_nothing_is_removed(store: Store, aged: dict[float, Entry]) -> None:
    assert store.gc() == (0, 0)
    assert len(left(aged)) == 5


def test_an_entry_that_another_build_uses_during_the_clean_up_stays(
    store: Store, aged: dict[float, Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow_listing(objects: Path) -> object:
        found = list(real_listing(objects))
        store.get(key_of(40.0))
        shutil.rmtree(aged[10.0].path)
        return iter(found)

    real_listing = upkeep_module.listing
    monkeypatch.setattr(store_module, "listing", slow_listing)
    assert store.gc(max_age_s=5 * DAY_S) == (0, 0)
    assert left(aged) == [0.5, 2, 3, 40]


def test_info_counts_entries_bytes_and_ages(store: Store, aged: dict[float, Entry]) -> None:
    info = store.info()
    assert info.entries == 5
    assert 5 * len(FILM) < info.bytes < 6 * len(FILM)
    assert info.oldest_use_s == pytest.approx(time.time() - 40 * DAY_S, abs=60)
    assert info.newest_use_s == pytest.approx(time.time() - 0.5 * DAY_S, abs=60)


def test_clear_removes_everything_but_what_is_being_made(store: Store, aged: dict[float, Entry]) -> None:
    with store.stage(KEY) as staging:
        (staging.path / "run.json").write_text("{}")
        assert store.clear().entries == 5
    assert store.get(KEY) is not None
    assert store.info().entries == 1


@pytest.mark.skipif(os.name != "posix", reason="elsewhere nobody can tell whether a process lives")
def test_litter_is_swept_when_it_is_a_day_old_or_an_hour_old_and_orphaned(store: Store) -> None:
    put(store)
    nobody = 2**22 + 1  # above the largest process number
    ages_s = {f"{os.getpid()}-a": 2 * DAY_S, f"{os.getpid()}-b": 7200, f"{nobody}-c": 7200, f"{nobody}-d": 60}
    for name, age_s in ages_s.items():
        folder = store.root / "tmp" / name
        folder.mkdir()
        (folder / "half.mp4").write_bytes(b"x")
        os.utime(folder, (time.time() - age_s,) * 2)
    store.gc()
    assert sorted(path.name[-1] for path in litter(store)) == ["b", "d"]


def test_a_root_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("")
    store = Store(tmp_path / "store")
    with pytest.raises(StoreError, match="is not a folder"):
        store.get(KEY)
    with pytest.raises(StoreError, match=r"store is not a folder: remove the file"), store.stage(KEY):
        pass


def test_what_seems_to_be_there_is_looked_at_when_it_is_used(tmp_path: Path) -> None:
    store, key = Store(tmp_path / "store"), "a" * 64
    assert not store.has(key)
    with store.stage(key) as staging:
        (staging.path / "run.json").write_text("{}")
    assert store.has(key)
    next((tmp_path / "store/objects").glob("*/*/run.json")).write_text("[]")
    assert store.has(key)
    assert store.get(key) is None
    assert not store.has(key)
