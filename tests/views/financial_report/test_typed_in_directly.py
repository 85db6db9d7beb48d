"""The CRF typed in directly, by a coop that keeps its book elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from retkoop import rules
from retkoop.actions.direct_report import turn_direct
from retkoop.actions.years import load_facts
from retkoop.exports.control import control_sheet
from retkoop.models import Year, YearKey
from retkoop.year_rows import direct_figures
from tests.conftest import TODAY
from tests.factories import SOMEONE, a_draft, an_entry
from tests.support import pages
from tests.support.typed_directly import HOME, Typist, expected, typist
from tests.views.conftest import Browser, form_of
from tests.views.helpers_tables import text

PLACE = "/coop/075-0001/2024-2025/"
CRF = PLACE + "crf"


@pytest.fixture
def typing(browse: Callable[[], Browser], app: Any) -> Typist:
    """Give the mandataire of the case, before the form."""
    return typist(browse())


@pytest.fixture
def direct(year: YearKey, mandataire: Browser) -> Browser:
    """Give the mandataire of a year typed in directly, of which nothing is typed yet."""
    turn_direct(SOMEONE, year)
    return mandataire


def blank(browser: Browser, address: str = CRF) -> dict[str, str]:
    return form_of(browser.get(address), "saisie")


def sheet_of(key: YearKey) -> dict[str, Any]:
    facts = load_facts(Year.get(key.of(Year)))
    return control_sheet(facts, rules.verdict(facts, TODAY))


def totals(answer: TestResponse) -> str:
    return pages.text_of(pages.by_id(pages.parse(answer.text), "totaux"))


def test_a_year_typed_through_the_form_gives_the_figures_of_its_cahier(typing: Typist) -> None:
    typing.type_figures()
    typing.type_tables()
    page = typing.browser.follow(HOME + "crf", {**blank(typing.browser, HOME + "crf"), **typing.figures})
    agreed = expected() | {"regies": {}}
    sheet = sheet_of(typing.key)
    assert {name: sheet[name] for name in agreed} == agreed
    assert "Compte rendu financier enregistré." in page.text
    said = totals(page)
    for phrase in (
        "La différence entre l'actif et le passif est : 0,00",
        "Bravo Le bilan simplifié est équilibré.",
        "Bravo Ce Compte-Rendu Financier 2024-2025 semble correct.",
        "Écart : 0,00 € Bravo",
        "Tableau : 28,98 € ; compte 7410 : 28,98 € Bravo",
        "Pas de caisse",
    ):
        assert phrase in said, phrase
    assert typing.browser.post(HOME + "cloture").status_code == 303
    assert Year.get(typing.key.of(Year)).state == "closed"
    assert "peuvent encore changer" not in typing.browser.get(HOME + "crf").text
    assert typing.browser.post(HOME + "crf", typing.figures).status_code == 409


def test_one_cent_is_seen_at_the_step_where_it_is_wrong(typing: Typist) -> None:
    typing.type_figures()
    typing.type_tables()
    wrong = {**blank(typing.browser, HOME + "crf"), **typing.figures, "banque": "6579,55"}
    said = totals(typing.browser.follow(HOME + "crf", wrong))
    assert "La différence entre l'actif et le passif est : 0,01" in said
    assert "les soldes et les comptes saisis, qui ne donnent pas le même résultat : 0,01" in said
    assert "Écart : -0,01" in said
    assert "2 points sont à corriger" in said
    sheet = sheet_of(typing.key)
    assert [code for code, holds in sheet["controles"].items() if not holds] == ["RELEVE", "BILAN"]


def test_a_zero_is_not_typed_before_anything_is(direct: Browser) -> None:
    fields = blank(direct)
    assert (fields["banque"], fields["caisse"], fields["c_60700008"]) == ("", "", "")
    page = direct.get(CRF)
    assert "Report à nouveau au 01/09/2024" in page.text
    assert "1 050,00 €" in pages.text_of(pages.parse(page.text))
    assert "-1 050,00" in totals(page)


def test_totals_are_computed_again_and_nothing_is_saved(direct: Browser, year: YearKey) -> None:
    typed = {**blank(direct), "c_70700008": "120", "banque": "1120", "caisse": "50"}
    answer = direct.post(CRF + "/totaux", typed)
    assert answer.status_code == 200
    assert "Total des produits120,00 €" in totals(answer)
    assert "Le bilan simplifié est équilibré." in totals(answer)
    assert "Pas encore enregistré" in totals(answer)
    assert form_of(answer, "saisie")["c_70700008"] == "120"
    assert direct_figures(year).accounts == ()
    fragment = direct.post(CRF + "/totaux", typed, htmx=True).text
    assert fragment.strip().startswith('<div id="totaux"')
    assert pages.text_of(pages.parse_fragment(fragment)[0]) == totals(answer)


def test_more_lines_are_offered_and_what_was_typed_stays(direct: Browser) -> None:
    typed = {**blank(direct), "operations-0-libelle": "Cars Martin"}
    answer = direct.post(CRF + "/totaux", {**typed, "lignes": "1"})
    after = form_of(answer, "saisie")
    assert after["operations-0-libelle"] == "Cars Martin"
    assert "operations-6-libelle" in after
    assert "operations-4-libelle" not in typed


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"banque": "mille"}, "Ce montant n’est pas lisible"),
        ({"caisse": "-5"}, "sans le signe moins"),
        ({"c_60700008": "12,5,0"}, "Ce montant n’est pas lisible"),
        ({"compte": "530"}, "Ce choix n’existe pas."),
        ({"operations-0-montant": "12"}, "Opération 1, Libellé"),
        ({"operations-0-libelle": "Car"}, "Opération 1, Date"),
        ({"operations-0-date": "2024-07-01", "operations-0-libelle": "Car", "operations-0-montant": "12"},
         "La date doit être dans l’exercice 2024-2025"),
        ({"operations-0-date": "2025-07-01", "operations-0-libelle": "x" * 201, "operations-0-montant": "12"},
         "200 caractères au plus"),
        ({"operations-0-date": "2025-07-01", "operations-0-libelle": "Car", "operations-0-montant": "0"},
         "Indiquez un montant"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_told_at_its_field(
    direct: Browser, year: YearKey, typed: dict[str, str], said: str
) -> None:
    sent = {**blank(direct), "c_70700008": "120", **typed}
    for address in (CRF, CRF + "/totaux"):
        answer = direct.post(address, sent)
        assert answer.status_code == 422
        assert said in answer.text
        assert form_of(answer, "saisie")["c_70700008"] == "120"
    assert direct_figures(year).accounts == ()


def test_a_hundred_operations_at_most_and_none_is_lost_unsaid(direct: Browser, year: YearKey) -> None:
    one = {"date": "2025-07-01", "libelle": "Car", "cheque": "", "sens": "-", "montant": "1"}
    many = {f"operations-{n}-{name}": value for n in range(101) for name, value in one.items()}
    answer = direct.post(CRF, {**blank(direct), **many})
    assert answer.status_code == 422
    assert "100 opérations en cours au plus" in answer.text
    assert direct_figures(year).operations == ()


def test_a_screen_that_is_gone_on_to_does_not_lose_what_was_typed(direct: Browser, year: YearKey) -> None:
    onward = {"releve": "releve", "caisse": "caisse", "subventions": "subventions", "ouverture": "ouverture"}
    for rank, (asked, place) in enumerate({**onward, "suite": "cloture"}.items(), 1):
        answer = direct.post(CRF, {**blank(direct), "c_70700008": str(rank), "vers": asked})
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{PLACE}{place}#contenu")
        assert direct_figures(year).accounts[0].amount == 100 * rank
        assert direct.post(CRF, {**blank(direct), "vers": asked}).headers["Location"] == PLACE + place
    assert direct.post(CRF, {**blank(direct), "vers": "https://ailleurs.example"}).headers["Location"].startswith(CRF)


def test_two_people_see_both_and_the_second_decides(direct: Browser, year: YearKey) -> None:
    mine = {**blank(direct), "c_70700008": "120"}
    direct.post(CRF, {**mine, "c_70700008": "90"})
    refused = direct.post(CRF, mine)
    assert refused.status_code == 409
    assert "Enregistré maintenant : 90,00" in refused.text
    again = form_of(refused, "saisie")
    assert again["c_70700008"] == "120"
    assert direct.post(CRF, again).status_code == 303
    assert direct_figures(year).accounts[0].amount == 12_000


def test_sent_twice_it_is_kept_once_and_it_can_be_taken_back(direct: Browser, year: YearKey) -> None:
    typed = {**blank(direct), "c_70700008": "120"}
    page = direct.follow(CRF, typed)
    assert direct.post(CRF, typed).status_code == 303
    undo = next(form for form in pages.parse(page.text).iter("form") if "/mes-actions/" in (form.get("action") or ""))
    back = direct.follow(str(undo.get("action")), {"revenir": "financial_report.show"})
    assert form_of(back, "saisie")["c_70700008"] == ""
    assert direct_figures(year).accounts == ()


def test_the_cahier_says_where_it_is_kept_and_takes_nothing(direct: Browser) -> None:
    page = direct.get(PLACE + "cahier")
    assert "Le cahier de cet exercice est tenu ailleurs" in page.text
    assert f'href="{CRF}"' in page.text
    assert f'href="{CRF}#mode"' in page.text
    entry = {"date": "2024-11-04", "libelle": "Car", "nature": "depense", "moyen": "banque", "pj": "1",
             "lignes-0-compte": "61800008", "lignes-0-montant": "12"}  # fmt: skip
    answer = direct.post(PLACE + "cahier", entry)
    assert answer.status_code == 409
    assert "est saisi directement" in answer.text
    line = {"date": "4/11", "libelle": "Car", "banque_sortie": "12", "compte_61800008": "12", "vue": "classique"}
    assert direct.post(PLACE + "cahier/grille", line).status_code == 409


def test_the_way_back_asks_before_it_sets_figures_aside(direct: Browser, year: YearKey) -> None:
    direct.post(CRF, {**blank(direct), "c_70700008": "120"})
    refused = direct.post(CRF + "/cahier")
    assert refused.status_code == 409
    assert "ils sont mis de côté et ne comptent plus" in refused.text
    page = direct.follow(CRF + "/cahier", {"confirme": "1"})
    assert "L’exercice se tient maintenant dans le cahier." in page.text
    assert "120,00" not in page.text
    assert form_of(direct.follow(CRF + "/direct"), "saisie")["c_70700008"] == "120,00"
    assert direct_figures(year).accounts[0].amount == 12_000


def test_an_untouched_one_goes_back_at_once(direct: Browser, year: YearKey) -> None:
    direct.get(CRF)
    assert direct.post(CRF + "/cahier").status_code == 303
    assert Year.get(year.of(Year)).mode == "cahier"


def test_a_cahier_with_entries_is_not_typed_over(year: YearKey, mandataire: Browser) -> None:
    an_entry(year)
    page = mandataire.get(CRF)
    assert "Vous tenez votre cahier ailleurs" not in page.text
    answer = mandataire.post(CRF + "/direct")
    assert answer.status_code == 409
    assert "Le cahier contient une écriture" in answer.text
    for address in (CRF, CRF + "/totaux"):
        answer = mandataire.post(address, {"banque": "5"})
        assert (answer.status_code, "vient du cahier" in answer.text) == (409, True)


def test_others_read_it_and_the_paper_shows_it(direct: Browser, verifier: Browser, year: YearKey) -> None:
    operation = {"date": "2025-08-20", "libelle": "Cars Martin", "cheque": "0042", "sens": "-", "montant": "30"}
    lines = {f"operations-0-{name}": value for name, value in operation.items()}
    direct.post(CRF, {**blank(direct), "c_70700008": "120", "banque": "1120", "caisse": "50", **lines})
    page = verifier.get(CRF)
    assert pages.by_id(pages.parse(page.text), "saisie") is None
    assert "saisis directement, peuvent encore changer" in page.text
    said = pages.text_of(pages.parse(page.text))
    assert "Cars Martin0042-30,00 €" in said
    assert "Solde banque1 120,00 €" in said
    assert verifier.post(CRF, {"banque": "1"}).status_code == 403
    assert verifier.get(PLACE + "crf.pdf").data.startswith(b"%PDF-")
    statement = direct.get(PLACE + "releve")
    assert "Cars Martin" in statement.text
    assert f'href="{CRF}#operations"' in statement.text


@pytest.mark.parametrize(
    "place",
    ["", "caisse", "subventions", "inventaire", "regies", "projets", "remises", "cloture", "cloture/ecart", "ouverture",
     "cra", "pieces", "cahier/supprimees", "cahier/mes-actions"],
)  # fmt: skip
def test_every_other_screen_stays_readable(direct: Browser, place: str) -> None:
    direct.post(CRF, {**blank(direct), "c_70700008": "120", "banque": "7"})
    assert direct.get(PLACE + place).status_code == 200


def test_an_entry_would_show(direct: Browser, year: YearKey) -> None:
    """Negative control of the walls: without the mode, the same entry is taken."""
    direct.get(CRF)
    direct.post(CRF + "/cahier")
    assert an_entry(year, **{"label": a_draft().label}) == 1


def test_the_screens_beside_it_speak_of_what_was_typed_and_offer_no_project(mandataire: Browser, year: YearKey) -> None:
    turn_direct(SOMEONE, year)
    home = "/coop/075-0001/2024-2025/"
    for page in ("caisse", "subventions", "inventaire", "releve"):
        said = text(mandataire.get(home + page).text)
        assert "du cahier" not in said, page
        assert "saisi" in said, page
    for page in ("projets", "regies"):
        answer = mandataire.get(home + page)
        assert "ni écriture, ni projet, ni régie" in text(answer.text)
        assert 'id="creer"' not in answer.text
    assert mandataire.post(home + "projets", {"nom": "Cirque"}).status_code == 409
    assert mandataire.post(home + "regies", {"code": "CP"}).status_code == 409
