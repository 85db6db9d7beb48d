"""Passwords: argon2id, a length rule, and a refusal of what is easily guessed."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

SHORTEST, LONGEST = 12, 128
# 46 MiB, one pass: the cost that OWASP gives for argon2id.
_HASHER = PasswordHasher(memory_cost=46 * 1024, time_cost=1, parallelism=1)
# Verified when the identifier is unknown, so that the answer takes as long.
_DECOY = _HASHER.hash(secrets.token_hex(16))
# Under a hundred million guesses a password falls in a day to a patient guesser.
_ENOUGH_GUESSES = 1e8


def hash_password(password: str) -> str:
    """Give the argon2id hash to store."""
    return _HASHER.hash(password)


def verify(stored: str | None, password: str) -> bool:
    """Tell whether a password matches; without a stored hash, take as long and say no."""
    try:
        return _HASHER.verify(stored or _DECOY, password[:LONGEST]) and stored is not None
    except (VerificationError, ValueError):
        return False


def password_fault(password: str, about: list[str]) -> str | None:
    """Say why a new password is refused, or None; `about` are words that one would guess first."""
    if len(password) < SHORTEST:
        return f"Choisissez au moins {SHORTEST} caractères, par exemple quatre mots que vous seul associez."
    if len(password) > LONGEST:
        return f"Choisissez au plus {LONGEST} caractères."
    if _rest(password, about) < SHORTEST // 2 or _guesses(password, about) < _ENOUGH_GUESSES:
        return "Ce mot de passe est trop facile à deviner. Essayez quatre mots sans rapport entre eux."
    return None


def _rest(password: str, about: list[str]) -> int:
    """Count what is left of a password without the words that one would try first, however often repeated."""
    left = password.casefold()
    for word in about:
        left = left.replace(word.casefold(), "") if word else left
    return len(left)


def _guesses(password: str, about: list[str]) -> float:
    from zxcvbn import zxcvbn  # its dictionaries take a quarter of a second to load

    found = zxcvbn(password[:72], user_inputs=[word for word in about if word])
    return float(found["guesses"])


def random_password() -> str:
    """Make a first password: random, never derived from the identifier, easy to type from paper."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))
