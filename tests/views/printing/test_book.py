"""The printed cahier over HTTP: who may, what is asked for, and what is kept of a closed year."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask

from retkoop.exports import pdf
from retkoop.models import Cooperative, Year, YearKey
from tests.factories import a_coop, a_person, a_year, an_advance, an_entry
from tests.views.conftest import Browser

BOOK = "/coop/075-0001/2024-2025/cahier.pdf"


def text_of(document: bytes) -> str:
    command = ["pdftotext", "-layout", "-", "-"]
    return subprocess.run(command, input=document, stdout=subprocess.PIPE, check=True).stdout.decode()


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Give the sources that are rendered from now on, which make quick and plain documents."""
    asked: list[tuple[str, ...]] = []

    def render(*parts: str) -> bytes:
        asked.append(parts)
        return b"%PDF-" + "".join(parts).encode() + b"%%EOF"

    monkeypatch.setattr(pdf, "render", render)
    return asked


def close(app: Flask, key: YearKey, folder: Path) -> None:
    Year.update(state="closed", closed_at=datetime(2025, 9, 12, 22, 30, tzinfo=UTC)).where(key.of(Year)).execute()
    app.config["RETKOOP"] = replace(app.config["RETKOOP"], rendered=folder)


def test_it_is_served_for_reading_and_never_kept_by_the_browser(year: YearKey, mandataire: Browser) -> None:
    an_entry(year)
    answer = mandataire.get(BOOK)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"] == 'inline; filename="cahier-075-0001-2024-2025.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    text = text_of(answer.data)
    assert "Librairie du Centre – Albums" in text
    assert "imprimé le 05/09/2025, le cahier est encore ouvert" in text


def test_a_verifier_prints_it_too(year: YearKey, verifier: Browser, rendered: list[tuple[str, ...]]) -> None:
    an_entry(year)
    assert verifier.get(BOOK).status_code == 200
    assert "Librairie du Centre" in rendered[0][0]


def test_it_does_not_exist_for_a_stranger(
    year: YearKey, browse: Callable[[], Browser], rendered: list[tuple[str, ...]]
) -> None:
    a_year(a_coop("075-0002"))
    a_person("075-0002", coop_identifier="075-0002")
    assert browse().sign_in("075-0002").get(BOOK).status_code == 404
    assert rendered == []


@pytest.mark.parametrize(
    ("grouping", "words"),
    [
        ("projet", ("Sans projet", "Récapitulatif par projet", "Ensemble de l’année")),
        ("compte", ("6180 Charges des activités éducatives", "Récapitulatif par compte", "virements internes")),
        ("mois", ("novembre 2024", "Récapitulatif par mois", "Ensemble de l’année")),
    ],
)
def test_it_is_gathered_as_asked(grouping: str, words: tuple[str, ...], year: YearKey, mandataire: Browser) -> None:
    an_entry(year)
    an_entry(year, voucher="02", bank=-800)
    answer = mandataire.get(f"{BOOK}?par={grouping}")
    name = f"cahier-par-{grouping}-075-0001-2024-2025.pdf"
    assert answer.headers["Content-Disposition"] == f'inline; filename="{name}"'
    text = text_of(answer.data)
    for word in (*words, "24,00", "+4,00"):
        assert word in text


def test_one_project_is_printed_alone(year: YearKey, mandataire: Browser) -> None:
    for name, label in (("Kermesse", "Lots"), ("Jardin", "Terreau"), (None, "Timbres")):
        an_entry(year, project=name, label=label)
    for asked, label in (("1", "Lots"), ("2", "Terreau"), ("sans-projet", "Timbres")):
        answer = mandataire.get(f"{BOOK}?par=projet&action={asked}")
        name = f"cahier-par-projet-{asked}-075-0001-2024-2025.pdf"
        assert answer.headers["Content-Disposition"] == f'inline; filename="{name}"'
        text = text_of(answer.data)
        assert [word for word in ("Lots", "Terreau", "Timbres") if word in text] == [label]
        assert "Récapitulatif" not in text
        assert "page 1 / 1" in text


@pytest.mark.parametrize("asked", ["3", "0", "x", "-1", "9" * 30, "²", "Kermesse%0d"])
def test_a_project_that_is_not_there_is_not_printed(
    year: YearKey, mandataire: Browser, rendered: list[tuple[str, ...]], asked: str
) -> None:
    an_entry(year, project="Kermesse")
    assert mandataire.get(f"{BOOK}?par=projet&action={asked}").status_code == 404
    assert rendered == []


