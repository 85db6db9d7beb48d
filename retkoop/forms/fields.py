"""Fields that read what French people type: days, amounts in cents, bounded texts, choices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from wtforms import FieldList, Form, HiddenField, StringField
from wtforms.validators import StopValidation

from retkoop.characters import visible, writable
from retkoop.drafts import text_fault
from retkoop.money import AmountError, format_amount, parse_amount

Choices = Sequence[tuple[str, str]] | dict[str, Sequence[tuple[str, str]]]

# As much as is shown again of what was typed for a day or a sum.
_LONGEST = 200

UNKNOWN = "Ce choix n’existe pas."
REQUIRED = "Ce champ est à remplir."


class BaseForm(Form):
    """A form whose texts come trimmed and whose messages are all ours."""

    class Meta:
        locales = ("fr",)

    def refuse(self, field: str, message: str) -> None:
        """Put a sentence under a field."""
        target = self[field]
        if message not in target.errors:
            target.errors = [*target.errors, message]

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Give (id of the field, its label and the sentence) for the summary on top."""
        return [(field.id, f"{field.label.text} : {error}") for field in self for error in _sentences(field)]


def _sentences(field: Any) -> list[str]:
    if hasattr(field, "entries"):
        return []
    return list(field.errors)


class TextField(StringField):
    """A text of bounded length; `longest` characters, optional unless `required`."""

    def __init__(self, label: str, longest: int, required: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.longest = longest
        self.required = required

    def _value(self) -> str:
        """Show what was typed, less the characters that no page may hold."""
        return writable(self.data or "")

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Keep the text, trimmed, less what nobody would see in it."""
        self.data = visible(str(valuelist[0])) if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        """Refuse what is too long, unprintable, or missing."""
        fault = text_fault(self.data or "", self.longest, "Ce texte")
        if fault:
            raise StopValidation(fault)
        if self.required and not self.data:
            raise StopValidation(REQUIRED)


class LinesField(TextField):
    """A text of a few lines: `longest` characters and `most` lines, those that are empty counted too."""

    def __init__(self, label: str, longest: int, most: int, **kwargs: Any) -> None:
        super().__init__(label, longest, **kwargs)
        self.most = most

    def _value(self) -> str:
        """Show what was typed, less the characters that no page may hold."""
        return "\n".join(map(writable, (self.data or "").split("\n")))

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Keep the lines, each trimmed, less what nobody would see in them."""
        typed = str(valuelist[0]) if valuelist else ""
        self.data = "\n".join(map(visible, typed.replace("\r\n", "\n").replace("\r", "\n").split("\n"))).strip("\n")

    def pre_validate(self, form: Any) -> None:
        """Refuse what is too long, has too many lines, or cannot be printed."""
        lines = (self.data or "").split("\n")
        fault = text_fault(" ".join(lines), self.longest, "Ce texte")
        if fault:
            raise StopValidation(fault)
        if len(lines) > self.most:
            raise StopValidation(f"Ce texte a trop de lignes : {self.most} au plus.")


class DateField(StringField):
    """A day, as the browser's calendar sends it (`2024-10-18`) or as people type it (`18/10/2024`)."""

    data: Any  # a date once read, None before
    raw = ""

    def __init__(self, label: str, required: bool = True, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.required = required

    def _value(self) -> str:
        return self.data.isoformat() if isinstance(self.data, date) else self.raw

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the day; what cannot be read stays in the field."""
        self.raw = writable(str(valuelist[0])).strip()[:_LONGEST] if valuelist else ""
        self.data = _read_day(self.raw)

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not a day."""
        if self.data is None and (self.raw or self.required):
            raise StopValidation("Écrivez la date comme 07/05/2025." if self.raw else "Indiquez la date.")


def _read_day(text: str) -> date | None:
    for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 a calendar day has no zone
        except ValueError:
            continue
    return None


class AmountField(StringField):
    """An amount in cents, typed as `12,5`, `1 234,56` or `12+7,30`."""

    data: Any  # cents once read, None before
    raw = ""

    def __init__(self, label: str, required: bool = True, signed: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.required = required
        self.signed = signed
        self.fault = ""

    def _value(self) -> str:
        return self.raw or ("" if self.data is None else format_amount(self.data))

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the amount; what cannot be read stays in the field."""
        typed = writable(str(valuelist[0])).strip() if valuelist else ""
        self.raw, self.data = typed[:_LONGEST], None
        try:
            # A sum cut short would be another sum.
            if typed != self.raw:
                raise AmountError("Cette somme est trop longue : enregistrez-la en plusieurs fois.")
            self.data = parse_amount(self.raw) if self.raw else None
        except AmountError as error:
            self.fault = str(error)

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not an amount, or is below zero where that means nothing."""
        if self.fault:
            raise StopValidation(self.fault)
        if self.data is None and self.required:
            raise StopValidation("Indiquez un montant, par exemple 12,50.")
        if self.data is not None and self.data < 0 and not self.signed:
            raise StopValidation("Écrivez ce montant sans le signe moins.")


class CountField(StringField):
    """A number of coins or notes; empty is none."""

    raw = ""

    def _value(self) -> str:
        return self.raw or ("" if not self.data else str(self.data))

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read a whole number."""
        self.raw = writable(str(valuelist[0])).strip()[:_LONGEST] if valuelist else ""
        self.data = int(self.raw) if self.raw.isascii() and self.raw.isdigit() else (None if self.raw else 0)

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not a number of pieces."""
        if self.data is None or self.data > 99_999:
            raise StopValidation("Écrivez un nombre entier, par exemple 3.")


class KeptField(HiddenField):
    """What the form carries unseen, less what no page may hold."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Keep the text."""
        if valuelist:
            self.data = writable(str(valuelist[0]))


class BoundedList(FieldList):
    """A list that tells when more was sent than it takes: what is left out must not be lost unsaid."""

    overflows = False

    def _extract_indices(self, prefix: str, formdata: Any) -> list[int]:
        sent = sorted(set(super()._extract_indices(prefix, formdata)))
        self.overflows = len(sent) > (self.max_entries or len(sent))
        return sent


class ChoiceField(StringField):
    """One of the choices passed in, as (value, words) pairs or grouped under a heading each.

    Anything else is refused with a sentence of the field's own.
    """

    def __init__(
        self, label: str, choices: Choices = (), unknown: str = "Ce choix n’existe pas.", **kwargs: Any
    ) -> None:
        super().__init__(label, **kwargs)
        self.choices = choices
        self.unknown = unknown

    def pre_validate(self, form: Any) -> None:
        """Refuse a value that is not among the choices."""
        if (self.data or "") not in {value for value, _words in self._flat()}:
            raise StopValidation(self.unknown)

    def _flat(self) -> list[tuple[str, str]]:
        groups = self.choices.values() if isinstance(self.choices, dict) else [self.choices]
        return [choice for group in groups for choice in group]
