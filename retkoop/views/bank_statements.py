"""Bank statements: a file is sent, its lines are shown beside what they settle, and ticked at once or one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from flask import Blueprint, flash, render_template, request

from retkoop import access
from retkoop.actions import bank_statements as actions
from retkoop.actions import statement_ticks as ticks
from retkoop.actions.statement_files import rows_of
from retkoop.actions.statement_proposals import search
from retkoop.audit import Actor
from retkoop.desks import NOT_FOUND, YearDesk
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.file_tables import BankLine
from retkoop.forms.bank_columns import ROLES, read_mapping, roles_of
from retkoop.forms.scans import document_name
from retkoop.forms.table_columns import MARKS, ORDERS
from retkoop.htmx import fragment, go, is_htmx, show_address
from retkoop.matching.operations import operations_of
from retkoop.models import YearKey
from retkoop.reports import opening_statement
from retkoop.statement_board import SECTIONS, Board, Ref, StoredStatement, board, takes_over
from retkoop.statement_rows import line_of, lines_of, mapping_and_rows, statements_of
from retkoop.statements import LARGEST_FILE, UnreadableStatement, read_table
from retkoop.statements.columns import from_json, to_json
from retkoop.views.shared import said_back, takes_files

blueprint = Blueprint("bank_statements", __name__, url_prefix="/coop/<identifiant>/<annee:annee>/releve")

# As many lines of a section as one page shows; of operations to choose from.
PER_PAGE, MOST_OFFERED = 50, 200
# As many rows of a table as tell what its columns hold.
_SAMPLE = 12


class Section(NamedTuple):
    """The lines of a section on this page, out of how many, and the pages that there are."""

    name: str
    lines: Sequence[Any]
    size: int
    page: int
    pages: int


@blueprint.post("/importes")
@takes_files
@access.writes_year
def send(desk: YearDesk) -> Any:
    """Read a file of the bank; refused, it leaves nothing."""
    sent = request.files.get("fichier")
    if sent is None or not sent.filename:
        return _refused(desk, "Choisissez d’abord le fichier du relevé.")
    name = document_name(sent.filename)
    try:
        taken = actions.take_in(desk.actor, desk.key, name, sent.stream.read(LARGEST_FILE + 1))
    except Refusal as refusal:
        return _refused(desk, f"{name} : {refusal.message}", refusal.status)
    if not taken.is_new:
        flash("Ce fichier est déjà là : aucune ligne n’a été ajoutée.")
    return go(desk.url("bank_statements.show", number=taken.number))


def _refused(desk: YearDesk, fault: str, status: int = 422) -> Any:
    return render_template("statements/offer.html", desk=desk, fault=fault, imports=statements_of(desk.key)), status


@blueprint.get("/importes")
@access.reads_year
def show_all(desk: YearDesk) -> Any:
    """Show where a statement is sent, and those that were."""
    return render_template("statements/offer.html", desk=desk, fault="", imports=statements_of(desk.key))


@blueprint.get("/importes/<int:number>")
@access.reads_year
def show(desk: YearDesk, number: int) -> Any:
    """Show a statement: its lines, what each settles, and the gap."""
    imports = statements_of(desk.key)
    statement = _one(imports, number)
    if not statement.told:
        place = "bank_statements.columns" if desk.may_change else "bank_statements.show_all"
        return go(desk.url(place, **({"number": number} if desk.may_change else {})))
    return render_template("statements/page.html", **_shown(desk, imports, statement))


def _one(imports: Sequence[StoredStatement], number: int) -> StoredStatement:
    found = next((one for one in imports if one.number == number), None)
    if found is None:
        raise NotFound(NOT_FOUND)
    return found


def _board(desk: YearDesk, statement: StoredStatement) -> Board:
    lines = lines_of(desk.key, BankLine.statement == statement.number)
    return board(statement, lines, operations_of(desk.facts))


def _shown(desk: YearDesk, imports: Sequence[StoredStatement], statement: StoredStatement) -> dict[str, Any]:
    shown, known = _board(desk, statement), desk.facts.statement
    sections = {name: _section(name, getattr(shown, name)) for name in SECTIONS}
    return {
        "desk": desk, "board": shown, "one": statement, "sections": sections,
        "vouchers": {entry.number: entry.voucher for entry in desk.facts.entries},
        "elsewhere": _section("ailleurs", shown.elsewhere),
        "before": _before(desk, imports, statement), "is_last": imports[0].number == statement.number,
        "takes_over": takes_over(statement.closing_day, statement.last_day, known.day if known else None),
    }  # fmt: skip


def _section(name: str, lines: Sequence[Any]) -> Section:
    asked = request.args.get(name, "")
    pages = max(1, -(-len(lines) // PER_PAGE))
    page = min(max(int(asked), 1), pages) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 1
    return Section(name, lines[(page - 1) * PER_PAGE : page * PER_PAGE], len(lines), page, pages)


class Before(NamedTuple):
    """What the account should hold where a statement begins, in cents, and what tells so, in words."""

    balance: int
    words: str


def _before(desk: YearDesk, imports: Sequence[StoredStatement], statement: StoredStatement) -> Before | None:
    """Give what a statement should begin with; None when nothing tells, or when some of its lines were here before."""
    if statement.known or statement.opening is None:
        return None
    earlier = [
        one for one in imports if one.number != statement.number and one.told and one.last_day <= statement.first_day
    ]
    if not earlier:
        return Before(opening_statement(desk.facts), "d’après les soldes de départ")
    last = earlier[0]
    return None if last.closing is None else Before(last.closing, f"d’après le relevé précédent ({last.name})")


def _again(desk: YearDesk, number: int, words: str, step: int | None) -> Any:
    """Show the statement after something was done, with a way back."""
    if is_htmx():
        after = desk.renewed()
        imports = statements_of(after.key)
        said = said_back(after, words, step, "bank_statements.show", number)
        shown = _shown(after, imports, _one(imports, number))
        answer = fragment("statements/_statement.html", **shown, message=said)
        return show_address(answer, desk.url("bank_statements.show", number=number))
    flash(said_back(desk, words, step, "bank_statements.show", number), "done")
    return go(desk.url("bank_statements.show", number=number))


@blueprint.post("/importes/<int:number>/confirmer")
@access.writes_year
def confirm(desk: YearDesk, number: int) -> Any:
    """Tick all that is sure, exactly as it was shown."""
    count, step = ticks.confirm(desk.actor, desk.key, number, request.form.get("vu", "")[:64])
    words = "Une ligne pointée." if count == 1 else f"{count} lignes pointées."
    return _again(desk, number, words, step)


@blueprint.post("/importes/<int:number>/chercher")
@access.writes_year
def look_again(desk: YearDesk, number: int) -> Any:
    """Look once more for what the lines settle, in the cahier of today."""
    search(desk.key, number)
    return _again(desk, number, "Recherche faite dans le cahier d’aujourd’hui.", None)


@blueprint.post("/importes/<int:number>/solde")
@access.writes_year
def take_balance(desk: YearDesk, number: int) -> Any:
    """Take the balance of this statement for that of the last one."""
    step = ticks.take_balance(desk.actor, desk.key, number)
    return _again(desk, number, "Solde du relevé repris.", step)


@blueprint.get("/importes/<int:number>/supprimer")
@access.writes_year
def ask_removal(desk: YearDesk, number: int) -> Any:
    """Say what goes with a statement."""
    statement = _one(statements_of(desk.key), number)
    return render_template("statements/remove.html", desk=desk, one=statement, board=_board(desk, statement))


@blueprint.post("/importes/<int:number>/supprimer")
@access.writes_year
def remove(desk: YearDesk, number: int) -> Any:
    """Delete a statement and the ticks that were made from it."""
    unticked, step = actions.remove(desk.actor, desk.key, number)
    words = "Relevé supprimé." if not unticked else f"Relevé supprimé ; opérations dépointées : {unticked}."
    flash(said_back(desk, words, step, "reconciliation.show"), "done")
    return go(desk.url("reconciliation.show"))


# ---- One line


def _line(desk: YearDesk, number: int) -> Any:
    row = line_of(desk.key, number)
    if row is None:
        raise NotFound(NOT_FOUND)
    return row


@blueprint.get("/lignes/<int:number>")
@access.writes_year
def line(desk: YearDesk, number: int) -> Any:
    """Choose by hand what a line of the statement settles."""
    return _line_page(desk, _line(desk, number), ())


def _line_page(desk: YearDesk, row: Any, chosen: Sequence[Ref], fault: str = "", status: int = 200) -> Any:
    same_way = [one for one in operations_of(desk.facts) if not one.ticked and one.amount * row.amount > 0]
    near = sorted(same_way, key=lambda one: (abs(one.amount - row.amount), abs((one.day - row.day).days), one.number))
    vouchers = {entry.number: entry.voucher for entry in desk.facts.entries}
    shown = {"row": row, "offered": near[:MOST_OFFERED], "left": len(near) - MOST_OFFERED, "chosen": chosen}
    return render_template("statements/line.html", desk=desk, **shown, vouchers=vouchers, fault=fault), status


@blueprint.post("/lignes/<int:number>")
@access.writes_year
def settle(desk: YearDesk, number: int) -> Any:
    """Tick what somebody says a line settles: an option that was offered, or operations chosen by hand."""
    row, option = _line(desk, number), request.form.get("option", "")
    chosen = _refs(option[:2_000].split() or request.form.getlist("operation"))
    if not chosen and not option:
        return _line_page(desk, row, (), "Cochez au moins une écriture.", 422)
    try:
        step = ticks.settle(desk.actor, desk.key, number, chosen)
    except (Refusal, Conflict, NotFound) as refusal:
        if option:
            raise
        return _line_page(desk, row, chosen, refusal.message, refusal.status)
    return _again(desk, row.statement, f"« {row.label[:60]} » pointée.", step)


def _refs(sent: Sequence[str]) -> list[Ref]:
    """Read operations as `entry-12`; what is none of the cahier's is refused by the action."""
    found = [text.partition("-") for text in sent[:MOST_OFFERED]]
    return sorted(
        {(kind, int(number)) for kind, _, number in found
         if kind in ("entry", "prior") and number.isascii() and number.isdecimal() and len(number) < 10}
    )  # fmt: skip


