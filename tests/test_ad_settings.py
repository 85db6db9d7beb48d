"""What an association settles, as data: its links, its rules as they are stored and told, which of them are frozen."""

from __future__ import annotations

import pytest

from retkoop.ad_settings import (
    PROFILE_PARTS,
    RULES_PARTS,
    Piece,
    Profile,
    asked_stamp,
    frozen,
    paragraphs,
    pieces,
    profile_part,
    read_rules,
    rules_part,
    seal,
    told_rules,
    written_rules,
)  # fmt: skip
from retkoop.coop_identity import EITHER, NUMBER, UAI, identifier_like, scheme_fault
from retkoop.facts import OwnDocument, Settings

OURS = Settings(
    3, 5, "releve", verifiers=3, signers=("Le mandataire", "L’« aînée » ; et \\ \""), waived=frozenset({"report"}),
    own_documents=(OwnDocument(483_920_175, "Attestation", "Celle de l’année."), OwnDocument(7, "Liste")),
)  # fmt: skip


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Sans lien", (("Sans lien", ""),)),
        ("Voir https://occe.fr/a?b=1&c.", (("Voir ", ""), ("https://occe.fr/a?b=1&c",) * 2, (".", ""))),
        ("https://a.fr https://b.fr", (("https://a.fr",) * 2, (" ", ""), ("https://b.fr",) * 2)),
        ("(https://a.fr)", (("(", ""), ("https://a.fr",) * 2, (")", ""))),
        ('<a href="https://a.fr">', (('<a href="', ""), ("https://a.fr",) * 2, ('">', ""))),
        # Only what is safe to follow is a link.
        ("http://a.fr javascript:alert(1) https:// https://.", (
            ("http://a.fr javascript:alert(1) https:// https://.", ""),
        )),
    ],
)  # fmt: skip
def test_a_line_is_parted_at_its_https_links(line: str, found: tuple[tuple[str, str], ...]) -> None:
    assert pieces(line) == tuple(Piece(*one) for one in found)
    assert "".join(piece.words for piece in pieces(line)) == line


def test_the_lines_of_a_text_are_those_that_say_something() -> None:
    assert paragraphs("a\n\nb") == ("a", "b")
    assert paragraphs("") == ()


@pytest.mark.parametrize("settings", [Settings(), OURS])
def test_rules_come_back_as_they_were_stored(settings: Settings) -> None:
    assert read_rules(written_rules(settings)) == settings


def test_only_which_documents_are_asked_for_changes_what_is_kept_of_a_year() -> None:
    assert asked_stamp(Settings()) == asked_stamp(Settings(3, 5, "releve", verifiers=3, signers=("x",))) == ""
    stamps = {asked_stamp(OURS), asked_stamp(Settings(waived=OURS.waived)), asked_stamp(Settings(waived={"operation"}))}
    assert len(stamps) == 3
    renamed = Settings(waived=OURS.waived, own_documents=(OwnDocument(7, "Autre nom"), OwnDocument(483_920_175, "x")))
    assert asked_stamp(renamed) == asked_stamp(OURS)


@pytest.mark.parametrize(
    ("first_year", "versions", "validated", "kept"),
    [
        (2024, [], [], ()), (2024, [], [2023], ()), (2024, [], [2024], (2024,)), (2024, [], [2026, 2024], (2024, 2026)),
        (2024, [2025], [2025], ()), (2024, [2025], [2024, 2025], (2024,)), (2024, [2024], [2024], (2024,)),
    ],
)  # fmt: skip
def test_rules_are_frozen_by_the_validated_years_that_they_would_be_those_of(
    first_year: int, versions: list[int], validated: list[int], kept: tuple[int, ...]
) -> None:
    assert frozen(first_year, versions, validated) == kept


def test_every_setting_is_in_one_part_of_the_page() -> None:
    of_profile = [name for part in PROFILE_PARTS.values() for name in part]
    assert sorted([*of_profile, "name"]) == sorted(Profile.__dataclass_fields__)
    of_rules = [name for part in RULES_PARTS.values() for name in part]
    # The ceiling of a class advance is the guides', and no setting.
    assert sorted([*of_rules, "advance_ceiling"]) == sorted(Settings.__dataclass_fields__)


def test_another_value_of_a_part_has_another_fingerprint_and_that_of_another_part_has_not() -> None:
    one, other = Profile(phone="01"), Profile(phone="02")
    assert seal(profile_part(one, "contact")) != seal(profile_part(other, "contact"))
    assert seal(profile_part(one, "textes")) == seal(profile_part(other, "textes"))
    assert seal(rules_part(Settings(), "regles")) != seal(rules_part(OURS, "regles"))


def test_rules_are_told_in_words() -> None:
    assert told_rules(OURS, "regles") == {
        "limite": "3", "delai": "5 septembre", "presentation": "solde du relevé de banque",
        "signatures": "3 vérificateurs, Le mandataire, L’« aînée » ; et \\ \"",
    }  # fmt: skip
    assert told_rules(OURS, "documents")["propres"] == "Attestation (Celle de l’année.) ; Liste"
    assert [told_rules(Settings(closing_delay_days=days), "regles")["delai"] for days in (0, 1, 40)] == [
        "31 août", "1er septembre", "31 août, et 40 jours",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("identifier", "scheme", "refused"),
    [
        ("075-1234", EITHER, False), ("0751234A", EITHER, False), ("075-1234", NUMBER, False),
        ("0751234A", NUMBER, True), ("075-1234", UAI, True), ("0751234A", UAI, False),
    ],
)  # fmt: skip
def test_new_cooperatives_follow_the_scheme_of_their_association(identifier: str, scheme: str, refused: bool) -> None:
    fault = scheme_fault(identifier, "075", scheme)
    assert bool(fault) == refused
    assert not refused or ("075-1234" in fault or "0751234A" in fault)
    assert identifier_like("075", scheme)
