"""PURE. A version of the CRA's questionnaire in the making: reworded question by question, compared with another."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from retkoop.exchange_json import ArchiveFault
from retkoop.questionnaire import NUMBER, TEXT, YES_NO, Question, Questionnaire, read_questionnaire
from retkoop.school_year import SchoolYear

LONGEST = 100_000
KINDS = {YES_NO: "case à cocher", NUMBER: "nombre", TEXT: "texte"}
ADDED, WITHDRAWN, RENAMED, CHANGED = "ajoutée", "retirée", "reformulée", "modifiée"


class Refused(ValueError):
    """What cannot be done to a question; the message is a French sentence."""


def read_draft(text: str, year: SchoolYear) -> Questionnaire:
    """Read a version for an exercice; raises ArchiveFault with the place and the reason."""
    if len(text) > LONGEST:
        raise ArchiveFault("", f"ce questionnaire est trop long : {LONGEST} caractères au plus")
    if "\0" in text:
        raise ArchiveFault("", "ce questionnaire n’est pas du JSON lisible")
    found = read_questionnaire(text)
    if json.loads(text)["exercice"] != year.label:
        raise ArchiveFault("exercice", f"« {year.label} » est attendu, l’exercice de ce brouillon")
    return found


def for_year(text: str, year: SchoolYear) -> str:
    """Give a version as the one of another exercice."""
    return _written({**json.loads(text), "exercice": year.label})


def _written(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _questions(document: Any) -> list[Any]:
    return [question for section in document["sections"] for question in section["questions"]]


def _changed(text: str, change: Callable[[Any], None]) -> str:
    document = json.loads(text)
    change(document)
    written = _written(document)
    read_questionnaire(written)
    return written


def reworded(text: str, code: str, words: str) -> str:
    """Give the version with a question asked in other words."""

    def change(document: Any) -> None:
        for question in _questions(document):
            if question["code"] == code:
                question["texte"] = words

    return _changed(text, change)


def without(text: str, code: str) -> str:
    """Give the version less a question; raises Refused while others are asked only when it is ticked."""

    def change(document: Any) -> None:
        asked_with = [question["texte"] for question in _questions(document) if question.get("si") == code]
        if asked_with:
            raise Refused(f"Retirez d’abord ce qui ne se demande qu’avec elle : « {' », « '.join(asked_with)} ».")
        if [question["code"] for question in _questions(document)] == [code]:
            raise Refused("Un questionnaire pose au moins une question.")
        for section in document["sections"]:
            section["questions"] = [one for one in section["questions"] if one["code"] != code]
        document["sections"] = [section for section in document["sections"] if section["questions"]]

    return _changed(text, change)


def with_again(text: str, published: str, code: str) -> str:
    """Give the version with a question of the published one again, in its place; raises Refused without its condition.

    Its section comes back too, when it is gone.
    """

    def change(document: Any) -> None:
        source = json.loads(published)["sections"]
        origin = next(one for one in source if any(question["code"] == code for question in one["questions"]))
        question = next(one for one in origin["questions"] if one["code"] == code)
        known = {one["code"] for one in _questions(document)}
        if code in known:
            return
        if question.get("si", code) not in known | {code}:
            raise Refused("Remettez d’abord la question dont elle dépend.")
        section = next((one for one in document["sections"] if one["code"] == origin["code"]), None)
        if section is None:
            section = {**origin, "questions": []}
            _put(document["sections"], section, source)
        _put(section["questions"], question, origin["questions"])

    try:
        return _changed(text, change)
    except ArchiveFault:
        raise Refused("Remettez d’abord la question dont elle dépend, plus haut dans le questionnaire.") from None


def _put(there: list[Any], one: Any, order: list[Any]) -> None:
    """Insert what has a code after those that come before it in another list."""
    codes = [other["code"] for other in order]
    earlier = set(codes[: codes.index(one["code"])])
    places = [place for place, other in enumerate(there, 1) if other["code"] in earlier]
    there.insert(max(places, default=0), one)


class Change(NamedTuple):
    """What becomes of a question from one version to the next: ADDED, WITHDRAWN, RENAMED or CHANGED."""

    kind: str
    before: Question | None
    after: Question | None

    @property
    def question(self) -> Question:
        """Give the question itself, as it is asked last."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 a change is of a question that one of the versions asks
        return found

    @property
    def fields(self) -> tuple[tuple[str, str, str], ...]:
        """Give what is asked otherwise: its name on the screen, before, and after."""
        if self.before is None or self.after is None:
            return ()
        pairs = zip(_told(self.before), _told(self.after), strict=True)
        return tuple((name, one, other) for (name, one), (_, other) in pairs if one != other)

    @property
    def breaks(self) -> bool:
        """Tell whether an answer that was given means nothing any more: a tick is no number."""
        return self.before is not None and self.after is not None and self.before.kind != self.after.kind


def _told(question: Question) -> list[tuple[str, str]]:
    return [
        ("Question", question.text),
        ("Réponse", KINDS[question.kind]),
        ("Limites", f"{question.least} à {question.most}"),
        ("Obligatoire", "oui" if question.required else "non"),
        ("Condition", question.condition or "aucune"),
    ]


def compared(before: Questionnaire, after: Questionnaire) -> tuple[Change, ...]:
    """Give each question that is not the same in both versions, in the order of the later one, the withdrawn last."""
    found = []
    for code, question in after.questions.items():
        old = before.questions.get(code)
        if old != question:
            renamed = old is not None and old.text != question.text
            found.append(Change(ADDED if old is None else RENAMED if renamed else CHANGED, old, question))
    gone = (question for code, question in before.questions.items() if code not in after.questions)
    return (*found, *(Change(WITHDRAWN, question, None) for question in gone))
