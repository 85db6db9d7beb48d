"""PURE. Days and amounts as banks write them: what one column holds tells how each of its cells is meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from retkoop.money import LARGEST

_ISO = re.compile(
    r"(?P<y>\d{4})(?P<mark>[-/.]?)(?P<m>\d{2})(?P=mark)(?P<d>\d{2})(?:[T ]\d{1,2}:\d\d.*|[+]\d\d:?\d\d|Z)?"
)
_SLASHED = re.compile(r"(?P<a>\d{1,2})[-/. ](?P<b>\d{1,2})[-/.' ]{1,2}(?P<y>\d{4}|\d\d)(?: \d{1,2}:\d\d(?::\d\d)?)?")
_NAMED = re.compile(r"(?P<d>\d{1,2})(?:er)?[-/. ](?P<name>[a-z]{3,9})\.?[-/. ](?P<y>\d{4}|\d\d)")
_MONTHS = (
    ("jan",), ("fev", "feb"), ("mar",), ("avr", "apr"), ("mai", "may"), ("juin", "jun"), ("juil", "jul"),
    ("aou", "aug"), ("sep",), ("oct",), ("nov",), ("dec",),
)  # fmt: skip
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
DAY_FIRST, MONTH_FIRST = "jma", "mja"
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2010": "-", "\u2011": "-"})
_SPACES = re.compile(r"[\s\u00a0\u202f'’]+")
_UNIT = re.compile(r"^(?:eur|€)|(?:euros?|eur|€)$", re.IGNORECASE)
_NUMBER = re.compile(r"(?P<before>[-+]?)(?P<digits>[0-9][0-9.,]*|[.,][0-9]{1,2})(?P<after>[-+]?)")


def plain(text: str) -> str:
    """Write in small letters, without accents, on one line."""
    bare = unicodedata.normalize("NFKD", text.replace("’", "'").replace("°", "o")).encode("ascii", "ignore").decode()
    return " ".join(bare.lower().split())


def day_order(texts: Iterable[str]) -> str:
    """Tell by the days of a column whether they begin with the day, as in France, or with the month."""
    pairs = [(int(found["a"]), int(found["b"])) for found in map(_SLASHED.fullmatch, map(str.strip, texts)) if found]
    return MONTH_FIRST if any(b > 12 for _, b in pairs) and all(a <= 12 for a, _ in pairs) else DAY_FIRST


def read_day(text: str, order: str = DAY_FIRST) -> date | None:
    """Read a day; None for what is none."""
    text = text.strip()
    if len(text) > 40 or not text[:1].isdigit():
        return None
    try:
        if found := _ISO.fullmatch(text):
            return _kept(date(int(found["y"]), int(found["m"]), int(found["d"])))
        if found := _SLASHED.fullmatch(text):
            a, b = int(found["a"]), int(found["b"])
            day, month = (b, a) if order == MONTH_FIRST else (a, b)
            return _kept(date(_year(found["y"]), month, day))
        if found := _NAMED.fullmatch(plain(text)):
            months = [n for n, names in enumerate(_MONTHS, 1) if found["name"].startswith(names)]
            return _kept(date(_year(found["y"]), months[0], int(found["d"]))) if months else None
    except ValueError:
        return None
    return None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _kept(day: date) -> date | None:
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def _bare(text: str) -> str:
    """Leave out spaces, unit and brackets of an amount; `(12,00)` is negative."""
    if len(text) > 40:
        return ""
    bare = _UNIT.sub("", _SPACES.sub("", text.translate(_MINUS)))
    return f"-{bare[1:-1]}" if bare[:1] == "(" and bare[-1:] == ")" else bare


def decimal_mark(texts: Iterable[str]) -> str:
    """Tell by the amounts of a column whether cents come after a comma or a point."""
    commas = points = 0
    for text in texts:
        bare = _bare(text).strip("+-")
        comma, point = bare.rfind(","), bare.rfind(".")
        if comma >= 0 and point >= 0:
            commas += comma > point
            points += point > comma
        elif comma >= 0 or point >= 0:
            decimals = len(bare) - max(comma, point) - 1
            commas += decimals in (1, 2) and comma >= 0
            points += decimals in (1, 2) and point >= 0
    return "." if points > commas else ","


def read_cents(text: str, mark: str = ",") -> int | None:
    """Read an amount as cents; None for what is none."""
    found = _NUMBER.fullmatch(_bare(text))
    if found is None or (found["before"] and found["after"]):
        return None
    whole, _, cents = found["digits"].partition(mark)
    euros = _thousands(whole, "." if mark == "," else ",")
    if euros is None or not re.fullmatch(r"\d{0,2}0*", cents):
        return None
    amount = int(euros or "0") * 100 + int(cents[:2].ljust(2, "0") or "0")
    if amount > LARGEST:
        return None
    return -amount if "-" in (found["before"], found["after"]) else amount


def _thousands(whole: str, mark: str) -> str | None:
    """Join the thousands of an amount; None when they are not by three."""
    if not re.fullmatch(rf"\d*|\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+", whole):
        return None
    return whole.replace(mark, "")
