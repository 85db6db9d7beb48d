"""Forms of the adhésion: the headcount of a cooperative and its pledge; the AD’s terms, and what it received."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from wtforms import BooleanField, FormField, HiddenField
from wtforms.validators import StopValidation

from retkoop.characters import visible, writable
from retkoop.forms.fields import (
    AmountField,
    BaseForm,
    BoundedList,
    ChoiceField,
    CountField,
    DateField,
    TextField,
)
from retkoop.forms.identity import account_number, is_account_number, spaced
from retkoop.forms.tables import VersionedForm
from retkoop.membership import (
    CHEQUE,
    LARGEST_FLAT,
    LARGEST_RATE,
    MEANS,
    MOST_CLASSES,
    MOST_HEADS,
    PLEDGE,
    Headcount,
    Membership,
    Payment,
    Rates,
    SchoolClass,
    Terms,
    faults,
)
from retkoop.money import format_euros
from retkoop.school_year import SchoolYear, french_date

# Empty lines that wait for a class; as many at once when somebody begins.
SPARE, FIRST = 2, 6
LONGEST_TEXT = 1_000
TEACHERS = 80


class HeadField(CountField):
    """A number of people; empty is none."""

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not a number of people."""
        super().pre_validate(form)
        if (self.data or 0) > MOST_HEADS:
            raise StopValidation(f"{MOST_HEADS} au plus : vérifiez ce nombre.")


