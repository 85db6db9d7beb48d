"""The archive of a year, to be kept and read for years without the product."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from io import SEEK_END
from typing import Any, NamedTuple

from flask import Blueprint, current_app, send_file

from retkoop import access, inventory_reports, reports, table_reports, year_rows
from retkoop.actions.exchange import exchange_of
from retkoop.book_sheet import book_sheet
from retkoop.desks import YearDesk
from retkoop.exchange_documents import written_documents
from retkoop.exports import pdf, sheets
from retkoop.exports.exchange import EXTENSIONS, scan_paths
from retkoop.exports.shelf import Shelf
from retkoop.exports.year_archive import MANIFEST, Made, pack_year
from retkoop.facts import Scan, YearFacts
from retkoop.forms.grants import KINDS
from retkoop.ledger_page import WHOLE_YEAR, ledger_page
from retkoop.project_reports import project_accounts
from retkoop.required_documents import OTHER, name_of, others, requirements
from retkoop.views.paper import sheet
from retkoop.year_states import last_closing

blueprint = Blueprint("archives", __name__, url_prefix="/coop/<identifiant>")


@blueprint.get("/<annee:annee>/exercice.zip")
@access.reads_year
def whole(desk: YearDesk) -> Any:
    """Give all of an exercice in one zip: what an import reads, the papers, the scans, and a page that shows them."""
    document, files = exchange_of(desk.coop, desk.row)
    scans = _scans(desk.facts)
    stored = {**files, **_pictures(scans), **{path: scan.digest for scan, path in scans.items() if path not in files}}
    made = [*_papers(desk), *_sheets(desk.facts)]
    shown = {**_contents(desk), "scans": scans, "given": _given(desk), "papers": [name for name, _ in made]}
    access.give_back()
    index = partial(_index, desk, shown)
    packed = pack_year(document, made, stored, index, current_app.config["STORAGE"].get)
    name = f"retkoop-{desk.coop.identifier}-{desk.year.label}.zip"
    answer = send_file(packed, "application/zip", as_attachment=True, download_name=name, conditional=False, max_age=0)
    answer.content_length = packed.seek(0, SEEK_END)
    packed.seek(0)
    return answer


def _scans(facts: YearFacts) -> dict[Scan, str]:
    """Give the path of each scan in the zip: as the exchange names it, and those that wait for an entry apart."""
    named = scan_paths(facts)
    kept = {scan: named[scan.number] for entry in facts.entries for scan in entry.scans}
    return {**kept, **{scan: f"a-ranger/piece-{scan.number}.{EXTENSIONS[scan.media_type]}" for scan in facts.inbox}}


def picture_path(scan: Scan) -> str:
    """Give the path of the small picture of a scan."""
    return f"vignettes/piece-{scan.number}.webp"


def _pictures(scans: dict[Scan, str]) -> dict[str, str]:
    return {picture_path(scan): scan.thumb_digest for scan in scans if scan.thumb_digest}


class Given(NamedTuple):
    """A document for the association départementale: what it proves, where it stands, and its files in the zip."""

    title: str
    words: str
    paths: list[str]


def _given(desk: YearDesk) -> list[Given]:
    """Give all that was asked for, then what was given besides; the exchange names the files."""
    documents = year_rows.documents_of(desk.key)
    paths = written_documents(desk.facts, documents, EXTENSIONS).paths
    closing = last_closing(desk.row.state, year_rows.moves_of(desk.key))
    asked = [
        Given(need.title, need.words, [paths[one.number] for one in need.files])
        for need in requirements(desk.facts, documents, closing)
    ]
    besides = [
        Given(name_of(OTHER), other.why, [paths[other.document.number]])
        for other in others(desk.facts, documents)
        if other.document.number in paths
    ]
    return [*asked, *besides]


def _papers(desk: YearDesk) -> list[Made]:
    """Give what makes each paper; its HTML is written now, while there is a connection."""
    papers = ((name, make) for name, make in current_app.extensions["papers"] if _has(desk.facts, name))
    return [(name, partial(_rendered, desk, make(desk))) for name, make in papers]


def _has(facts: YearFacts, name: str) -> bool:
    """Tell whether a year has this file: one that is typed in directly has no cahier here."""
    return facts.direct is None or not name.startswith("cahier.")


def _rendered(desk: YearDesk, parts: list[str]) -> bytes:
    """Render, unless the cahier is closed and the very same paper was rendered before."""
    folder = current_app.config["RETKOOP"].rendered
    return pdf.render(*parts) if desk.is_open or folder is None else Shelf(folder).rendered(parts, pdf.render)


def _sheets(facts: YearFacts) -> list[Made]:
    book = book_sheet(facts, ledger_page(facts, WHOLE_YEAR))
    writers: dict[str, Callable[[Any], bytes]] = {"cahier.csv": sheets.to_csv, "cahier.ods": sheets.to_ods}
    return [(name, partial(write, book)) for name, write in writers.items() if _has(facts, name)]


class Figure(NamedTuple):
    """One line of a table of figures; cents."""

    words: str
    amount: int


def _contents(desk: YearDesk) -> dict[str, Any]:
    """Give what the page shows, all of it read before the connection is given back."""
    facts = desk.facts
    operating, balance, table = (
        reports.operating_account(facts),
        reports.balance_sheet(facts),
        reports.reconciliation(facts),
    )
    words = {
        "banque": f"Banque ({facts.bank_account})",
        "caisse": "Caisse (530)",
        "report": "Report à nouveau",
        "resultat": "Résultat de l’exercice",
    }
    return {
        "department": desk.department.name,
        "lines": reports.ledger_lines(facts),
        "sides": [
            ("Charges", _accounts(facts, operating.expenses), operating.total_expenses),
            ("Produits", _accounts(facts, operating.income), operating.total_income),
            ("Actif", [Figure(words[line.code], line.amount) for line in balance.assets], balance.total_assets),
            (
                "Passif",
                [Figure(words[line.code], line.amount) for line in balance.liabilities],
                balance.total_liabilities,
            ),
        ],
        "result": operating.result,
        "table": table,
        "sums": desk.sums,
        "count": table_reports.count_checks(facts)[:1],
        "projects": [row for row in project_accounts(facts) if row.entries],
        "advances": table_reports.advance_accounts(facts),
        "inventory": inventory_reports.inventory(desk.year, year_rows.inventory_rows(desk.key)),
        "kinds": KINDS,
        "picture_path": picture_path,
        "manifest": MANIFEST,
    }


def _accounts(facts: YearFacts, side: tuple[tuple[str, int], ...]) -> list[Figure]:
    return [Figure(f"{facts.chart[code].short} {facts.chart[code].label}", amount) for code, amount in side]


def _index(desk: YearDesk, shown: dict[str, Any], lost: frozenset[str]) -> str:
    return sheet("archives/offline.html", desk, **shown, lost=lost, style=pdf.stylesheet("archive"))
