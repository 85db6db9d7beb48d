"""The papers of a validated exercice bear what its association was called then; the others, what it is called now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from retkoop.actions import moves
from retkoop.actions.departments import rename_department
from retkoop.exports import pdf
from retkoop.settings_rows import profile_of
from tests.factories import SOMEONE, a_case, a_person
from tests.support.year_end import finish
from tests.views.conftest import Browser

PAPERS = ("crf.pdf", "cra.pdf", "quitus.pdf", "inventaire.pdf", "caisse/1.pdf")
NEW = "OCCE de Paris, nouveau nom"


@pytest.mark.parametrize("validated", [True, False])
def test_a_rename_leaves_the_papers_of_what_is_validated(
    app: Flask, browse: Callable[[], Browser], monkeypatch: pytest.MonkeyPatch, validated: bool
) -> None:
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    a_person(key.coop, coop_identifier=key.coop, name="Camille")
    finish(key)
    moves.send(SOMEONE, key, lambda: date(2025, 9, 5))
    if validated:
        moves.validate(SOMEONE, key)
    old = profile_of("075").name
    rename_department(SOMEONE, "075", old, NEW)
    monkeypatch.setattr(pdf, "render", str.encode)
    browser = browse().sign_in(key.coop)
    for paper in PAPERS:
        answer = browser.get(f"/coop/{key.coop}/2024-2025/{paper}")
        assert answer.status_code == 200, paper
        assert (old in answer.text, NEW in answer.text) == (validated, not validated), paper
    assert NEW in browser.get(f"/coop/{key.coop}/2024-2025/adhesion/bulletin.pdf").text, "it is no paper of the books"
