"""What the fédération reads: its associations, the versions it published or prepares, and what they would touch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from peewee import fn

from retkoop.announcements import MOST_SHOWN, Notice, whose
from retkoop.association import KeptSummary
from retkoop.chart import Account, Chart
from retkoop.db import fetch
from retkoop.federation_board import DepartmentLine
from retkoop.federation_tables import Announcement, AnnouncementSeen, ChartDraft, ChartDraftAccount, QuestionnaireDraft
from retkoop.journal_rows import JournalLine, journal_line
from retkoop.models import (
    ActivityAnswer,
    Allocation,
    ChartAccount,
    Cooperative,
    Department,
    DirectAccount,
    Journal,
    QuestionnaireVersion,
    Year,
    as_day,
    as_stamp,
)
from retkoop.school_year import SchoolYear
from retkoop.year_states import VALIDATED

_PARIS = ZoneInfo("Europe/Paris")
# In the journal: what is done to the whole country is of no département.
NOWHERE = ("", "")
CHART, QUESTIONNAIRE = "plan comptable", "questionnaire"
PUBLISHING = "publication"
# What the fédération's own screens change, beside its announcements.
_SUBJECTS = ("association", CHART, QUESTIONNAIRE, f"brouillon du {CHART}", f"brouillon du {QUESTIONNAIRE}")


def all_years() -> list[tuple[int, int]]:
    """Give the exercices of the country, the latest first: (first year, how many are validated)."""
    validated = fn.SUM((Year.state == VALIDATED).cast("integer"))
    query = Year.select(Year.start_year, validated).group_by(Year.start_year).order_by(Year.start_year.desc())
    return [(start, int(count)) for start, count in fetch(query)]


def department_lines(start_year: int) -> list[DepartmentLine]:
    """Give every association by code, in three queries whatever their number; nothing of a cooperative is loaded."""
    states: dict[str, dict[str, int]] = defaultdict(dict)
    counted = Year.select(Year.department, Year.state, fn.COUNT(Year.coop)).where(Year.start_year == start_year)
    for code, state, count in fetch(counted.group_by(Year.department, Year.state)):
        states[code][state] = count
    active = KeptSummary.select(KeptSummary.department, fn.MAX(KeptSummary.active_at))
    of_year = active.where(KeptSummary.start_year == start_year).group_by(KeptSummary.department)
    latest = {code: as_stamp(at).astimezone(_PARIS) for code, at in fetch(of_year) if at}
    return [
        DepartmentLine(code, name, coops, states.get(code, {}), latest.get(code)) for code, name, coops in departments()
    ]


def departments() -> list[tuple[str, str, int]]:
    """Give the associations by code: (code, name, how many open cooperatives)."""
    return fetch(_coops())


def _coops() -> Any:
    mine = (Cooperative.department == Department.code) & Cooperative.closed_on.is_null()
    return (
        Department.select(Department.code, Department.name, fn.COUNT(Cooperative.identifier))
        .left_outer_join(Cooperative, on=mine)
        .group_by(Department.code, Department.name)
        .order_by(Department.code)
    )


def department(code: str) -> DepartmentLine | None:
    """Give one association, without its exercices; None when there is none."""
    rows = fetch(_coops().where(Department.code == code)) if "\0" not in code else []
    return DepartmentLine(*rows[0]) if rows else None


def years_of_department(code: str) -> list[tuple[SchoolYear, dict[str, int]]]:
    """Give the exercices of an association, the latest first, each with its cooperatives by state."""
    counted = Year.select(Year.start_year, Year.state, fn.COUNT(Year.coop)).where(Year.department == code)
    years: dict[int, dict[str, int]] = defaultdict(dict)
    for start, state, count in fetch(counted.group_by(Year.start_year, Year.state)):
        years[start][state] = count
    return [(SchoolYear(start), years[start]) for start in sorted(years, reverse=True)]


def last_deeds(most: int = 12) -> list[tuple[int | None, JournalLine]]:
    """Give what the fédération did last, each with the exercice that it was about."""
    columns = (Journal.at, Journal.who, Journal.action, Journal.subject, Journal.before, Journal.after, Journal.id)
    ours = Journal.subject.in_(_SUBJECTS) | Journal.subject.startswith("annonce:")
    mine = (Journal.department == "") & (Journal.coop == "") & ours
    rows = fetch(Journal.select(*columns, Journal.start_year).where(mine).order_by(Journal.id.desc()).limit(most))
    return [(start, journal_line(row)) for *row, start in rows]


class Version(NamedTuple):
    """A published version: the first exercice that it is for, how much is in it, when and by whom it was published."""

    first_year: int
    size: int
    at: datetime | None
    who: str


class Draft(NamedTuple):
    """A version in the making; `version` is what a form carries, to be refused once somebody else has changed it."""

    first_year: int
    version: int
    at: datetime
    who: str


def _published(subject: str) -> dict[int, tuple[datetime, str]]:
    mine = (Journal.department == "") & (Journal.coop == "") & (Journal.subject == subject)
    query = Journal.select(Journal.start_year, Journal.at, Journal.who).where(mine, Journal.action == PUBLISHING)
    return {start: (as_stamp(at).astimezone(_PARIS), who) for start, at, who in fetch(query)}


def chart_versions() -> list[Version]:
    """Give the published versions of the chart of accounts, the latest first."""
    counted = ChartAccount.select(ChartAccount.first_year, fn.COUNT(ChartAccount.code)).group_by(
        ChartAccount.first_year
    )
    told = _published(CHART)
    rows = fetch(counted.order_by(ChartAccount.first_year.desc()))
    return [Version(start, size, *told.get(start, (None, ""))) for start, size in rows]


def questionnaire_versions() -> list[Version]:
    """Give the published versions of the fédération's questionnaire, the latest first; `size` counts characters."""
    table, told = QuestionnaireVersion, _published(QUESTIONNAIRE)
    query = table.select(table.first_year, fn.LENGTH(table.content)).where(table.department == "")
    rows = fetch(query.order_by(table.first_year.desc()))
    return [Version(start, size, *told.get(start, (None, ""))) for start, size in rows]


