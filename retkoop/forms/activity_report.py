"""The form of the compte rendu d’activité, made from its questionnaire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from wtforms import BooleanField, HiddenField, StringField

from retkoop.forms.fields import BaseForm
from retkoop.questionnaire import LONGEST_ANSWER, YES, YES_NO, Fault, Question, Questionnaire, kept

# Keeps the codes of questions, which are data, from meeting the names of a form's own parts.
PREFIX = "q_"


class AnswerField(StringField):
    """A white box: a number or a text, kept as it was typed even when it is wrong."""

    def __init__(self, question: Question, **kwargs: Any) -> None:
        super().__init__(question.text, **kwargs)
        self.question = question

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Keep what was typed; a box that was not sent says nothing."""
        self.data = kept(self.question, str(valuelist[0])) if valuelist else None


class ReportForm(BaseForm):
    """What all questionnaires have in common: `seen` is the fingerprint of the answers that the person read."""

    questionnaire: Questionnaire
    version = HiddenField()

    @classmethod
    def of(cls, answers: Mapping[str, str]) -> ReportForm:
        """Give the form filled with answers."""
        return cls(data={PREFIX + code: value for code, value in answers.items()})

    @property
    def seen(self) -> str:
        """Give what the page told of the answers it showed."""
        return (self.version.data or "")[:64]

    @property
    def answers(self) -> dict[str, str]:
        """Give every answer that can be kept, by its question; empty where there is none."""
        return {code: text for code, text in self._typed().items() if len(text) <= LONGEST_ANSWER}

    @property
    def unkept(self) -> list[str]:
        """Give the questions whose answer is too long for being kept at all."""
        return [code for code, text in self._typed().items() if len(text) > LONGEST_ANSWER]

    @property
    def given(self) -> dict[str, str]:
        """Give what was typed, as the questionnaire judges it: blanks left out."""
        return {code: text for code, text in self._typed().items() if text}

    def _typed(self) -> dict[str, str]:
        boxes = {field.name.removeprefix(PREFIX): field for field in self if field.name.startswith(PREFIX)}
        return {code: text for code, box in boxes.items() if (text := _text(box)) is not None}

    def tell(self, faults: Iterable[Fault]) -> None:
        """Put each fault under its field; what is only missing is named kindly above, and not in red here."""
        for fault in faults:
            if not fault.missing:
                self.refuse(PREFIX + fault.question.code, fault.message)


def _text(box: Any) -> str | None:
    if isinstance(box, BooleanField):
        return YES if box.data else ""
    text: str | None = box.data
    return text


@lru_cache(maxsize=16)
def form_for(questionnaire: Questionnaire) -> type[ReportForm]:
    """Make the form of a questionnaire."""
    fields = {PREFIX + question.code: _field(question) for question in questionnaire.questions.values()}
    return type("QuestionnaireForm", (ReportForm,), {"questionnaire": questionnaire, **fields})


def _field(question: Question) -> Any:
    return BooleanField(question.text) if question.kind == YES_NO else AnswerField(question)
