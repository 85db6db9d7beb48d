"""Where an exercice stands for its AD, and what is left to it, by data; `actions/test_summaries.py` compares it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from retkoop.facts import Settings
from retkoop.school_year import SchoolYear
from retkoop.year_summary import LEFT, YearSummary, left_on, standing_of

YEAR, LATE, EARLY = SchoolYear(2024), date(2025, 9, 5), date(2025, 3, 1)
DONE = YearSummary(1, 2, 3, 4, 0, 0, (), (), "passed", 0, False)
TODO = replace(DONE, report="begun", missing=2)
FAULTY = replace(TODO, blocking=("RELEVE", "BILAN"), unticked=11)


@pytest.mark.parametrize(
    ("state", "summary", "standing"),
    [
        (None, None, "pas_prete"),
        ("open", DONE, "pas_prete"),
        ("closed", DONE, "prete"),
        ("closed", replace(DONE, report="complete"), "pas_prete"),
        ("closed", replace(DONE, missing=1), "pas_prete"),
        ("closed", None, "pas_prete"),
        ("sent", DONE, "envoyee"),
        ("sent", None, "envoyee"),
        ("returned", DONE, "a_completer"),
        ("open", replace(DONE, sent_back=True), "a_completer"),
        ("closed", replace(DONE, sent_back=True), "a_completer"),
        ("validated", DONE, "validee"),
        ("validated", None, "validee"),
    ],
)
def test_where_it_stands(state: str | None, summary: YearSummary | None, standing: str) -> None:
    assert standing_of(state, summary) == standing


@pytest.mark.parametrize(
    ("state", "summary", "today", "left"),
    [
        (None, None, LATE, ("EXERCICE",)),
        ("open", None, LATE, ("CALCUL",)),
        ("open", DONE, LATE, ("CLOTURE",)),
        ("open", FAULTY, LATE, ("RELEVE", "NON_POINTEES", "BILAN", "CRA", "DOCUMENTS")),
        # Before the closing opens, what the year end asks for is not due: only what is wrong on any day is left.
        ("open", FAULTY, EARLY, ("BILAN",)),
        ("open", replace(FAULTY, blocking=("JUSTIFICATIFS", "CAISSE", "REGIES")), EARLY, ()),
        ("open", replace(FAULTY, blocking=("JUSTIFICATIFS",), unticked=0), LATE, ("JUSTIFICATIFS", "CRA", "DOCUMENTS")),
        ("open", replace(FAULTY, blocking=("VENTILATION", "SUBVENTIONS")), EARLY, ("VENTILATION", "SUBVENTIONS")),
        ("open", TODO, EARLY, ()),
        ("closed", TODO, LATE, ("CRA", "DOCUMENTS")),
        ("closed", DONE, LATE, ("ENVOI",)),
        ("returned", DONE, LATE, ("ENVOI",)),
        ("sent", FAULTY, LATE, ()),
        ("validated", FAULTY, LATE, ()),
    ],
)
def test_what_is_left(state: str | None, summary: YearSummary | None, today: date, left: tuple[str, ...]) -> None:
    assert left_on(state, summary, Settings(), YEAR, today) == left
    assert set(left) <= set(LEFT)


def test_a_later_day_set_by_the_ad_makes_it_early() -> None:
    assert left_on("open", FAULTY, Settings(20, closing_delay_days=30), YEAR, LATE) == ("BILAN",)
