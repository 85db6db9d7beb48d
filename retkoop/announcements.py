"""PURE. The fédération's announcements: who sees one, and on which days."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

FOR_AD, FOR_MANDATAIRES, FOR_ALL = "ad", "mandataires", "tous"
AUDIENCES = {
    FOR_ALL: "Les associations et les mandataires",
    FOR_AD: "Les associations départementales",
    FOR_MANDATAIRES: "Les mandataires",
}
TITLE_LENGTH, TEXT_LENGTH = 120, 2_000
# As many as a home page shows at once.
MOST_SHOWN = 3
COMING, UNDER_WAY, OVER = "à venir", "en cours", "terminée"


class Notice(NamedTuple):
    """An announcement as it is stored."""

    number: int
    title: str
    text: str
    from_day: date
    to_day: date
    audience: str
    who: str
    version: int

    def state(self, today: date) -> str:
        """Tell whether it is COMING, UNDER_WAY or OVER."""
        if shown_on(self.from_day, self.to_day, today):
            return UNDER_WAY
        return COMING if today < self.from_day else OVER

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """Give its text line by line, blank lines left out."""
        return tuple(line.strip() for line in self.text.splitlines() if line.strip())


def shown_on(from_day: date, to_day: date, day: date) -> bool:
    """Tell whether an announcement is shown on a day; its first and its last are."""
    return from_day <= day <= to_day


def whose(role: str) -> tuple[str, ...]:
    """Give the audiences that somebody of a role belongs to: vérificateurs and the fédération to none."""
    return {"ad": (FOR_AD, FOR_ALL), "mandataire": (FOR_MANDATAIRES, FOR_ALL)}.get(role, ())
