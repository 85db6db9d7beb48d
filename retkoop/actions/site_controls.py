"""Controls on site: drawing the cooperatives of an exercice, and noting what was found at each."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from peewee import fn

from retkoop.audit import Actor, now, record
from retkoop.db import fetch, writing
from retkoop.decision_tables import SiteControl, SiteDraw
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.models import Cooperative, Year, YearKey, as_day
from retkoop.school_year import SchoolYear
from retkoop.site_draws import (
    BASES,
    MOST_RATE,
    RECENT,
    RESULTS,
    RIGHT,
    VALIDATED_ONLY,
    Control,
    Pooled,
    take,
    written,
)
from retkoop.voucher_sample import GREATEST_NUMBER, LEAST_NUMBER
from retkoop.year_states import SENT, VALIDATED

_STATES = {True: (VALIDATED,), False: (SENT, VALIDATED)}


def draws_of(department: str, start_year: int) -> Sequence[SiteDraw]:
    """Give the draws of an exercice, the first one first."""
    mine = (SiteDraw.department == department, SiteDraw.start_year == start_year)
    return list(SiteDraw.select().where(*mine).order_by(SiteDraw.number))


def controls_of(department: str, start_year: int) -> list[Control]:
    """Give the cooperatives that were drawn for an exercice, in the order of the draws."""
    table = SiteControl
    coop = (Cooperative.department == table.department) & (Cooperative.identifier == table.coop)
    columns = (table.number, table.rank, table.coop, Cooperative.name, table.result, table.day, table.checked_by)
    query = table.select(*columns, table.remark).join(Cooperative, on=coop)
    mine = (table.department == department, table.start_year == start_year)
    rows = fetch(query.where(*mine).order_by(table.number, table.rank))
    return [Control(*row)._replace(day=as_day(row[5])) for row in rows]


def control_of(key: YearKey, draw: int) -> tuple[SiteControl, SiteDraw]:
    """Find the control of a year that came of a draw."""
    row: SiteControl | None = SiteControl.get_or_none(key.of(SiteControl), SiteControl.number == draw)
    if row is None:
        raise NotFound("Cette coopérative n’a pas été tirée.")
    return row, SiteDraw.get(SiteDraw.department == key.department, SiteDraw.number == draw)


def pool_of(department: str, start_year: int, base: str) -> tuple[Pooled, ...]:
    """Give who may be drawn for an exercice: those that were not yet, with who was drawn lately."""
    states = _STATES[base == VALIDATED_ONLY]
    years = Year.select(Year.coop).where(
        Year.department == department, Year.start_year == start_year, Year.state.in_(states)
    )
    drawn = SiteControl.select(SiteControl.coop, SiteControl.start_year).where(
        SiteControl.department == department,
        SiteControl.start_year.between(start_year - RECENT, start_year),
    )
    already = fetch(drawn)
    now_drawn = {coop for coop, start in already if start == start_year}
    recent = {coop for coop, start in already if start != start_year}
    return tuple(Pooled(coop, coop in recent) for (coop,) in fetch(years.order_by(Year.coop)) if coop not in now_drawn)


@writing
def draw(actor: Actor, department: str, year: SchoolYear, rate: int, base: str, seen: int) -> int | None:
    """Draw cooperatives of an exercice; `seen`: how many draws of it the person saw. None when that is no longer so.

    What is sent twice draws once.
    """
    if base not in BASES or not 1 <= rate <= MOST_RATE:
        raise Refusal("Ce tirage n’est pas possible.")
    if len(draws_of(department, year.start)) != seen:
        return None
    pool = pool_of(department, year.start, base)
    if not pool:
        raise Conflict("Il n’y a personne à tirer : aucun exercice de ce genre, ou tous sont déjà tirés.")
    ((last,),) = fetch(SiteDraw.select(fn.MAX(SiteDraw.number)).where(SiteDraw.department == department))
    number = int(last or 0) + 1
    seed = LEAST_NUMBER + secrets.randbelow(GREATEST_NUMBER - LEAST_NUMBER + 1)
    SiteDraw.insert(
        department=department, number=number, start_year=year.start, seed=seed, rate=rate, base=base,
        pool=written(pool), person=actor.person, who=actor.name, made_at=now(),
    ).execute()  # fmt: skip
    taken = take(pool, seed, rate)
    for rank, coop in enumerate(taken, 1):
        key = YearKey(department, coop, year.start)
        SiteControl.insert(**key._asdict(), number=number, rank=rank).execute()
    record(actor, (department, "", year.start), "tirage", "contrôle", after=[number, seed, list(taken)])
    return number


class Found(NamedTuple):
    """What was found on site."""

    result: str
    day: date
    checked_by: str
    remark: str


@writing
def note(actor: Actor, key: YearKey, number: int, seen: int, found: Found) -> None:
    """Note what was found, or correct it; `seen` is the version of the row that the person read."""
    row, _ = control_of(key, number)
    if row.version != seen:
        raise Conflict("Quelqu’un d’autre a noté ce contrôle entre-temps : rechargez la page.")
    if found.result not in RESULTS or (found.result != RIGHT and len(found.remark) < 3):
        raise Refusal("Dites en quelques mots ce qui a été vu.")
    values = {**found._asdict(), "who": actor.name, "at": now(), "version": SiteControl.version + 1}
    SiteControl.update(values).where(key.of(SiteControl), SiteControl.number == number).execute()
    before = [row.result, row.remark] if row.result else None
    record(actor, key, "contrôle sur place", "contrôle", before, [found.result, found.remark])