@blueprint.post("/lignes/<int:number>/refuser")
@access.writes_year
def refuse(desk: YearDesk, number: int) -> Any:
    """Say that a line does not settle what is proposed for it."""
    return _decide(desk, number, ticks.refuse, "proposition écartée")


@blueprint.post("/lignes/<int:number>/cote")
@access.writes_year
def put_aside(desk: YearDesk, number: int) -> Any:
    """Leave a line aside, or look for it again."""
    aside = request.form.get("cote") == "1"
    return _decide(desk, number, partial(ticks.put_aside, aside=aside), "laissée de côté" if aside else "reprise")


@blueprint.post("/lignes/<int:number>/depointer")
@access.writes_year
def untick(desk: YearDesk, number: int) -> Any:
    """Take the ticks of a line back."""
    return _decide(desk, number, ticks.untick, "dépointée")


def _decide(desk: YearDesk, number: int, act: Callable[[Actor, YearKey, int], int | None], done: str) -> Any:
    """Do what was decided of a line, and show its statement; without a step, nothing was done."""
    row = _line(desk, number)
    step = act(desk.actor, desk.key, number)
    words = f"« {row.label[:60]} » : {done}." if step else "Rien n’a changé : la ligne est déjà ainsi."
    return _again(desk, row.statement, words, step)


