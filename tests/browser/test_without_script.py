"""Without JavaScript everything of the cahier works but dragging, the code for a phone and the grid typed in place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.browser.states import EMPTY, FULL, PIECES, State, Tour, tour
from tests.support.papers import picture

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]
DECEMBER = "cahier?vue=simple&mois=2024-12"


@pytest.fixture(scope="module")
def walk(session_app: Flask, fresh_database: Any, tmp_path_factory: Any, chromium: Browser) -> Iterator[Tour]:
    """Give the browser that goes around, without JavaScript; each test has rows of its own."""
    url, drop = fresh_database()
    with tour(session_app, url, tmp_path_factory.mktemp("pieces"), chromium, scripted=False) as made:
        yield made
    drop()


def press(page: Page, name: str, said: str) -> None:
    """Press a button and read what the page says then."""
    page.get_by_role("button", name=re.compile(f"^{name}")).first.click()
    expect(page.locator("#messages").get_by_text(said)).to_be_visible()


def seen(page: Page, text: str) -> None:
    expect(page.locator("main").get_by_text(text).first).to_be_visible()


def test_no_script_runs(walk: Tour) -> None:
    """The guard of all the others."""
    expect(walk.go(State(FULL, PIECES)).get_by_role("button", name="Envoyer", exact=True)).to_be_visible()
    walk.page.set_content("<p>avant</p><script>document.body.textContent = 'après'</script>")
    assert walk.page.locator("p").inner_text() == "avant"


def test_an_entry_is_added_split_changed_copied_ticked_struck_out_and_brought_back(walk: Tour) -> None:
    page = walk.go(State(FULL, DECEMBER))
    page.get_by_label("Date", exact=True).fill("2024-12-10")
    page.get_by_label("Libellé").fill("Musée – Entrées")
    page.get_by_label("Compte").select_option("61800008")
    page.get_by_label("Montant").fill("12+7,30")
    page.get_by_role("button", name="Répartir").click()
    page.get_by_label("Compte").nth(1).select_option("60700008")
    page.get_by_label("Montant").nth(1).fill("5")
    page.get_by_label("Photo ou PDF").set_input_files({"name": "t.png", "mimeType": "image/png", "buffer": picture()})
    press(page, "Enregistrer", "enregistrée.")
    row = page.locator("tr").filter(has_text="Musée – Entrées")
    expect(row).to_contain_text("-24,30")
    expect(row.get_by_role("link", name="pièce de Musée – Entrées")).to_be_visible()

    page.get_by_role("button", name="Modifier Musée – Entrées").click()
    page.get_by_label("Libellé").fill("Musée – Visite")
    press(page, "Enregistrer", "modifiée.")
    page.get_by_role("button", name="Dupliquer Musée – Visite").click()
    page.get_by_role("button", name="Répartir").click()
    expect(page.get_by_role("heading", name="Dupliquer une écriture")).to_be_visible()
    page.get_by_label("Libellé").fill("Musée – Retour")
    press(page, "Enregistrer", "enregistrée.")

    page.get_by_role("button", name="Pointer Musée – Visite").click()
    expect(page.get_by_role("button", name="Dépointer Musée – Visite")).to_be_visible()
    press(page, "Supprimer Musée – Visite", "supprimée.")
    expect(page.get_by_text("Musée – Visite")).to_have_count(0)
    page.locator("#messages").get_by_role("button", name="Annuler").click()
    expect(page.get_by_role("button", name="Dépointer Musée – Visite")).to_be_visible()
    page.locator("tr").filter(has_text="Musée – Visite").get_by_role("link", name="Historique").click()
    seen(page, "Musée – Entrées")


def test_what_is_wrong_is_said_and_kept(walk: Tour) -> None:
    page = walk.go(State(FULL, DECEMBER))
    page.get_by_label("Libellé").fill("À revoir")
    page.get_by_label("Montant").fill("12,5,0")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert page.get_by_label("Libellé").input_value() == "À revoir"
    walk.go(State(FULL, DECEMBER))
    seen(page, "Vous aviez commencé cette écriture")
    page.get_by_role("button", name="Tout effacer").click()
    assert page.get_by_label("Libellé").input_value() == ""


def test_the_cahier_is_searched_filtered_sorted_and_read_in_three_ways(walk: Tour) -> None:
    page = walk.go(State(FULL, "cahier?vue=simple&mois=tout"))
    page.get_by_text("Chercher, filtrer, trier").click()
    page.get_by_label("Mots, chèque ou somme").fill("famille 88")
    page.get_by_label("Sur le relevé").select_option("non")
    page.get_by_label("Trier par").select_option("pj")
    page.get_by_role("button", name="Chercher").click()
    expect(page.locator(".found")).to_contain_text("1 écriture sur")
    page.get_by_role("button", name="Pointer Famille 88").click()
    seen(page, "Aucune écriture ne répond à cette recherche.")
    page.get_by_role("link", name="Tout montrer").click()
    page.get_by_role("link", name=re.compile("^décembre", re.IGNORECASE)).click()
    for name in ("Visualisation classique", "Ventilation automatique", "Création d’une écriture"):
        walk.go(State(FULL, "cahier?mois=2024-12"))
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("mode", ["classique", "automatique"])
def test_the_grids_fall_back_to_the_form(walk: Tour, mode: str) -> None:
    page = walk.go(State(FULL, f"cahier?vue={mode}&mois=2024-12"))
    page.get_by_label("Libellé", exact=True).fill(f"Ligne {mode}")
    page.get_by_label("Banque, sortie", exact=True).fill("4,50")
    press(page, "Valider la ligne", "enregistrée.")
    page.get_by_role("button", name=f"Modifier Ligne {mode}").click()
    expect(page.get_by_role("heading", name="Modifier une écriture")).to_be_visible()
    page.get_by_label("Compte").first.select_option("61800008")
    page.get_by_label("Montant").first.fill("4,50")
    press(page, "Enregistrer", "modifiée.")
    press(page, f"Supprimer Ligne {mode}", "supprimée.")


def test_scans_are_sent_turned_replaced_detached_joined_put_away_and_brought_back(walk: Tour) -> None:
    page = walk.go(State(FULL, "cahier/ecritures/26/pieces"))
    page.get_by_label("Ajouter une pièce").set_input_files(
        [{"name": f"{name}.png", "mimeType": "image/png", "buffer": picture(name)} for name in ("red", "blue")]
    )
    press(page, "Envoyer$", "2 pièces reçues")
    press(page, "Tourner à droite", "Pièce tournée.")
    page.get_by_text("Remplacer par un autre fichier").click()
    page.get_by_label("Nouveau fichier").set_input_files(
        {"name": "v.png", "mimeType": "image/png", "buffer": picture("tan")}
    )
    press(page, "Remplacer", "Pièce remplacée par v.")
    press(page, "Retirer", "Pièce retirée.")
    press(page, "Annuler", "Action annulée.")
    press(page, "Détacher", "Pièce remise avec celles à ranger.")
    page.get_by_role("link", name="Pièces à ranger").click()
    page.get_by_label("Envoyer des pièces").set_input_files(
        {"name": "bon.png", "mimeType": "image/png", "buffer": picture("olive")}
    )
    press(page, "Envoyer$", "Une pièce reçue")
    last = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="bon"))
    last.get_by_role("combobox").fill("Famille 89")
    last.get_by_role("button", name="Joindre bon").click()
    seen(page, "Pièce jointe à l’écriture")
    press(page, "Retirer pink", "Pièce retirée.")
    page.get_by_text("Pièces retirées").click()
    press(page, "Rétablir pink", "Pièce rétablie.")
    page.get_by_role("link", name="Voir les écritures sans pièce").click()
    expect(page.get_by_role("heading", name="Pièces manquantes")).to_be_visible()


def test_projects_are_made_renamed_merged_closed_and_opened_again(walk: Tour) -> None:
    page = walk.go(State(FULL, "projets"))
    page.get_by_label("Nom").fill("Cirque")
    press(page, "Créer", "créé.")
    page.get_by_label("Nom").fill("Grand cirque")
    press(page, "Renommer", "Le projet s’appelle maintenant")
    press(page, "Fermer le projet", "fermé")
    press(page, "Rouvrir le projet", "rouvert")
    page.locator("form[action*=fusionner] select").select_option(index=1)
    press(page, "Réunir", "sont maintenant dans")


def test_a_slip_is_made_added_up_corrected_ticked_and_undone(walk: Tour) -> None:
    page = walk.go(State(FULL, "remises"))
    boxes = page.locator("#slip-form").get_by_role("checkbox")
    boxes.first.check()
    page.get_by_role("button", name="Calculer le total").click()
    expect(page.locator("#slip-total")).to_contain_text("15,00")
    press(page, "Enregistrer la remise", "enregistrée.")
    page.get_by_role("link", name="Modifier la remise").click()
    page.get_by_label("Libellé").fill("Kermesse")
    page.get_by_role("button", name=re.compile("^Enregistrer")).click()
    page.get_by_role("button", name=re.compile("^Pointer Kermesse")).click()
    expect(page.get_by_role("button", name=re.compile("^Dépointer Kermesse"))).to_be_visible()
    page.get_by_role("button", name=re.compile("^Dépointer Kermesse")).click()
    page.get_by_role("button", name="Défaire la remise").click()
    expect(page.get_by_role("heading", name="Remises de chèques")).to_be_visible()


def test_the_money_of_a_class_is_told_in_one_form(walk: Tour) -> None:
    page = walk.go(State(FULL, "regies/1/mouvement"))
    page.locator("#avance-montant").fill("50")
    page.locator("#factures-0-libelle").fill("Ferme – Visite")
    page.locator("#factures-0-montant").fill("50")
    page.locator("#factures-0-compte").select_option("61800008")
    page.get_by_role("button", name="Une facture de plus").click()
    page.get_by_role("button", name="Vérifier ce qui reste").click()
    expect(page.locator("#reste")).to_contain_text("Bravo")
    press(page, "Enregistrer", "2 écritures enregistrées")


def test_money_goes_from_the_cash_box_to_the_bank(walk: Tour) -> None:
    page = walk.go(State(FULL, "caisse"))
    page.get_by_role("link", name="Déposer des espèces à la banque").click()
    page.get_by_label("Libellé").fill("Dépôt d’espèces")
    page.get_by_label("Montant").fill("10")
    press(page, "Enregistrer", "enregistrée.")
    expect(page.locator("tr").filter(has_text="Dépôt d’espèces")).to_contain_text("virement interne")


def test_one_takes_back_what_one_did(walk: Tour) -> None:
    page = walk.go(State(FULL, "cahier/ecritures/27"))
    page.get_by_label("Libellé").fill("Par erreur")
    press(page, "Enregistrer", "modifiée.")
    page = walk.go(State(FULL, "cahier/mes-actions"))
    press(page, "Annuler.*Par erreur", "Action annulée.")
    walk.go(State(FULL, "cahier?vue=simple&mois=tout"))
    expect(page.get_by_text("Par erreur")).to_have_count(0)


@pytest.mark.parametrize(
    "name", ["Excel", "LibreOffice", "CSV", "toutes les pièces (ZIP)", "Version imprimable", "par projet"]
)
def test_the_cahier_is_taken_away(walk: Tour, name: str) -> None:
    page = walk.go(State(FULL, DECEMBER))
    link = page.get_by_role("link", name=name, exact=True).get_attribute("href")
    answer = page.request.get(f"{walk.address}{link}")
    assert answer.status == 200
    assert len(answer.body()) > 500


def test_an_empty_year_says_how_to_begin(walk: Tour) -> None:
    page = walk.go(State(EMPTY, "cahier?vue=simple"))
    seen(page, "Le cahier est vide")
