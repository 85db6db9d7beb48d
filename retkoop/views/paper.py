"""What every printed document has in common: it is made apart, without the database, under a plain name."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any

from flask import Response, current_app, render_template

from retkoop import access, clock
from retkoop.ad_settings import Profile
from retkoop.desks import YearDesk
from retkoop.exports import pdf as printer


def sheet(template: str, desk: YearDesk, **shown: Any) -> str:
    """Give the HTML of a printed document: what it shows, its style sheet, the logo and the day of printing."""
    common = {"css": printer.stylesheet(), "today": clock.today(), **letterhead(desk.association)}
    return render_template(template, desk=desk, **common, **shown)


def letterhead(association: Profile) -> dict[str, str]:
    """Give what the head of a paper needs: the logo as an address that holds it, and what it stands for."""
    if not association.logo:
        return {"logo": "", "association": association.name}
    picture = b64encode(current_app.config["STORAGE"].get(association.logo)).decode()
    return {"logo": f"data:image/png;base64,{picture}", "association": association.name}


def as_pdf(desk: YearDesk, name: str, html: str) -> Response:
    """Give a document on paper; its name tells the cooperative and the exercice."""
    access.give_back()
    answer = Response(printer.render(html), mimetype="application/pdf")
    safe = re.sub(r"[^\w-]", "", f"{name}-{desk.coop.identifier}-{desk.year.label}", flags=re.ASCII)
    answer.headers["Content-Disposition"] = f'inline; filename="{safe}.pdf"'
    return answer
