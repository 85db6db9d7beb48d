"""PURE. What a person or a file wants an entry to be, what is wrong with it, and the shapes of the single form.

A draft's amounts are signed cents as in the cahier; a shape's amounts are positive, as a person types them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from retkoop.characters import is_writable
from retkoop.chart import Chart
from retkoop.facts import Allocation, Entry
from retkoop.money import LARGEST
from retkoop.school_year import SchoolYear, french_date

LABEL_LENGTH = 200
NUMBER_LENGTH = 20
PROJECT_LENGTH = 80


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """An entry that is not stored yet."""

    day: date
    label: str
    bank: int = 0
    cash: int = 0
    advance: str | None = None
    advance_amount: int = 0
    allocations: tuple[Allocation, ...] = ()
    voucher: str = ""
    cheque: str = ""
    project: str | None = None


class Fault(NamedTuple):
    """What is wrong with a draft: the field of the draft and a French sentence."""

    field: str
    message: str


def draft_faults(
    draft: EntryDraft, year: SchoolYear, chart: Chart, advances: Collection[str], projects: Collection[str]
) -> list[Fault]:
    """Give everything that forbids to keep a draft; an unbalanced draft is kept, and red."""
    faults = [*_text_faults(draft), *_amount_faults(draft, chart)]
    if not year.contains(draft.day):
        faults.append(Fault("day", out_of_year(year)))
    if draft.advance is not None and draft.advance not in advances:
        faults.append(Fault("advance", "Cette régie n’existe pas."))
    if draft.project is not None and draft.project not in projects:
        faults.append(Fault("project", "Ce projet n’existe pas."))
    return faults


def out_of_year(year: SchoolYear) -> str:
    """Say why a day outside the exercice is refused."""
    first, last = french_date(year.first_day), french_date(year.last_day)
    return f"La date doit être dans l’exercice {year.label}, du {first} au {last}."


def closed_project(name: str) -> str:
    """Say why a project that is closed takes no entry."""
    return f"Le projet « {name} » est fermé : rouvrez-le à la page Projets, ou choisissez-en un autre."


def _text_faults(draft: EntryDraft) -> list[Fault]:
    faults = []
    for field, value, longest, name in (
        ("label", draft.label, LABEL_LENGTH, "Le libellé"),
        ("voucher", draft.voucher, NUMBER_LENGTH, "Le numéro de PJ"),
        ("cheque", draft.cheque, NUMBER_LENGTH, "Le numéro de chèque"),
    ):
        message = text_fault(value, longest, name)
        if message:
            faults.append(Fault(field, message))
    if not draft.label.strip():
        faults.append(Fault("label", "Écrivez un libellé : « Qui c’est – Ce que c’est »."))
    return faults


def text_fault(value: str, longest: int, name: str) -> str | None:
    """Say what is wrong with a text, or None: too long, or characters that cannot be printed."""
    if len(value) > longest:
        return f"{name} est trop long : {longest} caractères au plus (ici {len(value)})."
    if not all(map(is_writable, value)):
        return f"{name} contient un caractère invisible qui ne peut pas être enregistré."
    return None


def _amount_faults(draft: EntryDraft, chart: Chart) -> list[Fault]:
    faults = []
    for rank, line in enumerate(draft.allocations):
        if line.account not in chart:
            faults.append(Fault(f"allocations[{rank}].account", "Ce compte n’existe pas."))
        if line.amount == 0:
            faults.append(Fault(f"allocations[{rank}].amount", "Le montant ne peut pas être nul."))
        if abs(line.amount) > LARGEST:
            faults.append(Fault(f"allocations[{rank}].amount", "Ce montant est trop grand."))
    if not (draft.bank or draft.cash or draft.advance_amount):
        faults.append(Fault("amount", "Le montant ne peut pas être nul."))
    if max(abs(draft.bank), abs(draft.cash), abs(draft.advance_amount)) > LARGEST:
        faults.append(Fault("amount", "Ce montant est trop grand."))
    if (draft.advance is None) != (draft.advance_amount == 0):
        faults.append(Fault("advance", "Choisissez la régie et indiquez son montant."))
    return faults


def says_the_same(draft: EntryDraft, entry: Entry) -> bool:
    """Tell whether an entry already is what a draft wants it to be."""
    return all(getattr(draft, name) == getattr(entry, name) for name in draft.__dataclass_fields__)


# The natures of the single form; FREE is for the rare line that fits none of the others.
EXPENSE, RECEIPT, TRANSFER, ADVANCE, FREE = "depense", "recette", "virement", "regie", "libre"
NATURES = (EXPENSE, RECEIPT, TRANSFER, ADVANCE, FREE)
BANK, CASH, BOTH = "banque", "caisse", "banque_caisse"
MEANS = (BANK, CASH, BOTH)
TO_BANK, TO_CASH = "vers_banque", "vers_caisse"
HANDED_OUT, JUSTIFIED, GIVEN_BACK, COLLECTED = "versee", "justifiee", "rendue", "collectee"
TRANSFER_LABELS = {TO_BANK: "Versement d’espèces à la banque", TO_CASH: "Retrait d’espèces pour la caisse"}
MOVEMENTS = (HANDED_OUT, JUSTIFIED, GIVEN_BACK, COLLECTED)

# Which way the money goes, seen from the treasury (from the régie for what a class spends or collects).
_DIRECTION = {
    EXPENSE: -1, RECEIPT: 1, TO_BANK: 1, TO_CASH: -1, HANDED_OUT: -1, JUSTIFIED: -1, GIVEN_BACK: 1, COLLECTED: 1,
}  # fmt: skip


class ShapeLine(NamedTuple):
    """One line of the form: an account (empty: not allocated yet) and an amount in the nature's own direction."""

    account: str
    amount: int


