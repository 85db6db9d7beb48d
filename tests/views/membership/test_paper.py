"""The adhésion on paper: the bulletin to sign, and the certificate once all is paid; one tagged A4 page each."""

from __future__ import annotations

import io
import subprocess
import zipfile
from pathlib import Path

import pikepdf
from flask import Flask

from retkoop.actions.backup import save
from retkoop.actions.membership import cancel_payment
from retkoop.actions.settings import keep_logo, save_profile, set_logo
from retkoop.ad_settings import profile_part, seal
from retkoop.membership import Headcount, SchoolClass
from retkoop.models import Cooperative, YearKey
from retkoop.settings_rows import profile_of
from tests.support.joined import DAY, STAFF, ask, pay, send
from tests.support.papers import picture
from tests.support.tags import faults_of_tags
from tests.views.conftest import Browser

PAGE = "/coop/075-0001/2024-2025/adhesion"


def said(document: bytes) -> str:
    printed = subprocess.run(["pdftotext", "-layout", "-", "-"], input=document, capture_output=True, check=True)
    return " ".join(printed.stdout.decode().replace("\u202f", " ").replace("\u00a0", " ").split())


def check(document: bytes, title: str) -> None:
    with pikepdf.open(io.BytesIO(document)) as found:
        assert len(found.pages) == 1
        assert [round(float(side)) for side in found.pages[0].mediabox[2:]] == [595, 842]
        assert found.Root.MarkInfo.Marked
        assert found.open_metadata()["pdfuaid:part"] == "1"
        assert title in str(found.docinfo.Title)


def test_the_bulletin_says_what_was_sent_on_one_page(mandataire: Browser, year: YearKey) -> None:
    ask()
    send(year)
    document = mandataire.get(f"{PAGE}/bulletin.pdf").data
    check(document, "Bulletin d’adhésion 2024-2025")
    told = said(document)
    for words in ("CP 18 Anne", "40 élèves", "2 adultes", "80,00 €", "20,00 €", "100,00 €", "avant le 30/11/2024",
                  "Engagement pris en ligne par Camille Test", "Chèque à l’ordre de : OCCE 075"):  # fmt: skip
        assert words in told, words


def test_a_bulletin_of_sixty_classes_is_one_page_too(mandataire: Browser, year: YearKey) -> None:
    ask()
    many = Headcount(tuple(SchoolClass(f"Classe {n}", 20, "Marie-Françoise Lefebvre-Dupont") for n in range(60)), 70)
    send(year, many)
    check(mandataire.get(f"{PAGE}/bulletin.pdf").data, "Bulletin")


def test_a_bulletin_before_the_sending_says_that_it_is_provisional(mandataire: Browser, year: YearKey) -> None:
    assert "provisoire" in said(mandataire.get(f"{PAGE}/bulletin.pdf").data)


def test_the_certificate_comes_with_the_last_payment_and_says_the_same_for_good(
    mandataire: Browser, year: YearKey
) -> None:
    ask()
    send(year)
    pay(year, 4_000)
    assert mandataire.get(f"{PAGE}/attestation.pdf").status_code == 404
    pay(year, 6_000)
    answer = mandataire.get(f"{PAGE}/attestation.pdf")
    check(answer.data, "075-2024-2025-0001")
    told = said(answer.data)
    for words in ("Attestation d’adhésion et d’assurance", "n° 075-2024-2025-0001", "Coopérative 075-0001",
                  "Élèves 40", "80,00 €", "20,00 €", "100,00 €", "du 01/09/2024 au 31/08/2025"):  # fmt: skip
        assert words in told, words
    Cooperative.update(name="Autre nom", address="Ailleurs").where(Cooperative.identifier == "075-0001").execute()
    assert mandataire.get(f"{PAGE}/attestation.pdf").data == answer.data
    cancel_payment(STAFF, year, 2, 1, "Chèque refusé", DAY)
    assert mandataire.get(f"{PAGE}/attestation.pdf").status_code == 404


CONTACT = {"contact": "Claire Aubert", "address": "6 rue A\n75005 Paris", "phone": "01 99 00 00 75", "mail": "ad@x.fr"}


def present(app: Flask, size: tuple[int, int]) -> str:
    """Let the association have a logo and an address; give the digest of the logo."""
    logo = keep_logo(picture(kind="PNG", size=size), app.config["STORAGE"])
    set_logo(STAFF, "075", logo)
    save_profile(STAFF, "075", "contact", seal(profile_part(profile_of("075"), "contact")), CONTACT)
    return logo


def logos(document: bytes) -> int:
    with pikepdf.open(io.BytesIO(document)) as found:
        assert faults_of_tags(found) == []
        return len(found.pages[0].get_images())


def test_both_bear_the_head_of_the_association(app: Flask, mandataire: Browser, year: YearKey) -> None:
    ask()
    many = Headcount(tuple(SchoolClass(f"Classe {n}", 20, "Marie-Françoise Lefebvre-Dupont") for n in range(60)), 70)
    present(app, (400, 300))
    send(year, many)
    document = mandataire.get(f"{PAGE}/bulletin.pdf").data
    check(document, "Bulletin")
    assert logos(document) == 1
    assert "Claire Aubert · 6 rue A · 75005 Paris · Téléphone : 01 99 00 00 75" in said(document)


def test_the_certificate_keeps_the_head_that_it_was_given_with(
    app: Flask, mandataire: Browser, year: YearKey, tmp_path: Path
) -> None:
    ask()
    logo = present(app, (400, 300))
    send(year)
    pay(year, 10_000)
    answer = mandataire.get(f"{PAGE}/attestation.pdf")
    assert logos(answer.data) == 1
    assert "6 rue A · 75005 Paris" in said(answer.data)
    set_logo(STAFF, "075", "")
    assert mandataire.get(f"{PAGE}/attestation.pdf").data == answer.data
    save(tmp_path / "tout.zip", app.config["STORAGE"])
    with zipfile.ZipFile(tmp_path / "tout.zip") as kept:
        assert f"pieces/{logo}" in kept.namelist(), "a former logo that a certificate bears is saved"
