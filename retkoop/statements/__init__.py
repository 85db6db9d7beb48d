"""PURE. Bank statements, recognised by their content: OFX, QIF, CFONB 120, CAMT.053, CSV, XLSX, and zips of these."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence

from retkoop.coop_table import TextRow
from retkoop.statements.camt import is_xml, read_camt
from retkoop.statements.cfonb import is_cfonb, read_cfonb
from retkoop.statements.columns import Mapping, propose
from retkoop.statements.model import (
    LARGEST_FILE,
    Balance,
    BankLine,
    Statement,
    UnreadableStatement,
    checked,
    combined,
)  # fmt: skip
from retkoop.statements.ofx import is_ofx, read_ofx
from retkoop.statements.qif import is_qif, read_qif
from retkoop.statements.tables import csv_rows, read_csv, read_rows, read_sheet, sheet_rows

__all__ = [
    "LARGEST_FILE", "Balance", "BankLine", "Mapping", "Statement", "UnreadableStatement", "proposed_mapping",
    "read_statement", "read_table", "table_rows",
]  # fmt: skip
_ZIP, _PDF, _OLD_EXCEL = b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0"
_MOST_MEMBERS = 400
_WORKBOOK = ("[Content_Types].xml", "content.xml", "mimetype")


def read_statement(data: bytes, mapping: Mapping | None = None) -> Statement:
    """Read a file of a bank, whole or not at all; `mapping` is for tables. Raises UnreadableStatement."""
    _refuse_size(len(data))
    if data.startswith(_ZIP) and not _is_workbook(data):
        return checked(combined([_read_one(member, mapping) for member in _members(data)]))
    return checked(_read_one(data, mapping))


def table_rows(data: bytes) -> list[TextRow] | None:
    """Give the rows of a table, each with its line, for a person who corrects a mapping; None for other files."""
    _refuse_size(len(data))
    if data.startswith(_ZIP):
        return sheet_rows(data) if _is_workbook(data) else None
    text = _decoded(data)
    if any(tells(text) for tells in (is_ofx, is_xml, is_qif, is_cfonb)):
        return None
    return csv_rows(text)


def read_table(rows: Sequence[TextRow], mapping: Mapping, kind: str) -> Statement:
    """Read the kept rows of a table by what its columns hold. Raises UnreadableStatement."""
    return checked(read_rows(rows, mapping, kind))


def proposed_mapping(data: bytes) -> Mapping | None:
    """Propose what the columns of a table hold; None for other files."""
    rows = table_rows(data)
    return None if rows is None else propose(rows)


def _refuse_size(size: int) -> None:
    if size > LARGEST_FILE:
        raise UnreadableStatement(f"Ce fichier est trop lourd : {LARGEST_FILE // 1_000_000} Mo au plus.")
    if not size:
        raise UnreadableStatement("Ce fichier est vide.")


def _read_one(data: bytes, mapping: Mapping | None) -> Statement:
    if data.startswith(_ZIP):
        return read_sheet(data, mapping)
    text = _decoded(data)
    if is_ofx(text):
        return read_ofx(text)
    if is_xml(text):
        return read_camt(text)
    if is_qif(text):
        return read_qif(text)
    if is_cfonb(text):
        return read_cfonb(text)
    return read_csv(text, mapping)


def _decoded(data: bytes) -> str:
    """Read what is there, not what a head says: UTF-8, UTF-16 with its mark, else what French Windows writes."""
    if data.startswith(_PDF):
        raise UnreadableStatement(
            "Ce fichier est un PDF : demandez à la banque le même relevé en OFX, en CSV ou en QIF."
        )
    if data.startswith(_OLD_EXCEL):
        raise UnreadableStatement("Ce classeur est au format .xls : enregistrez-le en .xlsx ou en .csv.")
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252", "latin-1"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableStatement("Ce fichier n’est pas un relevé bancaire : ni OFX, ni QIF, ni CSV, ni CAMT.053, ni XLSX.")


def _is_workbook(data: bytes) -> bool:
    return any(name in _WORKBOOK for name in (member.filename for member in _opened(data).infolist()))


def _opened(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise UnreadableStatement("Cette archive zip est abîmée.") from None


def _members(data: bytes) -> list[bytes]:
    """Unpack the files of an archive, never more than a file may weigh."""
    archive = _opened(data)
    files = [member for member in archive.infolist() if not member.is_dir() and not _is_hidden(member.filename)]
    if not files:
        raise UnreadableStatement("Cette archive zip est vide.")
    if len(files) > _MOST_MEMBERS:
        raise UnreadableStatement(f"Cette archive zip a plus de {_MOST_MEMBERS} fichiers.")
    left = LARGEST_FILE
    unpacked: list[bytes] = []
    for member in files:
        try:
            with archive.open(member) as opened:
                content = opened.read(left + 1)
        except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, EOFError, NotImplementedError):
            raise UnreadableStatement("Cette archive zip est abîmée, ou fermée par un mot de passe.") from None
        left -= len(content)
        if left < 0:
            raise UnreadableStatement("Cette archive zip est trop grande une fois ouverte.")
        if content.startswith(_ZIP):
            raise UnreadableStatement("Cette archive zip en contient une autre : envoyez les relevés eux-mêmes.")
        if content:
            unpacked.append(content)
    return unpacked


def _is_hidden(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")
