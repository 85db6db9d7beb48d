"""The exercice that a page of the association départementale is about."""

from __future__ import annotations

from flask import request

from retkoop import clock
from retkoop.school_year import SchoolYear


def asked_year(years: list[tuple[int, int]]) -> SchoolYear:
    """Read the exercice of the address, or take the latest that has something validated.

    `years`: the first year of each exercice that there is, and how many are validated.
    """
    try:
        return SchoolYear.parse(request.values.get("annee", ""))
    except ValueError:
        validated = [start for start, count in years if count]
        here = SchoolYear.containing(clock.today()).start
        return SchoolYear(max(validated or [start for start, _ in years] or [here]))
