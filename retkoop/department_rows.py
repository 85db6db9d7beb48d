"""What an association départementale and the fédération read of all their cooperatives at once."""

from __future__ import annotations

from peewee import fn

from retkoop.db import fetch
from retkoop.models import Cooperative, Department, Year


def coops_of(department: str) -> list[tuple[str, str, int | None, str | None]]:
    """Give the cooperatives of a département: (identifier, name, start of the latest exercice, its state)."""
    latest = (
        Year.select(Year.coop, fn.MAX(Year.start_year).alias("start_year"))
        .where(Year.department == department)
        .group_by(Year.coop)
        .alias("latest")
    )
    query = (
        Cooperative.select(Cooperative.identifier, Cooperative.name, latest.c.start_year, Year.state)
        .left_outer_join(latest, on=latest.c.coop == Cooperative.identifier)
        .left_outer_join(
            Year,
            on=(Year.department == Cooperative.department)
            & (Year.coop == Cooperative.identifier)
            & (Year.start_year == latest.c.start_year),
        )
        .where(Cooperative.department == department)
        .order_by(Cooperative.identifier)
    )
    return fetch(query)


def departments_with_counts() -> list[tuple[str, str, int]]:
    """Give the associations départementales: (code, name, number of cooperatives)."""
    query = (
        Department.select(Department.code, Department.name, fn.COUNT(Cooperative.identifier))
        .left_outer_join(Cooperative, on=Cooperative.department == Department.code)
        .group_by(Department.code, Department.name)
        .order_by(Department.code)
    )
    return fetch(query)