class LongField(TextField):
    """A text of several lines."""

    def _value(self) -> str:
        """Show what was typed, its line ends with it."""
        return self.data or ""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Keep the lines, each trimmed."""
        typed = str(valuelist[0]).replace("\r\n", "\n").replace("\r", "\n") if valuelist else ""
        self.data = "\n".join(visible(writable(line)) for line in typed.split("\n")).strip("\n")

    def pre_validate(self, form: Any) -> None:
        """Refuse what is too long, or missing: it may hold line ends."""
        told, self.data = self.data, (self.data or "").replace("\n", " ")
        try:
            super().pre_validate(form)
        finally:
            self.data = told


class ClassForm(BaseForm):
    """One class."""

    nom = TextField("Classe", 60)
    effectif = HeadField("Élèves")
    enseignant = TextField("Enseignant·e (facultatif)", TEACHERS)

    @property
    def empty(self) -> bool:
        """Tell whether nothing was typed."""
        return not (self.nom.data or self.effectif.raw or self.effectif.data or self.enseignant.data)


class HeadcountForm(VersionedForm):
    """Who belongs to a cooperative in a school year, and what its mandataire agrees to when it is sent."""

    classes = BoundedList(FormField(ClassForm), max_entries=MOST_CLASSES)
    adultes = HeadField("Adultes coopérateurs")
    nom = TextField("Votre nom", 120)
    engagement = BooleanField("engagement")
    tarifs = HiddenField()

    @classmethod
    def of(cls, held: Membership, who: Headcount, name: str, terms: Terms | None) -> HeadcountForm:
        """Give the form filled with what is stored, or with what is proposed to begin with."""
        told = [{"nom": one.label, "effectif": one.pupils, "enseignant": one.teacher} for one in who.classes]
        filled = {"classes": told, "adultes": who.adults, "nom": name, "version": str(held.version)}
        return cls(data=filled).read_with(terms).with_spare_lines()

    def read_with(self, terms: Terms | None) -> HeadcountForm:
        """Carry the terms that the page shows; who saw other ones before has to agree anew."""
        stamp = terms.stamp if terms else ""
        if self.tarifs.data != stamp:
            self.tarifs.data, self.engagement.data = stamp, False
        return self

    def with_spare_lines(self) -> HeadcountForm:
        """Add empty lines at the end, as far as there may be more classes."""
        spare = sum(line.form.empty for line in self.classes)
        wanted = max(FIRST - len(self.classes), SPARE - spare)
        for _ in range(min(wanted, MOST_CLASSES - len(self.classes))):
            self.classes.append_entry()
        return self

    def checked(self, terms: Terms | None = None, sending: bool = False) -> bool:
        """Validate; what is `sending` is judged as a whole, and needs a pledge."""
        self.validate()
        for line in self.classes:
            self._check_class(line.form)
        if self.classes.overflows:
            self.refuse("adultes", f"{MOST_CLASSES} classes au plus : réunissez-en deux.")
        if sending and not self.all_faults:
            for fault in faults(self.headcount(), terms):
                self._show(fault.field, fault.message)
        if sending and not self.nom.data:
            self.refuse("nom", "Écrivez le nom de la personne qui s’engage.")
        if sending and not self.engagement.data:
            self.refuse("engagement", "Cochez la case pour vous engager : l’adhésion ne part pas sans cela.")
        return not self.all_faults

    @staticmethod
    def _check_class(one: ClassForm) -> None:
        if one.empty or one.nom.errors or one.effectif.errors:
            return
        if not one.nom.data:
            one.refuse("nom", "Écrivez le nom ou le niveau de cette classe.")
        if not one.effectif.data:
            one.refuse("effectif", "Indiquez le nombre d’élèves.")

    def _show(self, name: str, message: str) -> None:
        if name == "classes":
            self.with_spare_lines().classes[0].form.refuse("nom", message)
        else:
            self.refuse(name, message)

    def headcount(self) -> Headcount:
        """Give what was typed, as far as it can be read: a class without a number is no class yet."""
        lines = [line.form for line in self.classes if line.form.nom.data and line.form.effectif.data]
        told = tuple(SchoolClass(one.nom.data, one.effectif.data, one.enseignant.data or "") for one in lines)
        return Headcount(told, self.adultes.data or 0)

    @property
    def all_faults(self) -> list[tuple[str, str]]:
        """Give the faults of the form and of its lines; each line is named."""
        told = []
        for number, line in enumerate(self.classes, 1):
            told += [(name, f"Classe {number}, {text}") for name, text in line.form.faults]
        own = [(self.engagement.id, text) for text in self.engagement.errors]
        return [*told, *(one for one in self.faults if one[0] != self.engagement.id), *own]


class TermsForm(VersionedForm):
    """What an AD asks from a school year on."""

    enfant = AmountField("Adhésion par élève", required=False)
    adulte = AmountField("Adhésion par adulte", required=False)
    fixe = AmountField("Adhésion, part fixe", required=False)
    assurance_enfant = AmountField("Assurance par élève", required=False)
    assurance_adulte = AmountField("Assurance par adulte", required=False)
    assurance_fixe = AmountField("Assurance, part fixe", required=False)
    echeance = DateField("À payer avant le", required=False)
    ordre = TextField("Chèque à l’ordre de", 120)
    iban = TextField("IBAN", 42)
    paiement = LongField("Comment payer", LONGEST_TEXT)
    phrase = LongField("Engagement du mandataire", LONGEST_TEXT, required=True)

    _RATES = {
        "child": "enfant", "adult": "adulte", "flat": "fixe", "insurance_child": "assurance_enfant",
        "insurance_adult": "assurance_adulte", "insurance_flat": "assurance_fixe",
    }  # fmt: skip

    @classmethod
    def of(cls, terms: Terms | None, year: SchoolYear) -> TermsForm:
        """Give the form filled with what is asked in a school year; its version is 0 unless said for that very year."""
        if terms is None:
            return cls(data={"phrase": PLEDGE, "version": "0"})
        rates = {name: getattr(terms.rates, column) or None for column, name in cls._RATES.items()}
        own = terms.version if terms.first_year == year.start else 0
        told = {"echeance": terms.due_in(year), "ordre": terms.payee, "iban": terms.iban, "paiement": terms.payment}
        return cls(data={**rates, **told, "phrase": terms.pledge, "version": str(own)})

    def checked(self, year: SchoolYear) -> bool:
        """Validate: at least one rate, a day of the school year, an IBAN that looks like one."""
        self.validate()
        for column, name in self._RATES.items():
            most = LARGEST_FLAT if column.endswith("flat") else LARGEST_RATE
            if self[name].data and self[name].data > most:
                self.refuse(name, f"{format_euros(most)} au plus : vérifiez la virgule.")
        if not self.faults and self.rates().ask_nothing:
            self.refuse("enfant", "Indiquez au moins un tarif.")
        if self.echeance.data and not year.contains(self.echeance.data):
            first, last = french_date(year.first_day), french_date(year.last_day)
            self.refuse("echeance", f"Choisissez un jour de l’année scolaire, du {first} au {last}.")
        if self.iban.data and not is_account_number(account_number(self.iban.data)):
            self.refuse("iban", "Ce numéro n’est pas un IBAN : recopiez-le depuis le relevé d’identité bancaire.")
        return not self.faults

    def rates(self) -> Rates:
        """Give the rates that were typed; empty is zero."""
        return Rates(**{column: self[name].data or 0 for column, name in self._RATES.items()})

    def terms(self, year: SchoolYear) -> Terms:
        """Give what was typed."""
        iban = spaced(account_number(self.iban.data or ""))
        told = (self.echeance.data, self.ordre.data or "", iban, self.paiement.data or "")
        return Terms(year.start, self.rates(), self.phrase.data, *told)


class PaymentForm(VersionedForm):
    """What the AD received."""

    jour = DateField("Reçu le")
    montant = AmountField("Montant")
    moyen = ChoiceField("Moyen", tuple(MEANS.items()), default=CHEQUE)
    reference = TextField("Référence (n° de chèque, banque)", 60)
    motif = TextField("Motif de la correction", 300)

    @classmethod
    def of(cls, one: Payment) -> PaymentForm:
        """Give the form of a payment to correct."""
        told = {"jour": one.day, "montant": one.amount, "moyen": one.means, "reference": one.reference}
        return cls(data={**told, "version": str(one.version)})

    def checked(self, year: SchoolYear, today: date, correcting: bool = False) -> bool:
        """Validate: an amount, a day that is not to come and belongs to the time of that school year; a reason."""
        self.validate()
        if self.montant.data == 0:
            self.refuse("montant", "Indiquez un montant, par exemple 12,50.")
        # A membership is renewed before the summer is over, and paid late by some.
        first, last = year.first_day - timedelta(days=120), min(today, year.last_day + timedelta(days=366))
        if self.jour.data and not first <= self.jour.data <= last:
            self.refuse("jour", f"Choisissez un jour du {french_date(first)} au {french_date(last)}.")
        if correcting and not self.motif.data:
            self.refuse("motif", "Dites pourquoi : ce motif reste avec le paiement.")
        return not self.faults


class CancelForm(VersionedForm):
    """Why a payment is cancelled."""

    raison = TextField("Motif de l’annulation", 300)

    def checked(self) -> bool:
        """Validate."""
        self.validate()
        if not self.raison.errors and not self.raison.data:
            self.refuse("raison", "Dites pourquoi : ce motif reste avec le paiement.")
        return not self.faults
