"""PURE. The cooperatives that an AD draws for a control on site, and what it found there.

A draw is told whole by its number and its pool: cooperatives are put in the order of SHA-256("<number>:<identifier>"),
those of a recent draw after all others, and the first ones are drawn. The pool is kept with the draw, so that anybody
finds the same again; a draw never changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from retkoop.facts import Entry, YearFacts
from retkoop.school_year import SchoolYear
from retkoop.sheet import DATE, NUMBER, Column, Sheet
from retkoop.voucher_sample import Draw, Drawn, place, sample

RATE, MOST_RATE = 10, 100
VALIDATED_ONLY, SENT_TOO = BASES = ("validated", "sent")
# In the words of one, then of several.
BASE_WORDS = {
    VALIDATED_ONLY: ("exercice validé", "exercices validés"),
    SENT_TOO: ("exercice envoyé ou validé", "exercices envoyés ou validés"),
}
# Drawn in one of so many exercices before, a cooperative comes after the others.
RECENT = 3
RIGHT, REMARK, AGAIN = RESULTS = ("conforme", "remarque", "a_revoir")
RESULT_WORDS = {"": "à faire", RIGHT: "conforme", REMARK: "avec remarque", AGAIN: "à revoir"}
# What two pages have room for.
MOST_VOUCHERS = 30
_RECENTLY = "*"
# What is looked at on site, whatever the year.
POINTS = (
    "Le cahier et les pièces sont tenus à l’école, et à jour.",
    "Les pièces ci-dessous existent, au nom de la coopérative, et leurs montants sont ceux du cahier.",
    "Le relevé de banque montre le solde déclaré.",
    "La caisse est comptée devant le mandataire : montant compté …………………… €.",
    "Les moyens de paiement sont gardés en lieu sûr ; seuls les mandataires signent.",
    "Les biens durables de l’inventaire sont là.",
    "Le conseil de coopérative se réunit, et ses décisions sont écrites.",
    "Les vérificateurs aux comptes ont signé le quitus.",
)


class Pooled(NamedTuple):
    """A cooperative that may be drawn; `recent`: it was drawn lately."""

    coop: str
    recent: bool = False


class Control(NamedTuple):
    """A cooperative that was drawn, and what came of it, if anything yet."""

    draw: int
    rank: int
    coop: str
    name: str
    result: str
    day: date | None
    by: str
    remark: str


def how_many(pool: int, rate: int) -> int:
    """Give how many are drawn: the rate in percent rounded up, one at least; none of nobody."""
    return min(pool, max(1, -(-pool * rate // 100))) if pool else 0


def take(pool: Iterable[Pooled], number: int, rate: int) -> tuple[str, ...]:
    """Draw: give the cooperatives in the order in which chance names them."""
    ordered = sorted(pool, key=lambda one: (one.recent, place(number, one.coop)))
    return tuple(one.coop for one in ordered[: how_many(len(ordered), rate)])


def written(pool: Iterable[Pooled]) -> str:
    """Write a pool as a draw keeps it: identifiers, a star on those drawn lately."""
    return " ".join(f"{one.coop}{_RECENTLY if one.recent else ''}" for one in sorted(pool))


def read(text: str) -> tuple[Pooled, ...]:
    """Read a pool that a draw kept."""
    return tuple(Pooled(word.removesuffix(_RECENTLY), word.endswith(_RECENTLY)) for word in text.split())


def vouchers(facts: YearFacts, number: int) -> tuple[tuple[Drawn, ...], int]:
    """Give the entries to look at on site, found from the same number, and how many there was no room for.

    The rule is that of the vérificateurs’ sample; when it gives too many, those that chance puts first are kept.
    """
    drawn = sample(facts, Draw(number))
    first = sorted(drawn, key=lambda line: place(number, line.entry.number))[:MOST_VOUCHERS]
    kept = {line.entry.number for line in first}
    return tuple(line for line in drawn if line.entry.number in kept), len(drawn) - len(kept)


def moved_by(entry: Entry) -> tuple[int, str]:
    """Give the amount of an entry, with its sign, and where it moved."""
    for amount, words in ((entry.bank, "banque"), (entry.cash, "caisse"), (entry.advance_amount, "régie")):
        if amount:
            return amount, words
    return 0, ""


def controls_sheet(controls: Sequence[Control], year: SchoolYear) -> Sheet:
    """Give the controls of an exercice as a table to take away."""
    columns = (
        Column("Tirage", NUMBER), Column("Rang", NUMBER), Column("Identifiant"), Column("Coopérative"),
        Column("Résultat du contrôle"), Column("Contrôlée le", DATE), Column("Par"), Column("Remarque"),
    )  # fmt: skip
    rows = tuple(
        (one.draw, one.rank, one.coop, one.name, RESULT_WORDS[one.result], one.day, one.by, one.remark)
        for one in controls
    )
    return Sheet(f"Contrôles {year.label}", columns, rows)
