"""Store an exchange archive, all or nothing, and take a year out as one."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from retkoop.actions.following import take_over
from retkoop.actions.guard import insert_numbered, journal, open_for_writing
from retkoop.actions.ledger import allocate, entry_columns
from retkoop.actions.scans import Arrived, keep
from retkoop.actions.year_documents import file_columns
from retkoop.actions.years import refuse_after_closing
from retkoop.audit import Actor, now, record
from retkoop.db import writing
from retkoop.direct import CAHIER, DIRECT
from retkoop.documents import CleanDocument, clean
from retkoop.errors import Conflict, Refusal
from retkoop.exchange import ArchivedCoop, ArchivedDocument, ArchivedReport, ArchivedScan, ArchivedYear
from retkoop.exchange_documents import FOLDER
from retkoop.exchange_json import ArchiveFault, Node
from retkoop.exchange_quitus import ArchivedQuitus, numbered, quitus_json
from retkoop.exchange_reader import read_exchange
from retkoop.exports.exchange import exchange_json, exchange_zip, report_json
from retkoop.facts import DirectReport as DirectFigures
from retkoop.file_tables import BankLine, BankLink, BankStatement, BookImport
from retkoop.models import (  # fmt: skip
    ActivityAnswer,
    ActivityReport,
    Advance,
    Allocation,
    CashCount,
    CashPiece,
    Cooperative,
    Department,
    DepositLine,
    DepositSlip,
    DirectAccount,
    DirectOperation,
    DirectReport,
    Document,
    Entry,
    Grant,
    HalfTyped,
    InventoryItem,
    PriorOperation,
    Project,
    Scan,
    UploadPass,
    VoucherDraw,
    VoucherLook,
    Year,
    YearKey,
    find_coop,
    key_of,
)
from retkoop.questionnaire import from_archive
from retkoop.quitus_rows import draw_columns, draw_of, looks_of
from retkoop.storage import Storage
from retkoop.year_rows import activity_answers, chart_for, documents_of, questionnaire_for, year_facts

LARGEST_ARCHIVE = 400 * 1024 * 1024
LARGEST_MEMBER = 20 * 1024 * 1024
MOST_MEMBERS = 5_000
# The tables whose rows make room for those of an archive, children before parents.
_EMPTIED = (
    BookImport, BankLink, BankLine, BankStatement, VoucherLook, VoucherDraw, DepositLine, DepositSlip, Allocation,
    Scan, Entry, CashPiece, CashCount, Grant, InventoryItem, PriorOperation, Project, Advance, ActivityAnswer,
    ActivityReport, Document, DirectAccount, DirectOperation, DirectReport,
)  # fmt: skip
# Short enough for the path of the export, its folder, rank and extension included, to be taken back.
LONGEST_NAME = 100


class Archive:
    """An exchange archive on disk: a `.zip`, or a bare `.json` with its scans beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip = self._open()

    def _open(self) -> zipfile.ZipFile | None:
        if not self.path.is_file():
            raise ArchiveFault("", f"fichier introuvable : {self.path.name}")
        if self.path.stat().st_size > LARGEST_ARCHIVE:
            raise ArchiveFault("", "archive trop grosse (400 Mo au plus)")
        if not zipfile.is_zipfile(self.path):
            return None
        try:
            opened = zipfile.ZipFile(self.path)
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
            raise ArchiveFault("", "cette archive est abîmée") from None
        if len(opened.infolist()) > MOST_MEMBERS:
            raise ArchiveFault("", f"archive refusée : plus de {MOST_MEMBERS} fichiers")
        return opened

    def document(self) -> bytes:
        """Give the bytes of `exercice.json`."""
        if self._zip is None:
            return self._bounded(self.path, "exercice.json")
        found = self._member("exercice.json")
        if found is None:
            raise ArchiveFault("exercice.json", "absent de l’archive")
        return found

    def scan(self, path: str) -> bytes | None:
        """Give the bytes of a scan, or None when it is missing."""
        if self._zip is not None:
            return self._member(path)
        beside = self.path.parent / path
        inside = beside.resolve().is_relative_to(self.path.parent.resolve())
        return self._bounded(beside, path) if inside and beside.is_file() else None

    def _bounded(self, path: Path, name: str) -> bytes:
        if path.stat().st_size > LARGEST_MEMBER:
            raise ArchiveFault(name, "fichier trop gros (20 Mo au plus)")
        return path.read_bytes()

    def _member(self, name: str) -> bytes | None:
        assert self._zip is not None  # noqa: S101 for the type checker
        try:
            with self._zip.open(name) as member:
                # The size written in the archive may lie: read one byte more than is allowed, and see.
                found = member.read(LARGEST_MEMBER + 1)
        except KeyError:
            return None
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError):
            raise ArchiveFault(name, "illisible dans l’archive") from None
        except Exception as error:  # zlib and lzma errors have no common base
            raise ArchiveFault(name, "illisible dans l’archive") from error
        if len(found) > LARGEST_MEMBER:
            raise ArchiveFault(name, "fichier trop gros (20 Mo au plus)")
        return found


