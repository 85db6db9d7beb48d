"""Earlier exercices that an association enters from the reports it has on paper, so that history starts full.

They are typed in directly. Handing one in closes it on what the figures alone tell, the papers being with the
association, and puts it among those to be validated: whoever validates sees in the journal who typed it in.
"""

from __future__ import annotations

from datetime import date

from retkoop import facts, rules
from retkoop.actions.direct_report import save_direct
from retkoop.actions.following import take_over
from retkoop.actions.guard import journal, open_for_writing
from retkoop.actions.moves import move
from retkoop.actions.years import refuse_after_closing, refuse_before_its_past
from retkoop.audit import Actor
from retkoop.db import writing
from retkoop.direct import DIRECT, is_blank
from retkoop.errors import Conflict, Refusal
from retkoop.facts import DirectReport as Figures
from retkoop.models import Cooperative, Year, YearKey, find_year, years_of
from retkoop.school_year import SchoolYear
from retkoop.year_rows import direct_figures, year_facts
from retkoop.year_states import CLOSING, MANDATAIRE, OPEN, SENDING

YEARS_BACK = 10
# What the bank statement, the count and the proofs would tell: they were looked at in their time.
_PROVED_ON_PAPER = {"RELEVE", "NON_POINTEES", "JUSTIFICATIFS", "CAISSE", "SUBVENTIONS"}


def earlier_years(coop: Cooperative, today: date) -> list[SchoolYear]:
    """Give the exercices that are over and that the cooperative does not have, the latest first."""
    current = SchoolYear.containing(today).start
    there = {row.start_year for row in years_of(coop)}
    return [SchoolYear(start) for start in range(current - 1, current - YEARS_BACK - 1, -1) if start not in there]


@writing
def open_earlier(
    actor: Actor, coop: Cooperative, year: SchoolYear, opening: facts.Opening, bank_account: str, today: date
) -> YearKey:
    """Open an exercice that is over, to be typed in directly; it takes over what the one before ends with, if any."""
    if find_year(coop, year.start) is not None:
        raise Conflict(f"L’exercice {year.label} existe déjà.")
    if year not in earlier_years(coop, today):
        raise Refusal("Choisissez un exercice terminé, parmi les dix derniers.")
    key = YearKey(coop.department, coop.identifier, year.start)
    refuse_after_closing(key)
    previous = find_year(coop, year.start - 1)
    columns = {"opening_bank": opening.bank, "opening_cash": opening.cash, "opening_carried": opening.carried}
    Year.insert(
        **key._asdict(), mode=DIRECT, bank_account=bank_account, follows=int(previous is not None), **columns
    ).execute()
    if previous is not None:
        take_over(Year.get(key.of(Year)), previous)
    journal(actor, key, "ouverture", "exercice", after=[year.label, DIRECT], undoable=False)
    return key


def may_be_typed(year: Year, today: date) -> bool:
    """Tell whether the association may type an exercice in: over, still open, and directly."""
    return bool(year.mode == DIRECT and year.state == OPEN and SchoolYear(year.start_year).last_day < today)


def _taken(key: YearKey, today: date) -> Year:
    year = open_for_writing(key)
    if not may_be_typed(year, today):
        raise Conflict("L’association ne saisit que des exercices terminés, en saisie directe.")
    return year


@writing
def type_in(actor: Actor, key: YearKey, seen: str, report: Figures, bank_account: str, today: date) -> int | None:
    """Keep the figures of an earlier exercice; as `save_direct`."""
    _taken(key, today)
    return save_direct(actor, key, seen, report, bank_account)


def findings_in_the_way(key: YearKey, today: date) -> list[rules.Finding]:
    """Give what the figures themselves have wrong: they cannot be handed in so."""
    year = Year.get(key.of(Year))
    verdict = rules.verdict(year_facts(year), today)
    return [
        finding
        for finding in verdict.findings
        if finding.level == rules.BLOCKS and finding.code not in _PROVED_ON_PAPER
    ]


@writing
def hand_in(actor: Actor, key: YearKey, today: date) -> None:
    """Close an earlier exercice and put it among those to be validated."""
    year = _taken(key, today)
    refuse_before_its_past(key)
    if is_blank(direct_figures(key)):
        raise Refusal("Rien n’est encore saisi.")
    if wrong := findings_in_the_way(key, today):
        raise Refusal(" ".join(finding.message for finding in wrong))
    move(actor, year, CLOSING, MANDATAIRE)
    journal(actor, key, "clôture", "exercice", after={"saisi_par": actor.name}, undoable=False)
    move(actor, Year.get(key.of(Year)), SENDING, MANDATAIRE)
    journal(actor, key, "envoi", "exercice", after={"saisi_par": actor.name}, undoable=False)
