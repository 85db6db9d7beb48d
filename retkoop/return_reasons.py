"""PURE. Why the AD sends a year back: several reasons at once, each about a row that the mandataire is led to.

What a reason is about is kept with the name that it had: the row may be mended, renamed or struck out later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from retkoop.facts import Entry, YearFacts
from retkoop.money import format_euros
from retkoop.questionnaire import Questionnaire
from retkoop.required_documents import Requirement
from retkoop.rules import Subject, Verdict
from retkoop.school_year import french_date

LONGEST_REASON = 500
_NAMED = 120
# What a list of choices sends: an entry is named by its PJ, typed beside; nothing, the step as a whole.
ENTRY = "entry"
WHOLE, BY_VOUCHER = "", "entry:0:"

Choices = Mapping[str, Sequence[tuple[str, str]]]


class Reason(NamedTuple):
    """One reason: what it is about, as it was called, and why; without a kind, it is about the step as a whole."""

    kind: str
    row: int
    code: str
    named: str
    text: str

    @property
    def subject(self) -> Subject:
        """Give what it is about, as findings name it."""
        return Subject(self.kind, self.row, self.code)


def value_of(subject: Subject) -> str:
    """Write what a reason is about as a form sends it."""
    return f"{subject.kind}:{subject.number}:{subject.code}"


def choices(
    facts: YearFacts, verdict: Verdict, needs: Iterable[Requirement], questionnaire: Questionnaire
) -> dict[str, list[tuple[str, str]]]:
    """Give what a reason may be about, by groups: findings, documents, rows of the tables, questions of the CRA."""
    groups: dict[str, list[tuple[str, str]]] = {
        "": [(WHOLE, "L’étape en général"), (BY_VOUCHER, "Une écriture, par son n° de PJ")],
        "Constats": [(value_of(one.subject), _cut(one.message)) for one in (*verdict.faults, *verdict.warnings)],
        "Documents": [(value_of(Subject("documents", 0, need.code)), _cut(need.title)) for need in needs],
        "Subventions": [
            (value_of(Subject("grant", one.number)), _cut(f"{one.organisation}, {format_euros(one.amount)}"))
            for one in facts.grants
        ],
        "Arrêtés de caisse": [
            (value_of(Subject("count", one.number)), f"Arrêté du {french_date(one.day)}") for one in facts.counts
        ],
        "Questions du CRA": [
            (value_of(Subject("question", 0, one.code)), _cut(one.text)) for one in questionnaire.questions.values()
        ],
    }
    return _each_once(groups)


def _each_once(groups: dict[str, list[tuple[str, str]]]) -> dict[str, list[tuple[str, str]]]:
    """Offer each row once, under its first group."""
    seen: set[str] = set()
    kept: dict[str, list[tuple[str, str]]] = {}
    for group, offered in groups.items():
        for value, words in offered:
            if value not in seen:
                seen.add(value)
                kept.setdefault(group, []).append((value, words))
    return kept


def by_voucher(facts: YearFacts) -> dict[str, Entry]:
    """Give the entries by their PJ number, as people type it; the first one where several bear it."""
    found: dict[str, Entry] = {}
    for entry in facts.entries:
        if entry.voucher:
            found.setdefault(plain(entry.voucher), entry)
    return found


def plain(voucher: str) -> str:
    """Give a PJ number less what people leave out."""
    return voucher.strip().casefold().lstrip("0")


def reason(value: str, text: str, offered: Choices, entry: Entry | None = None) -> Reason:
    """Make a reason of what was chosen, among what was offered; an entry is the one given."""
    if entry is not None:
        return Reason(ENTRY, entry.number, "", _cut(f"PJ {entry.voucher}, {entry.label}"), text)
    if value == WHOLE:
        return Reason("", 0, "", "", text)
    kind, number, code = value.split(":", 2)
    named = next(words for group in offered.values() for one, words in group if one == value)
    return Reason(kind, int(number), code, named, text)


def in_one_line(general: str, reasons: Iterable[Reason]) -> str:
    """Write all the reasons as the trace of the move keeps them."""
    said = [f"{one.named} : {one.text}" if one.named else one.text for one in reasons]
    parts = [*([general] if general else []), *said]
    return " • ".join(parts)


def _cut(text: str) -> str:
    return text if len(text) <= _NAMED else f"{text[: _NAMED - 1].rstrip()}…"
