"""Where scans are kept: named by their content, whole or absent, readable by nobody else."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest

from retkoop import storage
from retkoop.errors import NotFound, Refusal
from retkoop.storage import FileStorage, open_storage

SCAN = b"%PDF-1.7 facture"
DIGEST = hashlib.sha256(SCAN).hexdigest()


@pytest.fixture
def kept(tmp_path: Path) -> FileStorage:
    return FileStorage(tmp_path / "pieces")


def files(kept: FileStorage) -> list[str]:
    return sorted(str(path.relative_to(kept.folder)) for path in kept.folder.rglob("*") if path.is_file())


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_put_comes_back(kept: FileStorage) -> None:
    assert kept.put(SCAN) == DIGEST
    assert kept.get(DIGEST) == SCAN
    assert kept.has(DIGEST)


def test_a_file_is_named_by_its_content(kept: FileStorage) -> None:
    kept.put(SCAN)
    assert files(kept) == [f"{DIGEST[:2]}/{DIGEST}"]


def test_putting_twice_keeps_one_file_and_does_not_write_it_again(kept: FileStorage) -> None:
    kept.put(SCAN)
    written = (kept.folder / DIGEST[:2] / DIGEST).stat()
    assert kept.put(SCAN) == DIGEST
    assert (kept.folder / DIGEST[:2] / DIGEST).stat().st_ino == written.st_ino
    assert len(files(kept)) == 1


def test_putting_again_mends_a_file_that_was_damaged(kept: FileStorage) -> None:
    kept.put(SCAN)
    (kept.folder / DIGEST[:2] / DIGEST).write_bytes(SCAN[:5])
    kept.put(SCAN)
    assert kept.get(DIGEST) == SCAN


def test_an_empty_scan_and_a_large_one_come_back(kept: FileStorage) -> None:
    for data in (b"", os.urandom(3_000_000)):
        assert kept.get(kept.put(data)) == data


def test_nobody_else_may_read(kept: FileStorage) -> None:
    before = os.umask(0)
    try:
        kept.put(SCAN)
    finally:
        os.umask(before)
    assert rights(kept.folder) == rights(kept.folder / DIGEST[:2]) == 0o700
    assert rights(kept.folder / DIGEST[:2] / DIGEST) == 0o600


def test_what_was_never_put_is_not_found(kept: FileStorage) -> None:
    assert not kept.has(DIGEST)
    with pytest.raises(NotFound):
        kept.get(DIGEST)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../../etc/passwd",
        "/etc/passwd",
        "a/" * 32,
        DIGEST + "\n",
        DIGEST.upper(),
        DIGEST[:-1],
        DIGEST + "0",
        "é" * 64,
    ],
)
def test_a_name_that_is_no_digest_is_not_found(kept: FileStorage, name: str) -> None:
    kept.put(SCAN)
    assert not kept.has(name)
    with pytest.raises(NotFound):
        kept.get(name)


def test_a_leftover_of_an_interrupted_arrival_is_no_scan(kept: FileStorage) -> None:
    kept.put(SCAN)
    leftover = kept.folder / ".arrivee-abc"
    leftover.write_bytes(b"half")
    assert not kept.has(leftover.name)
    with pytest.raises(NotFound):
        kept.get(leftover.name)
    assert not kept.has(hashlib.sha256(b"half").hexdigest())


def test_what_killed_uploads_left_is_swept_after_a_day(kept: FileStorage) -> None:
    kept.put(SCAN)
    now = time.time()
    for name, age in ((".arrivee-ancienne", 86_500), (".arrivee-en-cours", 86_000), ("autre-chose", 900_000)):
        (kept.folder / name).write_bytes(b"half")
        os.utime(kept.folder / name, (now - age, now - age))
    os.utime(kept.folder / DIGEST[:2] / DIGEST, (now - 900_000, now - 900_000))
    kept.check()
    assert files(kept) == [".arrivee-en-cours", f"{DIGEST[:2]}/{DIGEST}", "autre-chose"]


def test_what_a_killed_upload_leaves_is_where_the_sweep_looks(kept: FileStorage) -> None:
    leave = "import os; os.fsync = lambda handle: os._exit(9)"
    for _ in range(2):
        code = f"{KILLED.partition('print')[0]}kept.check()\n{leave}\nkept.put(b'half')"
        assert subprocess.run([sys.executable, "-c", code, str(kept.folder)], check=False).returncode == 9
    (first, second) = kept.folder.glob(".arrivee-*")
    os.utime(first, (0, 0))
    kept.check()
    assert [path for path in kept.folder.rglob("*") if path.is_file()] == [second]


def test_a_write_that_fails_leaves_nothing(kept: FileStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    kept.check()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        kept.put(SCAN)
    assert files(kept) == []
    assert not kept.has(DIGEST)


def test_the_file_is_on_disk_before_its_name_and_its_name_before_the_answer(
    kept: FileStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    real_fsync, real_replace = os.fsync, Path.replace

    def fsync(handle: int) -> None:
        target = os.readlink(f"/proc/self/fd/{handle}")
        steps.append("fsync folder" if os.path.isdir(target) else "fsync file")
        real_fsync(handle)

    def replace(path: Path, target: Path) -> Path:
        assert path.parent == target.parent.parent
        steps.append("rename")
        return real_replace(path, target)

    kept.check()
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    kept.put(SCAN)
    assert steps == ["fsync file", "rename", "fsync folder", "fsync folder"]
    steps.clear()
    kept.put(SCAN)
    assert steps == ["fsync folder", "fsync folder"]


def test_many_putting_the_same_scan_at_once_keep_one(kept: FileStorage) -> None:
    with ThreadPoolExecutor(16) as pool:
        digests = set(pool.map(kept.put, [SCAN] * 64))
    assert digests == {DIGEST}
    assert files(kept) == [f"{DIGEST[:2]}/{DIGEST}"]


KILLED = """
import os, pathlib, sys
from retkoop.storage import FileStorage
kept = FileStorage(pathlib.Path(sys.argv[1]))
print("ready", flush=True)
while True:
    kept.put(os.urandom(400_000))