def import_archive(actor: Actor, path: Path, storage: Storage, replace: bool = False) -> YearKey:
    """Read, check and store an archive; nothing is stored when anything is refused."""
    archive = Archive(path)
    content = read_exchange(archive.document(), chart_for)
    scans = _clean_scans(content, archive.scan)
    # Bytes first: a row that names a scan must never be seen before the scan is on disk.
    arrived = {path: keep(_name(path), document, storage) for path, document in scans.items()}
    return _store(actor, content, arrived, replace)


def _name(path: str) -> str:
    inside = path.removeprefix("pieces/").removeprefix(f"{FOLDER}/")
    return (inside.rpartition(".")[0] or inside)[:LONGEST_NAME]


def _clean_scans(content: ArchivedYear, read: Callable[[str], bytes | None]) -> dict[str, CleanDocument]:
    cleaned: dict[str, CleanDocument] = {}
    for scan in _files_of(content):
        if scan.path not in cleaned:
            cleaned[scan.path] = _clean_scan(scan, read)
    return cleaned


def _files_of(content: ArchivedYear) -> Iterator[ArchivedScan]:
    for entry in content.entries:
        yield from entry.scans
    yield from (document.file for document in content.documents if document.file)


def _clean_scan(scan: ArchivedScan, read: Callable[[str], bytes | None]) -> CleanDocument:
    data = read(scan.path)
    if data is None:
        raise ArchiveFault(scan.place, f"la pièce {scan.path} est absente de l’archive")
    try:
        return clean(data)
    except Refusal as refusal:
        raise ArchiveFault(scan.place, refusal.message) from None


@writing
def _store(actor: Actor, content: ArchivedYear, scans: dict[str, Arrived], replace: bool) -> YearKey:
    _refuse_withdrawn_account(content)
    coop = ensure_coop(actor, content.coop)
    key = YearKey(coop.department, coop.identifier, content.year.start)
    replaced = _make_room(key, content, replace)
    _store_lists(key, content)
    for rank, archived in enumerate(content.entries, 1):
        _store_entry(key, rank, archived, scans)
    _store_tables(key, content)
    _store_report(key, content.report)
    _store_documents(key, content.documents, scans)
    _store_quitus(key, content.quitus)
    if content.direct is not None:
        _store_direct(key, content.direct)
    _follow(key)
    journal(actor, key, "import", "exercice", replaced, {"ecritures": len(content.entries)}, undoable=False)
    return key


def _refuse_withdrawn_account(content: ArchivedYear) -> None:
    """Refuse an account that the fédération has withdrawn since the archive was read: a chart is published for good."""
    chart = chart_for(content.year.start)
    lines = [line for entry in content.entries for line in entry.draft.allocations]
    for line in (*lines, *(content.direct.accounts if content.direct else ())):
        if line.account not in chart:
            raise Conflict(f"Le compte {line.account[:4]} n’est plus dans le plan comptable de cet exercice.")


