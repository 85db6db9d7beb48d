"""The year in pictures, for the compte-rendu financier."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple

from retkoop import charts, reports, treasury_reports
from retkoop.charts import Strip
from retkoop.facts import YearFacts
from retkoop.ledger_page import month_of
from retkoop.treasury_reports import Share

_CURVE, _STRIP = (320, 130), (100, 8)


class Drawn(NamedTuple):
    """An account with its name and its bar."""

    share: Share
    label: str
    strip: Strip


def pictures(facts: YearFacts, today: date) -> dict[str, Any] | None:
    """Give what the drawings show; None when there is no cahier to draw (a CRF typed in directly)."""
    if facts.direct is not None:
        return None
    months = treasury_reports.treasury_by_month(facts)
    account = reports.operating_account(facts)
    income, expenses = (treasury_reports.biggest(side) for side in (account.income, account.expenses))
    # Both sides are drawn on one scale, so that they can be compared.
    strips = charts.strips([share.amount for share in (*income, *expenses)], *_STRIP)
    return {
        "months": months,
        "current": month_of(today),
        "highest": max(months, key=attrgetter("total"), default=None),
        "lowest": min(months, key=attrgetter("total"), default=None),
        "curve": charts.curve([one.total for one in months], *_CURVE),
        "curve_size": _CURVE,
        "strip_size": _STRIP,
        "income": _drawn(facts, income, strips),
        "expenses": _drawn(facts, expenses, strips[len(income) :]),
    }


def _drawn(facts: YearFacts, shares: Sequence[Share], strips: Sequence[Strip]) -> list[Drawn]:
    return [Drawn(share, _label(facts, share), strip) for share, strip in zip(shares, strips, strict=False)]


def _label(facts: YearFacts, share: Share) -> str:
    if not share.code:
        return f"{share.accounts} autres comptes"
    return f"{facts.chart[share.code].short} {facts.chart[share.code].label}"
