"""PURE. The codes of a second factor: those that a phone computes (RFC 6238), those kept on paper in case it is lost.

The secret that a phone shares with us is stored sealed: a database that leaks, or a backup of it, gives no code.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import datetime

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from retkoop.passwords import random_password

ISSUER = "Retkoop"
# Codes of a clock that is late or early by one step are taken.
_AROUND = (-1, 0, 1)
RECOVERY_CODES = 10
# No code was used yet.
NEVER = -1


class Unreadable(Exception):
    """The secret was sealed with another key, or for somebody else."""


def new_secret() -> str:
    """Make a secret for one phone: 160 bits, as the norm asks for."""
    return pyotp.random_base32()


def address_of(secret: str, identifier: str) -> str:
    """Give what a phone reads in the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=identifier, issuer_name=ISSUER)


def in_fours(secret: str) -> str:
    """Write a secret so that it can be typed from the screen."""
    return " ".join(re.findall(".{1,4}", secret))


def matching_step(secret: str, typed: str, instant: datetime, last: int) -> int | None:
    """Give the step of thirty seconds whose code was typed; None for a wrong code, and for one not after `last`."""
    codes = pyotp.TOTP(secret)
    here, said = codes.timecode(instant), re.sub(r"\s", "", typed).encode("utf-8", "replace")
    found = None
    for around in _AROUND:
        # Each of the three is compared, in a time that tells nothing.
        same = hmac.compare_digest(codes.generate_otp(here + around).encode(), said)
        if same and here + around > last:
            found = here + around
    return found


def recovery_codes() -> list[str]:
    """Make the codes that replace the phone: 79 bits each, which nobody guesses, so that a plain digest keeps them."""
    return [random_password() for _ in range(RECOVERY_CODES)]


def recovery_digest(person: int, typed: str) -> str:
    """Name a recovery code by what the database keeps of it, capitals, spaces and dashes aside."""
    bare = re.sub(r"[\s\W_]", "", typed).lower()
    return hashlib.sha256(f"secours:{person}:{bare}".encode("utf-8", "replace")).hexdigest()


def seal(key: str, person: int, secret: str) -> str:
    """Encrypt a secret with the instance's key, for one person."""
    return _box(key, person).encrypt(secret.encode()).decode()


def unseal(key: str, person: int, sealed: str) -> str:
    """Decrypt the secret of a person; raise Unreadable when the key is another, or the row somebody else's."""
    try:
        return _box(key, person).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def _box(key: str, person: int) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=f"retkoop:double-authentification:{person}".encode())
    return Fernet(base64.urlsafe_b64encode(derived.derive(key.encode())))