"""


def test_after_a_kill_every_scan_is_whole_or_absent(kept: FileStorage) -> None:
    for _ in range(4):
        command = [sys.executable, "-c", KILLED, str(kept.folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            child.stdout.readline()
            with pytest.raises(subprocess.TimeoutExpired):
                child.wait(0.12)
            child.send_signal(signal.SIGKILL)
    scans = [name for name in files(kept) if kept.has(name[3:])]
    assert scans
    for name in scans:
        assert hashlib.sha256(kept.get(name[3:])).hexdigest() == name[3:]


def test_check_is_silent_on_a_folder_that_can_be_written(kept: FileStorage) -> None:
    kept.check()
    assert files(kept) == []
    assert kept.folder.is_dir()


def test_check_raises_when_the_folder_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for folder in (tmp_path / "file", tmp_path / "file" / "pieces", Path("/proc/pieces")):
        with pytest.raises(OSError):  # noqa: PT011 (which one depends on the system)
            FileStorage(folder).check()


def test_an_address_names_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    relative, absolute = tmp_path / "instance/pieces", tmp_path / "a"
    for url, folder in (
        ("file:instance/pieces", relative),
        (f"file:{absolute}", absolute),
        (f"file://{absolute}", absolute),
    ):
        open_storage(url).put(SCAN)
        assert (folder / DIGEST[:2] / DIGEST).read_bytes() == SCAN
        shutil.rmtree(folder)


@pytest.mark.parametrize("url", ["", "instance/pieces", "file:", "http://x/?secret=cle", "file://hote/dossier"])
def test_any_other_address_is_refused_in_one_line_without_its_secret(url: str) -> None:
    with pytest.raises(Refusal) as refused:
        open_storage(url)
    assert "file:chemin/du/dossier" in refused.value.message
    assert "\n" not in refused.value.message
    assert "cle" not in refused.value.message


def test_storage_needs_no_web_framework() -> None:
    code = "import sys, retkoop.storage; print({'flask', 'peewee', 'PIL', 'obstore'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert out.stdout.strip() == "set()"
    assert storage.__doc__


def test_a_large_result_is_put_from_a_file_read_piece_by_piece_and_forgotten(kept: FileStorage) -> None:
    large = os.urandom(2 * storage.CHUNK + 7)
    file = BytesIO(large)
    file.read(5)
    digest = kept.put_file(file)
    assert digest == kept.put(large)
    pieces = list(kept.chunks(digest))
    assert b"".join(pieces) == large
    assert max(map(len, pieces)) <= storage.CHUNK
    kept.delete(digest)
    kept.delete(digest)
    assert not kept.has(digest)
    # At once, not at the first piece: the answer has not begun.
    with pytest.raises(NotFound):
        kept.chunks(digest)


@pytest.mark.parametrize("name", ["", "../secret", "A" * 64])
def test_nothing_but_a_digest_is_read_or_forgotten(kept: FileStorage, name: str) -> None:
    for act in (kept.chunks, kept.delete):
        with pytest.raises(NotFound):
            act(name)
