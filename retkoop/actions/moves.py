"""Moving an exercice from a state to another: closing, sending, the AD's decisions; each leaves a trace for good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from retkoop.actions import mails, plans
from retkoop.actions.guard import journal
from retkoop.association import ValidatedHead
from retkoop.audit import Actor, now
from retkoop.db import writing
from retkoop.decision_tables import ReturnReason
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.models import Year, YearKey, YearMove, key_of
from retkoop.return_reasons import Reason, in_one_line
from retkoop.settings_rows import profile_of
from retkoop.year_rows import moves_of, standing
from retkoop.year_states import (
    AD,
    MANDATAIRE,
    OPEN,
    REOPENING,
    RETURN,
    SENDING,
    TAKING_UP,
    VALIDATED,
    VALIDATION,
    WITHDRAWAL,
    is_taken_up,
    transition,
)
from retkoop.year_steps import REOPENED_FOR, STEPS_SENT_BACK, Step, steps

REASON_LENGTH = (3, 1_000)
_REFUSED = {
    SENDING: "Cet exercice ne peut pas être envoyé maintenant : rechargez la page pour voir où il en est.",
    WITHDRAWAL: "Cet exercice n’est pas à l’association départementale : il n’y a rien à reprendre.",
    TAKING_UP: "Cet exercice n’a pas été envoyé.",
    RETURN: "Cet exercice n’a pas été envoyé : il ne peut pas être renvoyé.",
    REOPENING: "Cet exercice ne peut pas être rouvert : il est ouvert, ou validé.",
    VALIDATION: "Cet exercice n’a pas été envoyé : il ne peut pas être validé.",
}


class NotReady(Conflict):
    """The year cannot be sent yet: the steps that are left."""

    def __init__(self, left: list[Step]) -> None:
        super().__init__("L’envoi n’est pas possible : il reste des étapes à terminer.")
        self.left = left


def move(actor: Actor, year: Year, name: str, who: str, reason: str = "", step: str = "") -> None:
    """Move a year that was read in this transaction, and keep the trace of it; refuse what the table has no way for."""
    key, way = key_of(year), transition(name, year.state)
    if way is None or way.who != who:
        raise Conflict(_REFUSED.get(name, "Cet exercice est clos : plus rien ne peut y être modifié."))
    number = year.moves + 1
    YearMove.insert(
        **key._asdict(), number=number, move=name, before=way.before, after=way.after, at=now(),
        person=actor.person, who=actor.name, reason=reason, step=step,
    ).execute()  # fmt: skip
    # The cahier's closing keeps its date until the cahier opens again.
    closed = {"closed_at": None} if way.after == OPEN else {"closed_at": now()} if way.before == OPEN else {}
    here = (key.of(Year), Year.moves == year.moves, Year.state == way.before)
    if not Year.update(state=way.after, moves=number, **closed).where(*here).execute():
        raise Conflict("Cet exercice vient de changer d’état : rechargez la page.")
    plans.end_with(actor, key, name)


@writing
def send(actor: Actor, key: YearKey, today: Callable[[], date]) -> None:
    """Send a finished year to the AD, after looking again at every step; sent twice, it is sent once."""
    year = year_of(key)
    if year.state in (OPEN, VALIDATED) or transition(SENDING, year.state):
        left = [step for step in steps(standing(year), today()) if step.is_left and step.code != "envoi"]
        if left:
            raise NotReady(left)
    move(actor, year, SENDING, MANDATAIRE)
    journal(actor, key, "envoi", "exercice", undoable=False)


@writing
def withdraw(actor: Actor, key: YearKey) -> None:
    """Take a year back from the AD, as long as the AD has not begun to look at it."""
    year = year_of(key)
    if is_taken_up(moves_of(key)):
        raise Conflict("L’association départementale a commencé à l’examiner : demandez-lui de vous le renvoyer.")
    move(actor, year, WITHDRAWAL, MANDATAIRE)
    journal(actor, key, "retrait", "exercice", undoable=False)


@writing
def take_up(actor: Actor, key: YearKey) -> None:
    """Say that the AD looks at it from now on."""
    move(actor, year_of(key), TAKING_UP, AD)
    journal(actor, key, "prise en charge", "exercice", undoable=False)


@writing
def send_back(actor: Actor, key: YearKey, step: str, reason: str, reasons: Sequence[Reason] = ()) -> None:
    """Send a year back: to its figures, which are open again, or to a step after the closing.

    `reason` is about the step as a whole, each of `reasons` about a row; there is one at least.
    """
    if step not in STEPS_SENT_BACK:
        raise Refusal(f"Étape inconnue : choisissez parmi {', '.join(STEPS_SENT_BACK)}.")
    year, general = year_of(key), reason
    reason = checked_reason(in_one_line(general, reasons) if reasons else general)
    if step in REOPENED_FOR:
        if year.state != "sent":
            raise Conflict(_REFUSED[RETURN])
        _reopen(actor, year, reason, step)
    else:
        move(actor, year, RETURN, AD, reason, step)
    _keep_reasons(key, year.moves + 1, general, reasons)
    mails.tell_sent_back(key, year.moves + 1, step, reason)
    journal(actor, key, "renvoi", "exercice", after={"etape": step, "motif": reason}, undoable=False)


def _keep_reasons(key: YearKey, move: int, general: str, reasons: Sequence[Reason]) -> None:
    """Keep each reason with what it is about; a return with one reason for all has it in its trace."""
    whole = [Reason("", 0, "", "", general)] if general else []
    kept = [*whole, *reasons] if reasons else []
    for rank, one in enumerate(kept, 0 if whole else 1):
        ReturnReason.insert(**key._asdict(), number=move, rank=rank, **one._asdict()).execute()


@writing
def reopen(actor: Actor, key: YearKey, reason: str) -> None:
    """Open a closed cahier again, with a reason that stays."""
    year, reason = year_of(key), checked_reason(reason)
    _reopen(actor, year, reason)
    mails.tell_sent_back(key, year.moves + 1, "cahier", reason)
    journal(actor, key, "réouverture", "exercice", after={"motif": reason}, undoable=False)


def _reopen(actor: Actor, year: Year, reason: str, step: str = "cahier") -> None:
    refuse_while_followed(year)
    move(actor, year, REOPENING, AD, reason, step)


def refuse_while_followed(year: Year) -> None:
    """The year after may have begun with these figures: it follows them again, unless it is closed itself."""
    after = key_of(year)._replace(start_year=year.start_year + 1)
    following = Year.get_or_none(after.of(Year), Year.state != OPEN, Year.follows == 1)
    if following is not None:
        label = key_of(following).year.label
        raise Conflict(f"L’exercice {label}, qui a commencé avec ses soldes, est déjà clos : rouvrez-le d’abord.")


@writing
def validate(actor: Actor, key: YearKey) -> None:
    """Validate a year that was sent: nothing of it changes any more."""
    year = year_of(key)
    _refuse_before_its_past(year)
    move(actor, year, VALIDATION, AD)
    _keep_head(key)
    mails.tell_validated(key, year.moves + 1)
    journal(actor, key, "validation", "exercice", undoable=False)


def _keep_head(key: YearKey) -> None:
    """Keep what the papers of a year bear from now on, whatever its association is called later."""
    profile = profile_of(key.department)
    ValidatedHead.insert(**key._asdict(), association=profile.name, logo=profile.logo).execute()


def _refuse_before_its_past(year: Year) -> None:
    """A year that began with the figures of the one before is final only once that one is."""
    key = key_of(year)
    previous = Year.get_or_none(key._replace(start_year=key.start_year - 1).of(Year), Year.state != VALIDATED)
    if year.follows and previous is not None:
        label = key_of(previous).year.label
        raise Conflict(f"L’exercice {label}, dont celui-ci reprend les soldes, n’est pas validé : validez-le d’abord.")


def checked_reason(reason: str) -> str:
    """Give a reason on one line, or refuse what says nothing."""
    reason = " ".join(reason.split())
    shortest, longest = REASON_LENGTH
    if not shortest <= len(reason) <= longest:
        raise Refusal(f"Donnez le motif, en {longest} caractères au plus : le mandataire le lira.")
    return reason


def year_of(key: YearKey) -> Year:
    """Read a year in this transaction."""
    year: Year | None = Year.get_or_none(key.of(Year))
    if year is None:
        raise NotFound("Cet exercice n’existe pas.")
    return year
