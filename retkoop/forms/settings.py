"""The forms of the settings of an association départementale: one for each part of the page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from wtforms import BooleanField

from retkoop.ad_settings import (
    LONGEST_HINT,
    LONGEST_LABEL,
    LONGEST_SIGNER,
    LONGEST_TEXT,
    MOST_DOCUMENTS,
    MOST_LINES,
    MOST_SIGNERS,
    MOST_UNTICKED,
    PRESENTATIONS,
    VERIFIERS,
    Profile,
)  # fmt: skip
from retkoop.coop_identity import EITHER, NUMBER, UAI
from retkoop.drafts import text_fault
from retkoop.facts import Settings
from retkoop.forms.fields import (
    REQUIRED,
    BaseForm,
    ChoiceField,
    CountField,
    DateField,
    KeptField,
    LinesField,
    TextField,
)  # fmt: skip
from retkoop.forms.identity import Reached
from retkoop.required_documents import WAIVABLE
from retkoop.school_year import SchoolYear, french_date


class Part(BaseForm):
    """A part of the page; `vu` is the fingerprint of what it showed."""

    vu = KeptField()

    @property
    def seen(self) -> str:
        """Give that fingerprint."""
        return (self.vu.data or "")[:64]

    def checked(self) -> bool:
        """Validate."""
        self.validate()
        return not self.faults


class ContactForm(Part, Reached):
    """How the association is reached by its mandataires."""

    contact = TextField("Personne ou service à contacter", 120)
    adresse = LinesField("Adresse postale", 300, 5)

    def checked(self) -> bool:
        """Validate, as what everybody is reached by is."""
        return Reached.checked(self)

    @classmethod
    def of(cls, profile: Profile) -> ContactForm:
        """Give the form filled with what is stored."""
        told = {"contact": profile.contact, "adresse": profile.address}
        return cls(data={**told, "mail": profile.mail, "telephone": profile.phone})

    def values(self) -> dict[str, str]:
        """Give the columns."""
        told = {"contact": self.contact.data, "address": self.adresse.data}
        return {**told, "phone": self.telephone.data, "mail": self.mail.data}


class SchemeForm(Part):
    """What new cooperatives are called by."""

    schema = ChoiceField("Identifiant des nouvelles coopératives")

    @classmethod
    def offered(cls, department: str, formdata: Any = None, profile: Profile | None = None) -> SchemeForm:
        """Give the form with its choices, as it was sent or as it is stored."""
        form = cls(formdata, data={"schema": profile.scheme if profile else EITHER})
        form.schema.choices = [
            (EITHER, "Au choix : le numéro ou l’UAI"), (NUMBER, f"Le numéro : {department}-1234"),
            (UAI, "L’UAI de l’école : 0311111Z"),
        ]  # fmt: skip
        return form

    def values(self) -> dict[str, str]:
        """Give the columns."""
        return {"scheme": self.schema.data or EITHER}


class TextsForm(Part):
    """What the association writes to its mandataires, in its own words."""

    accueil = LinesField("Sur la page d’accueil de chaque coopérative", LONGEST_TEXT, MOST_LINES)
    cloture = LinesField("Sur la page de clôture du cahier", LONGEST_TEXT, MOST_LINES)
    documents = LinesField("Sur la page des documents à envoyer", LONGEST_TEXT, MOST_LINES)
    validation = LinesField("Dans le mail qui annonce la validation", LONGEST_TEXT, MOST_LINES)

    @classmethod
    def of(cls, profile: Profile) -> TextsForm:
        """Give the form filled with what is stored."""
        return cls(data={
            "accueil": profile.home_text, "cloture": profile.closing_text, "documents": profile.documents_text,
            "validation": profile.validation_text,
        })  # fmt: skip

    def values(self) -> dict[str, str]:
        """Give the columns."""
        return {
            "home_text": self.accueil.data, "closing_text": self.cloture.data, "documents_text": self.documents.data,
            "validation_text": self.validation.data,
        }  # fmt: skip


class RulesForm(Part):
    """The closing, the bilan and the quitus of an exercice and those that follow."""

    limite = CountField("Opérations non pointées admises à la clôture")
    jour = DateField("Premier jour où le cahier peut être clos")
    presentation = ChoiceField(
        "Présentation du bilan simplifié",
        [(code, words[:1].upper() + words[1:]) for code, words in PRESENTATIONS.items()],
    )
    verificateurs = ChoiceField("Vérificateurs qui signent le quitus", [(str(n), str(n)) for n in VERIFIERS])
    signataires = LinesField("Qui d’autre signe le quitus", 500, MOST_SIGNERS)

    @classmethod
    def of(cls, settings: Settings, year: SchoolYear) -> RulesForm:
        """Give the form filled with what holds for a year."""
        form = cls(data={
            "jour": year.closing_opens(settings.closing_delay_days), "presentation": settings.presentation,
            "verificateurs": str(settings.verifiers), "signataires": "\n".join(settings.signers),
        })  # fmt: skip
        form.limite.data, form.limite.raw = settings.unticked_limit, str(settings.unticked_limit)
        return form

    def checked_for(self, year: SchoolYear) -> bool:
        """Validate: no closing after the day on which the reports are due."""
        self.validate()
        if not self.limite.errors and (not self.limite.raw or (self.limite.data or 0) > MOST_UNTICKED):
            self.refuse("limite", f"Écrivez un nombre de 0 à {MOST_UNTICKED}.")
        if self.jour.data and not year.last_day <= self.jour.data <= year.deadline:
            between = f"{french_date(year.last_day)} et le {french_date(year.deadline)}"
            self.refuse("jour", f"Choisissez un jour entre le {between}, où les comptes rendus sont attendus.")
        for line in self._signers():
            if fault := text_fault(line, LONGEST_SIGNER, f"« {line[:20]}… »"):
                self.refuse("signataires", fault)
        return not self.faults

    def _signers(self) -> list[str]:
        return [line.strip() for line in (self.signataires.data or "").split("\n") if line.strip()]

    def values(self, year: SchoolYear) -> dict[str, Any]:
        """Give the rules; the day is kept as what lies between it and 31 August, for the years that follow."""
        return {
            "unticked_limit": self.limite.data, "closing_delay_days": (self.jour.data - year.last_day) // timedelta(1),
            "presentation": self.presentation.data, "verifiers": int(self.verificateurs.data or 0),
            "signers": tuple(self._signers()),
        }  # fmt: skip


class DocumentsForm(Part):
    """The documents that are asked for: those of the guides that may be left out, and the association's own.

    Its own are numbered fields; one that is emptied is not asked for any more.
    """

    @property
    def rows(self) -> list[tuple[Any, Any, Any]]:
        """Give the fields of each document: its number, its name, its help."""
        return [tuple(self[f"{name}_{row}"] for name in ("numero", "nom", "aide")) for row in range(MOST_DOCUMENTS)]

    @property
    def shown(self) -> list[tuple[Any, Any, Any]]:
        """Give those that are filled in, and two more as far as there is room."""
        filled = [rank for rank, (_, name, hint) in enumerate(self.rows, 1) if name.data or hint.data or name.errors]
        return self.rows[: max(filled, default=0) + 2]

    @property
    def kinds(self) -> list[Any]:
        """Give the boxes of what the guides ask for."""
        return [self[f"demande_{kind}"] for kind in WAIVABLE]

    @classmethod
    def of(cls, settings: Settings) -> DocumentsForm:
        """Give the form filled with what holds for a year."""
        told: dict[str, Any] = {f"demande_{kind}": kind not in settings.waived for kind in WAIVABLE}
        for row, own in enumerate(settings.own_documents):
            told |= {f"numero_{row}": str(own.number), f"nom_{row}": own.label, f"aide_{row}": own.hint}
        return AskedForm(data=told)

    def checked(self) -> bool:
        """Validate: each has a name, and no two the same."""
        self.validate()
        names: set[str] = set()
        for _, name, hint in self.rows:
            called = (name.data or "").casefold()
            if hint.data and not called:
                self.refuse(name.name, REQUIRED)
            if called and called in names:
                self.refuse(name.name, "Deux documents ne portent pas le même nom.")
            names.add(called)
        return not self.faults

    @property
    def waived(self) -> frozenset[str]:
        """Give the sorts that are not asked for."""
        return frozenset(kind for kind in WAIVABLE if not self[f"demande_{kind}"].data)

    @property
    def typed(self) -> list[tuple[int, str, str]]:
        """Give the association's own: number (0 for a new one), name, help."""
        return [(_number(number.data), name.data, hint.data or "") for number, name, hint in self.rows if name.data]


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0


AskedForm: type[DocumentsForm] = type("AskedForm", (DocumentsForm,), {
    **{f"demande_{kind}": BooleanField(words[:1].upper() + words[1:]) for kind, words in WAIVABLE.items()},
    **{
        f"{name}_{row}": field
        for row in range(MOST_DOCUMENTS)
        for name, field in (
            ("numero", KeptField()),
            ("nom", TextField(f"Document {row + 1}", LONGEST_LABEL)),
            ("aide", TextField(f"Aide du document {row + 1}", LONGEST_HINT)),
        )
    },
})  # fmt: skip
