"""The single form of an entry (« Création d’une écriture »): any entry can be typed in it, and read back into it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import FormField

from retkoop import drafts
from retkoop.chart import EXPENSE, INCOME, Chart
from retkoop.drafts import EntryDraft, Shape, ShapeLine, compose, draft_faults
from retkoop.facts import Allocation, Entry
from retkoop.forms.fields import AmountField, BaseForm, BoundedList, ChoiceField, DateField, KeptField, TextField
from retkoop.money import format_euros
from retkoop.numbering import next_cheque, next_voucher
from retkoop.school_year import SchoolYear

NATURES = (
    (drafts.EXPENSE, "Dépense"),
    (drafts.RECEIPT, "Recette"),
    (drafts.TRANSFER, "Virement interne"),
    (drafts.ADVANCE, "Régie d'avance"),
    (drafts.FREE, "Autre : plusieurs mouvements à la fois"),
)
MEANS = ((drafts.BANK, "Banque"), (drafts.CASH, "Caisse"), (drafts.BOTH, "Banque et caisse"))
WAYS = ((drafts.TO_BANK, "De la caisse vers la banque"), (drafts.TO_CASH, "De la banque vers la caisse"))
MOVEMENTS = (
    (drafts.HANDED_OUT, "Avance versée à la classe"),
    (drafts.JUSTIFIED, "Dépenses justifiées par la classe"),
    (drafts.GIVEN_BACK, "Reliquat rendu par la classe"),
    (drafts.COLLECTED, "Recette encaissée par la classe"),
)
# What the exchange file takes; one line more may be left to allocate.
MOST_ALLOCATIONS = 200
MOST_LINES = MOST_ALLOCATIONS + 1
TOO_MANY = f"Une écriture se répartit sur {MOST_ALLOCATIONS} comptes au plus : faites-en deux."
# Which field of the form shows a fault of the draft.
_FIELDS = {
    "day": "date", "label": "libelle", "voucher": "pj", "cheque": "cheque", "advance": "regie", "project": "projet",
}  # fmt: skip


_TYPED = {
    "date", "pj", "libelle", "cheque", "nature", "moyen", "part_caisse", "sens", "regie", "mouvement", "total",
    "banque", "caisse", "montant_regie", "projet", "joindre", "ligne_releve", "cle", "version",
}  # fmt: skip


class LineForm(BaseForm):
    """One line of the split: an account, or none yet, and an amount."""

    compte = ChoiceField("Compte", unknown="Ce compte n’existe pas.")
    montant = AmountField("Montant", signed=True)


class EntryForm(BaseForm):
    """An entry in words of every day."""

    date = DateField("Date")
    pj = TextField("N° de PJ", drafts.NUMBER_LENGTH)
    libelle = TextField("Libellé", drafts.LABEL_LENGTH, required=True)
    cheque = TextField("N° de chèque", drafts.NUMBER_LENGTH)
    nature = ChoiceField("Nature", NATURES, default=drafts.EXPENSE)
    moyen = ChoiceField("Moyen", MEANS, default=drafts.BANK)
    part_caisse = AmountField("Dont en caisse", required=False)
    sens = ChoiceField("Sens", WAYS, default=drafts.TO_BANK)
    regie = ChoiceField("Régie", unknown="Cette régie n’existe pas.")
    mouvement = ChoiceField("Mouvement", MOVEMENTS, default=drafts.HANDED_OUT)
    lignes = BoundedList(FormField(LineForm), min_entries=1, max_entries=MOST_LINES)
    total = AmountField("Total de la facture", required=False)
    banque = AmountField("Banque : entrée, ou sortie avec −", required=False, signed=True)
    caisse = AmountField("Caisse : entrée, ou sortie avec −", required=False, signed=True)
    montant_regie = AmountField("Régie : versé, ou rendu et justifié avec −", required=False, signed=True)
    projet = TextField("Projet", drafts.PROJECT_LENGTH)
    cle = KeptField()
    version = KeptField()
    joindre = KeptField()
    ligne_releve = KeptField()

    def offer(self, chart: Chart, advances: Sequence[str], projects: Sequence[str]) -> EntryForm:
        """Pass in what can be chosen: accounts, régies, and the projects to suggest."""
        accounts = {
            "": [("", "Choisir le compte, ou ventiler plus tard")],
            "Charges (dépenses)": [(a.code, f"{a.short} – {a.label}") for a in chart.of_side(EXPENSE)],
            "Produits (recettes)": [(a.code, f"{a.short} – {a.label}") for a in chart.of_side(INCOME)],
        }
        for line in self.lignes:
            line.form.compte.choices = accounts
        self.explained = {account.code: account.contents for account in chart}
        self.advances = advances
        self.regie.choices = [("", "Choisir la classe"), *((code, code) for code in advances)]
        self.suggested_projects = list(projects)
        return self

    # Tells what could not be kept when it was typed, and is shown again; and what does not even wait.
    waits = unkept = False
    # Why what is filled in is likely, in words.
    likely = ""
    # The names of the files chosen for it, which no browser fills in again.
    chosen = ""
    explained: Mapping[str, str] = {}
    advances: Sequence[str] = ()
    suggested_projects: Sequence[str] = ()
    next_cheque: str = ""

    def with_cheque(self, number: str) -> EntryForm:
        """Propose the next cheque number beside the field: filling it in would put it on every receipt."""
        self.next_cheque = number
        return self

    @staticmethod
    def typed(sent: Mapping[str, str]) -> dict[str, str]:
        """Give what a person typed of all that the form sent."""
        return {name: value for name, value in sent.items() if name in _TYPED or name.startswith("lignes-")}

    def add_line(self) -> None:
        """Add an empty line to the split."""
        if len(self.lignes) < MOST_LINES:
            self.lignes.append_entry()

    def put_lines(self, lines: Sequence[Allocation]) -> None:
        """Fill in a split that is proposed."""
        choices = self.lignes[0].form.compte.choices
        while len(self.lignes) < len(lines):
            self.add_line()
            self.lignes[-1].form.compte.choices = choices
        for line, proposed in zip(self.lignes, lines, strict=False):
            line.form.compte.data, line.form.montant.data = proposed.account, proposed.amount

    def draft(self, year: SchoolYear, chart: Chart) -> EntryDraft | None:
        """Give the entry that was typed, or None with a sentence under each field at fault."""
        self._drop_empty_lines()
        self._ignore_what_the_nature_hides()
        self._name_a_transfer()
        self._give_the_rest()
        if not self.validate() or not self._within_total():
            return None
        amounts = compose(self._shape(), chart)
        draft = EntryDraft(
            day=self.date.data, label=self.libelle.data, voucher=self.pj.data, cheque=self.cheque.data,
            project=self.projet.data or None, **amounts._asdict(),
        )  # fmt: skip
        return draft if self._accept(draft, year, chart) else None

    def _accept(self, draft: EntryDraft, year: SchoolYear, chart: Chart) -> bool:
        projects = [draft.project] if draft.project else []
        faults = draft_faults(draft, year, chart, self.advances, projects)
        if self._asks_how_much_cash and draft.bank * draft.cash <= 0:
            self.refuse(
                "part_caisse", "Indiquez ce qui est passé par la caisse, moins que le total ; le reste va à la banque."
            )
        for fault in faults:
            self._show(fault)
        if self.lignes.overflows or len(draft.allocations) > MOST_ALLOCATIONS:
            self.refuse("total", TOO_MANY)
        return not self.faults and not any(line.form.faults for line in self.lignes)

    def _drop_empty_lines(self) -> None:
        """A line emptied, or asked for by mistake, is no line; one always stays."""
        kept = [line for line in self.lignes if line.form.compte.data or line.form.montant.raw]
        self.lignes.entries = kept or self.lignes.entries[:1]

    @property
    def rest(self) -> int | None:
        """Give what is left to share out (cents), or None as long as no sum was given to be shared out."""
        if self.total.data is None:
            return None
        return int(self.total.data) - self.shared

    @property
    def told(self) -> str:
        """Say what is left to share out, or what the lines add up to; the page's script keeps it true."""
        if self.rest is not None:
            return f"Reste à répartir : {format_euros(self.rest)}"
        return f"Total : {format_euros(self.shared)}" if self.shared else ""

    @property
    def shared(self) -> int:
        """Give what the lines add up to, in cents."""
        return sum(line.form.montant.data or 0 for line in self.lignes)

    def _give_the_rest(self) -> None:
        """The line whose amount was left empty takes what is left; what no line takes is still to be allocated."""
        if self.nature.data == drafts.FREE:
            self.total.data, self.total.fault = None, ""
        if not self.rest or self.rest < 0:
            return
        empty = next((line.form for line in self.lignes if not line.form.montant.raw), None)
        if empty is None and len(self.lignes) < MOST_LINES:
            choices = self.lignes[-1].form.compte.choices
            self.add_line()
            empty = self.lignes[-1].form
            empty.compte.choices = choices
        if empty is not None:
            empty.montant.data = self.rest

    def _within_total(self) -> bool:
        if self.rest and self.rest < 0:
            self.refuse("total", f"Les lignes dépassent cette somme de {format_euros(-self.rest)}.")
        elif self.rest:
            self.refuse("total", f"Il reste {format_euros(self.rest)} à répartir, et plus aucune ligne à ajouter.")
        return not self.rest

    @property
    def _asks_how_much_cash(self) -> bool:
        """Tell whether the money is split between bank and cash, where the nature asks for a means at all."""
        handed = self.nature.data == drafts.ADVANCE and self.mouvement.data in (drafts.HANDED_OUT, drafts.GIVEN_BACK)
        return self.moyen.data == drafts.BOTH and (handed or self.nature.data in (drafts.EXPENSE, drafts.RECEIPT))

    def _show(self, fault: drafts.Fault) -> None:
        if fault.field in _FIELDS:
            self.refuse(_FIELDS[fault.field], fault.message)
            return
        if self.nature.data == drafts.FREE:
            self.refuse("banque", fault.message)
            return
        line = self.lignes[0].form
        line.refuse("montant", fault.message)

    def _ignore_what_the_nature_hides(self) -> None:
        """Fields that the nature does not show must not refuse what they happen to hold."""
        if self.nature.data == drafts.FREE:
            for line in self.lignes:
                line.form.montant.required = bool(line.form.compte.data)
        if self.nature.data != drafts.FREE:
            for field in (self.banque, self.caisse, self.montant_regie):
                field.data, field.fault = None, ""
        if not self._asks_how_much_cash:
            self.part_caisse.data, self.part_caisse.fault = None, ""
        if self.nature.data == drafts.ADVANCE and not self.regie.data:
            self.regie.choices = [(code, code) for code in self.advances]
            self.regie.unknown = "Choisissez la régie (la classe) concernée."

    def _name_a_transfer(self) -> None:
        """Money that goes between the bank and the cash box says by itself what it is."""
        if self.nature.data == drafts.TRANSFER and not self.libelle.data:
            self.libelle.data = drafts.TRANSFER_LABELS.get(self.sens.data or "", "")

    def _shape(self) -> Shape:
        free = self.nature.data == drafts.FREE
        advance = self.regie.data if self.nature.data in (drafts.ADVANCE, drafts.FREE) else None
        return Shape(
            nature=self.nature.data,
            lines=tuple(ShapeLine(line.form.compte.data or "", line.form.montant.data or 0) for line in self.lignes),
            means=drafts.BANK if free else self.moyen.data,
            cash_part=self.part_caisse.data or 0,
            way=self.sens.data,
            movement=self.mouvement.data,
            advance=advance or None,
            bank=self.banque.data or 0,
            cash=self.caisse.data or 0,
            advance_amount=self.montant_regie.data or 0,
        )

    @property
    def all_faults(self) -> list[tuple[str, str]]:
        """Give the faults of the form and of its lines."""
        return [*self.faults, *(fault for line in self.lignes for fault in line.form.faults)]


