"""PURE. Numbers of vouchers and cheques: the next one to propose, and the natural order (D2 before D10)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

_TAIL = re.compile(r"(?P<head>.*?)(?P<digits>\d+)")
_PIECES = re.compile(r"(\d+)")


def natural_key(number: str) -> tuple[tuple[int, int, str], ...]:
    """Give what to sort numbers by: their digits as numbers, the rest as text."""
    parts = (part for part in _PIECES.split(number) if part)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in parts)


def following(number: str) -> str | None:
    """Give the number after one, at the same width: `R09` → `R10`, `99` → `100`; None without digits."""
    match = _TAIL.fullmatch(number)
    if match is None:
        return None
    digits = match["digits"]
    return f"{match['head']}{int(digits) + 1:0{len(digits)}d}"


def next_voucher(used: Collection[str], like: str | None = None) -> str:
    """Propose the next free voucher number, in the coop's own scheme; `like` asks for that number's series."""
    series = _series(like) if like else None
    mine = [number for number in used if _TAIL.fullmatch(number) and series in (None, _series(number))]
    if not mine:
        return "01"
    candidate = following(max(mine, key=natural_key))
    while candidate in used:
        candidate = following(candidate or "")
    return candidate or "01"


def _series(number: str | None) -> str:
    match = _TAIL.fullmatch(number or "")
    return match["head"] if match else ""


def next_cheque(used: Iterable[str]) -> str:
    """Propose the cheque number that follows the last one typed, or nothing before the first."""
    numbers = [number for number in used if number.isdecimal()]
    return following(numbers[-1]) or "" if numbers else ""
