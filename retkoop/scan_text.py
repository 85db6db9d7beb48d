"""What the text of a scan tells, and the entries that such a scan may belong to. Pure; amounts are cents."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice, pairwise
from typing import TypeVar

from retkoop.facts import Entry

T = TypeVar("T")

# Beyond, a text is a catalogue and not a receipt.
MAX_CHARACTERS = 10_000
MAX_DAYS, MAX_AMOUNTS = 12, 40
PROPOSALS = 5
# Days: a card or a transfer clears within the week, an invoice is mostly paid within two months.
_NEAR, _FAR = 7, 62

_MONTHS = {
    "janvier": 1, "janv": 1, "jan": 1, "fevrier": 2, "fevr": 2, "fev": 2, "mars": 3, "avril": 4, "avr": 4, "mai": 5,
    "juin": 6, "juillet": 7, "juil": 7, "aout": 8, "septembre": 9, "sept": 9, "octobre": 10, "oct": 10,
    "novembre": 11, "nov": 11, "decembre": 12, "dec": 12,
}  # fmt: skip
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY = re.compile(
    r"(?<![\d./-])(?:(?P<iso>20\d\d-\d\d-\d\d)"
    r"|(?P<day>\d{1,2})(?P<mark>[/.-])(?P<month>\d{1,2})(?P=mark)(?P<year>20\d\d|\d\d)"
    rf"|(?P<of>\d{{1,2}})(?:er)? (?P<name>{_NAMES})\.? (?P<named>20\d\d))(?![\d/-]|\.\d)"
)
# Cents are asked for, or the word euro: all other numbers are references, quantities and telephones.
_AMOUNT = re.compile(
    r"(?<![\d.,])(?P<euros>\d{1,3}(?:[ .]\d{3}){1,2}|\d{1,7})"
    r"(?:(?:[.,]| ?eur)(?P<cents>\d\d)(?![\d/%]|[.,]\d| %)|(?= ?eur))"
)
# Where a bill says what is to be paid, the surest first; what the sum is made of comes with other words.
_SUMS = ("net a payer", "reste a payer", "a regler", "total ttc", "montant ttc", "total a payer", "total general")


@dataclass(frozen=True, slots=True)
class Told:
    """Days and amounts read in a text, each once, the likeliest amounts first."""

    days: tuple[date, ...] = ()
    amounts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """An entry that a scan may belong to, and why in words."""

    entry: Entry
    reason: str


def told(text: str) -> Told:
    """Read the days and amounts of a receipt as French shops and banks write them; never raises."""
    plain = _plainly(text)
    days = (_day(found) for found in _DAY.finditer(plain))
    amounts = (_cents(found) for line in _likeliest_first(_DAY.sub("|", plain)) for found in _AMOUNT.finditer(line))
    return Told(tuple(_few(days, MAX_DAYS)), tuple(_few(amounts, MAX_AMOUNTS)))


def _plainly(text: str) -> str:
    """Write in small letters without accents, and each space as a plain one; lines stay."""
    bare = unicodedata.normalize("NFKD", text[:MAX_CHARACTERS].replace("€", " eur")).encode("ascii", "ignore").decode()
    return re.sub(r"[^\S\r\n]+", " ", bare.lower())


def _day(found: re.Match[str]) -> date | None:
    try:
        if found["iso"]:
            return date.fromisoformat(found["iso"])
        if found["named"]:
            return date(int(found["named"]), _MONTHS[found["name"]], int(found["of"]))
        return date(2000 + int(found["year"]) % 100, int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def _cents(found: re.Match[str]) -> int:
    return int(re.sub(r"\D", "", found["euros"])) * 100 + int(found["cents"] or 0)


def _likeliest_first(text: str) -> Iterator[str]:
    """Give what follows the words of a sum, on their line or else on the next, and then the whole."""
    lines = text.splitlines()
    for words in _SUMS:
        for line, following in pairwise([*lines, ""]):
            _, is_there, rest = line.partition(words)
            if is_there:
                yield rest if _AMOUNT.search(rest) else following
    yield from lines


def _few(items: Iterable[T | None], most: int) -> Iterator[T]:
    """Give each once, without nothings."""
    return islice(dict.fromkeys(item for item in items if item), most)


def written(found: Told) -> str:
    """Write what was told as the text that the database keeps."""
    return json.dumps({"days": [day.isoformat() for day in found.days], "amounts": found.amounts})


def read(text: str) -> Told:
    """Read back what `written` wrote; nothing was told by an empty text."""
    kept = json.loads(text or "{}")
    return Told(tuple(map(date.fromisoformat, kept.get("days", ()))), tuple(kept.get("amounts", ())))


# ---- Where may it belong?


def proposals(found: Told, entries: Iterable[Entry], most: int = PROPOSALS) -> tuple[Proposal, ...]:
    """Give the entries that a scan telling this may belong to, the likeliest first.

    The same amount counts most, then an entry that has no scan, then a near day. Nothing told, nothing proposed.
    """
    likenesses = sorted(
        (likeness for entry in entries if (likeness := _likeness(found, entry))), key=lambda likeness: likeness.rank
    )
    return tuple(Proposal(likeness.entry, likeness.reason) for likeness in likenesses[:most])


@dataclass(frozen=True, slots=True)
class _Likeness:
    """How an entry resembles what was told: `place` among the amounts told, and days between."""

    entry: Entry
    is_whole: bool
    place: int | None
    days: int | None

    @property
    def rank(self) -> tuple[int, bool, bool, int, int, int]:
        kind = 2 if self.place is None else 0 if self.is_whole else 1
        away = _FAR if self.days is None else abs(self.days)
        return kind, bool(self.entry.scans), away >= _FAR, self.place or 0, away, self.entry.number

    @property
    def reason(self) -> str:
        amount = "même montant" if self.is_whole else "montant d’une part de l’écriture"
        words = [] if self.place is None else [amount]
        if self.days is not None and abs(self.days) < _FAR:
            words.append(_between(self.days))
        if self.entry.scans:
            words.append("a déjà une pièce")
        return ", ".join(words)


def _likeness(found: Told, entry: Entry) -> _Likeness | None:
    whole, parts = _amounts(entry)
    places = {amount: place for place, amount in enumerate(found.amounts)}
    is_whole = whole in places
    place = places.get(whole, min((places[part] for part in parts if part in places), default=None))
    days = min(((entry.day - day).days for day in found.days), key=abs, default=None)
    if place is None and (days is None or abs(days) > _NEAR):
        return None
    return _Likeness(entry, is_whole, place, days)


def _amounts(entry: Entry) -> tuple[int, set[int]]:
    """Give what an entry amounts to, and what it is made of; a transfer amounts to what it moves."""
    columns = (abs(entry.bank), abs(entry.cash), abs(entry.advance_amount))
    parts = {*columns, *(abs(allocation.amount) for allocation in entry.allocations)}
    return abs(entry.moved) or max(columns), parts


def _between(days: int) -> str:
    """Say when the entry is, seen from the scan."""
    near = {-1: "la veille", 0: "le même jour", 1: "le lendemain"}
    return near.get(days) or f"{abs(days)}\u00a0jours {'après' if days > 0 else 'avant'}"
