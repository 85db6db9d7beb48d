"""PURE. A list of cooperatives that an association sends: what it says, and each fault by line and column.

An empty cell says nothing: what is stored stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from retkoop.coop_identity import BANKS, NAME_LENGTH, as_identifier, identifier_fault, uai_fault
from retkoop.coop_table import TextRow, Unreadable, read_table
from retkoop.money import LARGEST, AmountError, parse_amount
from retkoop.school_year import SchoolYear

_MAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[A-Za-z]{2,}")
_PHONE = re.compile(r"\+?[0-9][0-9 .()/-]{5,28}")
# Each column: its heading in the model, and how else people head it (without accents, marks or capitals).
COLUMNS: dict[str, tuple[str, tuple[str, ...]]] = {
    "identifier": ("Identifiant", ("identifiant coop", "identifiant cooperative", "n coop", "n", "numero", "code")),
    "name": ("Nom", ("nom cooperative", "nom de la cooperative", "cooperative", "ecole", "nom ecole", "nom de l ecole",
                     "etablissement", "denomination")),
    "uai": ("UAI", ("rne", "code uai", "uai rne", "uai ecole", "uai de l ecole", "numero uai")),
    "address": ("Adresse", ("lieu", "commune", "ville", "adresse postale", "adresse ecole", "adresse de l ecole")),
    "bank_account": ("Banque (512 ou 514)", ("banque", "compte", "compte banque", "type de compte", "512 514",
                                            "512 ou 514", "compte 512 514")),
    "first_year": ("Premier exercice", ("exercice", "annee", "annee scolaire", "1er exercice")),
    "bank": ("Solde banque", ("solde de la banque", "banque au 1er septembre", "solde banque au 1er septembre")),
    "cash": ("Solde caisse", ("caisse", "solde de la caisse", "caisse au 1er septembre", "especes")),
    "carried": ("Report à nouveau", ("report", "ran")),
    "holder": ("Mandataire", ("nom mandataire", "nom du mandataire", "mandataire nom", "directeur", "directrice")),
    "mail": ("Mail du mandataire", ("mail", "courriel", "email", "e mail", "adresse mail", "mail mandataire")),
    "phone": ("Téléphone du mandataire", ("telephone", "tel", "telephone mandataire", "portable")),
}  # fmt: skip
REQUIRED = ("identifier", "name")
_LONGEST = {"name": NAME_LENGTH, "address": 300, "holder": 120, "mail": 200}


class Fault(NamedTuple):
    """Something wrong: the line of the file, the head of the column (or empty), and a French sentence."""

    line: int
    column: str
    message: str


class CoopRow(NamedTuple):
    """A cooperative as a line tells it; None and empty texts are what it does not tell. Amounts in cents."""

    line: int
    identifier: str
    name: str
    uai: str = ""
    address: str = ""
    bank_account: str = ""
    first_year: int | None = None
    bank: int | None = None
    cash: int | None = None
    carried: int | None = None
    holder: str = ""
    mail: str = ""
    phone: str = ""


class Reading(NamedTuple):
    """What a file says: its cooperatives, its faults in their order, and the columns that are not looked at."""

    rows: tuple[CoopRow, ...]
    faults: tuple[Fault, ...]
    ignored: tuple[str, ...]


def opening_sum(row: CoopRow) -> int:
    """Give what a cooperative begins with, in cents: its report à nouveau when the line does not tell another."""
    return (row.bank or 0) + (row.cash or 0)


class _Heads(NamedTuple):
    places: dict[str, int]
    written: dict[str, str]
    ignored: tuple[str, ...]
    faults: tuple[Fault, ...]
    width: int


def read_coops(data: bytes, department: str) -> Reading:
    """Read a CSV or a spreadsheet; every fault is told, never the first alone."""
    try:
        head, *lines = read_table(data)
    except Unreadable as error:
        return Reading((), (Fault(error.line, "", error.message),), ())
    heads = _heads(head)
    if heads.faults:
        return Reading((), heads.faults, heads.ignored)
    if not lines:
        return Reading((), (Fault(head.line, "", "Ce fichier n’a pas d’autre ligne que ses titres."),), heads.ignored)
    reader = _Reader(heads, department)
    rows = tuple(reader.row(line) for line in lines)
    return Reading(rows, tuple(sorted([*reader.faults, *_twice(rows, heads)])), heads.ignored)


def plain(text: str) -> str:
    """Give a heading without accents, marks and capitals."""
    bare = unicodedata.normalize("NFKD", text.replace("’", " ")).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", bare.lower()).split())


_KNOWN = {plain(word): key for key, (heading, others) in COLUMNS.items() for word in (heading, *others)}


def _heads(head: TextRow) -> _Heads:
    """Find each column by its head."""
    places: dict[str, int] = {}
    written, ignored, faults = {key: heading for key, (heading, _) in COLUMNS.items()}, [], []
    for place, text in enumerate(head.cells):
        key = _KNOWN.get(plain(text))
        if key is None:
            ignored += [text] if text else []
        elif key in places:
            faults.append(Fault(head.line, text, f"Deux colonnes disent la même chose, « {written[key]} »."))
        else:
            places[key], written[key] = place, text
    for key in REQUIRED:
        if key not in places:
            faults.append(Fault(head.line, COLUMNS[key][0], "Cette colonne manque : ajoutez-la avec ce titre."))
    return _Heads(places, written, tuple(ignored), tuple(faults), len(head.cells))


def _twice(rows: Sequence[CoopRow], heads: _Heads) -> list[Fault]:
    """Tell each identifier that a line above has already."""
    seen: dict[str, int] = {}
    faults = []
    for row in rows:
        first = seen.setdefault(row.identifier, row.line)
        if row.identifier and first != row.line:
            said = f"{row.identifier} est déjà à la ligne {first}."
            faults.append(Fault(row.line, heads.written["identifier"], said))
    return faults


class _Reader:
    """Reads lines under one head, and keeps their faults."""

    def __init__(self, heads: _Heads, department: str) -> None:
        self.heads = heads
        self.department = department
        self.faults: list[Fault] = []

    def row(self, line: TextRow) -> CoopRow:
        """Read one cooperative."""
        cells = {key: line.cells[at] if at < len(line.cells) else "" for key, at in self.heads.places.items()}
        if len(line.cells) > self.heads.width:
            self._refuse(line, "", "Cette ligne a plus de cellules que de titres : vérifiez les séparateurs.")
        told: dict[str, Any] = {key: self._read(line, key, text) for key, text in cells.items() if text}
        for key in REQUIRED:
            if not cells[key]:
                self._refuse(line, key, "Cette cellule est à remplir.")
        self._check_whole(line, cells)
        row = CoopRow(line.line, told.pop("identifier", "") or "", told.pop("name", "") or "", **_known(told))
        if row.carried is None and abs(opening_sum(row)) > LARGEST:
            self._refuse(line, "bank", "Ces soldes sont trop grands : vérifiez la virgule.")
        return row

    def _refuse(self, line: TextRow, key: str, message: str) -> None:
        self.faults.append(Fault(line.line, self.heads.written.get(key, ""), message))

    def _read(self, line: TextRow, key: str, text: str) -> Any:
        if len(text) > _LONGEST.get(key, 60):
            self._refuse(line, key, f"Ce texte est trop long : {_LONGEST.get(key, 60)} caractères au plus.")
            return None
        value, fault = _READERS[key](text, self.department)
        if fault:
            self._refuse(line, key, fault)
        return value

    def _check_whole(self, line: TextRow, cells: dict[str, str]) -> None:
        """Tell cells that mean nothing without another."""
        if not cells.get("first_year"):
            for key in ("bank", "cash", "carried"):
                if cells.get(key):
                    self._refuse(line, key, "Dites aussi le premier exercice, qui commence avec ce solde.")
        if not cells.get("holder"):
            for key in ("mail", "phone"):
                if cells.get(key):
                    self._refuse(line, key, "Dites aussi le nom du mandataire.")


def _known(told: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in told.items() if value is not None}


def _identifier(text: str, department: str) -> tuple[Any, str]:
    identifier = as_identifier(text)
    return identifier, identifier_fault(identifier, department)


def _uai(text: str, department: str) -> tuple[Any, str]:
    uai = as_identifier(text)
    return uai, uai_fault(uai, department)


def _any_text(text: str, department: str) -> tuple[Any, str]:
    return text, ""


def _bank_account(text: str, department: str) -> tuple[Any, str]:
    code = "514" if "postale" in plain(text) else text[:3]
    return (code, "") if code in BANKS else (None, "Écrivez 512, ou 514 pour La Banque Postale.")


def _first_year(text: str, department: str) -> tuple[Any, str]:
    try:
        return SchoolYear.parse(re.sub(r"\s*[/–-]\s*", "-", text)).start, ""
    except ValueError:
        return None, "Écrivez l’exercice comme 2024-2025."


def _amount(text: str, department: str) -> tuple[Any, str]:
    try:
        return parse_amount(text), ""
    except AmountError as error:
        return None, str(error)


def _cash(text: str, department: str) -> tuple[Any, str]:
    cents, fault = _amount(text, department)
    return cents, fault or ("Une caisse ne peut pas être négative." if cents < 0 else "")


def _mail(text: str, department: str) -> tuple[Any, str]:
    return text, "" if _MAIL.fullmatch(text) else "Écrivez l’adresse comme nom@exemple.fr."


def _phone(text: str, department: str) -> tuple[Any, str]:
    # A spreadsheet that takes it for a number drops its first zero.
    number = f"0{text}" if re.fullmatch(r"[1-9][0-9]{8}", text) else text
    return number, "" if _PHONE.fullmatch(number) else "Écrivez le numéro comme 01 23 45 67 89."


_READERS: dict[str, Callable[[str, str], tuple[Any, str]]] = {
    "identifier": _identifier, "name": _any_text, "uai": _uai, "address": _any_text, "bank_account": _bank_account,
    "first_year": _first_year, "bank": _amount, "cash": _cash, "carried": _amount, "holder": _any_text, "mail": _mail,
    "phone": _phone,
}  # fmt: skip