def _follow(key: YearKey) -> None:
    """Have a year that began with what the one before it ends with go on so, whatever opening the archive tells."""
    year = Year.get(key.of(Year))
    previous = Year.get_or_none(key._replace(start_year=key.start_year - 1).of(Year))
    if year.follows and previous is not None:
        take_over(year, previous)


def ensure_coop(actor: Actor, archived: ArchivedCoop) -> Cooperative:
    """Make a cooperative and its département, or give the one that exists its name of today; raise ArchiveFault."""
    Department.insert(
        code=archived.department, name=f"Association départementale OCCE {archived.department}"
    ).on_conflict_ignore().execute()
    coop = find_coop(archived.identifier)
    if coop is None:
        coop = Cooperative.create(
            department=archived.department,
            identifier=archived.identifier,
            uai=archived.uai,
            name=archived.name,
        )
        record(actor, (coop.department, coop.identifier, None), "création", "cooperative", after=archived.name)
        return coop
    if coop.department != archived.department:
        raise ArchiveFault(
            "cooperative.association", f"{archived.identifier} appartient au département {coop.department}"
        )
    if (coop.uai, coop.name) != (archived.uai, archived.name):
        mine = (Cooperative.department == coop.department) & (Cooperative.identifier == coop.identifier)
        Cooperative.update(uai=archived.uai, name=archived.name).where(mine).execute()
        place = (coop.department, coop.identifier, None)
        record(actor, place, "identité", "cooperative", [coop.uai, coop.name], [archived.uai, archived.name])
    return coop


def _make_room(key: YearKey, content: ArchivedYear, replace: bool) -> dict[str, Any] | None:
    """Make or empty the year; give all the rows that it held, struck entries included, for the journal."""
    columns = _year_columns(content)
    if Year.get_or_none(key.of(Year)) is None:
        refuse_after_closing(key)
        Year.insert(**key._asdict(), **columns).execute()
        return None
    if not replace:
        raise Conflict(
            f"L’exercice {key.year.label} de {key.coop} existe déjà : ajoutez --remplacer pour le remplacer."
        )
    open_for_writing(key)
    replaced: dict[str, Any] = {"school_year": list(Year.select().where(key.of(Year)).dicts())}
    UploadPass.delete().where(key.of(UploadPass)).execute()
    HalfTyped.delete().where(key.of(HalfTyped)).execute()
    for table in _EMPTIED:
        replaced[table._meta.table_name] = list(table.select().where(key.of(table)).dicts())
        table.delete().where(key.of(table)).execute()
    Year.update(columns).where(key.of(Year)).execute()
    return replaced


def _year_columns(content: ArchivedYear) -> dict[str, Any]:
    statement = content.statement
    return {
        "mode": CAHIER if content.direct is None else DIRECT,
        "bank_account": content.coop.bank_account,
        "opening_bank": content.opening.bank,
        "opening_cash": content.opening.cash,
        "opening_carried": content.opening.carried,
        "statement_day": statement.day if statement else None,
        "statement_balance": statement.balance if statement else None,
    }


def _store_lists(key: YearKey, content: ArchivedYear) -> None:
    for number, name in enumerate(content.projects, 1):
        closed = int(name in content.closed_projects)
        Project.insert(**key._asdict(), number=number, name=name, closed=closed).execute()
    for number, (code, holder) in enumerate(content.advances, 1):
        Advance.insert(**key._asdict(), number=number, code=code, holder=holder).execute()
    for prior in content.priors:
        PriorOperation.insert(**key._asdict(), **_columns_of(prior)).execute()


def _columns_of(fact: Any) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in fact.__dataclass_fields__}


def _store_entry(key: YearKey, number: int, archived: Any, scans: dict[str, Arrived]) -> None:
    columns = entry_columns(key, archived.draft)
    Entry.insert(**key._asdict(), number=number, ticked_on=archived.ticked_on, **columns).execute()
    allocate(key, number, archived.draft.allocations)
    for scan in archived.scans:
        store_scan(key, number, scans[scan.path])


