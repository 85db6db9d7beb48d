"""A line of the grids: the same entry as in the single form, typed cell by cell under the heads of the paper book."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import FieldList, FormField

from retkoop import drafts
from retkoop.chart import Chart
from retkoop.drafts import EntryDraft, draft_faults
from retkoop.facts import Allocation, Entry
from retkoop.forms.fields import AmountField, BaseForm, BoundedList, ChoiceField, KeptField, TextField
from retkoop.forms.ledger import MOST_ALLOCATIONS, MOST_LINES, TOO_MANY
from retkoop.grid import (
    account_field,
    account_name,
    accounts_called,
    allocated_by_column,
    allocated_by_parts,
    parts_of,
    read_day,
)
from retkoop.ledger_page import AUTOMATIC, CLASSIC
from retkoop.numbering import next_cheque, next_voucher
from retkoop.reports import by_account
from retkoop.school_year import SchoolYear, french_date

PARTS = 4
MONEY = ("versee", "rendue", "banque_entree", "banque_sortie", "caisse_entree", "caisse_sortie")
ONE_SIDE = "Remplissez une seule des deux cases : pour deux mouvements, faites deux lignes."
NO_AMOUNT = "Indiquez un montant, par exemple 12,50."
UNREADABLE_DAY = "Écrivez la date comme 07/05 ou 07/05/2025."
# Which field of the line shows a fault of the draft.
_FIELDS = {
    "day": "date", "label": "libelle", "voucher": "pj", "cheque": "cheque", "advance": "regie", "project": "projet",
    "amount": "banque_sortie",
}  # fmt: skip
# Proposed by us, or not seen: a line that holds nothing else is empty.
_PROPOSED = {"date", "pj", "version", "saisie", "cle"}


class LineForm(BaseForm):
    """What both grids ask of an entry; each has its own way to say where the money goes."""

    mode = ""

    projet = TextField("Projet", drafts.PROJECT_LENGTH)
    pj = TextField("N° de PJ", drafts.NUMBER_LENGTH)
    date = TextField("Date", 20)
    libelle = TextField("Libellé", drafts.LABEL_LENGTH)
    cheque = TextField("N° de chèque", drafts.NUMBER_LENGTH)
    regie = ChoiceField("Classe de la régie", unknown="Cette régie n’existe pas.")
    versee = AmountField("Régie versée", required=False)
    rendue = AmountField("Régie rendue ou justifiée", required=False)
    banque_entree = AmountField("Banque, entrée", required=False)
    banque_sortie = AmountField("Banque, sortie", required=False)
    caisse_entree = AmountField("Caisse, entrée", required=False)
    caisse_sortie = AmountField("Caisse, sortie", required=False)
    cle = KeptField()
    version = KeptField()
    saisie = KeptField()

    classes: Sequence[str] = ()
    # More was sent than a line takes.
    overflows = False

    @property
    def typed(self) -> dict[str, str]:
        """Give what a person typed, by the name of the field, to be shown again another day."""
        values = {field.name: str(field._value()) for field in _leaves(self)}
        return {name: value for name, value in values.items() if value}

    @property
    def is_empty(self) -> bool:
        """Tell a line in which nothing was typed beside what it proposed."""
        return not set(self.typed) - _PROPOSED

    @property
    def at_fault(self) -> bool:
        """Tell whether a cell has a sentence."""
        return any(field.errors for field in self.leaves)

    @property
    def leaves(self) -> Iterator[Any]:
        """Give every field, those of the parts included."""
        return _leaves(self)

    def explained(self, chart: Chart) -> tuple[str, ...]:
        """Give what each account that is picked contains."""
        return ()

    def draft(self, year: SchoolYear, chart: Chart, before: Sequence[Allocation] = ()) -> EntryDraft | None:
        """Give the entry that was typed, or None with a sentence at each cell at fault.

        `before` are the allocations of the entry that the line stands for.
        """
        self.validate()
        day = read_day(self.date.data or "", year)
        if day is None:
            self.refuse("date", UNREADABLE_DAY if self.date.data else "Indiquez la date.")
        for one, other in zip(MONEY[::2], MONEY[1::2], strict=True):
            if self[one].data and self[other].data:
                self.refuse(other, ONE_SIDE)
        draft = self._compose(day or year.first_day, chart, before)
        if len(draft.allocations) > MOST_ALLOCATIONS or self.overflows:
            self.refuse("libelle", TOO_MANY)
        for fault in draft_faults(draft, year, chart, self.classes, [draft.project] if draft.project else []):
            self._show(fault, draft)
        return None if self.at_fault else draft

    def _compose(self, day: datetime.date, chart: Chart, before: Sequence[Allocation]) -> EntryDraft:
        given, back, bank_in, bank_out, cash_in, cash_out = (self[name].data or 0 for name in MONEY)
        advance, bank, cash = given - back, bank_in - bank_out, cash_in - cash_out
        return EntryDraft(
            day=day, label=self.libelle.data or "", voucher=self.pj.data or "", cheque=self.cheque.data or "",
            project=self.projet.data or None, bank=bank, cash=cash, advance=self.regie.data or None,
            advance_amount=advance, allocations=self._allocations(bank + cash + advance, chart, before),
        )  # fmt: skip

    def _allocations(self, moved: int, chart: Chart, before: Sequence[Allocation]) -> tuple[Allocation, ...]:
        raise NotImplementedError

    def _show(self, fault: drafts.Fault, draft: EntryDraft) -> None:
        """Put a fault at its cell, unless a worse one stands there, or an amount without sense explains it."""
        if fault.field.endswith(("amount", "advance")) and any(self[name].errors for name in MONEY):
            return
        if fault.field == "amount" and not any(self[name].raw for name in MONEY):
            fault = fault._replace(message=NO_AMOUNT)
        elif fault.field.startswith("allocations") and not (draft.bank or draft.cash or draft.advance_amount):
            # Its share of nothing is said once, where the money is typed.
            return
        field = self[_FIELDS[fault.field]] if fault.field in _FIELDS else self._part_at_fault(fault.field, draft)
        field.errors = field.errors or [fault.message]

    def _part_at_fault(self, place: str, draft: EntryDraft) -> Any:
        raise NotImplementedError


class ClassicForm(LineForm):
    """The line of the visualisation classique: an amount under the head of each account."""

    mode = CLASSIC

    def _allocations(self, moved: int, chart: Chart, before: Sequence[Allocation]) -> tuple[Allocation, ...]:
        sums = {account.code: self[account_field(account.code)].data or 0 for account in chart}
        return allocated_by_column(sums, before)

    def _part_at_fault(self, place: str, draft: EntryDraft) -> Any:
        return self[account_field(draft.allocations[_rank(place)].account)]


class PartForm(BaseForm):
    """An account, by its number or by words, and its part of the money: all of it when nothing is said."""

    compte = TextField("Compte", 120)
    part = AmountField("Part", required=False, signed=True)


class AutomaticForm(LineForm):
    """The line of the ventilation automatique: accounts are picked, the money goes to their columns by itself."""

    mode = AUTOMATIC
    parts = BoundedList(FormField(PartForm), min_entries=PARTS, max_entries=MOST_LINES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.overflows = self.parts.overflows
        last = self.parts[-1].form
        if (last.compte.data or last.part._value()) and len(self.parts) < MOST_LINES:
            self.parts.append_entry()

    def _allocations(self, moved: int, chart: Chart, before: Sequence[Allocation]) -> tuple[Allocation, ...]:
        found = [(self._account(entry.form.compte, chart, moved), entry.form.part) for entry in self.parts]
        self.given = [(code, part) for code, part in found if code or part.raw]
        return allocated_by_parts([(code, part.data) for code, part in self.given], moved, chart)

    given: Sequence[tuple[str, AmountField]] = ()

    def _account(self, field: TextField, chart: Chart, moved: int) -> str:
        """Give the code of the account that a cell names, or nothing with a sentence."""
        text = field.data or ""
        found = accounts_called(text, chart, moved) if text else ()
        if text and not found:
            field.errors = ["Aucun compte ne répond à ces mots : choisissez-le dans la liste."]
        elif len(found) > 1:
            field.errors = [f"Précisez le compte : {', '.join(account.short for account in found)} ?"]
        return found[0].code if len(found) == 1 else ""

    def explained(self, chart: Chart) -> tuple[str, ...]:
        """Give what each account that is picked contains."""
        named = (entry.form.compte.data for entry in self.parts)
        found = (accounts_called(text, chart, 0) if text else () for text in named)
        return tuple(accounts[0].contents if len(accounts) == 1 else "" for accounts in found)

    def _part_at_fault(self, place: str, draft: EntryDraft) -> Any:
        return [part for code, part in self.given if code][_rank(place)]


def _rank(place: str) -> int:
    """Read `allocations[2].amount`."""
    return int(place.partition("[")[2].partition("]")[0])


def _leaves(form: Any) -> Iterator[Any]:
    """Give every field that holds a text, those of the lists included."""
    for field in form:
        if isinstance(field, FieldList):
            for entry in field:
                yield from entry.form
        else:
            yield field


@lru_cache(maxsize=16)
def _form_of(mode: str, chart: Chart) -> type[LineForm]:
    """Make the form of a mode: the classic one has a field for each account of the chart."""
    if mode != CLASSIC:
        return AutomaticForm
    fields = {account_field(a.code): AmountField(account_name(a), required=False, signed=True) for a in chart}
    return type("ClassicForm", (ClassicForm,), fields)


def tells_accounts(typed: Mapping[str, str]) -> bool:
    """Tell whether something was typed of where the money goes, which each mode has its own cells for."""
    return any(name.startswith(("compte_", "parts-")) for name in typed)


def line_form(mode: str, chart: Chart, advances: Sequence[str], typed: Mapping[str, str] | None, **data: Any) -> Any:
    """Give the line of a mode with what was typed in it, or with some data."""
    given = None if typed is None else MultiDict(typed)
    form = _form_of(mode, chart)(given, data={**data, "saisie": mode})
    form.classes = advances
    form.regie.choices = [("", "–"), *((code, code) for code in advances)]
    return form


def new_values(entries: Sequence[Entry], day: datetime.date | None) -> dict[str, Any]:
    """Give what the line of a new entry proposes: a day, the next PJ number, and a key against double sending."""
    return {
        "date": french_date(day) if day else "",
        "pj": next_voucher({entry.voucher for entry in entries}),
        "cle": secrets.token_urlsafe(12),
    }


def following_cheque(entries: Sequence[Entry]) -> str:
    """Give the cheque number that is proposed beside its cell: filling it in would put it on every receipt."""
    return next_cheque(entry.cheque for entry in sorted(entries, key=lambda entry: entry.number))


def stored_values(entry: Entry, chart: Chart) -> dict[str, Any]:
    """Give what the line of an entry says, in either mode; saved unchanged, it changes nothing."""
    bank, cash, advance = entry.bank, entry.cash, entry.advance_amount
    sides = (advance, -advance, bank, -bank, cash, -cash)
    columns = {account_field(code): cents for code, cents in by_account(entry.allocations).items()}
    return {
        "projet": entry.project or "", "pj": entry.voucher, "date": french_date(entry.day), "libelle": entry.label,
        "cheque": entry.cheque, "regie": entry.advance or "", "version": entry.version,
        **{name: cents if cents > 0 else None for name, cents in zip(MONEY, sides, strict=True)},
        **columns,
        "parts": [{"compte": account_name(chart[code]), "part": cents} for code, cents in parts_of(entry, chart)],
    }  # fmt: skip
