"""Opening a closed cahier again, by two people of the AD: one asks with a reason, another one confirms.

A request ends after a week, and counts for nothing once the year has moved on otherwise. Rows are kept as history.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from peewee import fn

from retkoop.actions import moves
from retkoop.audit import Actor, record
from retkoop.db import fetch, writing
from retkoop.decision_tables import ReopeningRequest
from retkoop.errors import Conflict, Forbidden
from retkoop.models import Cooperative, Person, Year, YearKey, key_of
from retkoop.staff_rows import keys_given
from retkoop.two_people import KEYS_REMEMBERED, share_hands
from retkoop.year_states import CLOSED, RETURNED

WAITING, DONE, CANCELLED = "waiting", "done", "cancelled"
LIFE = timedelta(days=7)
# What was sent is sent back to its cahier instead, by whoever looks at it.
REOPENED_FROM = (CLOSED, RETURNED)
_GONE = "Cette demande n’attend plus : elle a été annulée, confirmée, ou sa semaine est passée."
_ALONE = "C’est vous qui l’avez demandé : une autre personne de l’association confirme."
_SAME_HANDS = (
    "Votre compte et celui de {who} dépendent d’un même accès donné depuis moins de 30 jours (compte créé, lien "
    "d’activation, ou codes arrêtés) : une autre personne de l’association confirme, ou l’administrateur du service."
)
_MOVED = "L’exercice a changé d’état depuis la demande."
_LATE = "Personne n’a confirmé en sept jours."


def waiting_for(year: Year, instant: datetime) -> ReopeningRequest | None:
    """Give the request that waits for this year, if one still counts."""
    row = _waiting(key_of(year))
    return row if row is not None and not _over(row, year, instant) else None


def waiting_of(department: str, instant: datetime) -> Sequence[tuple[ReopeningRequest, str]]:
    """Give the requests that wait in a département, each with the name of its cooperative, the oldest first."""
    table = ReopeningRequest
    coop = (Cooperative.department == table.department) & (Cooperative.identifier == table.coop)
    year = (Year.department == table.department) & (Year.coop == table.coop) & (Year.start_year == table.start_year)
    query = table.select(table, Cooperative.name.alias("of_coop")).join(Cooperative, on=coop).switch(table)
    query = query.join(Year, on=year & (Year.moves == table.moves))
    query = query.where(table.department == department, table.state == WAITING, table.expires_at > instant)
    # The alias of the query is an attribute of its rows.
    return [(row, vars(row)["of_coop"]) for row in query.order_by(table.made_at).objects()]


def staff_of(department: str) -> int:
    """Count the people of the AD who can sign in."""
    return int(
        Person.select().where(Person.department == department, Person.role == "ad", Person.disabled == 0).count()
    )


@writing
def ask(actor: Actor, key: YearKey, reason: str, instant: datetime) -> int:
    """Ask for a reopening; give the number of the request."""
    year, reason = moves.year_of(key), moves.checked_reason(reason)
    if actor.person is None or year.state not in REOPENED_FROM:
        raise Conflict("Cet exercice ne peut pas être rouvert : il est ouvert, envoyé, ou validé.")
    moves.refuse_while_followed(year)
    earlier, table = _waiting(key), ReopeningRequest
    if earlier is not None:
        if not (over := _over(earlier, year, instant)):
            raise Conflict("La réouverture de cet exercice est déjà demandée.")
        _end(earlier, CANCELLED, instant, Actor(""), over)
    ((last,),) = fetch(table.select(fn.MAX(table.number)).where(key.of(table)))
    number = int(last or 0) + 1
    table.insert(
        **key._asdict(), number=number, moves=year.moves, reason=reason, person=actor.person, who=actor.name,
        made_at=instant, expires_at=instant + LIFE,
    ).execute()  # fmt: skip
    record(actor, key, "demande", "réouverture", after={"motif": reason})
    return number


@writing
def confirm(actor: Actor, key: YearKey, number: int, instant: datetime) -> None:
    """Open the cahier again, as asked by somebody else; the trace bears both names."""
    row, year = _asked(key, number), moves.year_of(key)
    over = _over(row, year, instant)
    if over:
        raise Conflict(over)
    why = why_not(row, actor.person)
    if why:
        raise Forbidden(why)
    _end(row, DONE, instant, actor)
    both = f"{row.who[:98]} et {actor.name[:98]}"
    moves.reopen(Actor(both, actor.person), key, row.reason)


def why_not(row: ReopeningRequest, person: int | None) -> str:
    """Tell why somebody may not confirm: they asked, or one of both held the keys of the other lately; else empty."""
    if person is None or row.person is None or person == row.person:
        return _ALONE
    given = keys_given(row.department, row.made_at - KEYS_REMEMBERED)
    return _SAME_HANDS.format(who=row.who) if share_hands(given, row.person, person) else ""


@writing
def cancel(actor: Actor, key: YearKey, number: int, instant: datetime) -> None:
    """Take a request back, or refuse it."""
    row = _asked(key, number)
    _end(row, CANCELLED, instant, actor)
    record(actor, key, "annulation de la demande", "réouverture", before={"motif": row.reason})


def _waiting(key: YearKey) -> ReopeningRequest | None:
    table = ReopeningRequest
    row: ReopeningRequest | None = table.get_or_none(key.of(table), table.state == WAITING)
    return row


def _asked(key: YearKey, number: int) -> ReopeningRequest:
    row = _waiting(key)
    if row is None or row.number != number:
        raise Conflict(_GONE)
    return row


def _over(row: ReopeningRequest, year: Year, instant: datetime) -> str:
    """Tell why a request that waits does not count any more; empty when it does."""
    if row.moves != year.moves:
        return _MOVED
    return _LATE if row.expires_at <= instant else ""


def _end(row: ReopeningRequest, state: str, instant: datetime, actor: Actor, why: str = "") -> None:
    table = ReopeningRequest
    here = (YearKey(row.department, row.coop, row.start_year).of(table), table.number == row.number)
    values = {"state": state, "ended_at": instant, "ended_who": actor.name, "ended_person": actor.person, "why": why}
    if not table.update(values).where(*here, table.state == WAITING).execute():
        raise Conflict(_GONE)
