"""The arrows that never exist, by reading the imports and by importing for real."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "retkoop"
PURE = (
    "characters", "rules", "facts", "reports", "money", "school_year", "chart", "drafts", "numbering",
    "ledger_page", "ledger_search", "grid", "journal_words", "exchange", "exchange_json", "exchange_reader", "direct",
    "exchange_direct",
    "sheet", "book_sheet", "scan_text", "still_undoable", "paper", "book_pages", "book_groups", "project_reports",
    "deposit_reports", "statement_board", "book_table", "advance_reports", "grant_reports", "inventory_reports",
    "charts",
    "questionnaire",
    "year_states", "standing", "year_steps", "required_documents", "exchange_documents", "handover",
    "voucher_sample", "exchange_quitus", "file_names", "treasury_reports", "validation_reports", "papers_beside",
    "clean_files", "return_reasons", "site_draws",
    "year_summary", "department_board",
    "double_entry", "fec", "fec_check",
    "aggregates", "aggregate_sheet",
    "chart_versions", "questionnaire_versions", "federation_board", "announcements", "national",
    "coop_identity", "coop_table", "coop_import", "coop_plan",
    "letters", "one_time_codes",
    "membership", "membership_board", "ad_settings", "two_people",
    "workbook_size",
    *(f"matching.{path.stem}" for path in sorted((PACKAGE / "matching").glob("*.py"))),
    *(f"statements.{path.stem}" for path in sorted((PACKAGE / "statements").glob("*.py"))),
    *(f"error_finder.{path.stem}" for path in sorted((PACKAGE / "error_finder").glob("*.py"))),
)  # fmt: skip
WEB = ("flask", "flask_login", "flask_wtf", "wtforms", "werkzeug", "jinja2", "click")
STORES = ("peewee", "playhouse", "apsw", "psycopg", "sqlite3")
FORBIDDEN = {
    **{
        f"retkoop.{name}": (
            *WEB, *STORES, "retkoop.models", "retkoop.db", "retkoop.forms", "retkoop.actions", "retkoop.views",
            "retkoop.clock", "retkoop.audit", "retkoop.application",
        )
        for name in PURE
    },
    **{
        f"retkoop.{name}": (
            *WEB, "retkoop.views", "retkoop.forms", "retkoop.rules", "retkoop.actions", "retkoop.access",
            "retkoop.desks",
        )
        for name in (
            "models", "year_rows", "association", "batches", "coop_rows", "federation_rows", "national_rows",
            "clean_rows", "staff_rows", "settings_rows", "statement_rows", "file_tables", "decision_tables",
            "federation_tables", "membership_tables",
        )
    },
    "retkoop.actions": (*WEB, "retkoop.views", "retkoop.forms", "retkoop.access", "retkoop.desks", "retkoop.htmx"),
    "retkoop.forms": (*STORES, "retkoop.views", "retkoop.actions", "retkoop.models", "retkoop.db"),
    "retkoop.exports": (*WEB, "retkoop.views", "retkoop.forms", "retkoop.actions"),
    "retkoop.views": (*STORES, "retkoop.db"),
}  # fmt: skip


# /etat asks the database whether it answers.
ALLOWED = {("home.py", "retkoop.db")}


def files_of(module: str) -> list[Path]:
    path = PACKAGE.parent / Path(*module.split("."))
    return sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]


def imports(source: str) -> Iterator[str]:
    """Give every name that a source imports, `from a import b` as `a.b`, TYPE_CHECKING and late ones included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def crossed(source: str, forbidden: tuple[str, ...]) -> set[str]:
    return {arrow for name in imports(source) for arrow in forbidden if name == arrow or name.startswith(arrow + ".")}


@pytest.mark.parametrize("module", FORBIDDEN)
def test_no_forbidden_arrow(module: str) -> None:
    files = files_of(module)
    assert files
    found = {path.name: crossed(path.read_text("utf-8"), FORBIDDEN[module]) for path in files}
    assert {(name, arrow) for name, arrows in found.items() for arrow in arrows} - ALLOWED == set()


def test_no_view_imports_another_view() -> None:
    # A module without routes of its own (`shared`, `book`) is what several views, or the halves of one, share.
    views = {path.stem for path in (PACKAGE / "views").glob("*.py") if "Blueprint(" in path.read_text("utf-8")}
    assert "ledger" in views
    others = {name: tuple(f"retkoop.views.{view}" for view in views - {name}) for name in views}
    found = {n: crossed((PACKAGE / "views" / f"{n}.py").read_text("utf-8"), arrows) for n, arrows in others.items()}
    assert {name: arrows for name, arrows in found.items() if arrows} == {}


@pytest.mark.parametrize(
    "source",
    ["import flask", "from retkoop import db", "from retkoop.db import fetch", "def f():\n    from peewee import fn"],
)
def test_the_reading_of_imports_notices_an_arrow(source: str) -> None:
    assert crossed(source, ("flask", "peewee", "retkoop.db"))


def clock_readings(source: str) -> list[str]:
    """Give each call that asks what time it is: `date.today()`, `datetime.now()`, `time.time()`…"""
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    named = (call for call in calls if isinstance(call, ast.Attribute))
    return [ast.unparse(call) for call in named if call.attr in ("now", "utcnow", "today", "time", "monotonic")]


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_never_asks_what_time_it_is(name: str) -> None:
    source = files_of(f"retkoop.{name}")[0].read_text("utf-8")
    assert clock_readings(source) == []
    assert crossed(source, ("time", "os", "random", "secrets", "zoneinfo")) == set()


def test_the_reading_of_clocks_notices_one() -> None:
    assert clock_readings("from datetime import date\nx = date.today()") == ["date.today"]


LOADED = "import sys\n{}\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"


def loaded_by(statement: str) -> set[str]:
    command = [sys.executable, "-c", LOADED.format(statement)]
    return set(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split())


def test_importing_every_pure_module_loads_neither_the_web_nor_a_store() -> None:
    loaded = loaded_by("\n".join(f"import retkoop.{name}" for name in PURE))
    assert "retkoop" in loaded
    assert loaded & {*WEB, *STORES} == set()


def test_importing_the_actions_loads_no_web() -> None:
    actions = sorted(path.stem for path in (PACKAGE / "actions").glob("*.py"))
    loaded = loaded_by("\n".join(f"import retkoop.actions.{name}" for name in actions))
    assert "peewee" in loaded
    assert loaded & {"flask", "wtforms", "werkzeug", "jinja2", "click"} == set()


def test_the_import_for_real_notices_a_store() -> None:
    assert "peewee" in loaded_by("import retkoop.models")


def test_the_package_itself_is_only_a_docstring() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text("utf-8"))
    assert len(tree.body) == 1
    assert ast.get_docstring(tree)


def private_names(source: str) -> set[str]:
    """Give the names of another module's own that a source imports."""
    nodes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom))
    ours = (node for node in nodes if (node.module or "").startswith("retkoop"))
    return {alias.name for node in ours for alias in node.names if alias.name.startswith("_")}


def test_no_module_imports_what_another_keeps_to_itself() -> None:
    found = {path.name: private_names(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")}
    assert len(found) > 100
    assert {name: names for name, names in found.items() if names} == {}


def test_the_reading_of_private_names_notices_one() -> None:
    assert private_names("from retkoop.actions.ledger import _columns, add_entry") == {"_columns"}
