"""What every printed document has in common: it is made apart, without the database, under a plain name."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, render_template

from retkoop import access, clock
from retkoop.ad_settings import Profile
from retkoop.desks import YearDesk
from retkoop.exports import pdf as printer
from retkoop.letterhead import letterhead


def sheet(template: str, desk: YearDesk, by: Profile | None = None, **shown: Any) -> str:
    """Give the HTML of a printed document: what it shows, its style sheet, its head and the day of printing.

    `by` is the association as it gives this paper today; one of the exercice bears the head that was kept with it.
    """
    common = {"css": printer.stylesheet(), "today": clock.today(), **letterhead(by or desk.head)}
    return render_template(template, desk=desk, **common, **shown)


def as_pdf(desk: YearDesk, name: str, html: str) -> Response:
    """Give a document on paper; its name tells the cooperative and the exercice."""
    access.give_back()
    answer = Response(printer.render(html), mimetype="application/pdf")
    safe = re.sub(r"[^\w-]", "", f"{name}-{desk.coop.identifier}-{desk.year.label}", flags=re.ASCII)
    answer.headers["Content-Disposition"] = f'inline; filename="{safe}.pdf"'
    return answer
