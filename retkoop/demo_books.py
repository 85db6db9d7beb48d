"""PURE. A likely year of a cooperative, made up by chance: what a school buys, earns and pays in, in the order of days.

Amounts are cents, positive in an allocation, signed in an entry. All that the closing looks at holds: nothing is left
to allocate, the cash box never owes, what the bank has not shown by the end of the year is asked for by the caller.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from retkoop.chart import Chart
from retkoop.school_year import SchoolYear

# What is bought and earned: the words of a label, the account, the least and the most, in euros, by bank or by cash.
_BUYS = (
    ("Librairie du Marché – Albums", "6180", 35, 220), ("Cars Delmas – Sortie", "6180", 180, 640),
    ("Théâtre du Rond-Point – Places", "6180", 90, 420), ("Musée des Arts – Visite", "6180", 60, 260),
    ("Papeterie Colin – Peinture et pinceaux", "6180", 20, 140), ("Ferme des Saules – Visite", "6180", 120, 380),
    ("Photographe – Tirages", "6070", 150, 520), ("Grossiste – Gâteaux et chocolats", "6070", 90, 410),
    ("Jardinerie – Plants et terreau", "6180", 25, 110), ("Imprimeur – Journal de l’école", "6500", 30, 160),
    ("Banque – Frais de tenue de compte", "6500", 2, 9),
)  # fmt: skip
_SMALL = (
    ("Boulangerie – Goûter de la classe", "6180", 8, 34), ("Supermarché – Atelier cuisine", "6180", 10, 42),
    ("Droguerie – Petit matériel", "6180", 6, 28), ("Poste – Timbres", "6500", 6, 19),
)  # fmt: skip
_EARNS = (
    ("Familles – Photos de classe", "7070", 260, 980), ("Familles – Vente de chocolats", "7070", 180, 760),
    ("Association des parents – Don", "7500", 100, 450), ("Familles – Participation à la sortie", "7080", 150, 720),
)  # fmt: skip
_FAIRS = (("Marché de Noël – Recettes", 12), ("Kermesse – Recettes", 6))
_GOODS = (("Vidéoprojecteur", 420), ("Table de ping-pong", 380), ("Appareil photo", 290), ("Petite sono", 240))
# The bank shows an operation some days later; the last ones of a year come before its last statement.
_QUIET_DAYS = 14


class MadeEntry(NamedTuple):
    """An entry: its day, its label, what it moves, and the split of it over accounts."""

    day: date
    label: str
    bank: int
    cash: int
    lines: tuple[tuple[str, int], ...]
    cheque: str = ""
    ticked_on: date | None = None
    grant: bool = False
    good: str = ""

    @property
    def voucher(self) -> str:
        """Tell of which series of vouchers it is: expenses, receipts, transfers."""
        moved = self.bank + self.cash
        return "D" if moved < 0 else "R" if moved else "V"


class MadeYear(NamedTuple):
    """The entries of a year, and the balances that it ends with."""

    entries: tuple[MadeEntry, ...]
    bank: int
    cash: int


def made_year(chance: Random, year: SchoolYear, chart: Chart, opening: tuple[int, int], pupils: int) -> MadeYear:
    """Make a year that begins with balances of the bank and of the cash box (cents)."""
    codes = {account.short: account.code for account in chart}
    wished = sorted(_wished(chance, year, codes, pupils))
    bank, cash = opening
    entries: list[MadeEntry] = []
    for entry in wished:
        # What there is no money for is not bought.
        if bank + entry.bank < 0 or cash + entry.cash < 0:
            continue
        cheque = f"{4_100_000 + chance.randrange(900_000):07d}" if entry.bank < 0 and chance.random() < 0.6 else ""
        seen = entry.day + timedelta(days=chance.randint(2, _QUIET_DAYS - 2)) if entry.bank else None
        entries.append(entry._replace(cheque=cheque, ticked_on=seen))
        bank, cash = bank + entry.bank, cash + entry.cash
    return MadeYear(tuple(entries), bank, cash)


def _wished(chance: Random, year: SchoolYear, codes: dict[str, str], pupils: int) -> Iterator[MadeEntry]:
    fee, insurance = pupils * 210, pupils * 25
    lines = ((codes["6281"], fee), (codes["6168"], insurance))
    yield MadeEntry(_day(chance, year, 10), "OCCE – Adhésion et assurance", -fee - insurance, 0, lines)
    for number in range(1, pupils // 25 + 2):
        given = chance.randint(90, 420) * 100
        coins = chance.choice((0, 0, 1_500, 4_000))
        label = f"Familles – Participation volontaire, classe {number}"
        line = ((codes["7562"], given + coins),)
        yield MadeEntry(_day(chance, year, 9 if number % 3 else 10), label, given, coins, line)
    for month in (9, 10, 11, 12, 1, 2, 3, 4, 5, 6):
        for label, account, least, most in chance.sample(_BUYS, 3):
            yield _bought(chance, year, month, label, codes[account], (least, most))
        for label, account, least, most in chance.sample(_SMALL, chance.randint(0, 2)):
            amount = _amount(chance, least, most)
            yield MadeEntry(_day(chance, year, month), label, 0, -amount, ((codes[account], amount),))
    for label, account, least, most in chance.sample(_EARNS, 3):
        amount = _amount(chance, least, most)
        month = chance.choice((11, 1, 3, 5))
        yield MadeEntry(_day(chance, year, month), label, amount, 0, ((codes[account], amount),))
    yield from _fairs(chance, year, codes["7080"])
    yield from _rare(chance, year, codes)


def _bought(
    chance: Random, year: SchoolYear, month: int, label: str, account: str, bounds: tuple[int, int]
) -> MadeEntry:
    amount = _amount(chance, *bounds)
    return MadeEntry(_day(chance, year, month), label, -amount, 0, ((account, amount),))


def _fairs(chance: Random, year: SchoolYear, account: str) -> Iterator[MadeEntry]:
    """A fair brings coins, most of which go to the bank some days later."""
    for label, month in _FAIRS:
        amount = _amount(chance, 180, 1_400)
        day = _day(chance, year, month)
        yield MadeEntry(day, label, 0, amount, ((account, amount),))
        paid_in = amount * 4 // 5
        yield MadeEntry(day + timedelta(days=4), "Versement d’espèces à la banque", paid_in, -paid_in, ())


def _rare(chance: Random, year: SchoolYear, codes: dict[str, str]) -> Iterator[MadeEntry]:
    """Most have a grant of their town, some buy a durable good."""
    if chance.random() < 0.7:
        amount = chance.randint(3, 18) * 10_000
        yield MadeEntry(
            _day(chance, year, 2), "Mairie – Subvention annuelle", amount, 0, ((codes["7410"], amount),), grant=True
        )
    if chance.random() < 0.35:
        thing, price = chance.choice(_GOODS)
        amount = _amount(chance, price, price + 60)
        line = ((codes["6800"], amount),)
        yield MadeEntry(_day(chance, year, 4), f"Électro Duval – {thing}", -amount, 0, line, good=thing)


def _amount(chance: Random, least: int, most: int) -> int:
    """Give an amount in cents between two in euros."""
    return chance.randint(least * 100, most * 100)


def _day(chance: Random, year: SchoolYear, month: int) -> date:
    """Give a day of a month on which schools and banks are open."""
    day = date(year.start + (month < 9), month, chance.randint(1, 20))
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)