@dataclass(frozen=True, slots=True)
class Shape:
    """What the single form holds of an entry's amounts."""

    nature: str
    lines: tuple[ShapeLine, ...]
    means: str = BANK
    cash_part: int = 0
    way: str = TO_BANK
    movement: str = HANDED_OUT
    advance: str | None = None
    bank: int = 0
    cash: int = 0
    advance_amount: int = 0


class Amounts(NamedTuple):
    """The money of an entry, as the cahier keeps it."""

    bank: int
    cash: int
    advance: str | None
    advance_amount: int
    allocations: tuple[Allocation, ...]


def compose(shape: Shape, chart: Chart) -> Amounts:
    """Turn the form's shape into the amounts of the cahier."""
    if shape.nature == FREE:
        kept = tuple(Allocation(line.account, line.amount) for line in shape.lines if line.account)
        return Amounts(shape.bank, shape.cash, shape.advance, shape.advance_amount, kept)
    if shape.nature == TRANSFER:
        moved = _DIRECTION[shape.way] * _total(shape)
        return Amounts(moved, -moved, None, 0, ())
    if shape.nature == ADVANCE:
        return _compose_advance(shape, chart)
    direction = _DIRECTION[shape.nature]
    bank, cash = _by_means(shape, direction)
    return Amounts(bank, cash, None, 0, _allocate(shape, direction, chart))


def _total(shape: Shape) -> int:
    return sum(line.amount for line in shape.lines)


def _by_means(shape: Shape, direction: int) -> tuple[int, int]:
    moved = direction * _total(shape)
    if shape.means == BOTH:
        cash = direction * shape.cash_part
        return moved - cash, cash
    return (moved, 0) if shape.means == BANK else (0, moved)


def _allocate(shape: Shape, direction: int, chart: Chart) -> tuple[Allocation, ...]:
    """A refund is a line of the other side: its amount is negative on its account."""
    return tuple(
        Allocation(line.account, direction * _sign(chart, line.account) * line.amount)
        for line in shape.lines
        if line.account
    )


def _sign(chart: Chart, account: str) -> int:
    return chart.sign(account) if account in chart else 1


def _compose_advance(shape: Shape, chart: Chart) -> Amounts:
    direction, total = _DIRECTION[shape.movement], _total(shape)
    if shape.movement in (HANDED_OUT, GIVEN_BACK):
        bank, cash = _by_means(shape, direction)
        return Amounts(bank, cash, shape.advance, -direction * total, ())
    return Amounts(0, 0, shape.advance, direction * total, _allocate(shape, direction, chart))


def decompose(entry: Entry, chart: Chart) -> Shape:
    """Turn an entry into the form's shape, such that composing it again gives the same amounts."""
    if entry.is_transfer:
        way = TO_BANK if entry.bank > 0 else TO_CASH
        return Shape(TRANSFER, (ShapeLine("", abs(entry.bank)),), way=way)
    if entry.bank * entry.cash < 0:
        return _free(entry)
    if entry.advance is not None:
        return _decompose_advance(entry, chart)
    nature = EXPENSE if entry.bank + entry.cash < 0 else RECEIPT
    direction = _DIRECTION[nature]
    lines = _lines(entry, direction, direction * (entry.bank + entry.cash), chart)
    return Shape(nature, lines, means=_means(entry), cash_part=abs(entry.cash))


def _decompose_advance(entry: Entry, chart: Chart) -> Shape:
    moved = entry.bank + entry.cash
    if moved and moved == -entry.advance_amount and not entry.allocations:
        movement = HANDED_OUT if moved < 0 else GIVEN_BACK
        lines: tuple[ShapeLine, ...] = (ShapeLine("", abs(moved)),)
    elif not moved:
        movement = JUSTIFIED if entry.advance_amount < 0 else COLLECTED
        lines = _lines(entry, _DIRECTION[movement], abs(entry.advance_amount), chart)
    else:
        return _free(entry)
    return Shape(
        ADVANCE,
        lines,
        means=_means(entry),
        cash_part=abs(entry.cash),
        movement=movement,
        advance=entry.advance,
    )


def _free(entry: Entry) -> Shape:
    lines = tuple(ShapeLine(line.account, line.amount) for line in entry.allocations) or (ShapeLine("", 0),)
    return Shape(
        FREE,
        lines,
        advance=entry.advance,
        bank=entry.bank,
        cash=entry.cash,
        advance_amount=entry.advance_amount,
    )


def _means(entry: Entry) -> str:
    if entry.bank and entry.cash:
        return BOTH
    return CASH if entry.cash else BANK


def _lines(entry: Entry, direction: int, total: int, chart: Chart) -> tuple[ShapeLine, ...]:
    """Give the form's lines; what no account explains is a last line without account."""
    lines = [ShapeLine(line.account, direction * chart.sign(line.account) * line.amount) for line in entry.allocations]
    rest = total - sum(line.amount for line in lines)
    if rest or not lines:
        lines.append(ShapeLine("", rest))
    return tuple(lines)