def blank_form(entries: Sequence[Entry], day: Any) -> EntryForm:
    """Give an empty form with the next numbers proposed and a key against double sending."""
    in_order = sorted(entries, key=lambda entry: entry.number)
    return EntryForm(
        data={
            "date": day,
            "pj": next_voucher({entry.voucher for entry in entries}),
            "cle": secrets.token_urlsafe(12),
        }
    ).with_cheque(next_cheque(entry.cheque for entry in in_order))


def filled_form(entry: Entry, chart: Chart) -> EntryForm:
    """Give the form of an entry that exists, to edit or to copy."""
    shape = drafts.decompose(entry, chart)
    return EntryForm(
        data={
            "date": entry.day,
            "pj": entry.voucher,
            "libelle": entry.label,
            "cheque": entry.cheque,
            "nature": shape.nature,
            "moyen": shape.means,
            "part_caisse": shape.cash_part if shape.means == drafts.BOTH else None,
            "sens": shape.way,
            "regie": shape.advance or "",
            "mouvement": shape.movement,
            "lignes": [{"compte": line.account, "montant": line.amount or None} for line in shape.lines],
            "banque": shape.bank or None,
            "caisse": shape.cash or None,
            "montant_regie": shape.advance_amount or None,
            "projet": entry.project or "",
            "version": entry.version,
            "cle": secrets.token_urlsafe(12),
        }
    )
