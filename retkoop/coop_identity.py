"""PURE. What names a cooperative: its identifier in the scheme of its association, the UAI of its school."""

from __future__ import annotations

import re
from typing import NamedTuple

NAME_LENGTH = 200
BANKS = ("512", "514")
# What an association calls its cooperatives by: either, its own numbers, or the UAI of the school.
EITHER, NUMBER, UAI = SCHEMES = ("", "numero", "uai")
_UAI = re.compile(r"[0-9]{7}[A-Z]")
# Three digits as the OCCE writes them (`075`, `971`), and Corsica.
_DEPARTMENT = re.compile(r"[0-9]{3}|02[AB]")
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))


class NewCoop(NamedTuple):
    """A cooperative to be made: who it is, its kind of bank account, and what its first exercice begins with (cents).

    `first_year` is the calendar year in which that exercice begins; None leaves it to the mandataire.
    """

    identifier: str
    name: str
    uai: str = ""
    address: str = ""
    bank_account: str = "512"
    first_year: int | None = None
    bank: int = 0
    cash: int = 0
    carried: int = 0


def as_identifier(typed: str) -> str:
    """Write an identifier as it is kept: capitals, no spaces, a plain dash."""
    return re.sub(r"\s", "", typed).translate(_DASHES).upper()


def department_fault(code: str) -> str:
    """Say why a code is not one of a département; empty when it is."""
    if _DEPARTMENT.fullmatch(code) and code != "000":
        return ""
    return "Écrivez le code du département en trois caractères, comme 075, 02A ou 971."


def identifier_fault(identifier: str, department: str) -> str:
    """Say why an identifier is not one of this département's, `075-1234` or the UAI of a school; empty when it is."""
    if re.fullmatch(rf"{re.escape(department)}-[0-9]{{4}}", identifier):
        return ""
    if is_uai(identifier):
        return _elsewhere(identifier, department)
    return f"Écrivez l’identifiant comme {department}-1234, ou l’UAI de l’école comme {uai_like(department)}."


def scheme_fault(identifier: str, department: str, scheme: str) -> str:
    """Say why an identifier does not follow the scheme of its association; empty when it does.

    A cooperative that is there keeps its own: this is asked of new ones.
    """
    if scheme == NUMBER and is_uai(identifier):
        return f"Votre association identifie ses coopératives par un numéro : écrivez-le comme {department}-1234."
    if scheme == UAI and not is_uai(identifier):
        return f"Votre association identifie ses coopératives par l’UAI de l’école : {uai_like(department)}."
    return ""


def identifier_like(department: str, scheme: str) -> str:
    """Give an identifier to imitate."""
    number = f"{department}-1234"
    return {NUMBER: number, UAI: f"l’UAI de l’école, {uai_like(department)}"}.get(
        scheme, f"{number}, ou l’UAI de l’école"
    )


def uai_fault(uai: str, department: str) -> str:
    """Say why a UAI is not one of a school of this département; empty when it is, or when none is given."""
    if not uai:
        return ""
    if not is_uai(uai):
        return f"Écrivez l’UAI comme {uai_like(department)} : sept chiffres et une lettre."
    return _elsewhere(uai, department)


def is_uai(text: str) -> bool:
    """Tell whether a text has the shape of a UAI: its letter is not checked, for registers hold some that are wrong."""
    return _UAI.fullmatch(text) is not None


def uai_like(department: str) -> str:
    """Give a UAI to imitate."""
    return f"{department if department.isdecimal() else '620'}1234A"


def _elsewhere(uai: str, department: str) -> str:
    # The UAI of Corsica begin with 620 and 720, whatever the département is called.
    if not department.isdecimal() or uai.startswith(department.zfill(3)):
        return ""
    return f"Cet UAI n’est pas celui d’une école du département {department}."
