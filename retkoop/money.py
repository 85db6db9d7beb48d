"""Money: integer cents everywhere, read from and written for people and for the exchange file."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from babel.numbers import format_decimal

# No cooperative moves ten million euros: beyond is a slip of the keyboard.
LARGEST = 999_999_999

_TERM = re.compile(r"(?P<euros>\d{1,3}(?: ?\d{3})*|\d+)(?:[.,](?P<cents>\d{1,2}))? ?€?")
_ARCHIVED = re.compile(r"-?(0|[1-9][0-9]{0,8})\.[0-9]{2}")
_MINUS_SIGNS = str.maketrans({"\u2212": "-", "\u2013": "-"})


class AmountError(ValueError):
    """The text is not an amount; the message is a French sentence for the field."""


def parse_amount(text: str) -> int:
    """Read an amount typed by a person (`12,5`, `1 234,56 €`, `-3`, `12+7,30`) as cents.

    Raises AmountError with the sentence to show under the field.
    """
    cleaned = _plainly(text)
    if not cleaned.strip("€ "):
        raise AmountError("Indiquez un montant, par exemple 12,50.")
    cents = sum(_signed_term(term) for term in _terms(cleaned))
    if abs(cents) > LARGEST:
        raise AmountError("Ce montant est trop grand : vérifiez la virgule.")
    return cents


def _plainly(text: str) -> str:
    """Make every space and minus sign the plain one; € stays, since `12€50` is not 1 250."""
    return re.sub(r"[\s\u00a0\u202f]+", " ", text.translate(_MINUS_SIGNS)).strip()


def _terms(text: str) -> list[str]:
    """Cut `12+7,30-1` into signed terms."""
    return [term.strip() for term in re.split(r"(?=[+-])", text) if term.strip()]


def _signed_term(term: str) -> int:
    sign = -1 if term.startswith("-") else 1
    match = _TERM.fullmatch(term.lstrip("+-").strip())
    if match is None or len(term) > 20 or term[:2] in ("--", "++", "+-", "-+"):
        raise AmountError("Ce montant n’est pas lisible : écrivez par exemple 12,50 ou 1 234,56.")
    cents = (match["cents"] or "0").ljust(2, "0")
    return sign * (int(match["euros"].replace(" ", "")) * 100 + int(cents))


@lru_cache(maxsize=8192)
def format_amount(cents: int) -> str:
    """Write cents as French people read them, without the currency: `-1 234,56`."""
    return str(format_decimal(Decimal(cents) / 100, "#,##0.00", locale="fr_FR"))


@lru_cache(maxsize=8192)
def format_euros(cents: int) -> str:
    """Write cents as `1 234,56 €`, with non-breaking spaces."""
    return format_amount(cents) + "\u00a0€"


def has_too_much(gap: int, moved: int) -> bool:
    """Tell an entry whose accounts add up, the right way round, to more than it moved; both in cents."""
    given = moved - gap
    return abs(given) > abs(moved) and given * moved >= 0


def gap_in_words(gap: int, moved: int) -> str:
    """Say what the accounts of an entry lack or have too much, without a sign; both in cents."""
    amount = format_euros(abs(gap))
    return f"{amount} de trop" if has_too_much(gap, moved) else f"il manque {amount}"


def to_archive(cents: int) -> str:
    """Write cents as the exchange file has them: `-1234.56`."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def from_archive(text: object) -> int:
    """Read an amount of the exchange file, strictly; raises AmountError."""
    if not isinstance(text, str) or _ARCHIVED.fullmatch(text) is None:
        raise AmountError("montant mal écrit, attendu par exemple « -1234.56 »")
    cents = int(text.replace(".", ""))
    if abs(cents) > LARGEST:
        raise AmountError("montant trop grand")
    return cents
