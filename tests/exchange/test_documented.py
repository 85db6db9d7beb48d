"""The page that states the further keys of the archive names each key that the readers take."""

from __future__ import annotations

import re

import pytest

from tests.test_architecture import PACKAGE, ROOT

PAGE = (ROOT / "docs" / "exchange.md").read_text("utf-8")


def keys_of(module: str) -> set[str]:
    """Give the names that a reader asks its nodes for."""
    calls = re.findall(r"\.fields\(([^)]*)\)", (PACKAGE / f"{module}.py").read_text("utf-8"))
    return {word for call in calls for text in re.findall(r'"([^"]*)"', call) for word in text.split()}


@pytest.mark.parametrize("module", ["exchange_direct", "exchange_documents", "exchange_quitus"])
def test_it_names_every_key_of_a_reader(module: str) -> None:
    found = keys_of(module)
    assert len(found) > 3
    assert {key for key in found if f"`{key}`" not in PAGE} == set()


def test_it_names_every_further_key() -> None:
    further = {"saisie_directe", "bordereaux", "actions_closes", "cra", "documents", "quitus"}
    assert further <= keys_of("exchange_reader")
    assert {key for key in further if f"`{key}`" not in PAGE} == set()
