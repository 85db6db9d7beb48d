"""The quitus on paper: one tagged A4 page whatever the year holds, the figures of the screen, room to sign."""

from __future__ import annotations

import io
import random
import re
import subprocess
from datetime import date, timedelta

import pikepdf
import pytest

from retkoop.actions.quitus import draw_sample, look
from retkoop.actions.verifiers import make_access
from retkoop.audit import Actor
from retkoop.facts import Allocation
from retkoop.models import Allocation as AllocationRow
from retkoop.models import Cooperative, Department, Entry, YearKey, find_coop
from retkoop.quitus_rows import draw_of
from tests.factories import SOMEONE, an_entry
from tests.support.tags import faults_of_tags
from tests.views.conftest import Browser
from tests.views.helpers_tables import YEAR

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
PDF = f"{YEAR}/quitus.pdf"
TODAY = date(2025, 9, 5)


def words(document: bytes) -> str:
    command = ["pdftotext", "-layout", "-", "-"]
    told = subprocess.run(command, input=document, stdout=subprocess.PIPE, check=True).stdout.decode()
    return re.sub(r"\s+", " ", told)


def coop_of(key: YearKey) -> Cooperative:
    coop = find_coop(key.coop)
    assert coop is not None
    return coop


def fill(key: YearKey, seed: int, voucher: str) -> None:
    """Write 300 entries of every kind at once, without the actions: they are many."""
    chance = random.Random(seed)
    for number in range(1, 301):
        amount, in_cash = chance.randint(5_000, 30_000), chance.random() < 0.3
        moved = {"bank": 0 if in_cash else -amount, "cash": -amount if in_cash else 0, "advance_amount": 0}
        day = date(2024, 9, 1) + timedelta(days=number)
        row = {
            **key._asdict(),
            "number": number,
            "day": day,
            "label": f"Écriture {number}",
            "voucher": voucher.format(2 * number),
        }
        Entry.insert(**row, **moved).execute()
        account = "74100008" if chance.random() < 0.1 else "61800008"
        AllocationRow.insert(**key._asdict(), entry=number, rank=1, account=account, amount=amount).execute()


def test_it_is_one_tagged_french_page(mandataire: Browser, year: YearKey) -> None:
    an_entry(year, voucher="07")
    an_entry(year, voucher="08", bank=30_000, allocations=(Allocation("74100008", 30_000),))
    draw_sample(SOMEONE, year, 0, 15_000, 10)
    anne = make_access(SOMEONE, coop_of(year), "Anne Petit", "parent", "075-0001-v1", True, TODAY).person
    look(Actor("Anne Petit, parent d’élève", anne.id), year, 1, 0, "a_revoir", "Ticket illisible")
    answer = mandataire.get(PDF)
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="quitus-075-0001-2024-2025.pdf"'
    with pikepdf.open(io.BytesIO(answer.data)) as found:
        assert len(found.pages) == 1
        assert faults_of_tags(found) == []
        assert found.Root.Lang == "fr"
        assert str(found.docinfo.Title) == "Quitus 2024-2025 – Coopérative 075-0001"
        assert found.open_metadata()["pdfuaid:part"] == "1"
        assert [round(float(side)) for side in found.pages[0].mediabox] == [0, 0, 595, 842]
    draw, said = draw_of(year), words(answer.data)
    assert draw is not None
    for told in (
        "Coopérative 075-0001", "provisoire", "Banque (512) 1 000,00 € 1 288,00 €", "Total des produits 300,00 €",
        "Total des charges 12,00 €", "Résultat (excédent) 288,00 €", "Relevé de banque : pas encore saisi",
        "Arrêté de caisse : pas encore compté", "Procès-verbaux", f"Tirage n° {draw.number} (1er de l’année)",
        "de plus de 150,00 €", "Subventions (1) : 08", "Au hasard (1) : 07", "2 écritures en tout",
        "Anne Petit, parent d’élève, 0 vue, 1 à revoir, 1 remarque", "07, à revoir : Ticket illisible",
        "Nom : Anne Petit", "☒ parent d’élève", "l’un au moins est parent d’élève", "Fait à", "Signature :",
        "imprimé le 05/09/2025", "page 1 / 1",
    ):  # fmt: skip
        assert told in said, (told, said)
    assert said.count("Signature :") == 2


def test_before_any_draw_there_is_room_to_write_the_numbers(mandataire: Browser, year: YearKey) -> None:
    said = words(mandataire.get(PDF).data)
    assert "Aucun échantillon n’a été tiré. Numéros des pièces regardées" in said
    assert "Tirage" not in said


@pytest.mark.parametrize("voucher", ["{:03d}", "FACT-2024-{:04d}-ABC", ""])
def test_three_hundred_entries_and_every_long_name_stay_on_one_page(
    mandataire: Browser, year: YearKey, voucher: str
) -> None:
    fill(year, 1, voucher)
    Cooperative.update(name="École élémentaire et maternelle intercommunale " * 4).execute()
    Department.update(name="Association départementale " * 4).execute()
    draw_sample(SOMEONE, year, 0, 6_000, 50)
    for number in range(8):
        name = f"Marie-Antoinette de La Rochefoucauld-Montmorency {number}"
        person = make_access(SOMEONE, coop_of(year), name, "parent", f"075-0001-v{number}", True, TODAY).person
        for entry in range(1 + number, 90, 9):
            look(Actor(f"{name}, parent d’élève", person.id), year, entry, 0, "a_revoir", "Une longue remarque. " * 14)
    document = mandataire.get(PDF).data
    with pikepdf.open(io.BytesIO(document)) as found:
        assert len(found.pages) == 1
    said = words(document)
    assert re.search(r"et \d+ autres, dans Retkoop", said)
    assert said.count("Signature :") == 2
