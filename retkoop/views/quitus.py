"""The quitus: what the vérificateurs sign, the sample drawn for them, and what they saw in it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from retkoop import access
from retkoop.actions import quitus as actions
from retkoop.actions.quitus import Changed
from retkoop.audit import Actor
from retkoop.desks import YearDesk
from retkoop.forms.quitus import DrawForm, LookForm
from retkoop.htmx import fragment, go, is_htmx
from retkoop.quitus_rows import verifiers_of
from retkoop.views.paper import as_pdf, sheet
from retkoop.views.quitus_screens import name_of, quitus, rule_of, screen, signatories
from retkoop.views.shared import back, row_here
from retkoop.voucher_sample import lacks_parent

blueprint = Blueprint("quitus", __name__, url_prefix="/coop/<identifiant>/<annee:annee>")

# The entries of one page of the sample: each has its pictures and its form.
A_PAGE = 20


@blueprint.get("/quitus")
@access.reads_year
def show(desk: YearDesk) -> Any:
    """Show what the quitus will say, and how far the vérificateurs are."""
    return _page(desk)


def _page(desk: YearDesk, form: DrawForm | None = None, status: int = 200) -> Any:
    shown = {**quitus(desk), "lacks_parent": lacks_parent([one.quality for one in verifiers_of(desk.coop)])}
    form = form or DrawForm.of(shown["draw"])
    return render_template("quitus/page.html", **shown, form=form, ordinal=rule_of), status


@blueprint.get("/quitus.pdf")
@access.reads_year
def pdf(desk: YearDesk) -> Any:
    """Give the page to print and to sign."""
    return as_pdf(desk, "quitus", paper(desk))


def paper(desk: YearDesk) -> str:
    """Give the HTML of that paper."""
    shown = quitus(desk)
    signing = signatories(desk, shown["people"])
    return sheet("print/quitus.html", **shown, signing=signing, ordinal=rule_of)


@blueprint.post("/quitus/tirage")
@access.draws_sample
def draw(desk: YearDesk) -> Any:
    """Draw the sample of the year, once or anew."""
    form = DrawForm(request.form)
    if not form.validate():
        return _page(desk, form, 422)
    made = actions.draw_sample(desk.actor, desk.key, form.seen, form.montant.data, form.chance)
    said = "L’échantillon est tiré." if made else "L’échantillon était déjà tiré : le voici."
    return back(desk, "quitus.verification", said)


@blueprint.get("/quitus/verification")
@access.reads_year
def verification(desk: YearDesk) -> Any:
    """Show the sample, each entry beside its scans."""
    return _sample(desk)


def _sample(desk: YearDesk, typed: dict[int, LookForm] | None = None, status: int = 200) -> Any:
    """Show one page of the sample; `typed` is what could not be kept, by the number of its entry."""
    shown = screen(desk)
    last = max(1, -(-len(shown["drawn"]) // A_PAGE))
    page = min(_page_asked(), last)
    lines = shown["drawn"][(page - 1) * A_PAGE : page * A_PAGE]
    form = DrawForm.of(shown["draw"])
    return render_template(
        "quitus/verification.html", **shown, lines=lines, page=page, last=last, form=form, typed=typed or {},
        ordinal=rule_of,
    ), status  # fmt: skip


def _page_asked() -> int:
    asked = request.values.get("page", "")
    return max(1, int(asked)) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else 1


@blueprint.post("/quitus/verification/<int:number>")
@access.verifies_year
def look(desk: YearDesk, number: int) -> Any:
    """Keep what a vérificateur saw of one entry."""
    row_here(desk.facts.entries, number)
    form = LookForm(request.form)
    if not form.validate():
        return _answer(desk, number, form, 422)
    who = Actor(name_of(desk.person), desk.person.id)
    try:
        actions.look(who, desk.key, number, form.seen, form.verdict, form.remark)
    except Changed as changed:
        form.refuse("remarque", f"{changed.message} Enregistrez de nouveau pour garder celle-ci.")
        return _answer(desk, number, form, changed.status)
    return _answer(desk, number)


def _answer(desk: YearDesk, number: int, form: LookForm | None = None, status: int = 200) -> Any:
    """Show the entry as it is now; a form without htmx goes back to its page, unless it was refused."""
    typed = {number: form} if form else {}
    if not is_htmx():
        place = {"page": _page_asked(), "_anchor": f"verif-{number}"}
        return _sample(desk, typed, status) if form else go(desk.url("quitus.verification", **place))
    shown = screen(desk)
    line = next((line for line in shown["drawn"] if line.entry.number == number), None)
    if line is None:
        return go(desk.url("quitus.verification"))
    return fragment("quitus/_looked.html", status, **shown, line=line, page=_page_asked(), typed=typed)