def test_red_lines_that_come_to_nothing_are_counted(
    year: YearKey, mandataire: Browser, rendered: list[tuple[str, ...]]
) -> None:
    an_entry(year, bank=-1_200, allocations=())
    an_entry(year, bank=1_200, allocations=())
    for grouping in ("projet", "compte", "mois"):
        mandataire.get(f"{BOOK}?par={grouping}")
        # The total of the group, its line in the list of groups, and the whole.
        assert "".join(rendered[-1]).count("<td>2 lignes</td>") == 3


def test_what_is_not_known_gives_the_double_page(
    year: YearKey, mandataire: Browser, rendered: list[tuple[str, ...]]
) -> None:
    answer = mandataire.get(f"{BOOK}?par=%22%3E%0d%0a")
    assert answer.headers["Content-Disposition"] == 'inline; filename="cahier-075-0001-2024-2025.pdf"'
    assert "Opérations financières" in rendered[0][0]


def test_an_empty_cahier_is_printed_with_its_balances(year: YearKey, mandataire: Browser) -> None:
    text = text_of(mandataire.get(BOOK).data).replace("\u202f", " ")
    assert re.search(r"Report à nouveau +1 000,00 +50,00", text)
    assert "Ensemble de l’année" in text_of(mandataire.get(f"{BOOK}?par=projet").data)


def test_a_red_line_is_named_in_words_and_not_by_colour_alone(
    year: YearKey, mandataire: Browser, rendered: list[tuple[str, ...]]
) -> None:
    an_entry(year, bank=-1_500)
    mandataire.get(BOOK)
    assert '<tr class="red">' in rendered[0][0]
    assert '<td class="due">-3,00</td>' in rendered[0][0]


def test_a_regie_is_named(year: YearKey, mandataire: Browser, rendered: list[tuple[str, ...]]) -> None:
    an_entry(year, bank=-5_000, advance=an_advance(year), advance_amount=5_000, allocations=())
    mandataire.get(BOOK)
    assert "régie CP" in rendered[0][0]


def test_a_long_book_is_rendered_in_several_parts(
    year: YearKey, mandataire: Browser, rendered: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retkoop.exports.pdf.AT_ONCE", 2)
    monkeypatch.setattr("retkoop.book_pages.LINES", 2)
    for number in range(10):
        an_entry(year, voucher=f"{number:02d}")
    mandataire.get(BOOK)
    (parts,) = rendered
    assert [part.count("<section") for part in parts] == [5, 5]
    assert [part.count("<h1>") for part in parts] == [1, 0]
    assert "page 10 / 10" in parts[1]


def test_a_closed_year_is_rendered_once(
    app: Flask, year: YearKey, mandataire: Browser, rendered: list[tuple[str, ...]], tmp_path: Path
) -> None:
    an_entry(year)
    close(app, year, tmp_path / "imprimes")
    first = mandataire.get(BOOK).data
    assert "cahier clos le 13/09/2025" in first.decode()
    app.config["RETKOOP"] = replace(app.config["RETKOOP"], today=date(2025, 10, 1))
    assert mandataire.get(BOOK).data == first
    assert len(rendered) == 1
    mandataire.get(f"{BOOK}?par=mois")
    assert len(rendered) == 2


def test_what_has_changed_in_the_document_is_printed(
    app: Flask, year: YearKey, mandataire: Browser, rendered: list[tuple[str, ...]], tmp_path: Path
) -> None:
    close(app, year, tmp_path / "imprimes")
    mandataire.get(BOOK)
    Cooperative.update(name="Les Tilleuls").execute()
    assert "Les Tilleuls" in mandataire.get(BOOK).text
    assert len(rendered) == 2


def test_an_open_year_is_rendered_each_time(
    app: Flask, year: YearKey, mandataire: Browser, rendered: list[tuple[str, ...]], tmp_path: Path
) -> None:
    app.config["RETKOOP"] = replace(app.config["RETKOOP"], rendered=tmp_path / "imprimes")
    mandataire.get(BOOK)
    mandataire.get(BOOK)
    assert len(rendered) == 2
    assert not (tmp_path / "imprimes").exists()
