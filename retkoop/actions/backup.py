"""Save and restore a whole instance: every table as lines of JSON, and every scan, in one file.

The form does not depend on the engine, so that a SQLite instance can move to PostgreSQL.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from retkoop.actions import jobs, mails, plans
from retkoop.association import TABLES, DepartmentProfile, ValidatedHead
from retkoop.audit import now
from retkoop.db import MIGRATIONS, database, fetch, is_postgres, migrate, pending_migrations, reading, writing
from retkoop.errors import Refusal
from retkoop.membership_tables import MembershipCertificate
from retkoop.models import ChartAccount, Department, Document, QuestionnaireVersion, Scan, Year
from retkoop.storage import Storage

FORMAT, VERSION = "retkoop/sauvegarde", 1
_BATCH = 200
# The tables whose rows name files of the storage.
_WITH_FILES: Any = (Scan, Document, DepartmentProfile, ValidatedHead, MembershipCertificate)
# What the migrations load: a database that holds nothing else is empty.
_LOADED = {ChartAccount, QuestionnaireVersion}


def save(path: Path, storage: Storage) -> int:
    """Write the instance to a file, whole or not at all; give the number of rows."""
    if pending_migrations():
        raise Refusal("La base n’est pas à jour : lancez d’abord « flask migrate ».")
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".sauvegarde-")
    try:
        with os.fdopen(handle, "wb") as file, reading():
            rows = _write(file, storage)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return rows


def _write(file: Any, storage: Storage) -> int:
    digests: dict[str, str] = {}
    total = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in TABLES:
            name = _member(table)
            text = "".join(_lines(table))
            total += text.count("\n") - 1
            archive.writestr(name, text)
            digests[name] = hashlib.sha256(text.encode()).hexdigest()
        rows: Any = [row for table in _WITH_FILES for row in table.select().dicts()]
        for digest in sorted(_scan_digests(rows)):
            archive.writestr(f"pieces/{digest}", storage.get(digest))
        manifest = {"format": FORMAT, "version": VERSION, "tables": digests, "schema": _schema()}
        archive.writestr("manifeste.json", json.dumps(manifest, indent=1))
    return total


def _scan_digests(rows: Iterable[dict[str, Any]]) -> set[str]:
    """Give what rows name in the storage: what is shown, what came in, its small picture; a logo, also a former one."""
    names = ("digest", "source_digest", "thumb_digest", "logo")
    # A certificate keeps the logo that it was given with, whatever the association prints today.
    told = (json.loads(row["content"]) if "content" in row else row for row in rows)
    return {one[name] for one in told for name in names if one.get(name)}


def _schema() -> list[str]:
    return [name for (name,) in database.execute_sql("SELECT name FROM schema_migration ORDER BY name").fetchall()]


def _lines(table: Any) -> Iterator[str]:
    """Give the names of the columns, then a line for each row: a later schema still knows what is what."""
    fields = table._meta.sorted_fields
    yield json.dumps([field.name for field in fields]) + "\n"
    for row in fetch(table.select(*fields).order_by(*_key(table))):
        yield json.dumps([_plain(value) for value in row], ensure_ascii=False) + "\n"


def _key(table: Any) -> list[Any]:
    key = table._meta.primary_key
    names = key.field_names if hasattr(key, "field_names") else [key.name]
    return [table._meta.fields[name] for name in names]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value) if isinstance(value, date) else value


def restore(path: Path, storage: Storage, today: date | None = None) -> Path | None:
    """Put the instance back as a file has it; what was there before is saved beside the file first.

    Give the path of that saving, or None when there was nothing to keep. Nothing leaves by itself because of it:
    no reminder in the month of `today`, no mail, plan or long work that waited.
    """
    archive = _opened(path)
    scans = _checked_scans(archive)
    migrate()
    kept = None
    if any(table.select().exists() for table in TABLES if table not in _LOADED):
        kept = path.with_name(f"avant-restauration-{datetime.now(UTC):%Y%m%d-%H%M%S}.zip")
        save(kept, storage)
    for name in scans:
        storage.put(archive.read(name))
    _load(archive, today or now().date())
    return kept


def _opened(path: Path) -> zipfile.ZipFile:
    """Open a backup and check every table against its manifest before anything is touched."""
    if not zipfile.is_zipfile(path):
        raise Refusal(f"{path.name} n’est pas une sauvegarde de Retkoop.")
    try:
        archive = zipfile.ZipFile(path)
        manifest = json.loads(archive.read("manifeste.json"))
        if (manifest["format"], manifest["version"]) != (FORMAT, VERSION):
            raise KeyError("format")
        digests = manifest["tables"]
        found = {name: hashlib.sha256(archive.read(name)).hexdigest() for name in digests}
        steps = {step.stem for step in MIGRATIONS.glob("[0-9]*.py")}
        newer = sorted(set(manifest["schema"]) - steps)
        # Only an older schema may lack a table.
        if not set(map(_member, TABLES)) <= set(digests) and steps <= set(manifest["schema"]):
            raise KeyError("tables")
    except Exception as error:  # zipfile, zlib, lzma and json have no common base
        raise Refusal(f"{path.name} n’est pas une sauvegarde de Retkoop, ou elle est abîmée.") from error
    for name, digest in digests.items():
        if found[name] != digest:
            raise Refusal(f"{name} : cette sauvegarde est abîmée.")
    if newer:
        raise Refusal(f"Cette sauvegarde vient d’une version plus récente de Retkoop ({', '.join(newer)}).")
    return archive


def _member(table: Any) -> str:
    return f"tables/{table._meta.table_name}.jsonl"


def _checked_scans(archive: zipfile.ZipFile) -> list[str]:
    """Give the names of the stored files in a backup: all that its rows name, each whole."""
    rows = [row for table in _WITH_FILES for row in _rows(archive, table)]
    names = sorted(f"pieces/{digest}" for digest in _scan_digests(rows))
    for name in names:
        try:
            whole = hashlib.sha256(archive.read(name)).hexdigest() == name.removeprefix("pieces/")
        except Exception as error:  # as above
            raise Refusal(f"{name} : cette pièce est absente de la sauvegarde, ou abîmée.") from error
        if not whole:
            raise Refusal(f"{name} : cette pièce est abîmée dans la sauvegarde.")
    return names


@writing
def _load(archive: zipfile.ZipFile, today: date) -> None:
    """Empty the schema and load it again, in one transaction; closed years are closed last.

    The tables are dropped rather than emptied: their triggers refuse to delete what is closed.
    """
    names = ", ".join(table._meta.table_name for table in reversed(TABLES))
    if is_postgres():
        database.execute_sql(f"DROP TABLE {names}, schema_migration CASCADE")
        for function in ("refuse_closed_year", "refuse_closed_row", "refuse_always"):
            database.execute_sql(f"DROP FUNCTION IF EXISTS {function}")
    else:
        for name in [*names.split(", "), "schema_migration"]:
            database.execute_sql(f"DROP TABLE {name}")
    migrate()
    # A table that came after the file was saved keeps what the migrations loaded.
    for table in (table for table in TABLES if _member(table) in archive.namelist()):
        table.delete().execute()
        _load_table(archive, table)
    _close_again(archive)
    mails.forget_what_waited()
    plans.forget_what_waited()
    jobs.forget_what_waited()
    # An older file does not know which reminders left since.
    Department.update(reminded_month=f"{today:%Y-%m}").execute()


def _rows(archive: zipfile.ZipFile, table: Any) -> list[dict[str, Any]]:
    """Give the rows of a table by the names that its columns had; columns that came later take their defaults."""
    if _member(table) not in archive.namelist():
        return []
    names, *rows = (json.loads(line) for line in archive.read(_member(table)).splitlines())
    return [dict(zip(names, row, strict=True)) for row in rows]


def _load_table(archive: zipfile.ZipFile, table: Any) -> None:
    rows = [_typed(row, table) for row in _rows(archive, table)]
    for start in range(0, len(rows), _BATCH):
        table.insert_many(rows[start : start + _BATCH]).execute()


def _typed(row: dict[str, Any], table: Any) -> dict[str, Any]:
    stamps = [name for name, field in table._meta.fields.items() if field.field_type == "DATETIME"]
    read = {name: datetime.fromisoformat(row[name]) for name in stamps if row.get(name) is not None}
    still_open = {"state": "open"} if table is Year else {}
    return {**row, **read, **still_open}


def _close_again(archive: zipfile.ZipFile) -> None:
    for row in _rows(archive, Year):
        mine = [getattr(Year, name) == row[name] for name in ("department", "coop", "start_year")]
        Year.update(state=row["state"]).where(*mine, Year.state != row["state"]).execute()
