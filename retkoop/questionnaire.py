"""PURE. The questionnaire of the compte rendu d’activité (CRA): data, one version per year, and what answers lack.

Answers are texts as they were typed, by the code of their question; a blank one is left out, a tick is `YES`.
What is wrong is kept too, and told by `faults`: nobody loses what they typed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from retkoop.characters import visible, writable
from retkoop.exchange_json import ArchiveFault, Node, parse
from retkoop.facts import YearFacts
from retkoop.membership import Headcount
from retkoop.school_year import SchoolYear

YES_NO, NUMBER, TEXT = "oui_non", "nombre", "texte"
YES = "oui"
# What is kept of one answer, were it too long for its question.
LONGEST_ANSWER = 5_000
LARGEST = 999_999_999
NOT_BEGUN, BEGUN, COMPLETE, PASSED = "not_begun", "begun", "complete", "passed"
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Question:
    """One question: `least` and `most` bound a number, `most` the characters of a text.

    `condition` is the code of the yes-or-no question that has to be ticked for this one to be asked.
    """

    code: str
    kind: str
    text: str
    least: int = 0
    most: int = LARGEST
    required: bool = False
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Some questions under a heading."""

    code: str
    title: str
    questions: tuple[Question, ...]


class Fault(NamedTuple):
    """What an answer lacks: the question, the sentence, and whether there is no answer at all."""

    question: Question
    message: str
    missing: bool = False


