"""What the tests of the tables beside the cahier have in common."""

from __future__ import annotations

from collections.abc import Callable

from retkoop.actions.years import load_facts
from retkoop.facts import YearFacts
from retkoop.models import Year, YearKey
from tests.factories import a_person
from tests.support import pages
from tests.views.conftest import Browser

YEAR = "/coop/075-0001/2024-2025"


def stored(key: YearKey) -> YearFacts:
    """Give what is stored of a year."""
    return load_facts(Year.get(key.of(Year)))


def close(key: YearKey) -> None:
    """Close a year, whatever its checks say."""
    Year.update(state="closed").where(key.of(Year)).execute()


def readers(browse: Callable[[], Browser]) -> list[Browser]:
    """Give the browsers of those who read and never write: a verifier and the association départementale."""
    a_person("verif", "verificateur")
    a_person("association", "ad")
    return [browse().sign_in("verif"), browse().sign_in("association")]


def without_form(html: str) -> bool:
    """Tell whether a page lets nothing be changed: signing out is its only form, and nothing leads to editing."""
    tree = pages.parse(html)
    forms = [form.get("action") for form in tree.iter("form")]
    words = {pages.text_of(link).split(" ")[0] for link in tree.iter("a")}
    return forms == ["/deconnexion"] and not words & {"Modifier", "Inscrire", "Changer", "Saisir", "Donner", "Créer"}


def offered(html: str) -> list[tuple[str, str]]:
    """Give the addresses that the « Inscrire » buttons of a page send to, with what they name."""
    tree = pages.parse(html)
    form = pages.by_id(tree, "rows")
    if form is None or form.get("method") != "post":
        return []
    buttons = [button for button in tree.iter("button") if button.get("form") == "rows"]
    return [(str(button.get("formaction")), pages.text_of(button)) for button in buttons]


def undo_of(html: str) -> tuple[str, dict[str, str]]:
    """Give the address and the fields of the « Annuler » of a page's message."""
    message = pages.by_id(pages.parse(html), "messages")
    assert message is not None
    (form,) = message.iter("form")
    fields = {str(field.get("name")): field.get("value") or "" for field in form.iter("input")}
    return form.get("action") or "", fields


def text(html: str) -> str:
    """Give what a person reads of a page's main part, with plain spaces."""
    return pages.text_of(pages.by_id(pages.parse(html), "contenu"))
