"""PURE. The « fichier des écritures comptables »: 18 fields a line, as article A47 A-1 of the LPF has them.

Tabs, CRLF, decimal commas, days as AAAAMMJJ, amounts in euros.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain

from retkoop.double_entry import JOURNALS, DoubleEntry, Posting, account_name, double_entries
from retkoop.facts import YearFacts
from retkoop.money import to_archive
from retkoop.school_year import SchoolYear

FIELDS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
)  # fmt: skip
# What the article asks to be read. What is written here is ASCII, its plainest part: programs that know UTF-8 alone
# read it as well.
ENCODING = "iso8859-15"
END = "\r\n"
FORMULA_SIGNS = "=+-@"
# Signs that have no letter beneath them; a bar and a double quote are read as separators by some programs.
_PLAINER = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": "'",
        "”": "'",
        '"': "'",
        "–": "-",
        "—": "-",
        "−": "-",
        "…": "...",
        "|": "/",
        "«": "'",
        "»": "'",
        "°": "o",
        "œ": "oe",
        "Œ": "OE",
        "æ": "ae",
        "Æ": "AE",
        "€": "EUR",
        "·": "-",
        "×": "x",
    }
)


@dataclass(frozen=True, slots=True)
class Book:
    """The entries of one cooperative as they go into the file.

    `validated_on`: the day its cahier was closed. An open one has none: nothing is final, each entry bears its own day.
    """

    identifier: str
    name: str
    facts: YearFacts
    validated_on: date | None = None


def file_name(identifier: str, year: SchoolYear) -> str:
    """Give the name that the article asks for: who, FEC, the day the exercice ends.

    A cooperative has no SIREN: its identifier stands for it without its dash, and the département's code for the AD.
    """
    return f"{identifier.replace('-', '')}FEC{year.last_day:%Y%m%d}.txt"


def fec_of_coop(book: Book) -> Iterator[bytes]:
    """Give the file of one cooperative, line by line."""
    return _file(_numbered(enumerate(double_entries(book.facts), 1), book))


def fec_of_department(books: Iterable[Book]) -> Iterator[bytes]:
    """Give the file of a département, one cooperative after another: each has its own journals.

    They come in the order of their validation, which the article asks for; entries are numbered through the whole file.
    """
    return _file(_all_numbered(books))


def _file(lines: Iterable[tuple[str, ...]]) -> Iterator[bytes]:
    for line in chain([FIELDS], lines):
        yield ("\t".join(line) + END).encode("ascii")


def _all_numbered(books: Iterable[Book]) -> Iterator[tuple[str, ...]]:
    number = 0
    for book in books:
        for number, entry in enumerate(double_entries(book.facts), number + 1):  # noqa: B020 goes on from the last one
            yield from _lines(number, entry, book, among_others=True)


def _numbered(entries: Iterable[tuple[int, DoubleEntry]], book: Book) -> Iterator[tuple[str, ...]]:
    for number, entry in entries:
        yield from _lines(number, entry, book)


def _lines(number: int, entry: DoubleEntry, book: Book, among_others: bool = False) -> Iterator[tuple[str, ...]]:
    """Give a line for each posting; among others, a cooperative is named by its journals and its régies."""
    code, name = entry.journal, JOURNALS[entry.journal]
    if among_others:
        code, name = f"{code}-{_text(book.identifier)}", f"{name} - {_text(book.name)}"
    valid = max(book.validated_on or entry.day, entry.day)
    for posting in entry.postings:
        yield (
            code,
            _text(name),
            str(number),
            f"{entry.day:%Y%m%d}",
            posting.account,
            _text(account_name(book.facts, posting.account)),
            *_holder(posting, book.identifier if among_others else ""),
            _text(entry.piece) or "?",
            f"{entry.piece_day:%Y%m%d}",
            _text(entry.label) or "Sans libelle",
            _amount(posting.amount),
            _amount(-posting.amount),
            "",
            "",
            f"{valid:%Y%m%d}",
            "",
            "",
        )


def _holder(posting: Posting, identifier: str) -> tuple[str, str]:
    code, name = posting.holder
    if not code:
        return "", ""
    return _text(f"{identifier}-{code}" if identifier else code) or "?", _text(name) or "?"


def _amount(cents: int) -> str:
    """Write what is on one side, never negative: `1234,56`, or `0,00` when the amount is on the other."""
    return to_archive(max(cents, 0)).replace(".", ",")


@lru_cache(maxsize=8192)
def _text(typed: str) -> str:
    """Make a text one field: one line, within the set of characters, and nothing that a spreadsheet would compute."""
    kept = " ".join("".join(map(_written, typed.translate(_PLAINER))).split())
    return f"'{kept}" if kept[:1] in FORMULA_SIGNS and kept else kept


@lru_cache(maxsize=1024)
def _written(char: str) -> str:
    """Write a character in ASCII: itself, its letter without its mark, or « ? »; nothing for a control."""
    if char.isspace() or unicodedata.category(char)[0] == "Z":
        return " "
    if unicodedata.category(char)[0] == "C":
        return ""
    if _is_in_set(char):
        return char
    letters = "".join(part for part in unicodedata.normalize("NFKD", char) if _is_in_set(part) and part.isprintable())
    return letters.translate(_PLAINER) or "?"


def _is_in_set(char: str) -> bool:
    return char.isascii()


DESCRIPTION = """Description du fichier des écritures comptables
(article A47 A-1, XI, du livre des procédures fiscales)

Jeu de caractères : ASCII. Enregistrements de longueur variable, séparés par retour chariot et fin de ligne.
Zones séparées par une tabulation ; la première ligne donne leurs noms. Dates : AAAAMMJJ. Montants : en euros, virgule
décimale, sans séparateur de milliers, jamais négatifs.
Les coopératives scolaires n’ont pas de numéro SIREN : le nom du fichier porte leur identifiant, ou le code du
département quand il les réunit.

JournalCode    AN (à nouveaux) ou CC (cahier de comptabilité) ; dans le fichier du département, suivi de la coopérative
JournalLib     nom du journal
EcritureNum    numéro de l’écriture, en une suite sans rupture dans tout le fichier
EcritureDate   jour de l’opération
CompteNum      512 banque, 514 La Banque Postale, 530 caisse, 540 régies d’avance, 110 report à nouveau, 471 compte
               d’attente (ce qui n’est pas ventilé), et les comptes 6 et 7 du plan comptable de la fédération
CompteLib      nom du compte
CompAuxNum     classe qui tient la régie (compte 540 seulement)
CompAuxLib     titulaire de la régie
PieceRef       numéro de pièce justificative ; sans elle, C suivi du numéro de l’écriture au cahier ; AN pour les
               à nouveaux ; numéro de chèque des opérations de l’année passée ; CRF pour ce qui est saisi directement
PieceDate      jour de la pièce
EcritureLib    libellé
Debit, Credit  montant, d’un seul côté
EcritureLet, DateLet         non utilisés
ValidDate      jour de la clôture du cahier ; d’un exercice encore ouvert, où rien n’est définitif, jour de l’écriture
Montantdevise, Idevise       non utilisés : tout est en euros
"""
