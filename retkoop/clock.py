"""What day it is in France, whatever the server's zone; the rules get it as an argument."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import current_app

PARIS = ZoneInfo("Europe/Paris")


def paris_date(instant: datetime) -> date:
    """Give the day that an aware instant falls on in Paris."""
    return instant.astimezone(PARIS).date()


def today() -> date:
    """Give today's date in Paris, or the day that the configuration fixes."""
    fixed: date | None = current_app.config["RETKOOP"].today
    return fixed or paris_date(datetime.now(PARIS))


def told(instant: datetime) -> str:
    """Write an instant as people in France read it: `07/05/2021 à 14:05`."""
    return f"{instant.astimezone(PARIS):%d/%m/%Y à %H:%M}"
