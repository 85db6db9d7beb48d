"""The compte-rendu financier on paper: one tagged page with the words and figures of the screen."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable

import pikepdf
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from retkoop.money import format_euros
from tests.factories import a_case, a_coop, a_person, a_year
from tests.support.typed_directly import HOME
from tests.support.typed_directly import typist as a_typist
from tests.views.conftest import Browser, form_of
from tests.views.financial_report.test_show import ADVANCES, BALANCED, CORRECT, SOUND_CASES, cents, expected, plain


@pytest.fixture
def printed(app: Flask, browse: Callable[[], Browser]) -> Callable[[str, str], TestResponse]:
    """Import a case and give its printed report."""

    def made(name: str, query: str = "") -> TestResponse:
        key = a_case(name, app.config["STORAGE"])
        a_person(key.coop, coop_identifier=key.coop)
        return browse().sign_in(key.coop).get(f"/coop/{key.coop}/2024-2025/crf.pdf{query}")

    return made


def text_of(document: bytes) -> str:
    command = ["pdftotext", "-layout", "-", "-"]
    return plain(subprocess.run(command, input=document, stdout=subprocess.PIPE, check=True).stdout.decode())


@pytest.mark.parametrize("name", SOUND_CASES)
def test_it_has_the_words_and_figures_of_the_screen(name: str, printed: Callable[..., TestResponse]) -> None:
    wanted, text = expected(name), text_of(printed(name).data)
    for words in (BALANCED, "Le bilan simplifié est équilibré.", CORRECT, "provisoire", "imprimé le 05/09/2025"):
        assert words in text
    for figure in (*wanted["charges"].values(), *wanted["produits"].values(), wanted["total_charges"],
                   wanted["total_produits"], wanted["banque_cahier"], wanted["bilan_comptable"]["actif"]):  # fmt: skip
        assert plain(format_euros(cents(figure))) in text


def test_it_is_served_for_reading_and_never_kept(printed: Callable[..., TestResponse]) -> None:
    answer = printed("ecole-101")
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="crf-075-0101-2024-2025.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", SOUND_CASES)
def test_it_is_one_tagged_french_page_that_needs_nothing_else(name: str, printed: Callable[..., TestResponse]) -> None:
    document = printed(name).data
    with pikepdf.open(io.BytesIO(document)) as found:
        assert len(found.pages) == 1
        assert found.Root.MarkInfo.Marked
        assert found.Root.StructTreeRoot.K
        assert found.Root.Lang == "fr"
        assert str(found.docinfo.Title).startswith("Compte-Rendu Financier 2024-2025 – Coopérative")
        assert found.open_metadata()["pdfuaid:part"] == "1"
        assert "/Annots" not in found.pages[0]
        assert not {"/AcroForm", "/OpenAction", "/AA"} & set(found.Root.keys())
        assert "DejaVu" in " ".join(str(font.BaseFont) for font in found.pages[0].Resources.Font.values())
    assert "page 1 / 1" in text_of(document)


def test_one_typed_in_directly_is_one_tagged_page_too(browse: Callable[[], Browser], app: Flask) -> None:
    typist = a_typist(browse())
    typist.type_figures()
    typist.type_tables()
    sent = {**form_of(typist.browser.get(HOME + "crf"), "saisie"), **typist.figures}
    assert typist.browser.post(HOME + "crf", sent).status_code == 303
    document = typist.browser.get(HOME + "crf.pdf").data
    with pikepdf.open(io.BytesIO(document)) as found:
        assert len(found.pages) == 1
        assert found.open_metadata()["pdfuaid:part"] == "1"
    text = text_of(document)
    for words in (BALANCED, CORRECT, "Pépinières du Bourg", "Solde banque (512)", "6 579,54"):
        assert words in text
    assert "le cahier est encore ouvert" not in text


def test_it_says_what_is_wrong(printed: Callable[..., TestResponse]) -> None:
    text = text_of(printed("faute-regie").data)
    assert "La différence entre l'actif et le passif est : -42,81" in text
    assert ADVANCES in text
    assert "2 points sont à corriger" in text
    assert "semble correct" not in text


def test_it_prints_the_presentation_asked_for(printed: Callable[..., TestResponse]) -> None:
    text = text_of(printed("ecole-du-bourg", "?presentation=releve").data)
    assert "Produits à recevoir" in text
    assert "Factures à payer" in text


def test_a_hostile_name_is_only_a_name(app: Flask, browse: Callable[[], Browser]) -> None:
    name = '<img src="file:///etc/passwd"></style><h1>Autre</h1>'
    a_year(a_coop("075-0001", name=name))
    a_person()
    answer = browse().sign_in("075-0001").get("/coop/075-0001/2024-2025/crf.pdf")
    text = text_of(answer.data)
    assert '<img src="file:///etc/passwd">' in text
    assert "root:" not in text
