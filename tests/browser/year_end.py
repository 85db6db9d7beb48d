"""The steps of a year end, as a mandataire takes them in a browser: from the purple band to the sending."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.support.papers import picture


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile(f"^{name}")).first.click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=re.compile(f"^{name}")).first.click()


def close_the_cahier(page: Page) -> None:
    """Étape 1 of the guide: the purple band, the last checks."""
    expect(page.get_by_role("heading", name="Clôture du cahier de compta")).to_be_visible()
    follow(page, "Passer à la suite")
    expect(page.get_by_role("heading", name="Bravo La clôture est possible")).to_be_visible()
    press(page, "Clôture du cahier de compta")
    expect(page.get_by_text("Le cahier de compta 2024-2025 est clos.")).to_be_visible()


def fill_in_the_report(page: Page) -> None:
    """Étape 2: the questionnaire, « Valider les modifications », « Passer à la suite » once."""
    follow(page, "CRA")
    for name, text in (("Nombre de classes", "6"), ("Nombre d'élèves", "148"), ("Nombre d'adultes", "9")):
        page.get_by_label(re.compile(f"^{name}")).first.fill(text)
    page.get_by_label("Fête d'école, kermesse, marché").check()
    press(page, "Valider les modifications")
    expect(page.get_by_text("Bravo", exact=True).first).to_be_visible()
    press(page, "Passer à la suite")


def read_the_financial_report(page: Page) -> None:
    """Étape 3: the exact phrases."""
    expect(page.get_by_role("heading", name="Compte-Rendu Financier 2024-2025")).to_be_visible()
    said = page.locator("main").inner_text().replace("\u00a0", " ")
    assert "La différence entre l'actif et le passif est : 0,00" in said
    assert "Le bilan simplifié est équilibré." in said
    assert "Ce Compte-Rendu Financier 2024-2025 semble correct." in said
    follow(page, "Imprimez cette page quitus")
    expect(page.get_by_role("link", name="Imprimez cette page quitus !")).to_be_visible()
    follow(page, "Joindre la page signée")


def give_the_documents(page: Page, javascript: bool) -> None:
    """Étape 4: choosing a file sends it; the rest goes by post."""
    signed = {"name": "quitus.png", "mimeType": "image/png", "buffer": picture()}
    page.locator("#d-quitus-fichiers").set_input_files(signed)
    if not javascript:
        page.locator("#d-quitus").get_by_role("button", name="Envoyer").click()
    expect(page.locator("#d-quitus").get_by_text("Donné", exact=True)).to_be_visible()
    missing = page.locator("#etat a")
    while left := missing.count():
        place = (missing.first.get_attribute("href") or "").removeprefix("#")
        need = page.locator(f"#{place}")
        need.locator("summary").first.click()
        need.get_by_role("button", name="Noter l’envoi").click()
        expect(missing).to_have_count(left - 1)
    expect(page.get_by_role("heading", name="Bravo Tous les documents demandés sont là")).to_be_visible()
    follow(page, "Passer à la suite")
