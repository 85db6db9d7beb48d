"""What an association asks for besides, and what it does without."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from retkoop.facts import DirectOperation, DirectReport, Document, OwnDocument, Settings, YearFacts
from retkoop.required_documents import (
    GIVEN,
    KINDS,
    MISSING,
    OPERATION,
    WAIVABLE,
    grant_proofs,
    is_known,
    name_of,
    others,
    requirements,
)
from tests.support.year_facts import entry, facts, grant, prior

OWN = OwnDocument(483_920_175, "Attestation d’assurance", "Celle de la MAE.")
FULL = facts(entry(4, ticked_on=None), grants=(grant(3),), priors=(prior(1),))


def codes(year: YearFacts) -> list[str]:
    return [need.code for need in requirements(year, ())]


def test_its_own_documents_are_asked_for_after_those_of_every_year() -> None:
    year = replace(facts(entry(4, ticked_on=None)), settings=Settings(own_documents=(OWN, OwnDocument(7, "Liste"))))
    assert codes(year) == ["quitus", "releve", "propre:483920175", "propre:7", "operation:4"]
    need, bare = requirements(year, ())[2:4]
    assert (need.title, need.hint, need.state) == (OWN.label, OWN.hint, MISSING)
    assert "à chaque coopérative" in bare.hint
    given = Document(1, "propre:483920175", None, "image/png", "photo", "a" * 64)
    assert requirements(year, [given])[2].state == GIVEN
    assert is_known("propre:7", year)
    assert not is_known("propre:8", year)


def test_one_that_is_no_longer_asked_for_stays_among_the_others() -> None:
    given = Document(1, "propre:483920175", None, "image/png", "photo", "a" * 64)
    (other,) = others(facts(), [given])
    assert "ne demande pas, ou plus" in other.why
    assert name_of("propre:483920175", Settings(own_documents=(OWN,))) == OWN.label
    assert name_of("propre:483920175") == "Document demandé par l’association"


@pytest.mark.parametrize("kind", WAIVABLE)
def test_a_sort_that_it_does_without_is_not_asked_for(kind: str) -> None:
    waived = replace(FULL, settings=Settings(waived=frozenset({kind})))
    left = [code for code in codes(FULL) if not code.startswith(kind)]
    assert codes(waived) == left != codes(FULL)
    given = [Document(1, code, None, "image/png", "photo", "a" * 64) for code in codes(FULL)]
    assert [one.document.requirement for one in others(waived, given)] == [c for c in codes(FULL) if c not in left]
    assert all("ne demande pas, ou plus" in one.why for one in others(waived, given))
    assert bool(grant_proofs(waived, ())) == (kind != "subvention")


def test_without_the_receipts_of_unticked_operations_those_typed_in_directly_are_not_asked_for_either() -> None:
    typed = replace(facts(), direct=DirectReport(operations=(DirectOperation(1, date(2025, 8, 1), "Car", "", -100),)))
    assert "saisie" in codes(typed)
    waived = replace(typed, settings=Settings(waived=frozenset({OPERATION})))
    assert codes(waived) == ["quitus", "releve"]
    given = Document(1, "saisie", None, "image/png", "photo", "a" * 64)
    assert "ne demande pas, ou plus" in others(waived, [given])[0].why


def test_the_quitus_and_the_statement_are_always_asked_for() -> None:
    nothing = replace(FULL, settings=Settings(waived=frozenset(KINDS)))
    assert codes(nothing) == ["quitus", "releve"]


def test_the_quitus_says_who_signs_it() -> None:
    signed = replace(facts(), settings=Settings(verifiers=3, signers=("Le mandataire",)))
    assert "trois vérificateurs" in requirements(signed, ())[0].hint
    assert "Signent aussi : Le mandataire." in requirements(signed, ())[0].hint
    assert "deux vérificateurs" in requirements(facts(), ())[0].hint
