"""PURE. What is wrong in a « fichier des écritures comptables »: every fault, each with its line and its column.

It knows nothing of how the file was made. Bytes come in, whoever wrote them; it raises on none.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import groupby, islice
from sys import intern
from typing import NamedTuple

from retkoop.fec import ENCODING, FIELDS, FORMULA_SIGNS
from retkoop.money import LARGEST, format_amount

# Beyond this, more faults tell nothing more.
MOST = 1_000
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
# « é » in UTF-8, read as ISO 8859-15: a file that holds both is written in neither.
_TWICE = re.compile("[\u00c2\u00c3][\u00a0-\u00bf\u20ac\u0160\u0161\u017d\u017e\u0152\u0153\u0178]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_DAY = re.compile(r"[0-9]{8}")
_AMOUNT = re.compile(r"(0|[1-9][0-9]*),[0-9]{2}")
_NUMBER = re.compile(r"[1-9][0-9]{0,9}")
_FORMS = {
    "JournalCode": (re.compile(r"[A-Za-z0-9-]{1,30}"), "Code de journal mal écrit"),
    "CompteNum": (re.compile(r"[1-7][0-9]{2}[0-9A-Z]{0,17}"), "Le numéro de compte commence par trois chiffres"),
    "PieceRef": (re.compile(r".{1,40}"), "Référence de pièce trop longue"),
    "Idevise": (re.compile(r"[A-Z]{3}|"), "Devise mal écrite, attendu par exemple EUR"),
}
_PLACES = {name: place for place, name in enumerate(FIELDS)}
_AMOUNTS = ("Debit", "Credit", "Montantdevise")
_NEEDED = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "PieceRef", "PieceDate",
    "EcritureLib", "Debit", "Credit", "ValidDate",
)  # fmt: skip
_DAYS = ("EcritureDate", "PieceDate", "DateLet", "ValidDate")
# All the lines of an entry say the same of these.
_OF_ENTRY = ("JournalCode", "JournalLib", "EcritureDate", "PieceRef", "PieceDate", "EcritureLib", "ValidDate")
_TOGETHER = (("CompAuxNum", "CompAuxLib"), ("EcritureLet", "DateLet"), ("Montantdevise", "Idevise"))
# A code has one name in the whole file.
_NAMED = (("JournalCode", "JournalLib"), ("CompteNum", "CompteLib"), ("CompAuxNum", "CompAuxLib"))


class Fault(NamedTuple):
    """One fault: a stable code, the line (the header is 1; 0 tells the whole file), the column's name, a sentence."""

    code: str
    line: int
    column: str
    message: str


class Period(NamedTuple):
    """The first and the last day of the exercice."""

    first: date
    last: date


class _Line(NamedTuple):
    """A line of the file; a large one has hundreds of thousands: they are kept as small as they can be."""

    number: int
    cells: tuple[str, ...]

    def says(self, name: str) -> str:
        return self.cells[_PLACES[name]]

    def fault(self, code: str, column: str, message: str) -> Fault:
        return Fault(code, self.number, column, message)


def check_fec(data: bytes, first: date, last: date) -> tuple[Fault, ...]:
    """Find every fault of a file about an exercice, in the order of its lines."""
    faults = islice(_faults(data, Period(first, last)), MOST)
    return tuple(sorted(faults, key=lambda fault: fault.line))


def _faults(data: bytes, period: Period) -> Iterator[Fault]:
    mark = next((mark for mark in _MARKS if data.startswith(mark)), b"")
    if mark:
        yield Fault("MARQUE", 1, "", "Le fichier commence par une marque d’ordre des octets (BOM)")
        data = data.removeprefix(mark)
    if b"\0" in data:
        yield Fault("CODAGE", 0, "", "Le fichier n’est pas du texte, ou il est en UTF-16")
        return
    yield from _encoding_faults(data)
    rows = data.decode(ENCODING).split("\n")
    if rows.pop():
        yield Fault("FIN", len(rows) + 1, "", "La dernière ligne n’est pas terminée : le fichier est peut-être coupé")
        return
    if len(rows) < 2:
        yield Fault("VIDE", 0, "", "Le fichier ne contient aucune écriture")
        return
    yield from _ending_faults(rows)
    yield from _table_faults([row.removesuffix("\r") for row in rows], period)


