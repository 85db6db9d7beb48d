"""PURE. The adhésion of a cooperative to its AD for a school year: headcount, amounts, states, faults. In cents.

Rates are data of the AD, each for the membership (6281) and for the insurance (6168): per pupil, per adult, flat.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from retkoop.chart import Chart
from retkoop.facts import Allocation, Entry
from retkoop.school_year import SchoolYear

# Where both parts of the payment go in the cahier (domain.md: OCCE fee 100,00 = 6281 80,00 + 6168 20,00).
MEMBERSHIP_ACCOUNT, INSURANCE_ACCOUNT = "6281", "6168"
MOST_CLASSES, MOST_HEADS = 60, 999
# Of a rate per head, and of one that is the same for all: 100 € and 10 000 €.
LARGEST_RATE, LARGEST_FLAT = 10_000, 1_000_000

TO_FILL, SENT, PART_PAID, PAID = STATES = ("a_remplir", "envoyee", "payee_en_partie", "payee")
STATE_WORDS = {TO_FILL: "à remplir", SENT: "envoyée", PART_PAID: "payée en partie", PAID: "payée"}
# What may be done in which state, and nothing else: the cooperative saves and sends, the AD records what it received.
SAVE, SEND, RECORD, AMEND, CERTIFY = DEEDS = ("enregistrer", "envoyer", "encaisser", "corriger", "attester")
ALLOWED = {
    TO_FILL: frozenset({SAVE, SEND}),
    SENT: frozenset({SEND, RECORD}),
    PART_PAID: frozenset({RECORD, AMEND}),
    PAID: frozenset({AMEND, CERTIFY}),
}

CHEQUE, TRANSFER, CASH, OTHER = "cheque", "virement", "especes", "autre"
MEANS = {CHEQUE: "Chèque", TRANSFER: "Virement", CASH: "Espèces", OTHER: "Autre"}
# Proposed to an AD that has not written its own.
PLEDGE = (
    "Je m’engage, au nom de la coopérative, à respecter les statuts de l’OCCE, à tenir sa comptabilité à jour"
    " et à envoyer le compte rendu d’activité et le compte rendu financier de l’année à l’association départementale."
)


@dataclass(frozen=True, slots=True)
class Rates:
    """What an AD asks, in cents: per pupil, per adult, and the same for all."""

    child: int = 0
    adult: int = 0
    flat: int = 0
    insurance_child: int = 0
    insurance_adult: int = 0
    insurance_flat: int = 0

    @property
    def ask_nothing(self) -> bool:
        """Tell whether nothing is asked of anybody."""
        return not any(asdict(self).values())

    @property
    def by_adult(self) -> bool:
        """Tell whether adults count."""
        return bool(self.adult or self.insurance_adult)


@dataclass(frozen=True, slots=True)
class Terms:
    """What an AD asks from a school year on, until it says otherwise, and how it is paid."""

    first_year: int
    rates: Rates
    pledge: str = PLEDGE
    due_on: date | None = None
    payee: str = ""
    iban: str = ""
    payment: str = ""
    version: int = 0

    @property
    def stamp(self) -> str:
        """Tell these terms from every other ones of this AD: a page carries it, so that nobody agrees to others."""
        return f"{self.first_year}:{self.version}"

    def due_in(self, year: SchoolYear) -> date | None:
        """Give the last day to pay in a school year: the same day, as many years later as the terms are old."""
        if self.due_on is None:
            return None
        return _later(self.due_on, year.start - self.first_year)


def _later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


@dataclass(frozen=True, slots=True)
class SchoolClass:
    """A class, or a group: what it is called, how many pupils, who teaches."""

    label: str
    pupils: int
    teacher: str = ""


@dataclass(frozen=True, slots=True)
class Headcount:
    """Who belongs to a cooperative in a school year."""

    classes: tuple[SchoolClass, ...] = ()
    adults: int = 0

    @property
    def pupils(self) -> int:
        """Count the pupils."""
        return sum(one.pupils for one in self.classes)


class Amounts(NamedTuple):
    """What is due, in its two parts."""

    membership: int = 0
    insurance: int = 0

    @property
    def total(self) -> int:
        """Give both parts together."""
        return self.membership + self.insurance


NOTHING = Amounts()


class DueLine(NamedTuple):
    """One product of what is due: « 61 élèves × 2,10 € »; `heads` is None for a flat part."""

    part: str
    words: str
    heads: int | None
    each: int

    @property
    def amount(self) -> int:
        """Give the product."""
        return self.each * (1 if self.heads is None else self.heads)


def due_lines(rates: Rates, who: Headcount) -> tuple[DueLine, ...]:
    """Give what makes the amounts due, product by product; rates at zero are left out."""
    told = (
        DueLine(MEMBERSHIP_ACCOUNT, "par élève", who.pupils, rates.child),
        DueLine(MEMBERSHIP_ACCOUNT, "par adulte", who.adults, rates.adult),
        DueLine(MEMBERSHIP_ACCOUNT, "part fixe", None, rates.flat),
        DueLine(INSURANCE_ACCOUNT, "par élève", who.pupils, rates.insurance_child),
        DueLine(INSURANCE_ACCOUNT, "par adulte", who.adults, rates.insurance_adult),
        DueLine(INSURANCE_ACCOUNT, "part fixe", None, rates.insurance_flat),
    )
    return tuple(line for line in told if line.each)


def amounts_due(rates: Rates, who: Headcount) -> Amounts:
    """Add up what is due for a headcount."""
    lines = due_lines(rates, who)
    return Amounts(
        sum(line.amount for line in lines if line.part == MEMBERSHIP_ACCOUNT),
        sum(line.amount for line in lines if line.part == INSURANCE_ACCOUNT),
    )


@dataclass(frozen=True, slots=True)
class Payment:
    """What the AD received: `cancelled` ones stay, with their reason."""

    number: int
    day: date
    amount: int
    means: str
    reference: str = ""
    who: str = ""
    reason: str = ""
    cancelled: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True)
class Pledge:
    """What a mandataire agreed to by sending: the words, their name, the day; and who sent it, when."""

    words: str
    name: str
    day: date
    sent_at: datetime
    sent_by: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate, as it was given."""

    number: int
    issued_on: date
    content: Mapping[str, object]
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Membership:
    """Where the adhésion of a cooperative stands: `pledge` is None as long as it was not sent.

    `due` and `rates` are those of the sending.
    """

    who: Headcount = field(default_factory=Headcount)
    pledge: Pledge | None = None
    rates: Rates = field(default_factory=Rates)
    due: Amounts = NOTHING
    payments: tuple[Payment, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    version: int = 0

    @property
    def paid(self) -> int:
        """Add up what was received."""
        return paid(self.payments)

    @property
    def left(self) -> int:
        """Give what is still due; below zero when too much was paid."""
        return self.due.total - self.paid

    @property
    def state(self) -> str:
        """Give where it stands, one of STATES."""
        return state_of(self.pledge is not None, self.due.total, self.paid)

    @property
    def certificate(self) -> Certificate | None:
        """Give the certificate that holds, if any."""
        return next((one for one in reversed(self.certificates) if not one.cancelled), None)

    def may(self, deed: str) -> bool:
        """Tell whether something may be done now."""
        return deed in ALLOWED[self.state]


def paid(payments: Iterable[Payment]) -> int:
    """Add up payments, cancelled ones left out."""
    return sum(one.amount for one in payments if not one.cancelled)


def state_of(sent: bool, due: int, received: int) -> str:
    """Give the state: nobody pays what was not sent, and what is paid is paid in full."""
    if not sent:
        return TO_FILL
    if not received:
        return SENT
    return PAID if received >= due else PART_PAID


class Fault(NamedTuple):
    """What keeps an adhésion from being sent: the field, and a French sentence."""

    field: str
    message: str


def faults(who: Headcount, terms: Terms | None) -> tuple[Fault, ...]:
    """Give all that a headcount lacks for being sent."""
    found = []
    if not who.classes:
        found.append(Fault("classes", "Indiquez au moins une classe et son nombre d’élèves."))
    if terms is None:
        found.append(Fault("classes", "L’association départementale n’a pas encore indiqué ses tarifs."))
    elif who.classes and not amounts_due(terms.rates, who).total:
        found.append(Fault("adultes", "Il n’y a rien à payer pour cet effectif : vérifiez le nombre d’adultes."))
    names = [one.label.casefold() for one in who.classes]
    twice = next((one.label for one in who.classes if names.count(one.label.casefold()) > 1), None)
    if twice is not None:
        found.append(Fault("classes", f"Deux classes s’appellent « {twice} » : donnez-leur des noms différents."))
    return tuple(found)


def certificate_number(department: str, year: SchoolYear, number: int) -> str:
    """Write the number of a certificate: `075-2025-2026-0012`."""
    return f"{department}-{year.label}-{number:04d}"


# ---- In the cahier


def entry_lines(chart: Chart, due: Amounts) -> tuple[Allocation, ...]:
    """Give the lines of the entry that pays this, none when the chart lacks an account that it needs."""
    codes = {account.short: account.code for account in chart}
    parts = [(MEMBERSHIP_ACCOUNT, due.membership), (INSURANCE_ACCOUNT, due.insurance)]
    needed = [(short, amount) for short, amount in parts if amount]
    if any(short not in codes for short, _ in needed):
        return ()
    return tuple(Allocation(codes[short], amount) for short, amount in needed)


def noted(entries: Sequence[Entry], lines: Sequence[Allocation]) -> Entry | None:
    """Give the entry that bears these amounts on these accounts, whatever else it pays; None when there is none.

    Two entries do, where each part was paid by itself: the last of them is given.
    """
    if not lines:
        return None
    wanted = [(line.account, line.amount) for line in lines]
    whole = [entry for entry in entries if _bears(entry, wanted)]
    if whole:
        return whole[0]
    found = [next((entry for entry in entries if _bears(entry, [pair])), None) for pair in wanted]
    return found[-1] if all(found) else None


def alike(entries: Sequence[Entry], lines: Sequence[Allocation]) -> Entry | None:
    """Give an expense on one of these accounts, of another amount: it may be this payment; the last of them."""
    accounts = {line.account for line in lines}
    found = [one for one in entries if any(line.account in accounts and line.amount > 0 for line in one.allocations)]
    return found[-1] if found else None


def _bears(entry: Entry, wanted: Iterable[tuple[str, int]]) -> bool:
    return set(wanted) <= {(line.account, line.amount) for line in entry.allocations}