@dataclass(frozen=True)
class Questionnaire:
    """One version of the questionnaire."""

    title: str
    sections: tuple[Section, ...]

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Give every question by its code, in order."""
        return {question.code: question for section in self.sections for question in section.questions}

    def faults(self, answers: Mapping[str, str]) -> tuple[Fault, ...]:
        """Give all that is missing or wrong, in the order of the questions."""
        found = (self._fault(question, answers) for question in self.questions.values())
        return tuple(fault for fault in found if fault)

    def _fault(self, question: Question, answers: Mapping[str, str]) -> Fault | None:
        given = answers.get(question.code, "")
        condition = self.questions[question.condition] if question.condition else None
        asked = condition is None or condition.code in answers
        if not given:
            return Fault(question, "À remplir.", missing=True) if question.required and asked else None
        if condition is not None and not asked:
            return Fault(question, f"Cochez aussi « {condition.text} », ou laissez cette case vide.")
        message = _wrong(question, given)
        return Fault(question, message) if message else None

    def is_complete(self, answers: Mapping[str, str]) -> bool:
        """Tell whether nothing is missing nor wrong."""
        return not self.faults(answers)


def _wrong(question: Question, given: str) -> str:
    if question.kind == NUMBER:
        number = number_in(given)
        if number is None:
            return "Écrivez un nombre entier, par exemple 12."
        if not question.least <= number <= question.most:
            return f"Ce nombre doit être compris entre {question.least} et {question.most}."
    if question.kind == TEXT and len(given) > question.most:
        return f"Ce texte est trop long : {question.most} caractères au plus (ici {len(given)})."
    return ""


def number_in(text: str) -> int | None:
    """Give the whole number that a text is, spaces between its digits allowed, or None."""
    digits = re.sub(r"\s", "", text)
    return int(digits) if _NUMBER.fullmatch(digits) else None


def kept(question: Question, typed: str) -> str:
    """Give an answer as it is kept: trimmed line by line, less what no page may hold; a number in plain digits."""
    lines = typed.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    text = "\n".join(visible(writable(line)) for line in lines).strip("\n")
    number = number_in(text) if question.kind == NUMBER else None
    return text if number is None else str(number)


def to_archive(question: Question, text: str) -> bool | int | str:
    """Give an answer as the exchange file writes it: a tick is true, a number a number, all else its text."""
    number = number_in(text) if question.kind == NUMBER else None
    return True if question.kind == YES_NO else text if number is None else number


def from_archive(question: Question, value: bool | int | str) -> str | None:
    """Give an answer of the exchange file as it is kept, or None for a value that is none to this question."""
    if isinstance(value, bool):
        return YES if value and question.kind == YES_NO else None
    if question.kind == YES_NO or (isinstance(value, int) and question.kind == TEXT):
        return None
    return kept(question, str(value))


@dataclass(frozen=True, slots=True)
class Answers:
    """What a cooperative answered for a year, and whether it said « Passer à la suite »."""

    given: Mapping[str, str] = field(default_factory=dict)
    passed: bool = False

    @property
    def fingerprint(self) -> str:
        """Give what tells these answers from any others: what a page carries instead of a version number.

        An undo and an import change the answers too, and neither counts versions.
        """
        told = json.dumps(sorted(self.given.items()), ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()[:24]


def state_of(questionnaire: Questionnaire, answers: Answers) -> str:
    """Give where the CRA stands: NOT_BEGUN, BEGUN, COMPLETE, or PASSED, which is complete and left behind."""
    begun = not answers.given.keys().isdisjoint(questionnaire.questions)
    if not questionnaire.is_complete(answers.given):
        return BEGUN if begun else NOT_BEGUN
    if answers.passed:
        return PASSED
    return COMPLETE if begun else NOT_BEGUN


class Proposal(NamedTuple):
    """What the cahier tells of a question, and where it is drawn from; shown, never stored by itself."""

    value: str
    source: str


def proposals(facts: YearFacts, who: Headcount | None = None) -> dict[str, Proposal]:
    """Give what the cahier tells, by the code of the question: the régies that were used are classes that had one.

    `who` is the headcount that was sent for the adhésion, if any.
    """
    used = {entry.advance for entry in facts.entries if entry.advance}
    told = {"nb_coop_classe": Proposal(str(len(used)), "d’après les régies")} if used else {}
    if who is not None:
        figures = {"nb_classes": len(who.classes), "nb_eleves": who.pupils, "nb_adultes": who.adults}
        told |= {code: Proposal(str(figure), "d’après l’adhésion") for code, figure in figures.items()}
    return told


def read_questionnaire(text: str) -> Questionnaire:
    """Read a version as the fédération writes it (JSON); raises ArchiveFault with the place and the reason."""
    try:
        root = Node(parse(text.encode()))
    except ArchiveFault:
        raise ArchiveFault("", "ce questionnaire n’est pas du JSON lisible") from None
    top = root.fields("version exercice titre sections")
    top["version"].choice([1])
    _year(top["exercice"])
    known: dict[str, Question] = {}
    sections = tuple(_section(node, known) for node in top["sections"].items(50))
    if len({section.code for section in sections}) < len(sections):
        raise top["sections"].fault("deux parties ont le même code")
    if not known:
        raise top["sections"].fault("un questionnaire pose au moins une question")
    return Questionnaire(top["titre"].text(120, 1), sections)


def _year(node: Node) -> None:
    try:
        SchoolYear.parse(node.text(9))
    except ValueError:
        raise node.fault("exercice mal écrit, attendu par exemple « 2024-2025 »") from None


def _section(node: Node, known: dict[str, Question]) -> Section:
    fields = node.fields("code titre questions")
    questions = tuple(_question(item, known) for item in fields["questions"].items(200))
    return Section(_code(fields["code"]), fields["titre"].text(200, 1), questions)


def _question(node: Node, known: dict[str, Question]) -> Question:
    fields = node.fields("code type texte", "min max obligatoire si")
    code, kind = _code(fields["code"]), fields["type"].choice([YES_NO, NUMBER, TEXT])
    if code in known:
        raise fields["code"].fault("ce code est donné deux fois")
    _refuse_meaningless(fields, kind)
    least, most = _bounds(fields, kind)
    required = fields["obligatoire"].truth() if "obligatoire" in fields else False
    condition = _condition(fields["si"], known) if "si" in fields else None
    known[code] = Question(code, kind, fields["texte"].text(300, 1), least, most, required, condition)
    return known[code]


def _code(node: Node) -> str:
    code = node.text(40, 1)
    if not _CODE.fullmatch(code):
        raise node.fault("code mal écrit : lettres minuscules sans accent, chiffres et « _ »")
    return code


def _refuse_meaningless(fields: dict[str, Node], kind: str) -> None:
    """A tick has no bound and cannot be missing; a text has no least."""
    for name in {YES_NO: ("min", "max", "obligatoire"), TEXT: ("min",), NUMBER: ()}[kind]:
        if name in fields:
            raise fields[name].fault(f"n’a pas de sens pour une question « {kind} »")


def _bounds(fields: dict[str, Node], kind: str) -> tuple[int, int]:
    largest = LONGEST_ANSWER if kind == TEXT else LARGEST
    least = _whole(fields["min"], 0, largest) if "min" in fields else 0
    most = _whole(fields["max"], max(least, kind == TEXT), largest) if "max" in fields else largest
    return least, most


def _whole(node: Node, least: int, most: int) -> int:
    value = node.value
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise node.fault(f"nombre entier attendu, de {least} à {most}")
    return value


def _condition(node: Node, known: dict[str, Question]) -> str:
    code = node.text(40, 1)
    if code not in known or known[code].kind != YES_NO:
        raise node.fault("une question « oui_non » posée avant celle-ci est attendue")
    return code