def _encoding_faults(data: bytes) -> Iterator[Fault]:
    try:
        data.decode("ascii")
        return
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    try:
        data.decode("utf-8")
        yield Fault("CODAGE", line, "", "Le fichier est en UTF-8 : l’article A47 A-1 demande l’ISO 8859-15")
    except UnicodeDecodeError:
        for number, row in enumerate(data.decode(ENCODING).split("\n"), 1):
            if _TWICE.search(row):
                yield Fault("CODAGE", number, "", "Cette ligne est en UTF-8, le reste du fichier ne l’est pas")


def _ending_faults(rows: list[str]) -> Iterator[Fault]:
    usual = rows[0].endswith("\r")
    for number, row in enumerate(rows, 1):
        if row.endswith("\r") != usual:
            yield Fault("FIN", number, "", "Cette ligne ne se termine pas comme les autres")


def _table_faults(rows: list[str], period: Period) -> Iterator[Fault]:
    separator = next((sign for sign in "\t|" if sign in rows[0]), "")
    if not separator:
        yield Fault("SEPARATEUR", 1, "", "Les zones ne sont séparées ni par des tabulations ni par des barres")
        return
    names = rows[0].split(separator)
    yield from _header_faults(names)
    if len(names) != len(FIELDS):
        return
    lines = []
    for number, row in enumerate(rows[1:], 2):
        cells = row.split(separator)
        if len(cells) == len(FIELDS):
            lines.append(_Line(number, tuple(map(intern, cells))))
        else:
            words = f"{len(cells)} zones au lieu de {len(FIELDS)}" if row.strip() else "La ligne est vide"
            yield Fault("ZONES", number, "", words)
    for line in lines:
        for check in _LINE_CHECKS:
            yield from check(line, period)
    yield from _name_faults(lines)
    yield from _order_faults(lines)
    for _, group in groupby(lines, key=lambda line: line.says("EcritureNum")):
        yield from _entry_faults(list(group))


def _header_faults(names: list[str]) -> Iterator[Fault]:
    if len(names) != len(FIELDS):
        yield Fault("ENTETE", 1, "", f"La première ligne nomme {len(names)} zones au lieu de {len(FIELDS)}")
    for name, expected in zip(names, FIELDS, strict=False):
        if name in FIELDS and name != expected:
            yield Fault("ENTETE", 1, expected, f"Colonnes interverties : {name} est à la place de {expected}")
        elif name != expected:
            yield Fault("ENTETE", 1, expected, f"{name[:30]!r} au lieu de {expected}")


def _text_faults(line: _Line, period: Period) -> Iterator[Fault]:
    for name, cell in zip(FIELDS, line.cells, strict=True):
        if not cell:
            continue
        if _CONTROL.search(cell):
            yield line.fault("CARACTERE", name, "Caractère de contrôle")
        if cell != cell.strip():
            yield line.fault("ESPACES", name, "Espaces au début ou à la fin")
        if len(cell) > 1 and cell[0] == cell[-1] == '"':
            yield line.fault("GUILLEMETS", name, "La zone est entre guillemets")
        if cell[0] in FORMULA_SIGNS and name not in _AMOUNTS:
            yield line.fault("FORMULE", name, "Un tableur y verrait une formule")


def _missing_faults(line: _Line, period: Period) -> Iterator[Fault]:
    for name in _NEEDED:
        if not line.says(name).strip():
            yield line.fault("MANQUE", name, "Zone obligatoire laissée vide")
    for one, other in _TOGETHER:
        if bool(line.says(one)) != bool(line.says(other)):
            yield line.fault("MANQUE", other if line.says(one) else one, f"{one} et {other} vont ensemble")


def _form_faults(line: _Line, period: Period) -> Iterator[Fault]:
    for name, (form, words) in _FORMS.items():
        if line.says(name) and not form.fullmatch(line.says(name)):
            yield line.fault("FORME", name, f"{words} : {line.says(name)[:30]}")


def _day_faults(line: _Line, period: Period) -> Iterator[Fault]:
    days = {name: _day(line.says(name)) for name in _DAYS if line.says(name)}
    for name, day in days.items():
        if day is None:
            yield line.fault("DATE", name, f"Date mal écrite, attendue AAAAMMJJ : {line.says(name)[:30]}")
    entered, proven, valid = (days.get(name) for name in ("EcritureDate", "PieceDate", "ValidDate"))
    if entered and not period.first <= entered <= period.last:
        yield line.fault("EXERCICE", "EcritureDate", "Date hors de l’exercice")
    if entered and proven and proven > entered:
        yield line.fault("DATE", "PieceDate", "La pièce est datée d’après l’écriture")
    if entered and valid and valid < entered:
        yield line.fault("DATE", "ValidDate", "L’écriture est validée avant d’être passée")


