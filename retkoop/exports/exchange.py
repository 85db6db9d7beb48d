"""Write the exchange archive: `exercice.json` and its scans. Two exports of the same year are the same bytes."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterable
from typing import Any

from retkoop.deposit_reports import deposits
from retkoop.direct import CAHIER, DIRECT
from retkoop.exchange import FORMAT, VERSION, ArchivedCoop
from retkoop.exchange_direct import direct_json
from retkoop.exchange_documents import written_documents
from retkoop.facts import Document, Entry, InventoryItem, YearFacts
from retkoop.file_names import FileNames
from retkoop.money import to_archive
from retkoop.questionnaire import Answers, Questionnaire
from retkoop.questionnaire import to_archive as answer_to_archive

EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "application/pdf": "pdf"}
_EPOCH = (1980, 1, 1, 0, 0, 0)


def exchange_json(
    coop: ArchivedCoop,
    facts: YearFacts,
    report: dict[str, Any] | None = None,
    quitus: dict[str, Any] | None = None,
    documents: Iterable[Document] = (),
) -> tuple[bytes, dict[str, str]]:
    """Give the file's bytes, and the digest of the scan at each path of the archive.

    `report` and `quitus` are what the keys `cra` and `quitus` hold, if anything.
    """
    paths = scan_paths(facts)
    given = written_documents(facts, documents, EXTENSIONS)
    further = {
        "bordereaux": _slips(facts),
        "actions_closes": [project.name for project in facts.projects if project.closed],
        "cra": report,
        "documents": given.rows,
        "quitus": quitus,
    }
    document = {
        **_agreed(coop, facts, paths),
        **direct_json(facts.direct),
        # Keys besides the agreed ones are there only when they say something.
        **{key: value for key, value in further.items() if value},
    }
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    files = {paths[scan.number]: scan.digest for entry in facts.entries for scan in entry.scans}
    return text.encode(), files | given.files


def _agreed(coop: ArchivedCoop, facts: YearFacts, paths: dict[int, str]) -> dict[str, Any]:
    """Give the keys that every archive has, in their order."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "cooperative": {
            "identifiant": coop.identifier,
            "uai": coop.uai,
            "nom": coop.name,
            "association": coop.department,
            "compte_bancaire": coop.bank_account,
        },
        "exercice": {
            "debut": str(facts.year.first_day),
            "fin": str(facts.year.last_day),
            "mode": CAHIER if facts.direct is None else DIRECT,
        },
        "ouverture": _opening(facts),
        "actions": [project.name for project in facts.projects],
        "regies": [{"code": advance.code, "titulaire": advance.holder} for advance in facts.advances],
        "ecritures": [_entry(entry, paths) for entry in sorted(facts.entries, key=lambda e: e.number)],
        **_tables(facts),
    }


def _opening(facts: YearFacts) -> dict[str, Any]:
    return {
        "banque": to_archive(facts.opening.bank),
        "caisse": to_archive(facts.opening.cash),
        "report_a_nouveau": to_archive(facts.opening.carried),
        "operations_en_cours": [
            {
                "date": str(prior.day),
                "libelle": prior.label,
                "cheque": prior.cheque,
                "montant": to_archive(prior.amount),
                "pointage": _day(prior.ticked_on),
            }
            for prior in facts.priors
        ],
    }


def _day(day: Any) -> str | None:
    return None if day is None else str(day)


def _entry(entry: Entry, paths: dict[int, str]) -> dict[str, Any]:
    scans = [paths[scan.number] for scan in entry.scans]
    row: dict[str, Any] = {
        "date": str(entry.day),
        "libelle": entry.label,
        "cheque": entry.cheque,
        "action": entry.project,
        "banque": to_archive(entry.bank),
        "caisse": to_archive(entry.cash),
        "regie": entry.advance and {"code": entry.advance, "montant": to_archive(entry.advance_amount)},
        "ventilation": [{"compte": line.account, "montant": to_archive(line.amount)} for line in entry.allocations],
        "pointage": _day(entry.ticked_on),
        "piece": scans[0] if scans else None,
        "pj": entry.voucher,
    }
    if len(scans) > 1:
        row["autres_pieces"] = scans[1:]
    return row


def scan_paths(facts: YearFacts) -> dict[int, str]:
    """Give each scan its path: the name it came with, numbered when another document already has it."""
    names = FileNames()
    scans = (scan for entry in sorted(facts.entries, key=lambda e: e.number) for scan in entry.scans)
    return {scan.number: names.path("pieces", scan.name, EXTENSIONS[scan.media_type], scan.digest) for scan in scans}


def _tables(facts: YearFacts) -> dict[str, Any]:
    count = facts.last_count
    return {
        "releve": facts.statement and {"date": str(facts.statement.day), "solde": to_archive(facts.statement.balance)},
        "arrete_caisse": count
        and {
            "date": str(count.day),
            "coupures": {to_archive(denomination): number for denomination, number in count.pieces},
        },
        "subventions": [
            {
                "organisme": grant.organisation,
                "nature": grant.kind,
                "objet": grant.purpose,
                "date": str(grant.day),
                "montant": to_archive(grant.amount),
                "pj": grant.voucher,
            }
            for grant in facts.grants
        ],
        "inventaire": [_item(item) for item in facts.inventory],
    }


def _item(item: InventoryItem) -> dict[str, Any]:
    row: dict[str, Any] = {
        "designation": item.designation,
        "fournisseur": item.supplier,
        "date_achat": str(item.bought_on),
        "valeur": to_archive(item.value),
        "pj": item.voucher,
        "emplacement": item.place,
    }
    if item.disposed_on is not None:
        row["date_sortie"] = str(item.disposed_on)
    if item.disposal_reason:
        row["motif_sortie"] = item.disposal_reason
    if item.disposal_value is not None:
        row["valeur_cession"] = to_archive(item.disposal_value)
    return row


def _slips(facts: YearFacts) -> list[dict[str, Any]]:
    """Give the paying-in slips that hold something, their entries by their place in the list of entries."""
    places = {entry.number: place for place, entry in enumerate(sorted(facts.entries, key=lambda e: e.number))}
    return [
        {
            "date": str(deposit.slip.day),
            "libelle": deposit.slip.label,
            "ecritures": sorted(places[entry.number] for entry in deposit.entries),
        }
        for deposit in sorted(deposits(facts), key=lambda deposit: deposit.slip.number)
        if deposit.entries
    ]


def report_json(questionnaire: Questionnaire, answers: Answers) -> dict[str, Any] | None:
    """Give what the archive tells of the CRA, or None before anything was answered."""
    asked = [question for question in questionnaire.questions.values() if question.code in answers.given]
    if not asked and not answers.passed:
        return None
    told = {question.code: answer_to_archive(question, answers.given[question.code]) for question in asked}
    return {"suite": answers.passed, "reponses": told}


def exchange_zip(document: bytes, files: dict[str, str], read: Callable[[str], bytes]) -> bytes:
    """Pack the file and its scans; `read(digest)` gives a scan's bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_member("exercice.json"), document)
        for path, digest in files.items():
            archive.writestr(_member(path), read(digest))
    return buffer.getvalue()


def _member(path: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info
