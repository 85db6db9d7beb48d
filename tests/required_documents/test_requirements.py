"""What the AD asks for, told from the year alone, and what each document given for it settles."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from retkoop.facts import DirectOperation, DirectReport, Document, Statement, YearFacts
from retkoop.required_documents import (
    GIVEN,
    IN_LEDGER,
    KINDS,
    MISSING,
    POSTED,
    STALE,
    Requirement,
    done_and_missing,
    is_known,
    kind_of,
    name_of,
    others,
    requirements,
    row_of,
)
from tests.support.year_facts import entry, facts, grant, prior

DIGEST = "a" * 64


def a_file(requirement: str, number: int = 1) -> Document:
    return Document(number, requirement, None, "image/png", "photo", DIGEST)


def a_letter(requirement: str, number: int = 1) -> Document:
    return Document(number, requirement, date(2025, 9, 12))


def codes(year: YearFacts) -> list[str]:
    return [need.code for need in requirements(year, ())]


def need(year: YearFacts, code: str, *given: Document, closing: int | None = 0) -> Requirement:
    return next(need for need in requirements(year, given, closing) if need.code == code)


def test_every_year_needs_the_quitus_and_the_statement() -> None:
    assert codes(facts()) == ["quitus", "releve"]
    assert codes(facts(entry(1))) == ["quitus", "releve"]


def test_each_grant_each_unticked_operation_and_each_one_of_last_year_is_asked_for() -> None:
    year = facts(
        entry(4, ticked_on=None), entry(5), entry(6, ticked_on=None), entry(7, bank=0, cash=-1_200, ticked_on=None),
        grants=(replace(grant(2), day=date(2025, 1, 5)), grant(3)),
        priors=(prior(1), prior(2, ticked_on=date(2024, 9, 9))),
    )  # fmt: skip
    assert codes(year) == ["quitus", "releve", "subvention:3", "subvention:2", "operation:4", "operation:6", "report:1"]


def test_a_code_is_that_of_its_row_whatever_goes_before_it() -> None:
    year = facts(entry(4, ticked_on=None), entry(6, ticked_on=None), grants=(grant(2), grant(3)))
    later = facts(entry(6, ticked_on=None), grants=(grant(3),))
    assert codes(later)[2:] == ["subvention:3", "operation:6"]
    assert set(codes(later)) < set(codes(year))


@pytest.mark.parametrize(
    ("given", "state", "words"),
    [
        ((), MISSING, "Manque encore"),
        ((a_file("quitus"),), GIVEN, "Donné"),
        ((a_letter("quitus"),), POSTED, "Envoyé par courrier ou par mail le 12/09/2025"),
        ((a_letter("quitus"), a_file("quitus", 2)), GIVEN, "Donné"),
        ((a_file("releve"), a_letter("subvention:1")), MISSING, "Manque encore"),
    ],
)
def test_a_file_or_a_letter_settles_what_it_was_given_for(given: Any, state: str, words: str) -> None:
    quitus = need(facts(grants=(grant(),)), "quitus", *given)
    assert (quitus.state, quitus.words, quitus.settled) == (state, words, state != MISSING)


def test_several_files_are_all_kept_in_their_order() -> None:
    given = (a_file("quitus", 1), a_file("releve", 2), a_file("quitus", 3))
    assert need(facts(), "quitus", *given).files == (given[0], given[2])


def test_an_operation_whose_entry_has_a_scan_is_settled_by_it() -> None:
    year = facts(entry(4, ticked_on=None), entry(6, ticked_on=None, scans=()))
    assert need(year, "operation:4").state == IN_LEDGER
    assert need(year, "operation:6").state == MISSING
    assert need(year, "operation:6", a_letter("operation:6")).state == POSTED


def test_last_years_operation_has_no_entry_and_is_settled_by_a_letter() -> None:
    year = facts(priors=(prior(1),))
    assert need(year, "report:1").state == MISSING
    assert need(year, "report:1", a_letter("report:1")).settled


GRANTED: dict[str, Any] = {"voucher": "07", "bank": 30_000, "granted": 30_000}


@pytest.mark.parametrize(
    ("entries", "state"),
    [
        ((GRANTED,), IN_LEDGER),
        (({**GRANTED, "scans": ()},), MISSING),
        (({**GRANTED, "voucher": "08"},), MISSING),
        # The number is that of another receipt, or of two: nobody can say which one is meant.
        (({"voucher": "07", "bank": 30_000, "sold": 30_000},), MISSING),
        ((GRANTED, GRANTED), MISSING),
    ],
)
def test_a_grant_is_proved_by_the_scan_of_the_one_entry_that_its_number_names(entries: Any, state: str) -> None:
    year = facts(*(entry(n, **dict(values)) for n, values in enumerate(entries, 1)), grants=(grant(),))
    assert need(year, "subvention:1").state == state


def test_a_grant_without_number_is_proved_by_no_entry() -> None:
    year = facts(entry(1, **{**GRANTED, "voucher": ""}), grants=(replace(grant(), voucher=""),))
    assert need(year, "subvention:1").state == MISSING


def _plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_what_is_asked_for_is_told_in_words() -> None:
    year = facts(
        entry(4, ticked_on=None), entry(5, ticked_on=None, voucher="", bank=500, sold=500),
        grants=(grant(),), priors=(prior(1),), statement=Statement(date(2025, 8, 31), 98_800),
    )  # fmt: skip
    told = {one.code: (_plain(one.title), _plain(one.hint)) for one in requirements(year, ())}
    assert told["quitus"][0] == "Quitus signé"
    assert told["releve"][1] == "La copie du relevé où se lit le solde au 31/08/2025, 988,00 € d’après votre saisie."
    assert told["subvention:1"][0] == "Subvention : Mairie, 300,00 €"
    assert told["operation:4"][0] == "Opération non pointée : PJ 04, Librairie – Albums, 12,00 €"
    assert told["operation:5"] == (
        "Opération non pointée : Librairie – Albums, 5,00 €",
        "La pièce de la recette du 04/11/2024, que la banque n’a pas encore montrée.",
    )
    assert told["report:1"][0] == "Opération de l’année passée : Car – Sortie, 20,00 €"


def test_done_and_missing_part_all_that_is_asked_for() -> None:
    needs = requirements(facts(grants=(grant(),)), (a_file("quitus"), a_letter("subvention:1", 2)), 0)
    done, missing = done_and_missing(needs)
    assert [one.code for one in done] == ["quitus", "subvention:1"]
    assert [one.code for one in missing] == ["releve"]


def test_what_nothing_asks_for_any_more_is_still_shown_with_the_reason() -> None:
    year = facts(entry(4), grants=(grant(2),), priors=(prior(1, ticked_on=date(2024, 9, 9)),))
    given = [a_file(code, n) for n, code in enumerate(("autre", "quitus", "operation:4", "subvention:1", "report:1"))]
    found = others(year, given)
    assert [one.document.requirement for one in found] == ["autre", "operation:4", "subvention:1", "report:1"]
    assert found[0].why == ""
    assert all("plus dans le tableau" in one.why or "depuis" in one.why for one in found[1:])


def test_every_document_is_either_asked_for_or_among_the_others() -> None:
    year = facts(entry(4, ticked_on=None), grants=(grant(2),))
    sent = ("autre", "quitus", "operation:4", "operation:9", "subvention:2")
    given = [a_file(code, number) for number, code in enumerate(sent)]
    shown = [file for one in requirements(year, given) for file in one.files]
    assert sorted(file.number for file in [*shown, *(one.document for one in others(year, given))]) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("quitus", True), ("releve", True), ("autre", True), ("operation:4", True), ("operation:5", False),
        ("operation:04", False), ("subvention:1", False), ("", False), ("quitus:1", False), ("operation", False),
    ],
)  # fmt: skip
def test_documents_may_be_given_for_what_is_asked_and_as_others(code: str, known: bool) -> None:
    assert is_known(code, facts(entry(4, ticked_on=None), entry(5))) is known


def test_every_sort_has_a_name_whichever_row_it_is_about() -> None:
    assert all(name_of(f"{kind}:3") == name_of(kind) for kind in KINDS)
    assert (kind_of("subvention:3"), row_of("subvention:3"), row_of("quitus")) == ("subvention", 3, 0)
    assert [row_of(f"report:{odd}") for odd in ("", "-1", "²", "9" * 10)] == [0, 0, 0, 0]


def test_a_report_typed_in_directly_is_proven_at_once() -> None:
    """No entry has the scans of its operations; the control is the same year without one."""
    operations = tuple(DirectOperation(n, date(2025, 8, 20), f"Car {n}", "", -100 * n) for n in range(1, 8))
    year = facts(direct=DirectReport(bank=1, operations=operations))
    (asked,) = [need for need in requirements(year, ()) if need.code == "saisie"]
    assert not asked.settled
    assert "Car 1, 1,00" in asked.hint.replace("\u00a0", " ")
    assert asked.hint.endswith("et 2 de plus.")
    assert "saisie" not in {need.code for need in requirements(facts(direct=DirectReport()), ())}


@pytest.mark.parametrize("given", [a_file, a_letter])
@pytest.mark.parametrize(
    ("after_move", "closing", "state"),
    [(2, 1, True), (1, 1, True), (0, 1, False), (2, 3, False), (None, 3, True), (0, None, False), (None, None, False)],
)
def test_a_quitus_counts_only_if_it_came_after_the_last_closing(
    given: Any, after_move: int | None, closing: int | None, state: bool
) -> None:
    document = replace(given("quitus"), after_move=after_move)
    asked = need(facts(), "quitus", document, closing=closing)
    assert (asked.settled, asked.state == STALE) == (state, not state)
    if not state:
        assert ("après la clôture" in asked.words) == (closing is None)
    assert (asked.files or (asked.posted,)) == (document,), "it stays in sight"


def test_one_quitus_of_two_that_came_after_the_closing_is_enough() -> None:
    old, new = replace(a_file("quitus"), after_move=1), replace(a_file("quitus", 2), after_move=3)
    assert need(facts(), "quitus", old, new, closing=3).state == GIVEN
    assert need(facts(), "quitus", old, closing=3).state == STALE


def test_the_statement_is_the_banks_and_stays_good_whatever_happens_to_the_cahier() -> None:
    assert need(facts(), "releve", replace(a_file("releve"), after_move=0), closing=3).state == GIVEN
    assert need(facts(), "releve", replace(a_file("releve"), after_move=0), closing=None).state == GIVEN