def _drafts(table: Any) -> list[Draft]:
    rows = fetch(table.select(table.first_year, table.version, table.at, table.who).order_by(table.first_year))
    return [Draft(start, version, as_stamp(at).astimezone(_PARIS), who) for start, version, at, who in rows]


def chart_drafts() -> list[Draft]:
    """Give the charts in the making."""
    return _drafts(ChartDraft)


def questionnaire_drafts() -> list[Draft]:
    """Give the questionnaires in the making."""
    return _drafts(QuestionnaireDraft)


def chart_version(first_year: int) -> Chart | None:
    """Give a published version as it was published, or None."""
    return _chart(ChartAccount, first_year) or None


def draft_chart(first_year: int) -> Chart:
    """Give a version in the making."""
    return _chart(ChartDraftAccount, first_year) or Chart(())


def _chart(table: Any, first_year: int) -> Chart | None:
    columns = (table.code, table.short, table.side, table.label, table.contents, table.particularity)
    rows = fetch(table.select(*columns).where(table.first_year == first_year).order_by(table.code))
    return Chart(tuple(Account(*row) for row in rows)) if rows else None


def questionnaire_version(first_year: int) -> str | None:
    """Give a published version of the fédération's questionnaire as it was published, or None."""
    table = QuestionnaireVersion
    rows = fetch(table.select(table.content).where(table.first_year == first_year, table.department == ""))
    return str(rows[0][0]) if rows else None


def questionnaire_draft(first_year: int) -> str | None:
    """Give a questionnaire in the making, or None."""
    rows = fetch(
        QuestionnaireDraft.select(QuestionnaireDraft.content).where(QuestionnaireDraft.first_year == first_year)
    )
    return str(rows[0][0]) if rows else None


# ---- What a version would touch


def chart_end(first_year: int) -> int:
    """Give the first exercice that a later version of the chart is for: this one would be used until then."""
    later = ChartAccount.select(fn.MIN(ChartAccount.first_year)).where(ChartAccount.first_year > first_year)
    ((start,),) = fetch(later)
    return start or 9_999


