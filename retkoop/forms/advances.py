"""Forms of the régies: a class's code, who holds its money, and what happened with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from wtforms import FieldList, FormField, HiddenField

from retkoop import drafts
from retkoop.chart import EXPENSE, Chart
from retkoop.drafts import EntryDraft, Shape, ShapeLine, closed_project, compose, out_of_year
from retkoop.facts import Advance, Project
from retkoop.forms.fields import AmountField, BaseForm, ChoiceField, DateField, TextField
from retkoop.numbering import next_voucher
from retkoop.project_reports import closed_called
from retkoop.school_year import SchoolYear

_CODE_LENGTH, _HOLDER_LENGTH = 40, 120
FIRST_RECEIPTS, MOST_RECEIPTS = 2, 20


class AdvanceForm(BaseForm):
    """A new régie."""

    code = TextField("Classe ou code", _CODE_LENGTH, required=True)
    titulaire = TextField("Titulaire (qui tient l’argent)", _HOLDER_LENGTH)

    def checked(self, known: Iterable[Advance]) -> bool:
        """Validate; two régies cannot bear the same code, nor differ by capitals only."""
        if self.validate() and self.code.data.casefold() in {advance.code.casefold() for advance in known}:
            self.refuse("code", f"La régie « {self.code.data} » existe déjà.")
        return not self.faults

    def values(self) -> dict[str, str]:
        """Give the columns of the row."""
        return {"code": self.code.data, "holder": self.titulaire.data}


class HolderForm(BaseForm):
    """Who holds a régie; `vu` is the name that the person saw before changing it."""

    titulaire = TextField("Titulaire (qui tient l’argent)", _HOLDER_LENGTH)
    vu = HiddenField()

    @classmethod
    def of(cls, advance: Advance) -> HolderForm:
        """Give the form of a régie that exists."""
        return cls(data={"titulaire": advance.holder, "vu": advance.holder})


class GestureForm(BaseForm):
    """Money that goes between the coopérative and a class; left empty, it did not happen."""

    montant = AmountField("Montant", required=False)
    date = DateField("Date", required=False)
    moyen = ChoiceField("Moyen", ((drafts.BANK, "Banque"), (drafts.CASH, "Caisse")), default=drafts.BANK)
    cheque = TextField("N° de chèque", drafts.NUMBER_LENGTH)
    pj = TextField("N° de PJ", drafts.NUMBER_LENGTH)

    @property
    def is_filled(self) -> bool:
        """Tell whether it happened."""
        return bool(self.montant.raw)

    def require(self) -> None:
        """Ask for what a gesture that happened cannot do without."""
        self.date.required = True


class ReceiptForm(BaseForm):
    """One receipt that a class brings back; left empty, there is none."""

    date = DateField("Date", required=False)
    pj = TextField("N° de PJ", drafts.NUMBER_LENGTH)
    libelle = TextField("Libellé", drafts.LABEL_LENGTH)
    compte = ChoiceField("Compte", unknown="Ce compte n’existe pas.")
    montant = AmountField("Montant", required=False)

    @property
    def is_filled(self) -> bool:
        """Tell whether there is one: a day alone, which is proposed, is none."""
        return bool(self.libelle.data or self.montant.raw or self.compte.data)

    def require(self) -> None:
        """Ask for what a receipt cannot do without."""
        self.date.required = self.libelle.required = self.montant.required = True


class Part(NamedTuple):
    """One thing that happened: its own form, the words for it, the label of its entry, and its shape."""

    form: Any
    words: str
    label: str
    movement: str
    account: str = ""


class MovementsForm(BaseForm):
    """What happened in a régie, in the order in which it happens; each part becomes entries of the cahier."""

    avance = FormField(GestureForm)
    factures = FieldList(FormField(ReceiptForm), min_entries=FIRST_RECEIPTS, max_entries=MOST_RECEIPTS)
    rendu = FormField(GestureForm)
    rembourse = FormField(GestureForm)
    projet = TextField("Projet", drafts.PROJECT_LENGTH)

    @classmethod
    def blank(cls, day: date | None) -> MovementsForm:
        """Give an empty form whose days are proposed."""
        dated = {"date": day}
        return cls(data={"avance": dated, "rendu": dated, "rembourse": dated, "factures": [dated] * FIRST_RECEIPTS})

    def offer(self, chart: Chart, projects: Iterable[Project]) -> MovementsForm:
        """Pass in what can be chosen: the accounts of expenses, and the projects, of which closed ones are refused."""
        accounts = [("", "À ventiler plus tard"), *((a.code, f"{a.short} – {a.label}") for a in chart.of_side(EXPENSE))]
        for line in self.factures:
            line.form.compte.choices = accounts
        self.projects = list(projects)
        return self

    projects: Sequence[Project] = ()

    @property
    def suggested_projects(self) -> list[str]:
        """Give the names to suggest."""
        return [project.name for project in self.projects if not project.closed]

    def add_receipt(self, day: date | None) -> None:
        """Add an empty line for a receipt."""
        if len(self.factures) < MOST_RECEIPTS:
            self.factures.append_entry({"date": day})

    def parts(self, code: str) -> list[Part]:
        """Give what happened in a régie, in its order."""
        named = f"Régie {code} – "
        receipts = [
            Part(line.form, f"Facture {n}", line.form.libelle.data, drafts.JUSTIFIED, line.form.compte.data or "")
            for n, line in enumerate(self.factures, 1)
        ]
        every = [
            Part(self.avance.form, "Avance", named + "Avance versée", drafts.HANDED_OUT),
            *receipts,
            Part(self.rendu.form, "Reliquat", named + "Reliquat rendu", drafts.GIVEN_BACK),
            Part(self.rembourse.form, "Dépassement", named + "Dépassement remboursé", drafts.HANDED_OUT),
        ]
        return [part for part in every if part.form.is_filled]

    def typed(self, code: str, year: SchoolYear, chart: Chart, used: Iterable[str]) -> list[EntryDraft]:
        """Give the entries that were typed, as far as they can be read; a voucher left empty is the next free one."""
        parts = [part for part in self.parts(code) if (part.form.montant.data or 0) > 0]
        in_book = set(used)
        taken, series = in_book | {part.form.pj.data for part in parts}, next_voucher(in_book)
        made = []
        for part in parts:
            voucher = part.form.pj.data or next_voucher(taken, like=series)
            taken.add(voucher)
            made.append(self._draft(part, code, year, chart, voucher))
        return made

    def _draft(self, part: Part, code: str, year: SchoolYear, chart: Chart, voucher: str) -> EntryDraft:
        shape = Shape(
            drafts.ADVANCE,
            (ShapeLine(part.account if part.account in chart else "", part.form.montant.data),),
            means=part.form.moyen.data if "moyen" in part.form else drafts.BANK,
            movement=part.movement,
            advance=code,
        )
        return EntryDraft(
            day=part.form.date.data or year.last_day,
            label=part.label,
            voucher=voucher,
            cheque=part.form.cheque.data if "cheque" in part.form else "",
            project=self.projet.data or None,
            **compose(shape, chart)._asdict(),
        )

    def checked(self, code: str, year: SchoolYear, chart: Chart) -> bool:
        """Validate what happened; what did not happen is not asked for."""
        parts = self.parts(code)
        for part in parts:
            part.form.require()
        self.validate()
        for part in parts:
            if not part.form.montant.errors and not part.form.montant.data:
                part.form.refuse("montant", "Le montant ne peut pas être nul.")
            if part.form.date.data and not year.contains(part.form.date.data):
                part.form.refuse("date", out_of_year(year))
        if name := closed_called(self.projects, self.projet.data):
            self.refuse("projet", closed_project(name))
        if not parts:
            self.avance.form.refuse("montant", "Remplissez ce qui s’est passé : au moins une des quatre parties.")
        return not self.all_faults

    def refuse_unreadable(self) -> None:
        """Say which amounts cannot be read, and nothing else: the form is still being filled in."""
        for form in (self.avance.form, *(line.form for line in self.factures), self.rendu.form, self.rembourse.form):
            if form.montant.fault:
                form.refuse("montant", form.montant.fault)

    @property
    def all_faults(self) -> list[tuple[str, str]]:
        """Give (id of the field, part, label and sentence) of every fault."""
        named = [
            ("Avance", self.avance.form),
            *((f"Facture {n}", line.form) for n, line in enumerate(self.factures, 1)),
            ("Reliquat", self.rendu.form),
            ("Dépassement", self.rembourse.form),
        ]
        inside = [(place, f"{words} – {text}") for words, form in named for place, text in form.faults]
        return [*inside, *((self.projet.id, f"Projet : {error}") for error in self.projet.errors)]