def _day(text: str) -> date | None:
    """Read AAAAMMJJ, or give None for what is no day of the calendar, or one of another century."""
    try:
        found = date(int(text[:4]), int(text[4:6]), int(text[6:])) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
    return found if found and 1990 <= found.year <= 2200 else None


def _amount_faults(line: _Line, period: Period) -> Iterator[Fault]:
    amounts = {name: _cents(line.says(name)) for name in _AMOUNTS if line.says(name)}
    for name, cents in amounts.items():
        if cents is None:
            words = "Montant mal écrit, attendu par exemple 1234,56"
            yield line.fault("MONTANT", name, f"{words} : {line.says(name)[:30]}")
        elif cents > LARGEST:
            yield line.fault("MONTANT", name, "Montant invraisemblable")
    debit, credit = amounts.get("Debit"), amounts.get("Credit")
    if debit and credit:
        yield line.fault("SENS", "Credit", "Débit et crédit sur la même ligne")
    elif debit == credit == 0:
        yield line.fault("SENS", "Debit", "Ni débit ni crédit sur cette ligne")


def _cents(text: str) -> int | None:
    return int(text.replace(",", "")) if _AMOUNT.fullmatch(text) and len(text) < 20 else None


_LINE_CHECKS = (_text_faults, _missing_faults, _form_faults, _day_faults, _amount_faults)


def _name_faults(lines: list[_Line]) -> Iterator[Fault]:
    """A code is called the same in the whole file: what most lines call it is right."""
    for code, name in _NAMED:
        called: dict[str, Counter[str]] = defaultdict(Counter)
        for line in lines:
            called[line.says(code)][line.says(name)] += 1
        usual = {key: names.most_common(1)[0][0] for key, names in called.items()}
        for line in lines:
            if line.says(name) != usual[line.says(code)]:
                yield line.fault("NOM", name, f"{line.says(code)[:30]} porte un autre nom ailleurs dans le fichier")


def _order_faults(lines: list[_Line]) -> Iterator[Fault]:
    """Entries are numbered 1, 2, 3… through the file; days follow in each journal, and validation in the whole file."""
    number, days, valid = 0, defaultdict[str, str](str), ""
    for line in lines:
        said = line.says("EcritureNum")
        if not _NUMBER.fullmatch(said):
            yield line.fault("NUMERO", "EcritureNum", f"Numéro mal écrit : {said[:30]}")
            continue
        if int(said) not in (number, number + 1):
            words = f"Rupture : {number + 1} attendu" if int(said) > number else "Numéro déjà passé"
            yield line.fault("NUMERO", "EcritureNum", f"{words}, {said} trouvé")
        number = int(said)
        journal, day = line.says("JournalCode"), line.says("EcritureDate")
        if _day(day):
            if day < days[journal]:
                yield line.fault("ORDRE", "EcritureDate", "Les écritures ne sont pas dans l’ordre des dates")
            days[journal] = day
        if _day(line.says("ValidDate")):
            if line.says("ValidDate") < valid:
                yield line.fault("ORDRE", "ValidDate", "Les écritures ne sont pas dans l’ordre de leur validation")
            valid = line.says("ValidDate")


def _entry_faults(lines: list[_Line]) -> Iterator[Fault]:
    """An entry says one thing of itself, names each account once, and sums to zero."""
    first = lines[0]
    for line in lines[1:]:
        for name in _OF_ENTRY:
            if line.says(name) != first.says(name):
                yield line.fault("ECRITURE", name, "Les lignes d’une même écriture ne disent pas la même chose")
    accounts = Counter((line.says("CompteNum"), line.says("CompAuxNum")) for line in lines)
    for line in lines:
        if accounts[line.says("CompteNum"), line.says("CompAuxNum")] > 1:
            yield line.fault("DOUBLE", "CompteNum", "Ce compte revient deux fois dans la même écriture")
    gap = sum((_cents(line.says("Debit")) or 0) - (_cents(line.says("Credit")) or 0) for line in lines)
    if gap:
        words = f"L’écriture {first.says('EcritureNum')[:30]} n’est pas équilibrée : débit − crédit ="
        yield first.fault("EQUILIBRE", "Debit", f"{words} {format_amount(gap)}")