def chart_years(first_year: int) -> dict[str, int]:
    """Count the exercices that would use a version of the chart, by their state."""
    used = (Year.start_year >= first_year) & (Year.start_year < chart_end(first_year))
    return dict(fetch(Year.select(Year.state, fn.COUNT(Year.coop)).where(used).group_by(Year.state)))


class Use(NamedTuple):
    """What stands in an account in the exercices that a version concerns."""

    code: str
    lines: int
    coops: int


def uses_of_accounts(codes: Iterable[str], first_year: int) -> list[Use]:
    """Count what stands in some accounts in the exercices that a version concerns; what is struck out may return."""
    wanted, end = sorted(codes), chart_end(first_year)
    if not wanted:
        return []
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for table in (Allocation, DirectAccount):
        same = (table.department == Year.department) & (table.coop == Year.coop) & (table.start_year == Year.start_year)
        query = Year.select(table.account, fn.COUNT(table.account), fn.COUNT(table.coop.distinct())).join(
            table, on=same
        )
        here = (Year.start_year >= first_year, Year.start_year < end, table.account.in_(wanted))
        for code, lines, coops in fetch(query.where(*here).group_by(table.account)):
            found[code][0] += lines
            found[code][1] += coops
    return [Use(code, *found[code]) for code in wanted if code in found]


def questionnaire_years(first_year: int) -> dict[str, int]:
    """Count the exercices that would use a version of the fédération's questionnaire, by their state.

    Those of a département that has a later version of its own are left out.
    """
    counts: dict[str, int] = defaultdict(int)
    query = Year.select(Year.start_year, Year.department, Year.state, fn.COUNT(Year.coop))
    rows = fetch(query.where(Year.start_year >= first_year).group_by(Year.start_year, Year.department, Year.state))
    later = _later_questionnaires(first_year)
    for start, department, state, count in rows:
        if not any(first <= start and whose in ("", department) for first, whose in later):
            counts[state] += count
    return dict(counts)


def _later_questionnaires(first_year: int) -> list[tuple[int, str]]:
    table = QuestionnaireVersion
    return [
        (start, whose)
        for start, whose in fetch(table.select(table.first_year, table.department).where(table.first_year > first_year))
    ]


def answers_to(codes: Iterable[str], first_year: int) -> dict[str, int]:
    """Count the exercices that answered some questions, from a first exercice until the fédération's next version."""
    wanted, ends = sorted(codes), [start for start, whose in _later_questionnaires(first_year) if not whose]
    if not wanted:
        return {}
    table = ActivityAnswer
    same = (table.department == Year.department) & (table.coop == Year.coop) & (table.start_year == Year.start_year)
    here = (Year.start_year >= first_year, Year.start_year < min(ends, default=9_999), table.question.in_(wanted))
    query = Year.select(table.question, fn.COUNT(table.question)).join(table, on=same).where(*here)
    return dict(fetch(query.group_by(table.question)))


# ---- Announcements

_NOTICE = tuple(getattr(Announcement, name) for name in Notice._fields)


def all_announcements() -> list[Notice]:
    """Give every announcement, the latest first."""
    return [_notice(row) for row in fetch(Announcement.select(*_NOTICE).order_by(Announcement.number.desc()))]


def announcement(number: int) -> Notice | None:
    """Give one announcement, or None."""
    rows = fetch(Announcement.select(*_NOTICE).where(Announcement.number == number))
    return _notice(rows[0]) if rows else None


def _notice(row: Iterable[Any]) -> Notice:
    found = Notice(*row)
    return found._replace(from_day=as_day(found.from_day), to_day=as_day(found.to_day))


def announcements_for(role: str, person: int, today: date) -> list[Notice]:
    """Give what is announced to somebody today, less what they have put away, the latest first, in one query."""
    audiences = whose(role)
    if not audiences:
        return []
    seen = AnnouncementSeen.select(AnnouncementSeen.announcement).where(AnnouncementSeen.person == person)
    day = today.isoformat()
    here = (Announcement.from_day <= day, Announcement.to_day >= day, Announcement.audience.in_(audiences))
    query = Announcement.select(*_NOTICE).where(*here, Announcement.number.not_in(seen))
    return [_notice(row) for row in fetch(query.order_by(Announcement.number.desc()).limit(MOST_SHOWN))]
