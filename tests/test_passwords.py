"""Passwords: argon2id, long enough, not guessable, and the same answer for an account that does not exist."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from retkoop.passwords import LONGEST, SHORTEST, hash_password, password_fault, random_password, verify

ROOT = Path(__file__).parent.parent
GOOD = "cheval agrafe batterie correct"


def test_it_stores_an_argon2id_hash_that_only_the_password_opens() -> None:
    stored = hash_password(GOOD)
    assert stored.startswith("$argon2id$")
    assert GOOD not in stored
    assert verify(stored, GOOD)
    assert not verify(stored, GOOD.upper())


def test_the_hash_costs_what_owasp_asks_for() -> None:
    """In a process of its own: here, hashing was made cheap (conftest.py)."""
    words = "from retkoop.passwords import hash_password; print(hash_password('x'))"
    made = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert made.startswith("$argon2id$v=19$m=47104,t=1,p=1$")


def test_two_hashes_of_one_password_differ() -> None:
    assert hash_password(GOOD) != hash_password(GOOD)


def test_an_account_that_does_not_exist_is_verified_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    from retkoop import passwords

    seen: list[str] = []

    class Watched:
        def verify(self, stored: str, password: str) -> bool:
            seen.append(stored)
            return True

    monkeypatch.setattr(passwords, "_HASHER", Watched())
    assert verify(None, GOOD) is False
    assert seen[0].startswith("$argon2id$")


@pytest.mark.parametrize("stored", ["", "n'importe quoi", "$argon2id$v=19$m=1,t=1,p=1$abîmé"])
def test_a_damaged_hash_opens_nothing(stored: str) -> None:
    assert not verify(stored, "")
    assert not verify(stored, GOOD)


@pytest.mark.parametrize(
    "password",
    ["a" * (SHORTEST - 1), "motdepasse12", "azertyuiop12", "123456789012", "aaaaaaaaaaaaaaaa", "password1234", ""],
)
def test_it_refuses_what_is_short_or_common(password: str) -> None:
    assert password_fault(password, []) is not None


def test_it_refuses_what_one_would_guess_of_this_very_person() -> None:
    assert password_fault("ecoledubourg75", ["ecoledubourg75"]) is not None
    assert password_fault("0311111Z0311111Z", ["0311111Z"]) is not None


@pytest.mark.parametrize("password", [GOOD, "Éà ü€ 語 mon sésame", "x7#Kq!mZ2vQw", "correct horse " * 9])
def test_it_takes_any_characters_and_any_length_up_to_the_longest(password: str) -> None:
    assert len(password) <= LONGEST
    assert password_fault(password, ["075-0001"]) is None
    assert verify(hash_password(password), password)


def test_it_refuses_what_is_too_long() -> None:
    assert password_fault("cheval agrafe " * 10, []) == f"Choisissez au plus {LONGEST} caractères."


def test_first_passwords_are_random_strong_and_easy_to_read() -> None:
    made = {random_password() for _ in range(50)}
    assert len(made) == 50
    assert all(password_fault(password, []) is None for password in made)
    assert not set("".join(made)) & set("0o1li")
