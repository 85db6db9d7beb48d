"""The exercice: 1 September to 31 August, written `2024-2025`. Today is always an argument."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

_LABEL = re.compile(r"([0-9]{4})-([0-9]{4})")
_MONTHS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()  # noqa: SIM905 one line reads better
)


@dataclass(frozen=True, order=True)
class SchoolYear:
    """One exercice, named by the calendar year it starts in."""

    start: int

    @classmethod
    def parse(cls, label: str) -> SchoolYear:
        """Read `2024-2025`; raises ValueError on anything else."""
        match = _LABEL.fullmatch(label)
        if match is None or int(match[2]) != int(match[1]) + 1 or not 1990 <= int(match[1]) <= 2200:
            raise ValueError(f"exercice mal écrit : {label[:20]!r}, attendu par exemple 2024-2025")
        return cls(int(match[1]))

    @classmethod
    def containing(cls, day: date) -> SchoolYear:
        """Give the exercice that a day lies in."""
        return cls(day.year if day.month >= 9 else day.year - 1)

    @cached_property
    def label(self) -> str:
        """`2024-2025`."""
        return f"{self.start}-{self.start + 1}"

    @cached_property
    def first_day(self) -> date:
        """1 September."""
        return date(self.start, 9, 1)

    @cached_property
    def last_day(self) -> date:
        """31 August."""
        return date(self.start + 1, 8, 31)

    @property
    def deadline(self) -> date:
        """30 September: the reports are due at the association départementale."""
        return date(self.start + 1, 9, 30)

    def contains(self, day: date) -> bool:
        """Tell whether a day lies in the exercice."""
        return self.first_day <= day <= self.last_day

    def closing_opens(self, delay_days: int = 0) -> date:
        """Give the first day on which the cahier may be closed: 31 August, or later if the AD says so."""
        return self.last_day + timedelta(days=delay_days)

    @cached_property
    def months(self) -> tuple[str, ...]:
        """Give the twelve months, `2024-09` to `2025-08`."""
        years = [self.start] * 4 + [self.start + 1] * 8
        numbers = [9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 7, 8]
        return tuple(f"{year}-{month:02d}" for year, month in zip(years, numbers, strict=True))


def month_name(month: str) -> str:
    """Write `2024-09` as `septembre 2024`."""
    return f"{_MONTHS[int(month[5:7]) - 1]} {month[:4]}"


def french_date(day: date) -> str:
    """Write a day as `07/05/2021`."""
    return f"{day:%d/%m/%Y}"
