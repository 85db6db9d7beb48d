"""Scans in a bucket, against a real S3 server: whole or absent, and a sentence whenever it does not answer."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask

from retkoop import storage_s3
from retkoop.actions import backup
from retkoop.actions.exchange import export_archive, import_archive
from retkoop.audit import OPERATOR
from retkoop.errors import Busy, NotFound, Refusal
from retkoop.models import Cooperative, Scan, Year
from retkoop.storage import FileStorage, open_storage
from retkoop.storage_s3 import AWAY, CLOSED, BucketStorage, open_bucket
from tests.factories import CASES, a_case
from tests.support.bucket import BUCKET, KEYS, Bucket, answering, cut_line, s3_server, silent_server
from tests.support.server import environment_of, flask

SCAN = b"%PDF-1.7 facture"
DIGEST = hashlib.sha256(SCAN).hexdigest()
NAME = f"{DIGEST[:2]}/{DIGEST}"


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    # What is proven here does not depend on how patient a person is.
    monkeypatch.setattr(storage_s3, "_REQUEST", timedelta(seconds=2))


@pytest.fixture(scope="module")
def server() -> Iterator[Bucket]:
    with s3_server() as (_, bucket):
        yield bucket


@pytest.fixture
def bucket(server: Bucket) -> Iterator[Bucket]:
    """Give the bucket, empty before and after."""
    yield server
    for name in server.names():
        server.client.delete_object(Bucket=BUCKET, Key=name)


@pytest.fixture
def kept(bucket: Bucket) -> BucketStorage:
    return open_bucket(bucket.url)


def over(port: int) -> BucketStorage:
    return open_bucket(f"s3://{BUCKET}?endpoint=http://127.0.0.1:{port}")


# ---- What is put comes back


def test_what_is_put_comes_back_under_the_name_that_a_folder_gives(kept: BucketStorage, bucket: Bucket) -> None:
    assert kept.put(SCAN) == DIGEST
    assert kept.get(DIGEST) == bucket.read(NAME) == SCAN
    assert kept.has(DIGEST)
    assert bucket.names() == [NAME]


def test_a_bucket_and_a_folder_give_the_same_names(kept: BucketStorage, bucket: Bucket, tmp_path: Path) -> None:
    folder = FileStorage(tmp_path)
    for data in (SCAN, b"", b"\xff\xd8\xff"):
        assert kept.put(data) == folder.put(data)
    assert bucket.names() == sorted(str(path.relative_to(tmp_path)) for path in tmp_path.glob("??/*"))


def test_a_large_result_is_put_from_a_file_read_piece_by_piece_and_forgotten(
    kept: BucketStorage, bucket: Bucket
) -> None:
    # More than the parts of five megabytes that a bucket takes.
    large = os.urandom(13_000_000)
    digest = kept.put_file(BytesIO(large))
    assert digest == hashlib.sha256(large).hexdigest()
    assert b"".join(kept.chunks(digest)) == large
    assert len(list(kept.chunks(digest))) > 2
    kept.delete(digest)
    kept.delete(digest)
    assert bucket.names() == []
    with pytest.raises(NotFound):
        kept.chunks(digest)


def test_a_reader_who_is_slower_than_any_request_gets_all_of_a_large_result(kept: BucketStorage) -> None:
    # Far more than what the line between the bucket and us holds by itself.
    large = os.urandom(40_000_000)
    pieces = kept.chunks(kept.put_file(BytesIO(large)))
    begun = next(pieces)
    time.sleep(storage_s3._REQUEST.total_seconds() + 0.2)
    assert begun + b"".join(pieces) == large


# What becomes of the bytes once the first piece is read; None: the object is gone.
DAMAGES: dict[str, Callable[[bytes], bytes | None]] = {
    "it is gone": lambda data: None,
    "it is shorter": lambda data: data[:-9],
    "its next piece is gone": lambda data: data[:7],
    "it is another": lambda data: data[::-1],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_result_that_changes_while_it_is_read_never_looks_whole(
    kept: BucketStorage, bucket: Bucket, damage: str
) -> None:
    large = os.urandom(9_000_000)
    digest = kept.put_file(BytesIO(large))
    pieces = kept.chunks(digest)
    read = [next(pieces)]
    where = {"Bucket": BUCKET, "Key": f"{digest[:2]}/{digest}"}
    left = DAMAGES[damage](large)
    if left is None:
        bucket.client.delete_object(**where)
    else:
        bucket.client.put_object(**where, Body=left)
    with pytest.raises(Busy) as refused:
        read.extend(pieces)
    assert refused.value.message == AWAY
    assert sum(map(len, read)) < len(large)


def test_an_empty_result_has_no_piece(kept: BucketStorage) -> None:
    assert list(kept.chunks(kept.put(b""))) == []


def test_an_empty_scan_and_the_largest_come_back(kept: BucketStorage) -> None:
    for data in (b"", os.urandom(15_000_000)):
        assert kept.get(kept.put(data)) == data


def test_putting_twice_keeps_one_and_mends_what_was_damaged(kept: BucketStorage, bucket: Bucket) -> None:
    kept.put(SCAN)
    bucket.client.put_object(Bucket=BUCKET, Key=NAME, Body=SCAN[:4])
    assert kept.put(SCAN) == DIGEST
    assert bucket.names() == [NAME]
    assert kept.get(DIGEST) == SCAN


def test_many_putting_the_same_scan_at_once_keep_one(kept: BucketStorage, bucket: Bucket) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(kept.put, [SCAN] * 24)) == {DIGEST}
    assert bucket.names() == [NAME]


def test_what_was_never_put_is_not_found(kept: BucketStorage) -> None:
    assert not kept.has(DIGEST)
    with pytest.raises(NotFound):
        kept.get(DIGEST)


@pytest.mark.parametrize("name", ["", "..", "../../x", "/x", DIGEST.upper(), DIGEST[:-1], DIGEST + "0", "é" * 64])
def test_a_name_that_is_no_digest_is_not_found_and_not_asked_for(name: str) -> None:
    with silent_server() as port:
        assert not over(port).has(name)
        with pytest.raises(NotFound):
            over(port).get(name)


# ---- A line or a server that breaks

LARGE = os.urandom(400_000)


@pytest.mark.parametrize("cut", [0, 1, 40, 300, 700, 1_000, 50_000, 200_000, 400_000, 400_500])
def test_an_upload_cut_at_any_point_leaves_the_whole_scan_or_none(bucket: Bucket, cut: int) -> None:
    with cut_line(int(bucket.endpoint.rpartition(":")[2]), cut, 10**9) as port, pytest.raises(Busy) as refused:
        over(port).put(LARGE)
    assert refused.value.message == AWAY
    assert [bucket.read(name) for name in bucket.names()] in ([], [LARGE])


def test_a_large_upload_that_is_cut_leaves_no_part_behind(bucket: Bucket) -> None:
    with cut_line(int(bucket.endpoint.rpartition(":")[2]), 5_600_000, 10**9) as port, pytest.raises(Busy):
        over(port).put(os.urandom(6_000_000))
    assert bucket.names() == []
    assert bucket.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []) == []


def test_an_upload_whose_answer_is_lost_is_whole_and_can_be_sent_again(kept: BucketStorage, bucket: Bucket) -> None:
    with cut_line(int(bucket.endpoint.rpartition(":")[2]), 10**9, 3) as port, pytest.raises(Busy):
        over(port).put(LARGE)
    assert [bucket.read(name) for name in bucket.names()] == [LARGE]
    assert kept.get(kept.put(LARGE)) == LARGE


@pytest.mark.parametrize(("cut", "is_busy"), [(0, True), (10, True), (200, True), (5_000, True), (390_000, False)])
def test_a_download_cut_at_any_point_is_taken_up_again_or_refused(
    kept: BucketStorage, bucket: Bucket, cut: int, is_busy: bool
) -> None:
    digest = kept.put(LARGE)
    with cut_line(int(bucket.endpoint.rpartition(":")[2]), 10**9, cut) as port:
        if is_busy:
            with pytest.raises(Busy):
                over(port).get(digest)
        else:
            assert over(port).get(digest) == LARGE


def everything_fails(kept: BucketStorage) -> set[str]:
    """Give the sentences of a storage that can do nothing."""
    said = set()
    for ask in (lambda: kept.put(SCAN), lambda: kept.get(DIGEST), lambda: kept.has(DIGEST), kept.check):
        with pytest.raises(Busy) as refused:
            ask()
        assert refused.value.status == 503
        shown = "".join(traceback.format_exception(refused.value))
        assert not any(secret in shown for secret in ("127.0.0.1", BUCKET, *KEYS.values()))
        said.add(refused.value.message)
    return said


def test_a_server_that_stops_is_a_sentence() -> None:
    with s3_server() as (server, bucket):
        kept = open_bucket(bucket.url)
        kept.put(SCAN)
        kept.check()
        server.kill()
        server.wait()
        assert everything_fails(kept) == {AWAY}


def test_a_server_that_stays_silent_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage_s3, "_REQUEST", timedelta(seconds=0.2))
    with silent_server() as port:
        assert everything_fails(over(port)) == {AWAY}


@pytest.mark.parametrize(
    ("status", "is_ours"),
    [("403 Forbidden", True), ("401 Unauthorized", True), ("500 Oops", False), ("503 Slow", False)],
)
def test_a_server_that_refuses_is_a_sentence(status: str, is_ours: bool) -> None:
    with answering(status) as port:
        assert everything_fails(over(port)) == {CLOSED if is_ours else AWAY}


def test_a_bucket_that_is_not_there_is_noticed(bucket: Bucket) -> None:
    absent = open_bucket(bucket.url.replace(BUCKET, "un-autre-seau"))
    for ask in (lambda: absent.put(SCAN), absent.check):
        with pytest.raises(Busy, match="accessibles"):
            ask()


# ---- The address


def test_an_address_names_a_bucket_and_a_server(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = open_storage(bucket.url).put(SCAN)
    for url in (bucket.url + "/", bucket.url.replace("?", "/?"), bucket.url.replace("://1", "%3A%2F%2F1")):
        assert open_storage(url).get(digest) == SCAN, url
    # The address wins over what the environment says of servers, and may be left to it.
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    assert open_storage(bucket.url).get(digest) == SCAN
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3")
    monkeypatch.setenv("AWS_ENDPOINT_URL", bucket.endpoint)
    assert open_storage(f"s3://{BUCKET}").get(digest) == SCAN


def test_only_an_address_that_says_http_is_spoken_to_in_the_clear(bucket: Bucket) -> None:
    with pytest.raises(Busy):
        open_bucket(bucket.url.replace("http:", "https:")).check()


@pytest.mark.parametrize(
    "url",
    [
        "s3:", "s3://", "s3://Seau", "s3://a", "s3://seau/dossier", "s3://seau#x", "s3://seau?endpoint=",
        "s3://seau?endpoint=ftp://x", "s3://seau?endpoint=http://cle:motdepasse@x", "s3://cle:motdepasse@seau",
        "s3://seau?secret=motdepasse", "s3://seau?endpoint=http://x&secret=motdepasse", "s3://[", "s3://seau\n",
        "s3://seau?endpoint=http://x y",
    ],
)  # fmt: skip
def test_an_unreadable_address_is_refused_in_one_line_without_its_secret(url: str) -> None:
    with pytest.raises(Refusal) as refused:
        open_storage(url)
    assert "s3://seau?endpoint=https://adresse" in refused.value.message
    assert "motdepasse" not in refused.value.message
    assert "\n" not in refused.value.message


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_a_bucket_without_keys_is_refused_at_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(name)
    with pytest.raises(Refusal, match="obligatoires"):
        open_storage("s3://seau")


def test_a_folder_never_loads_the_library_of_buckets() -> None:
    code = "import sys, retkoop.storage as s; s.open_storage('file:x'); print('obstore' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert out.stdout.strip() == "False"


# ---- The whole application over it


def test_the_health_page_answers_200_and_503(app: Flask) -> None:
    with s3_server() as (server, bucket):
        app.config["STORAGE"] = open_bucket(bucket.url)
        answer = app.test_client().get("/etat")
        assert (answer.status_code, answer.json) == (200, {"etat": "ok"})
        server.kill()
        server.wait()
        answer = app.test_client().get("/etat")
    assert answer.status_code == 503
    assert AWAY in answer.text
    assert not any(secret in answer.text for secret in ("127.0.0.1", BUCKET, *KEYS.values()))


def test_an_exercice_is_imported_and_exported_as_with_a_folder(
    app: Flask, kept: BucketStorage, bucket: Bucket, tmp_path: Path
) -> None:
    folder = FileStorage(tmp_path / "ailleurs")
    key = a_case("ecole-du-bourg", folder)
    coop, year = Cooperative.get(identifier=key.coop), Year.get(key.of(Year))
    before = export_archive(coop, year, folder)
    import_archive(OPERATOR, CASES / "ecole-du-bourg" / "exercice.zip", kept, replace=True)
    assert {name[3:] for name in bucket.names()} == named() != set()
    after = export_archive(coop, Year.get(key.of(Year)), kept)
    assert contents(after) == contents(before)


def named() -> set[str]:
    """Give what the rows of scans name: what is shown, what came in, and its small picture."""
    return {
        digest for scan in Scan.select() for digest in (scan.digest, scan.source_digest, scan.thumb_digest) if digest
    }


def contents(archive: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_a_backup_goes_from_a_folder_to_a_bucket_and_back(
    app: Flask, kept: BucketStorage, bucket: Bucket, tmp_path: Path
) -> None:
    folder = FileStorage(tmp_path / "pieces")
    a_case("ecole-du-bourg", folder)
    backup.save(tmp_path / "a.zip", folder)
    for digest in named():
        kept.put(folder.get(digest))
    before = {name: bucket.read(name) for name in bucket.names()}
    aside = backup.restore(tmp_path / "a.zip", kept)
    assert {name: bucket.read(name) for name in bucket.names()} == before != {}
    assert aside
    backup.restore(aside, folder)
    assert all(folder.get(name[3:]) == data for name, data in before.items())


def test_a_backup_without_its_bucket_is_refused_and_leaves_the_one_before(
    app: Flask, kept: BucketStorage, tmp_path: Path
) -> None:
    a_case("ecole-du-bourg", kept)
    backup.save(tmp_path / "a.zip", kept)
    before = (tmp_path / "a.zip").read_bytes()
    with answering("500 Oops") as port, pytest.raises(Busy):
        backup.save(tmp_path / "a.zip", over(port))
    assert (tmp_path / "a.zip").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_the_commands_work_over_a_bucket(
    app: Flask, kept: BucketStorage, bucket: Bucket, database_url: str, tmp_path: Path
) -> None:
    a_case("ecole-du-bourg", kept)
    before = {name: bucket.read(name) for name in bucket.names()}
    environ = environment_of(database_url, tmp_path, **{**KEYS, "RETKOOP_STORAGE_URL": bucket.url})
    flask(environ, "sauvegarde", str(tmp_path / "a.zip"))
    flask(environ, "restauration", str(tmp_path / "a.zip"))
    assert {name: bucket.read(name) for name in bucket.names()} == before != {}
