"""The second factor of the people of an AD and of the fédération: set up, asked for, lost.

What is typed is counted before it is compared, as passwords are (`people.count_attempt`). The key that seals secrets is
an argument: without it a code cannot be checked, while recovery codes still serve. Instants are arguments too.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from retkoop.actions.mails import can_be_written_to, post
from retkoop.actions.people import check_password, count_attempt, end_sessions, forgive_attempt
from retkoop.association import RecoveryCode, SecondFactor, StaffEntry
from retkoop.audit import Actor, new_id, now, record
from retkoop.db import writing
from retkoop.errors import Conflict, Refusal
from retkoop.letters import Letter, codes_guessed, second_factor_lifted
from retkoop.models import Attempt, Person
from retkoop.one_time_codes import (
    NEVER,
    Unreadable,
    matching_step,
    new_secret,
    recovery_codes,
    recovery_digest,
    seal,
    unseal,
)

STAFF = ("ad", "federation")
# On so many days one may sign in without, where it is asked for.
MOST_DAYS = 5
# A code on the screen that nobody has confirmed is drawn anew.
SETUP_LIFE = timedelta(minutes=15)
# So many wrong codes after a right password are told to the person.
ALARM = 5

WRONG_PASSWORD = "Le mot de passe n’est pas le bon."  # noqa: S105 a sentence
WRONG_CODE = (
    "Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant, et vérifiez l’heure de votre téléphone."
)
WRONG_RECOVERY = "Ce code de secours n’est pas le bon, ou il a déjà servi."
OVER = "Ce code à viser est trop ancien : recommencez."
_UNREADABLE = (
    "Ce serveur ne peut plus vérifier les codes de votre téléphone. Servez-vous d’un code de secours, "
    "ou demandez à un collègue d’arrêter votre double authentification."
)


class Proof(NamedTuple):
    """What somebody shows: the code of their phone, or a recovery code instead."""

    code: str = ""
    recovery: str = ""

    @property
    def refused(self) -> str:
        """Say that it is not the right one."""
        return WRONG_RECOVERY if self.recovery else WRONG_CODE


def factor_of(person: Person) -> SecondFactor | None:
    """Give the second factor that somebody has to show, or None."""
    if person.role not in STAFF:
        return None
    found: SecondFactor | None = SecondFactor.get_or_none(
        SecondFactor.person == person.id, SecondFactor.enabled_at.is_null(False)
    )
    return found


def recovery_left(person: Person) -> int:
    """Count the recovery codes that were not used yet."""
    mine = (RecoveryCode.person == person.id, RecoveryCode.used_at.is_null())
    return int(RecoveryCode.select().where(*mine).count())


def days_left(person: Person) -> int:
    """Give on how many more days somebody may sign in without a second factor, where it is asked for."""
    entry = StaffEntry.get_or_none(StaffEntry.person == person.id)
    return max(0, MOST_DAYS - int(entry.days)) if entry else MOST_DAYS


@writing
def note_entry(person: Person, today: date, asked_for: bool) -> int | None:
    """Keep that somebody signed in; give on how many more days they may do without a second factor, or None with one.

    Where it is asked for, each day without counts once, however often one signs in on it; past the last one: -1.
    """
    if person.role not in STAFF:
        return None
    row = StaffEntry.get_or_none(StaffEntry.person == person.id)
    days, day = (int(row.days), row.day) if row else (0, None)
    lacking = factor_of(person) is None
    if lacking and asked_for and day != today:
        days, day = days + 1, today
    values = {"at": now(), "days": days, "day": day}
    StaffEntry.insert(person=person.id, **values).on_conflict(
        conflict_target=[StaffEntry.person], update=values
    ).execute()
    return (MOST_DAYS - days if asked_for else MOST_DAYS) if lacking else None


# ---- Setting up


def begin(key: str, person: Person, password: str) -> None:
    """Make the secret for a phone, which waits to be confirmed by a first code."""
    check_password(person, password, WRONG_PASSWORD)
    _begin(person, seal(key, person.id, new_secret()))


@writing
def _begin(person: Person, sealed: str) -> None:
    if factor_of(person) is not None:
        raise Conflict("La double authentification est déjà en service.")
    values = {"sealed": sealed, "begun_at": now(), "last_step": NEVER}
    SecondFactor.insert(person=person.id, **values).on_conflict(
        conflict_target=[SecondFactor.person], update=values
    ).execute()


def waiting_secret(key: str, person: Person, instant: datetime) -> str | None:
    """Give the secret that waits for its first code; None when there is none, or it is too old."""
    row = SecondFactor.get_or_none(SecondFactor.person == person.id, SecondFactor.enabled_at.is_null())
    if row is None or row.begun_at < instant - SETUP_LIFE:
        return None
    try:
        return unseal(key, person.id, row.sealed)
    except Unreadable:
        return None


def confirm(key: str, actor: Actor, person: Person, typed: str, instant: datetime) -> list[str]:
    """Begin to ask for codes, now that the phone has given one; give the recovery codes, which are kept nowhere.

    Sessions that were opened with the password alone end.
    """
    subject = {"personne": f"code:{person.lookup}"}
    count_attempt(subject)
    secret = waiting_secret(key, person, instant)
    if secret is None:
        raise Conflict(OVER)
    step = matching_step(secret, typed, instant, NEVER)
    if step is None:
        raise Refusal(WRONG_CODE)
    forgive_attempt(subject)
    return _enable(actor, person, step)


@writing
def _enable(actor: Actor, person: Person, step: int) -> list[str]:
    waits = (SecondFactor.person == person.id, SecondFactor.enabled_at.is_null())
    if not SecondFactor.update(enabled_at=now(), last_step=step).where(*waits).execute():
        raise Conflict(OVER)
    codes = _new_recovery_codes(person)
    end_sessions(person)
    _record(actor, person, "double authentification")
    return codes


def _new_recovery_codes(person: Person) -> list[str]:
    RecoveryCode.delete().where(RecoveryCode.person == person.id).execute()
    codes = recovery_codes()
    for number, code in enumerate(codes, 1):
        RecoveryCode.insert(person=person.id, number=number, digest=recovery_digest(person.id, code)).execute()
    return codes


# ---- Showing it


def prove(key: str, person: Person, proof: Proof, instant: datetime, device: str | None = None) -> None:
    """Use a code up, or refuse it; `device` is as at sign-in, so that nobody keeps somebody else out by guessing."""
    subject = f"code:{device}:{person.lookup}" if device else f"code:{person.lookup}"
    count_attempt({"personne": subject})
    if not _use(key, person, proof, instant):
        _warn_of_guessing(person, subject)
        raise Refusal(proof.refused)
    forgive_attempt({"personne": subject})


@writing
def _use(key: str, person: Person, proof: Proof, instant: datetime) -> bool:
    factor = factor_of(person)
    if factor is None:
        return False
    if proof.recovery:
        return _use_recovery(person, proof.recovery)
    try:
        secret = unseal(key, person.id, factor.sealed)
    except Unreadable:
        raise Refusal(_UNREADABLE) from None
    step = matching_step(secret, proof.code, instant, factor.last_step)
    if step is None:
        return False
    # The same code sent twice at one moment: the second finds the step taken.
    later = (SecondFactor.person == person.id, SecondFactor.last_step < step)
    return bool(SecondFactor.update(last_step=step).where(*later).execute())


def _use_recovery(person: Person, typed: str) -> bool:
    mine = (RecoveryCode.person == person.id, RecoveryCode.used_at.is_null())
    this = RecoveryCode.digest == recovery_digest(person.id, typed)
    if not RecoveryCode.update(used_at=now()).where(*mine, this).execute():
        return False
    _record(Actor(person.name or person.identifier, person.id), person, "code de secours")
    return True


@writing
def _warn_of_guessing(person: Person, subject: str) -> None:
    """Tell somebody, once in a row of wrong codes: whoever types them knows the password."""
    row = Attempt.get_or_none(Attempt.subject == subject)
    if row is not None and row.failures == ALARM:
        _record(Actor(person.name or person.identifier, person.id), person, "codes refusés")
        _tell(person, codes_guessed(person.name, person.identifier))


# ---- Changing one's own


def renew_recovery_codes(
    key: str, actor: Actor, person: Person, password: str, proof: Proof, instant: datetime
) -> list[str]:
    """Give new recovery codes in the place of the old ones."""
    check_password(person, password, WRONG_PASSWORD)
    prove(key, person, proof, instant)
    return _renew(actor, person)


@writing
def _renew(actor: Actor, person: Person) -> list[str]:
    codes = _new_recovery_codes(person)
    _record(actor, person, "nouveaux codes de secours")
    return codes


def stop(key: str, actor: Actor, person: Person, password: str, proof: Proof, instant: datetime) -> None:
    """Ask for no more codes, as when a phone is replaced; every session ends."""
    check_password(person, password, WRONG_PASSWORD)
    prove(key, person, proof, instant)
    lift(actor, person)


# ---- For somebody who has lost it


@writing
def lift(actor: Actor, person: Person) -> None:
    """Ask somebody for no more codes: their sessions end, the person is told, and has some days to set up another."""
    if factor_of(person) is None:
        raise Conflict(f"{person.name or person.identifier} n’a pas de double authentification.")
    SecondFactor.delete().where(SecondFactor.person == person.id).execute()
    RecoveryCode.delete().where(RecoveryCode.person == person.id).execute()
    StaffEntry.update(days=0, day=None).where(StaffEntry.person == person.id).execute()
    end_sessions(person)
    _record(actor, person, "arrêt de la double authentification")
    _tell(person, second_factor_lifted(person.name, person.identifier, _who(actor, person)))


def _who(actor: Actor, person: Person) -> str:
    if actor.person is None:
        return "l’administrateur du service"
    return "vous-même" if actor.person == person.id else actor.name


def _tell(person: Person, letter: Letter) -> None:
    # Of the kind that the association does not read: it is about the person's own access.
    if can_be_written_to(person.mail):
        post(person, "mot_de_passe", letter, f"code:{new_id()}")


def _record(actor: Actor, person: Person, action: str) -> None:
    record(actor, (person.department or "", person.coop or "", None), action, "compte", after=person.identifier)
