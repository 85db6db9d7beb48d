"""The CRA's questionnaire of a coming exercice: a draft that no cooperative sees, then published for good."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from retkoop import federation_rows
from retkoop.actions.chart_versions import CHANGED
from retkoop.audit import Actor, now, record
from retkoop.db import writing
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.federation_rows import PUBLISHING, QUESTIONNAIRE
from retkoop.federation_tables import QuestionnaireDraft
from retkoop.models import QuestionnaireVersion
from retkoop.questionnaire import Questionnaire, read_questionnaire
from retkoop.questionnaire_versions import (
    Change,
    Refused,
    compared,
    for_year,
    read_draft,
    reworded,
    with_again,
    without,
)
from retkoop.school_year import SchoolYear
from retkoop.year_rows import questionnaire_text
from retkoop.year_states import SENT, VALIDATED

_DRAFT = "brouillon du questionnaire"


def in_force(year: SchoolYear) -> str:
    """Give the fédération's questionnaire that an exercice uses, as it is stored."""
    return questionnaire_text("", year.start)


@writing
def begin_draft(actor: Actor, year: SchoolYear, text: str | None = None) -> bool:
    """Begin the version of an exercice from a text, or as the one that is in force; tell whether it was begun."""
    if federation_rows.questionnaire_version(year.start) is not None:
        raise Conflict(f"Le questionnaire de {year.label} est publié : il ne change plus.")
    if federation_rows.questionnaire_draft(year.start) is not None:
        return False
    content = text or for_year(in_force(year), year)
    read_draft(content, year)
    values = {"content": content, "at": now(), "who": actor.name[:200]}
    QuestionnaireDraft.insert(first_year=year.start, **values).execute()
    record(actor, _place(year), "création", _DRAFT)
    return True


def _place(year: SchoolYear) -> tuple[str, str, int]:
    return (*federation_rows.NOWHERE, year.start)


def _row(year: SchoolYear) -> QuestionnaireDraft:
    draft: QuestionnaireDraft | None = QuestionnaireDraft.get_or_none(QuestionnaireDraft.first_year == year.start)
    if draft is None:
        raise NotFound(f"Il n’y a pas de brouillon pour {year.label}.")
    return draft


def _change(actor: Actor, year: SchoolYear, seen: int, action: str, change: Callable[[str], str], told: str) -> bool:
    """Write a draft otherwise, as the person saw it; what changes nothing is never too late."""
    draft = _row(year)
    try:
        content = change(draft.content)
    except Refused as refused:
        raise Refusal(str(refused)) from None
    if content == draft.content:
        return False
    if draft.version != seen:
        raise Conflict(CHANGED)
    read_draft(content, year)
    values = {"content": content, "version": seen + 1, "at": now(), "who": actor.name[:200]}
    QuestionnaireDraft.update(values).where(QuestionnaireDraft.first_year == year.start).execute()
    record(actor, _place(year), action, _DRAFT, after=told)
    return True


@writing
def replace_draft(actor: Actor, year: SchoolYear, seen: int, text: str) -> bool:
    """Put another text in the place of a draft; tell whether it is another."""
    return _change(actor, year, seen, "remplacement", lambda _: text, "fichier")


@writing
def reword(actor: Actor, year: SchoolYear, seen: int, code: str, words: str) -> bool:
    """Ask a question of a draft in other words."""
    _known(read_questionnaire(_row(year).content), code)
    return _change(actor, year, seen, "modification", lambda text: reworded(text, code, words), code)


@writing
def withdraw(actor: Actor, year: SchoolYear, seen: int, code: str) -> bool:
    """Ask a question no more; asked twice, it is taken out once."""
    if code not in read_questionnaire(_row(year).content).questions:
        return False
    return _change(actor, year, seen, "suppression", lambda text: without(text, code), code)


@writing
def give_back(actor: Actor, year: SchoolYear, seen: int, code: str) -> bool:
    """Ask a question again that the version in force asks."""
    published = in_force(year)
    _known(read_questionnaire(published), code)
    return _change(actor, year, seen, "rétablissement", lambda text: with_again(text, published, code), code)


def _known(questionnaire: Questionnaire, code: str) -> None:
    if code not in questionnaire.questions:
        raise NotFound("Cette question n’existe pas.")


@writing
def drop_draft(actor: Actor, year: SchoolYear, seen: int) -> bool:
    """Give a draft up; asked twice, it is given up once."""
    if federation_rows.questionnaire_draft(year.start) is None:
        return False
    if _row(year).version != seen:
        raise Conflict(CHANGED)
    QuestionnaireDraft.delete().where(QuestionnaireDraft.first_year == year.start).execute()
    record(actor, _place(year), "abandon", _DRAFT)
    return True


def changes_of(year: SchoolYear, content: str) -> tuple[Change, ...]:
    """Give what a draft changes, beside the version that its exercice uses until then."""
    return compared(read_questionnaire(in_force(year)), read_questionnaire(content))


def obstacles(year: SchoolYear, changes: Iterable[Change]) -> tuple[str, ...]:
    """Say what forbids publishing a draft: years that the AD has with their answers, answers of another kind."""
    states = federation_rows.questionnaire_years(year.start)
    over, found = states.get(SENT, 0) + states.get(VALIDATED, 0), []
    if over:
        are = "est déjà envoyé ou validé" if over == 1 else "sont déjà envoyés ou validés"
        found.append(
            f"{over} exercice{'s' * (over > 1)} que cette version concernerait {are} : leur questionnaire ne change"
            f" plus. Préparez la version d’un exercice après {year.label}."
        )
    broken = {change.question.code: change.question for change in changes if change.breaks}
    for code, count in federation_rows.answers_to(broken, year.start).items():
        found.append(
            f"« {broken[code].text} » a déjà {count} réponse{'s' * (count > 1)} d’une autre sorte :"
            " donnez un autre code à la nouvelle question."
        )
    return tuple(found)


def set_aside(year: SchoolYear, changes: Iterable[Change]) -> dict[str, int]:
    """Count the answers already given to the questions that a draft asks no more: they are kept, and shown no more."""
    gone = [change.question.code for change in changes if change.after is None]
    return federation_rows.answers_to(gone, year.start)


@writing
def publish(actor: Actor, year: SchoolYear, seen: int) -> bool:
    """Publish a draft as it was seen: from then on it is frozen; asked twice, it is published once."""
    content = federation_rows.questionnaire_draft(year.start)
    if content is None and federation_rows.questionnaire_version(year.start) is not None:
        return False
    draft = _row(year)
    if draft.version != seen:
        raise Conflict(CHANGED)
    changes = changes_of(year, draft.content)
    if not changes and read_questionnaire(in_force(year)) == read_questionnaire(draft.content):
        raise Refusal("Ce brouillon ne change rien au questionnaire : il n’y a rien à publier.")
    against = obstacles(year, changes)
    if against:
        raise Refusal(" ".join(against))
    QuestionnaireVersion.insert(first_year=year.start, department="", content=draft.content).execute()
    QuestionnaireDraft.delete().where(QuestionnaireDraft.first_year == year.start).execute()
    told = [[change.kind, change.question.code] for change in changes]
    record(actor, _place(year), PUBLISHING, QUESTIONNAIRE, after=told)
    return True
