"""PURE. The durable goods of a cooperative over the years, and what they are worth at their purchase value. Cents.

Each exercice has rows of its own, and a closed one never changes: what becomes of an older good is a row of the year in
which it happens, which names the good by what it is. The row of the latest year is the one that counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from retkoop.facts import InventoryItem
from retkoop.school_year import SchoolYear
from retkoop.sheet import AMOUNT, DATE, Column, Sheet

# The exercice by its first year, and its rows.
Rows = Mapping[int, Sequence[InventoryItem]]


class Good(NamedTuple):
    """A good as the latest row says; `since` is the exercice of its first row, `told_in` that of the latest."""

    item: InventoryItem
    since: int
    told_in: int

    @property
    def carried(self) -> bool:
        """Tell whether its row goes on with one of an earlier exercice."""
        return self.since < self.told_in

    def is_held(self, last_day: date) -> bool:
        """Tell whether it is still there at the end of a day."""
        return self.item.disposed_on is None or self.item.disposed_on > last_day


def identity(item: InventoryItem) -> dict[str, object]:
    """Give what a row names a good by, in whatever year: the columns that never change."""
    return {
        "designation": item.designation,
        "supplier": item.supplier,
        "bought_on": item.bought_on,
        "value": item.value,
        "voucher": item.voucher,
    }


def goods(rows: Rows) -> tuple[Good, ...]:
    """Put the rows of the years together, by the day of purchase; two goods that are alike stay two."""
    found: list[Good] = []
    for start in sorted(rows):
        older = _still_there(found)
        for item in rows[start]:
            alike = older.get(_named(item), []) if item.bought_on < SchoolYear(start).first_day else []
            if alike:
                place = alike.pop(0)
                found[place] = Good(item, found[place].since, start)
            else:
                found.append(Good(item, start, start))
    return tuple(sorted(found, key=lambda good: (good.item.bought_on, good.since, good.item.number)))


def _named(item: InventoryItem) -> tuple[object, ...]:
    return tuple(identity(item).values())


def _still_there(found: Iterable[Good]) -> dict[tuple[object, ...], list[int]]:
    """Give the places of the goods that did not leave, by their identity."""
    places: dict[tuple[object, ...], list[int]] = {}
    for place, good in enumerate(found):
        if good.item.disposed_on is None:
            places.setdefault(_named(good.item), []).append(place)
    return places


@dataclass(frozen=True, slots=True)
class Inventory:
    """The goods of one exercice and of those before it; `before + bought − left_value = value`."""

    year: SchoolYear
    goods: tuple[Good, ...]

    @property
    def held(self) -> tuple[Good, ...]:
        """Give the goods that are there at the end."""
        return tuple(good for good in self.goods if good.is_held(self.year.last_day))

    @property
    def left(self) -> tuple[Good, ...]:
        """Give the goods that left within the exercice."""
        return tuple(good for good in self._gone if good.is_held(_eve(self.year)))

    @property
    def left_before(self) -> tuple[Good, ...]:
        """Give those that left in an earlier exercice."""
        return tuple(good for good in self._gone if not good.is_held(_eve(self.year)))

    @property
    def _gone(self) -> tuple[Good, ...]:
        return tuple(good for good in self.goods if not good.is_held(self.year.last_day))

    @property
    def value(self) -> int:
        """Σ purchase value of what is held."""
        return _worth(self.held)

    @property
    def before(self) -> int:
        """Σ purchase value of what was held when the exercice began."""
        return _worth(g for g in (*self.held, *self.left) if g.item.bought_on < self.year.first_day)

    @property
    def bought(self) -> int:
        """Σ purchase value of what was bought within the exercice."""
        return _worth(g for g in (*self.held, *self.left) if g.item.bought_on >= self.year.first_day)

    @property
    def left_value(self) -> int:
        """Σ purchase value of what left within the exercice."""
        return _worth(self.left)

    @property
    def sold(self) -> int:
        """Σ of what was got for it."""
        return sum(good.item.disposal_value or 0 for good in self.left)


def _eve(year: SchoolYear) -> date:
    return SchoolYear(year.start - 1).last_day


def _worth(some: Iterable[Good]) -> int:
    return sum(good.item.value for good in some)


def inventory(year: SchoolYear, rows: Rows) -> Inventory:
    """Draw up the inventory of an exercice from its rows and those of the years before."""
    return Inventory(year, goods({start: items for start, items in rows.items() if start <= year.start}))


_COLUMNS = (
    Column("Inscrit en"), Column("Désignation"), Column("Fournisseur"), Column("Acheté le", DATE), Column("PJ"),
    Column("Emplacement"), Column("Valeur d’achat", AMOUNT), Column("Sorti le", DATE), Column("Motif de la sortie"),
    Column("Prix de vente", AMOUNT), Column("Valeur des biens détenus", AMOUNT),
)  # fmt: skip


def inventory_sheet(found: Inventory) -> Sheet:
    """Give every good as a sheet to take away, those that left included; the totals are of what is held."""
    held = set(found.held)
    rows = tuple(
        (
            SchoolYear(good.since).label, good.item.designation, good.item.supplier, good.item.bought_on,
            good.item.voucher, good.item.place, good.item.value, good.item.disposed_on, good.item.disposal_reason,
            good.item.disposal_value, good.item.value if good in held else None,
        )
        for good in found.goods
    )  # fmt: skip
    totals = ("Total", *([None] * (len(_COLUMNS) - 2)), found.value)
    return Sheet(f"Inventaire {found.year.label}", _COLUMNS, rows, totals)
