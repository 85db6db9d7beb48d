"""Every CRF and quitus of a département's exercice in one zip, with the list of them."""

from __future__ import annotations

import secrets
import tempfile
import zipfile
from collections.abc import Callable
from functools import partial

from flask import current_app

from retkoop.actions.jobs import Made
from retkoop.association import Job
from retkoop.db import given_back, reading
from retkoop.desks import YearDesk
from retkoop.exports import pdf
from retkoop.exports.sheets import to_csv
from retkoop.exports.shelf import Shelf
from retkoop.models import Cooperative, Person, Year
from retkoop.navigation import STATE_WORDS
from retkoop.school_year import SchoolYear
from retkoop.sheet import TEXT, Column, Sheet
from retkoop.year_states import OPEN

PAPERS = ("crf.pdf", "quitus.pdf")
LIST = "liste.csv"
_COLUMNS = tuple(Column(name, TEXT) for name in ("Identifiant", "Coopérative", "Exercice", "Fichiers"))
_EPOCH = (1980, 1, 1, 0, 0, 0)


def make(job: Job, step: Callable[[int, int], None]) -> Made:
    """Make the zip of all exercices whose cahier is closed; `step` is told after each cooperative that has papers."""
    # On disk: six hundred cooperatives make more than a hundred megabytes.
    year, file = SchoolYear(job.start_year), tempfile.TemporaryFile()  # noqa: SIM115 it is closed by whoever reads it
    coops = _coops(job.department, job.start_year)
    done, total = 0, sum(_has_papers(state) for _, state in coops)
    step(0, total)
    lines: list[tuple[str, ...]] = []
    with zipfile.ZipFile(file, "w") as archive:
        for coop, state in coops:
            papers = _papers(coop, job) if _has_papers(state) else []
            names = [f"{coop.identifier}/{name}" for name, _ in papers]
            for path, (_, render) in zip(names, papers, strict=True):
                with given_back():
                    _put(archive, path, render())
            lines.append((coop.identifier, coop.name, STATE_WORDS.get(state or "", "aucun"), " ".join(names)))
            if papers:
                done += 1
                step(done, total)
        # What is made here lies under a digest of its own, and goes away without taking another's along: not even that
        # of a worker that took the same work over.
        archive.comment = f"{job.department}-{job.number}-{secrets.token_hex(8)}".encode()
        _put(archive, LIST, to_csv(Sheet(f"CRF {year.label}", _COLUMNS, tuple(lines))))
    return Made(file, f"crf-et-quitus-{job.department}-{year.label}.zip")


def _has_papers(state: str | None) -> bool:
    """Tell whether an exercice has its CRF and quitus: they are final once the cahier is closed."""
    return state not in (None, OPEN)


def _coops(department: str, start_year: int) -> list[tuple[Cooperative, str | None]]:
    """Give every cooperative of the département with the state of its exercice, None when it has none."""
    states = {
        row.coop: row.state for row in Year.select().where(Year.department == department, Year.start_year == start_year)
    }
    coops = Cooperative.select().where(Cooperative.department == department).order_by(Cooperative.identifier)
    return [(coop, states.get(coop.identifier)) for coop in coops]


def _papers(coop: Cooperative, job: Job) -> list[tuple[str, Callable[[], bytes]]]:
    """Give what renders each paper; its HTML is written now, in one snapshot of the database."""
    app, config = current_app, current_app.config["RETKOOP"]
    with app.test_request_context(base_url=config.base_url), reading():
        row = Year.get(
            Year.department == coop.department, Year.coop == coop.identifier, Year.start_year == job.start_year
        )
        desk = YearDesk(coop, Person.get_by_id(job.person), row)
        made = {name: paper(desk) for name, paper in app.extensions["papers"] if name in PAPERS}
    return [(name, partial(_rendered, parts)) for name, parts in made.items()]


def _rendered(parts: list[str]) -> bytes:
    folder = current_app.config["RETKOOP"].rendered
    return pdf.render(*parts) if folder is None else Shelf(folder).rendered(parts, pdf.render)


def _put(archive: zipfile.ZipFile, path: str, data: bytes) -> None:
    info = zipfile.ZipInfo(path, _EPOCH)
    info.external_attr = 0o644 << 16
    archive.writestr(info, data, zipfile.ZIP_STORED if path.endswith(".pdf") else zipfile.ZIP_DEFLATED)
