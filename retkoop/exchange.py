"""PURE. The shape of an exchange archive once read: checked, typed, ready to be stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from retkoop.drafts import EntryDraft
from retkoop.exchange_quitus import ArchivedQuitus
from retkoop.facts import CashCount, DirectReport, Grant, InventoryItem, Opening, PriorOperation, Statement
from retkoop.school_year import SchoolYear

FORMAT = "retkoop/exercice"
VERSION = 1
GRANT_KINDS = ("etat", "region", "departement", "commune", "autre")
DENOMINATIONS = (50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1)


@dataclass(frozen=True, slots=True)
class ArchivedCoop:
    """Who the archive is about."""

    identifier: str
    uai: str
    name: str
    department: str
    bank_account: str


class ArchivedScan(NamedTuple):
    """A scan's path in the archive, and the place of the document that names it (`ecritures[3].piece`)."""

    path: str
    place: str


@dataclass(frozen=True, slots=True)
class ArchivedEntry:
    """An entry and its scans, the main one first."""

    draft: EntryDraft
    ticked_on: date | None
    scans: tuple[ArchivedScan, ...]


@dataclass(frozen=True, slots=True)
class ArchivedSlip:
    """A paying-in slip; `entries` are places in the archive's list of entries, the first is 0."""

    day: date
    label: str
    entries: tuple[int, ...]


class ArchivedReport(NamedTuple):
    """The CRA as the file tells it: the values by question, not yet compared with the questionnaire."""

    answers: dict[str, bool | int | str]
    passed: bool


@dataclass(frozen=True, slots=True)
class ArchivedDocument:
    """A document of the year for the AD: what it was given for (its code), and its file or the day it was sent."""

    requirement: str
    file: ArchivedScan | None
    posted_on: date | None


@dataclass(frozen=True, slots=True)
class ArchivedYear:
    """One exercice as the exchange file tells it."""

    coop: ArchivedCoop
    year: SchoolYear
    opening: Opening
    priors: tuple[PriorOperation, ...]
    projects: tuple[str, ...]
    closed_projects: tuple[str, ...]
    advances: tuple[tuple[str, str], ...]
    entries: tuple[ArchivedEntry, ...]
    statement: Statement | None
    count: CashCount | None
    grants: tuple[Grant, ...]
    inventory: tuple[InventoryItem, ...]
    slips: tuple[ArchivedSlip, ...]
    report: ArchivedReport
    quitus: ArchivedQuitus
    documents: tuple[ArchivedDocument, ...] = ()
    # Of a CRF typed in directly; None in the mode « cahier ».
    direct: DirectReport | None = None
