"""The forms of the fédération: associations, accounts of a chart in the making, questions, announcements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import BooleanField, StringField
from wtforms.validators import StopValidation

from retkoop.announcements import AUDIENCES, FOR_ALL, TEXT_LENGTH, TITLE_LENGTH
from retkoop.characters import visible, writable
from retkoop.chart import Account
from retkoop.chart_versions import (
    CONTENTS_LENGTH,
    GOODS,
    GRANTS,
    LABEL_LENGTH,
    account_of,
    code_fault,
    text_faults,
)
from retkoop.coop_identity import as_identifier, department_fault
from retkoop.forms.fields import REQUIRED, BaseForm, ChoiceField, DateField, KeptField, TextField
from retkoop.school_year import SchoolYear

DEPARTMENT_NAME = 120
QUESTION_LENGTH = 300


def seen_version(text: str | None) -> int:
    """Read the version that a form carries; 0 for what is none."""
    kept = text or ""
    return int(kept) if kept.isascii() and kept.isdecimal() and len(kept) < 10 else 0


class DepartmentForm(BaseForm):
    """An association départementale: its name, and its code when it is new."""

    code = TextField("Département", 3)
    nom = TextField("Nom de l’association", DEPARTMENT_NAME, required=True)
    avant = KeptField()

    def checked_new(self) -> bool:
        """Validate, the code too."""
        self.validate()
        fault = department_fault(self.typed_code)
        if fault and not self.code.errors:
            self.refuse("code", fault)
        return not self.faults

    @property
    def typed_code(self) -> str:
        """Give the code as it is kept: `2a` is `02A`, `75` is `075`."""
        return as_identifier(self.code.data or "").zfill(3)


class AccountForm(BaseForm):
    """One account of a chart in the making; its four digits tell it from the others and never change."""

    numero = TextField("Numéro de compte", 4, required=True)
    libelle = TextField("Libellé", LABEL_LENGTH, required=True)
    precision = TextField("Ce qui s’y range", CONTENTS_LENGTH)
    particularite = ChoiceField(
        "Particularité",
        (("", "Aucune"), (GRANTS, "Subventions : expliqué par leur tableau"), (GOODS, "Biens durables : inventaire")),
        default="",
    )
    vu = KeptField()

    @classmethod
    def of(cls, account: Account) -> AccountForm:
        """Give the form filled with an account."""
        texts = {"libelle": account.label, "precision": account.contents, "particularite": account.particularity}
        return cls(data={"numero": account.short, **texts})

    def checked(self) -> bool:
        """Validate, with a sentence for what is no account, or would mean nothing at it."""
        self.validate()
        number = self.numero.data or ""
        if not self.numero.errors and code_fault(f"{number}0008"):
            self.refuse("numero", "Écrivez quatre chiffres : 6 et trois autres pour une charge, 7 pour un produit.")
        if not self.numero.errors and not self.particularite.errors:
            found = text_faults(number[:1], "-", "", self.particularite.data or "")
            if found:
                self.refuse("particularite", found["particularity"])
        return not self.faults

    def account(self, code: str = "") -> Account:
        """Give what was typed, as the account of a code, or of a new one."""
        code = code or f"{self.numero.data}0008"
        return account_of(code, self.libelle.data, self.precision.data, self.particularite.data or "")


class QuestionForm(BaseForm):
    """A question in other words."""

    texte = TextField("Question", QUESTION_LENGTH, required=True)


class BeginForm(BaseForm):
    """The exercice that a new version is for; a file may come with it."""

    exercice = ChoiceField("Premier exercice", unknown="Choisissez un exercice dans la liste.")


class PublishForm(BaseForm):
    """Publishing is confirmed by a tick."""

    sur = BooleanField("J’ai relu ce qui change ; une fois publiée, cette version ne changera plus")

    def checked(self) -> bool:
        """Validate."""
        if not self.sur.data:
            self.refuse("sur", "Cochez cette case pour publier.")
        return not self.faults


class ParagraphsField(StringField):
    """A text of several lines, of bounded length."""

    def __init__(self, label: str, longest: int, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.longest = longest

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Keep the lines, each trimmed, less what no page may hold."""
        typed = str(valuelist[0]).replace("\r\n", "\n").replace("\r", "\n") if valuelist else ""
        self.data = "\n".join(visible(writable(line)) for line in typed.split("\n")).strip("\n")

    def pre_validate(self, form: Any) -> None:
        """Refuse what is missing or too long."""
        text = self.data or ""
        if not text:
            raise StopValidation(REQUIRED)
        if len(text) > self.longest:
            raise StopValidation(f"Ce texte est trop long : {self.longest} caractères au plus (ici {len(text)}).")


class AnnouncementForm(BaseForm):
    """An announcement of the fédération."""

    titre = TextField("Titre", TITLE_LENGTH, required=True)
    texte = ParagraphsField("Texte", TEXT_LENGTH)
    public = ChoiceField("Pour qui", tuple(AUDIENCES.items()), default=FOR_ALL)
    du = DateField("Du")
    au = DateField("Au")
    version = KeptField()

    def checked(self) -> bool:
        """Validate: a period that lies in the years that an exercice may be of, the right way round."""
        self.validate()
        for name in ("du", "au"):
            day = self[name].data
            if isinstance(day, date) and not 1990 <= SchoolYear.containing(day).start <= 2200:
                self.refuse(name, "Écrivez l’année en quatre chiffres.")
        if not self.du.errors and not self.au.errors and self.du.data > self.au.data:
            self.refuse("au", "Le dernier jour ne peut pas être avant le premier.")
        return not self.faults

    def values(self) -> dict[str, Any]:
        """Give the columns."""
        return {
            "title": self.titre.data, "text": self.texte.data, "from_day": self.du.data, "to_day": self.au.data,
            "audience": self.public.data,
        }  # fmt: skip
