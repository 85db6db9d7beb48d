"""PURE. What is kept of an exercice, for whoever looks at hundreds of them at once.

Only what neither the day nor a setting of the association départementale changes is kept: DATE, NON_POINTEES and the
steps that are left are told from it on reading. `tests/test_year_summary.py` holds it to `rules` and `year_steps`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from retkoop import reports, rules
from retkoop.facts import Settings
from retkoop.questionnaire import PASSED, state_of
from retkoop.required_documents import done_and_missing, requirements
from retkoop.rules import BLOCKS, CHECKS, Finding
from retkoop.school_year import SchoolYear
from retkoop.standing import Standing
from retkoop.year_states import OPEN, RETURNED, SENT, VALIDATED, last_sent_back

# Where an exercice stands for the association départementale.
NOT_READY, READY, HANDED_IN, TO_COMPLETE, ACCEPTED = STANDINGS = (
    "pas_prete", "prete", "envoyee", "a_completer", "validee",
)  # fmt: skip
# Told on reading, from the day and from the limit of the AD.
_DATE, _UNTICKED = "DATE", "NON_POINTEES"
# What is left besides the findings of the cahier: no exercice yet, to be closed, CRA, documents, to be sent.
NO_YEAR, CLOSING, REPORT, DOCUMENTS, SENDING = "EXERCICE", "CLOTURE", "CRA", "DOCUMENTS", "ENVOI"
# What the year end asks for, and nothing before it: a régie is out, an operation waits for its statement, a count for
# 31 August.
DUE_AT_THE_END = ("REGIES", "RELEVE", _UNTICKED, "JUSTIFICATIFS", "CAISSE")
# A summary that nobody has computed yet.
UNKNOWN = "CALCUL"
LEFT = (
    NO_YEAR, UNKNOWN, *(code for code, level, _ in CHECKS if level == BLOCKS and code != _DATE), CLOSING, REPORT,
    DOCUMENTS, SENDING,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class YearSummary:
    """Figures of a year in cents, numbers of what is in it, and the codes of its findings, each once.

    `report` is where the CRA stands (`questionnaire.state_of`), `missing` counts the documents that the AD waits for,
    `sent_back` tells that the AD has sent the year back and it has not been sent again.
    """

    bank: int
    cash: int
    result: int
    entries: int
    to_allocate: int
    unticked: int
    blocking: tuple[str, ...]
    warnings: tuple[str, ...]
    report: str
    missing: int
    sent_back: bool


def summarise(standing: Standing) -> YearSummary:
    """Compute the summary of a year."""
    facts = standing.facts
    # Any day does: what it decides is left out.
    verdict = rules.verdict(facts, facts.year.deadline)
    return YearSummary(
        bank=reports.bank_balance(facts),
        cash=reports.cash_balance(facts),
        result=reports.operating_account(facts).result,
        entries=len(facts.entries),
        to_allocate=len(reports.red_entries(facts)),
        unticked=len(reports.outstanding(facts)),
        blocking=tuple(code for code in _codes(verdict.blocking) if code not in (_DATE, _UNTICKED)),
        warnings=_codes(verdict.warnings),
        report=state_of(standing.questionnaire, standing.answers),
        missing=len(done_and_missing(requirements(facts, standing.documents, standing.closing))[1]),
        sent_back=last_sent_back(standing.moves) is not None,
    )


def _codes(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(finding.code for finding in findings))


def blocking_on(summary: YearSummary, settings: Settings, year: SchoolYear, today: date) -> tuple[str, ...]:
    """Give the codes of what stands against closing on a day, in the order of the checks."""
    found = {*summary.blocking}
    if summary.unticked > settings.unticked_limit:
        found.add(_UNTICKED)
    if today < year.closing_opens(settings.closing_delay_days):
        found.add(_DATE)
    return tuple(code for code, _, _ in CHECKS if code in found)


def steps_left(state: str, summary: YearSummary) -> tuple[str, ...]:
    """Give the codes of the steps of the year end that are left (`year_steps`)."""
    left = {
        "cloture": state == OPEN,
        "cra": summary.report != PASSED,
        "crf": state == OPEN,
        "documents": summary.missing > 0,
        "envoi": state not in (SENT, VALIDATED),
    }
    return tuple(code for code, is_left in left.items() if is_left)


def standing_of(state: str | None, summary: YearSummary | None) -> str:
    """Tell where an exercice stands, one of STANDINGS; what is not known yet is not ready."""
    if state == VALIDATED:
        return ACCEPTED
    if state == SENT:
        return HANDED_IN
    if state == RETURNED or (summary is not None and summary.sent_back):
        return TO_COMPLETE
    ready = state is not None and summary is not None and steps_left(state, summary) == ("envoi",)
    return READY if ready else NOT_READY


def left_on(
    state: str | None, summary: YearSummary | None, settings: Settings, year: SchoolYear, today: date
) -> tuple[str, ...]:
    """Give the codes of what is left before an exercice is with the AD, in the order of LEFT.

    Before the closing opens, only what is wrong on any day is told: nothing else is due, let alone late.
    """
    if state is None:
        return (NO_YEAR,)
    if state in (SENT, VALIDATED):
        return ()
    if summary is None:
        return (UNKNOWN,)
    blocking = blocking_on(summary, settings, year, today) if state == OPEN else ()
    faults, early = tuple(code for code in blocking if code != _DATE), _DATE in blocking
    if early:
        return tuple(code for code in faults if code not in DUE_AT_THE_END)
    steps = steps_left(state, summary)
    closing = faults or (CLOSING,) if state == OPEN else ()
    reported = tuple(code for code, step in ((REPORT, "cra"), (DOCUMENTS, "documents")) if step in steps)
    return (*closing, *reported) or (SENDING,)
