"""The fiche identité: what a cooperative says of itself, and how each mandataire is reached."""

from __future__ import annotations

import re
from typing import Any

from retkoop.forms.fields import BaseForm, CountField, KeptField, TextField

_MAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[A-Za-z]{2,}")
_PHONE = re.compile(r"\+?[0-9][0-9 .()/-]{5,28}")
MOST_PUPILS = 5_000


def account_number(typed: str) -> str:
    """Give an account number as it is compared and kept: capitals, no spaces."""
    return re.sub(r"[\s\u00a0\u202f-]", "", typed).upper()


def is_account_number(number: str) -> bool:
    """Tell whether an IBAN has its own check digits right (ISO 13616: the remainder by 97 is 1)."""
    if re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", number) is None:
        return False
    return int("".join(str(int(character, 36)) for character in number[4:] + number[:4])) % 97 == 1


def spaced(number: str) -> str:
    """Write an account number as banks do, by groups of four."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


class Reached(BaseForm):
    """What both forms have: a mail and a phone, neither of which is asked for."""

    mail = TextField("Adresse mail", 200)
    telephone = TextField("Téléphone", 30)

    def checked(self) -> bool:
        """Validate, with a sentence for what nobody could be reached by."""
        self.validate()
        if self.mail.data and not self.mail.errors and _MAIL.fullmatch(self.mail.data) is None:
            self.refuse("mail", "Écrivez l’adresse comme nom@exemple.fr.")
        if self.telephone.data and not self.telephone.errors and _PHONE.fullmatch(self.telephone.data) is None:
            self.refuse("telephone", "Écrivez le numéro comme 01 23 45 67 89.")
        return not self.faults


class CoopForm(Reached):
    """What the cooperative changes by itself; its name and its UAI are the association's."""

    adresse = TextField("Adresse", 300)
    effectif = CountField("Nombre d’élèves")
    banque = TextField("Banque", 120)
    compte = TextField("N° de compte (IBAN)", 50)
    version = KeptField()

    def checked(self) -> bool:
        """Validate."""
        super().checked()
        if not self.effectif.errors and (self.effectif.data or 0) > MOST_PUPILS:
            self.refuse("effectif", f"Écrivez un nombre jusqu’à {MOST_PUPILS}.")
        number = account_number(self.compte.data or "")
        if number and not self.compte.errors and not is_account_number(number):
            self.refuse("compte", "Ce numéro n’est pas un IBAN : recopiez-le depuis le relevé d’identité bancaire.")
        return not self.faults

    @property
    def seen(self) -> int:
        """Give the version that the page showed."""
        said = self.version.data or ""
        return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else 0

    def values(self) -> dict[str, Any]:
        """Give the columns."""
        return {
            "address": self.adresse.data, "mail": self.mail.data, "phone": self.telephone.data,
            "headcount": self.effectif.data or None, "bank": self.banque.data,
            "account": account_number(self.compte.data or ""),
        }  # fmt: skip


class ContactForm(Reached):
    """How the person here is called and reached."""

    nom = TextField("Prénom et nom", 120)

    def values(self) -> dict[str, Any]:
        """Give the columns."""
        return {"name": self.nom.data, "mail": self.mail.data, "phone": self.telephone.data}
