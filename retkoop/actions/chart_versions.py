"""The chart of accounts of a coming exercice: prepared as a draft that no cooperative sees, then published for good."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from retkoop import federation_rows
from retkoop.audit import Actor, now, record
from retkoop.chart import Account, Chart
from retkoop.chart_versions import Change, compared, in_order, lacks
from retkoop.db import writing
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.federation_rows import CHART, PUBLISHING
from retkoop.federation_tables import ChartDraft, ChartDraftAccount
from retkoop.models import ChartAccount
from retkoop.school_year import SchoolYear
from retkoop.year_rows import chart_for
from retkoop.year_states import OPEN

_DRAFT = "brouillon du plan comptable"
_NAMES = ("code", "short", "side", "label", "contents", "particularity")
CHANGED = "Quelqu’un d’autre a modifié ce brouillon entre-temps : le voici comme il est maintenant."


@writing
def begin_draft(actor: Actor, year: SchoolYear, chart: Chart | None = None) -> bool:
    """Begin the version of an exercice from another chart, or as the one that is in force; tell whether it was begun.

    A draft that exists already is left as it is.
    """
    if federation_rows.chart_version(year.start) is not None:
        raise Conflict(f"Le plan comptable de {year.label} est publié : il ne change plus.")
    if ChartDraft.get_or_none(ChartDraft.first_year == year.start) is not None:
        return False
    chart = chart or chart_for(year.start)
    ChartDraft.insert(first_year=year.start, at=now(), who=actor.name[:200]).execute()
    _fill(year, chart)
    record(actor, _place(year), "création", _DRAFT, after=len(chart.accounts))
    return True


def _place(year: SchoolYear) -> tuple[str, str, int]:
    return (*federation_rows.NOWHERE, year.start)


def _fill(year: SchoolYear, accounts: Iterable[Account]) -> None:
    rows = [{"first_year": year.start, **_columns(account)} for account in accounts]
    for start in range(0, len(rows), 100):
        ChartDraftAccount.insert_many(rows[start : start + 100]).execute()


def _columns(account: Account) -> dict[str, Any]:
    return {name: getattr(account, name) for name in _NAMES}


def _taken(actor: Actor, year: SchoolYear, seen: int) -> None:
    """Take a draft for this transaction, as the person saw it; its version goes up."""
    draft = ChartDraft.get_or_none(ChartDraft.first_year == year.start)
    if draft is None:
        raise NotFound(f"Il n’y a pas de brouillon pour {year.label}.")
    if draft.version != seen:
        raise Conflict(CHANGED)
    mine = ChartDraft.first_year == year.start
    ChartDraft.update(version=ChartDraft.version + 1, at=now(), who=actor.name[:200]).where(mine).execute()


def _exists(year: SchoolYear) -> None:
    if ChartDraft.get_or_none(ChartDraft.first_year == year.start) is None:
        raise NotFound(f"Il n’y a pas de brouillon pour {year.label}.")


@writing
def replace_draft(actor: Actor, year: SchoolYear, seen: int, chart: Chart) -> bool:
    """Put another chart in the place of a draft; tell whether it is another."""
    before = federation_rows.draft_chart(year.start)
    if before.accounts == in_order(chart).accounts:
        _exists(year)
        return False
    _taken(actor, year, seen)
    ChartDraftAccount.delete().where(ChartDraftAccount.first_year == year.start).execute()
    _fill(year, chart)
    record(actor, _place(year), "remplacement", _DRAFT, len(before.accounts), len(chart.accounts))
    return True


@writing
def put_account(actor: Actor, year: SchoolYear, seen: int, account: Account, new: bool = False) -> bool:
    """Add an account to a draft, or word it otherwise; tell whether that changed anything."""
    chart = federation_rows.draft_chart(year.start)
    stored = chart.get(account.code)
    if stored == account:
        _exists(year)
        return False
    if new and any(one.short == account.short for one in chart):
        raise Conflict(f"Le compte {account.short} est déjà dans ce brouillon.")
    _taken(actor, year, seen)
    _forget(year, account.code)
    _fill(year, [account])
    before = _columns(stored) if stored else None
    record(actor, _place(year), "modification" if stored else "ajout", _DRAFT, before, _columns(account))
    return True


def _forget(year: SchoolYear, code: str) -> None:
    mine = (ChartDraftAccount.first_year == year.start) & (ChartDraftAccount.code == code)
    ChartDraftAccount.delete().where(mine).execute()


@writing
def withdraw_account(actor: Actor, year: SchoolYear, seen: int, code: str) -> bool:
    """Take an account out of a draft; asked twice, it is taken out once."""
    chart = federation_rows.draft_chart(year.start)
    if code not in chart:
        _exists(year)
        return False
    _taken(actor, year, seen)
    _forget(year, code)
    record(actor, _place(year), "suppression", _DRAFT, before=_columns(chart[code]))
    return True


@writing
def drop_draft(actor: Actor, year: SchoolYear, seen: int) -> bool:
    """Give a draft up; asked twice, it is given up once."""
    if ChartDraft.get_or_none(ChartDraft.first_year == year.start) is None:
        return False
    _taken(actor, year, seen)
    _remove(year)
    record(actor, _place(year), "abandon", _DRAFT)
    return True


def _remove(year: SchoolYear) -> None:
    ChartDraftAccount.delete().where(ChartDraftAccount.first_year == year.start).execute()
    ChartDraft.delete().where(ChartDraft.first_year == year.start).execute()


def changes_of(year: SchoolYear) -> tuple[Change, ...]:
    """Give what a draft changes, beside the version that its exercice uses until then."""
    return compared(chart_for(year.start), federation_rows.draft_chart(year.start))


def obstacles(year: SchoolYear, changes: Iterable[Change]) -> tuple[str, ...]:
    """Say what forbids publishing a draft: what it lacks, what is closed already, what stands in what it takes away."""
    found = list(lacks(federation_rows.draft_chart(year.start)))
    states = federation_rows.chart_years(year.start)
    over = sum(count for state, count in states.items() if state != OPEN)
    if over:
        found.append(_over(over, year))
    broken = {change.account.code: change for change in changes if change.breaks}
    found += [_used(broken[use.code], use) for use in federation_rows.uses_of_accounts(broken, year.start)]
    return tuple(found)


def _over(count: int, year: SchoolYear) -> str:
    many = "exercices que cette version concernerait sont déjà clos"
    words = "exercice que cette version concernerait est déjà clos" if count == 1 else many
    return (
        f"{count} {words}, envoyé{'s' * (count > 1)} ou validé{'s' * (count > 1)} : leur plan ne change plus."
        f" Préparez la version d’un exercice après {year.label}."
    )


_GONE = (
    "il ne peut plus être retiré",
    "remettez-le dans ce brouillon, et retirez-le dans la version d’un exercice suivant.",
)
_OTHERWISE = (
    "sa particularité ne peut plus changer",
    "remettez-la comme avant, et changez-la dans la version d’un exercice suivant.",
)


def _used(change: Change, use: federation_rows.Use) -> str:
    account = change.account
    why, mend = _GONE if change.after is None else _OTHERWISE
    lines = f"{use.lines} ligne{'s' * (use.lines > 1)} (écritures supprimées comprises)"
    coops = f"{use.coops} coopérative{'s' * (use.coops > 1)}"
    return f"Le compte {account.short} {account.label} sert déjà : {lines}, dans {coops}. Cette année, {why} : {mend}"


@writing
def publish(actor: Actor, year: SchoolYear, seen: int) -> bool:
    """Publish a draft as it was seen: from then on it is frozen; asked twice, it is published once."""
    draft = ChartDraft.get_or_none(ChartDraft.first_year == year.start)
    if draft is None and federation_rows.chart_version(year.start) is not None:
        return False
    _taken(actor, year, seen)
    changes = changes_of(year)
    if not changes:
        raise Refusal(
            "Ce brouillon ne change rien au plan comptable : il n’y a rien à publier."
            " Changez un compte, ou abandonnez-le."
        )
    against = obstacles(year, changes)
    if against:
        raise Refusal(" ".join(against))
    chart = federation_rows.draft_chart(year.start)
    for account in chart:
        ChartAccount.insert(first_year=year.start, **_columns(account)).execute()
    _remove(year)
    record(actor, _place(year), PUBLISHING, CHART, after=[[one.kind, one.account.code] for one in changes])
    return True