def store_scan(key: YearKey, entry: int, arrived: Arrived) -> None:
    """Store the row of an entry's scan, which came with the entry itself: the journal has no line of its own for it."""
    insert_numbered(Scan, key, entry=entry, **asdict(arrived))


def _store_tables(key: YearKey, content: ArchivedYear) -> None:
    if content.count is not None:
        CashCount.insert(**key._asdict(), number=1, day=content.count.day).execute()
        for denomination, pieces in content.count.pieces:
            CashPiece.insert(**key._asdict(), cash_count=1, denomination=denomination, pieces=pieces).execute()
    for grant in content.grants:
        Grant.insert(**key._asdict(), **_columns_of(grant)).execute()
    for item in content.inventory:
        InventoryItem.insert(**key._asdict(), **_columns_of(item)).execute()
    for number, slip in enumerate(content.slips, 1):
        DepositSlip.insert(**key._asdict(), number=number, day=slip.day, label=slip.label).execute()
        for place in slip.entries:
            DepositLine.insert(**key._asdict(), entry=place + 1, slip=number).execute()


def _store_report(key: YearKey, report: ArchivedReport) -> None:
    """Store the CRA, once each value is known to be an answer to a question of this year's."""
    questions = questionnaire_for(key).questions
    for code, value in report.answers.items():
        node = Node(report.answers, "cra.reponses").member(code)
        if code not in questions:
            raise node.fault("cette question n’est pas dans le questionnaire de l’exercice")
        text = from_archive(questions[code], value)
        if not text:
            raise node.fault(f"ce n’est pas une réponse à une question « {questions[code].kind} »")
        ActivityAnswer.insert(**key._asdict(), question=code, value=text).execute()
    if report.passed:
        ActivityReport.insert(**key._asdict(), passed_at=now()).execute()


def _store_documents(key: YearKey, documents: tuple[ArchivedDocument, ...], files: dict[str, Arrived]) -> None:
    for number, document in enumerate(documents, 1):
        values = file_columns(files[document.file.path]) if document.file else {"media_type": "", "name": ""}
        # An import leaves the year open: what its figures are at the closing is not what was signed then.
        told = {"requirement": document.requirement, "posted_on": document.posted_on, "after_move": 0}
        Document.insert(**key._asdict(), number=number, **told, **values).execute()


def _store_quitus(key: YearKey, quitus: ArchivedQuitus) -> None:
    """Store the draw, and what was said of the entries, which are numbered from 1 in the order of the archive."""
    if quitus.draw is not None:
        VoucherDraw.insert(**key._asdict(), **draw_columns(numbered(quitus.draw))).execute()
    for look in quitus.looks:
        VoucherLook.insert(**key._asdict(), **{**asdict(look), "entry": look.entry + 1}).execute()


def _store_direct(key: YearKey, report: DirectFigures) -> None:
    """Store the figures of a CRF typed in directly."""
    DirectReport.insert(**key._asdict(), bank=report.bank, cash=report.cash).execute()
    for line in report.accounts:
        DirectAccount.insert(**key._asdict(), account=line.account, amount=line.amount).execute()
    for operation in report.operations:
        DirectOperation.insert(**key._asdict(), **_columns_of(operation)).execute()


def exchange_of(coop: Cooperative, year: Year) -> tuple[bytes, dict[str, str]]:
    """Give the `exercice.json` of a year, and the digest of the file at each path that it names."""
    key = key_of(year)
    facts = year_facts(year)
    who = ArchivedCoop(coop.identifier, coop.uai, coop.name, coop.department, year.bank_account)
    report = report_json(questionnaire_for(key), activity_answers(key))
    quitus = quitus_json(facts, draw_of(key), looks_of(key))
    return exchange_json(who, facts, report, quitus, documents_of(key))


def export_archive(coop: Cooperative, year: Year, storage: Storage) -> bytes:
    """Give the exchange archive of a year as the bytes of a zip: what an import reads, and nothing more.

    The same year gives the same bytes, in an instant; `exports/year_archive.py` makes the one that people take away.
    """
    return exchange_zip(*exchange_of(coop, year), storage.get)
