# The store among crashes, rivals, full disks and disks that may not be written.

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from mkdocs_worldmodel.build import Store, key_of
from mkdocs_worldmodel.errors import StoreError

KEY = key_of("a run")

RIVAL = """
import sys, pathlib
from mkdocs_worldmodel.build import Store, key_of
store = Store(sys.argv[1])
print("ready", flush=True)
sys.stdin.read(1)
for n in range(60):
    key = key_of(n)
    if store.get(key) is None:
        with store.stage(key) as staging:
            (staging.path / "who.txt").write_text(sys.argv[2] * 1000)
            (staging.path / "film.mp4").write_bytes(bytes(200_000))
    entry = store.get(key)
    assert entry is not None and len(set(entry.read_bytes("who.txt"))) == 1
"""

VICTIM = """
import sys, os
from mkdocs_worldmodel.build import Store, key_of
store, n = Store(sys.argv[1]), 0
print("ready", flush=True)
while True:
    n += 1
    with store.stage(key_of(n)) as staging:
        for name in "abc":
            (staging.path / name).write_bytes(str(n).encode() * 20_000)
"""


def run(code: str, *args: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", code, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == b"ready"
    return process


def test_two_processes_that_make_the_same_entries_both_succeed(store: Store) -> None:
    rivals = [run(RIVAL, str(store.root), who) for who in "ab"]
    for rival in rivals:
        assert rival.stdin is not None
        rival.stdin.write(b"!")
        rival.stdin.flush()
    for rival in rivals:
        _, said = rival.communicate(timeout=30)
        assert rival.returncode == 0, said.decode()
    assert store.info().entries == 60
    assert not list((store.root / "tmp").iterdir())


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_a_process_killed_at_any_moment_leaves_a_sound_store(
    store: Store, until: Callable[[Callable[[], object]], None]
) -> None:
    for turn in range(4):
        seen = store.info().entries
        with run(VICTIM, str(store.root)) as victim:
            until(lambda seen=seen: store.info().entries > seen + 3)  # type: ignore[misc]
            time.sleep(0.0007 * turn)  # another moment each time; which one does not matter
            victim.send_signal(signal.SIGKILL)
        for path in (store.root / "objects").glob("??/*"):
            entry = store.get(path.name)
            assert entry is not None, "damaged"
            assert entry.files == ("a", "b", "c")
        for path in (store.root / "objects").glob("??/*"):
            if int(store.get(path.name).read_bytes("a")[:1]) % 2:  # type: ignore[union-attr]
                os.utime(path / "entry.json", (1, 1))
    for path in (store.root / "tmp").iterdir():
        os.utime(path, (1, 1))
    assert store.gc(max_age_s=86400).entries > 0
    assert not list((store.root / "tmp").iterdir())


def failing(code: int, where: str = "") -> Callable[..., NoReturn]:
    def fail(*args: Any, **_: Any) -> NoReturn:
        raise OSError(code, os.strerror(code), where or str(args[0]))

    return fail


def make(store: Store, key: str = KEY) -> None:
    with store.stage(key) as staging:
        (staging.path / "run.json").write_text("{}")


def test_a_disk_that_fills_up_inside_the_block_is_told(store: Store) -> None:
    with pytest.raises(StoreError, match=r"no space left .*store.*another disk"), store.stage(KEY):
        failing(errno.ENOSPC)("film.mp4")
    assert store.get(KEY) is None
    assert not list((store.root / "tmp").iterdir())


def test_the_callers_own_errors_stay_what_they_are(store: Store) -> None:
    with pytest.raises(FileNotFoundError), store.stage(KEY) as staging:
        (staging.path / "missing").read_bytes()


@pytest.mark.parametrize("function", ["mkdir", "write_text", "rename"])
@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.ENOSPC, "no space left"),
        (errno.EDQUOT, "no space left"),
        (errno.EROFS, "is read-only"),
        (errno.EACCES, "may not be written"),
        (errno.EIO, "cannot be used: "),
    ],
)
def test_each_step_of_staging_tells_what_is_wrong_with_the_store(
    store: Store, function: str, code: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Path, function, failing(code))
        with pytest.raises(StoreError, match=said) as caught, store.stage(KEY) as staging:
            (staging.path / "film.mp4").write_bytes(b"x")
        assert str(store.root) in str(caught.value)
    assert store.get(KEY) is None
    make(store)  # and it works again when the disk does
    assert store.get(KEY) is not None


def test_a_read_only_store_serves_hits_and_says_what_it_cannot_do(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = key_of("damaged")
    make(store)
    make(store, damaged)
    (store.root / "objects" / damaged[:2] / damaged / "run.json").unlink()
    old = time.time() - 40 * 86400
    os.utime(store.root / "objects" / KEY[:2] / KEY / "entry.json", (old, old))
    for owner, names in {Path: ("mkdir", "rename", "unlink", "write_text", "write_bytes"), os: ("utime",)}.items():
        for name in names:
            monkeypatch.setattr(owner, name, failing(errno.EROFS))

    entry = store.get(KEY)
    assert entry is not None
    assert entry.read_json("run.json") == {}
    assert store.get(damaged) is None
    assert store.info().entries == 2
    with pytest.raises(StoreError, match="is read-only"), store.stage(damaged):
        pass
    with pytest.raises(StoreError, match="is read-only"):
        store.gc(max_age_s=86400)


@pytest.mark.parametrize(("code", "words"), [(errno.EACCES, "may not be"), (errno.EMFILE, "cannot be used")])
def test_an_entry_that_cannot_be_opened_is_not_taken_for_damage(
    store: Store, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    make(store)
    with monkeypatch.context() as patch:
        patch.setattr("builtins.open", failing(code))
        with pytest.raises(StoreError, match=words):
            store.get(KEY)
    assert store.get(KEY) is not None