# ---- The columns of a table


@blueprint.get("/importes/<int:number>/colonnes")
@access.writes_year
def columns(desk: YearDesk, number: int) -> Any:
    """Show what the columns of a table are taken for, to be corrected."""
    return _columns_page(desk, _one(statements_of(desk.key), number))


def _columns_page(desk: YearDesk, statement: StoredStatement, fault: str = "", status: int = 200) -> Any:
    mapping, rows = _table(desk, statement)
    width = max(len(row.cells) for row in rows)
    if request.method == "POST":
        mapping, _ = read_mapping(request.form, mapping, width)
    start = max(0, next((at for at, row in enumerate(rows) if row.line >= mapping.head), 0) - 1)
    shown = {"rows": rows[start : start + _SAMPLE], "first_rows": rows[:_SAMPLE], "width": width, "mapping": mapping}
    words = {"roles": roles_of(mapping, width), "ROLES": ROLES, "ORDERS": ORDERS, "MARKS": MARKS}
    return render_template("statements/columns.html", desk=desk, one=statement, fault=fault, **shown, **words), status


def _table(desk: YearDesk, statement: StoredStatement) -> Any:
    if not statement.has_rows:
        raise Conflict("Les colonnes de ce relevé ne se corrigent plus : supprimez-le, puis envoyez-le de nouveau.")
    mapping, rows = mapping_and_rows(desk.key, statement.number)
    return from_json(mapping), rows_of(rows)


@blueprint.post("/importes/<int:number>/colonnes")
@access.writes_year
def save_columns(desk: YearDesk, number: int) -> Any:
    """Read a table by what somebody says its columns hold, and remember it."""
    statement = _one(statements_of(desk.key), number)
    before, rows = _table(desk, statement)
    mapping, fault = read_mapping(request.form, before, max(len(row.cells) for row in rows))
    try:
        read = None if fault else read_table(rows, mapping, statement.kind or "CSV")
    except UnreadableStatement as refusal:
        read, fault = None, str(refusal)
    if read is None:
        return _columns_page(desk, statement, fault, 422)
    try:
        actions.read_again(desk.actor, desk.key, number, to_json(mapping), read)
    except Refusal as refusal:
        return _columns_page(desk, statement, refusal.message, refusal.status)
    return go(desk.url("bank_statements.show", number=number))
