"""One-time codes: those of the norm, once, a step early or late; secrets that only the instance's key opens."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from retkoop import one_time_codes as codes

# RFC 6238, appendix B: the last six of the eight digits that it lists for SHA-1.
RFC = base64.b32encode(b"12345678901234567890").decode()
VECTORS = {59: "287082", 1_111_111_109: "081804", 1_111_111_111: "050471", 1_234_567_890: "005924",
           2_000_000_000: "279037", 20_000_000_000: "353130"}  # fmt: skip
NOON = datetime(2025, 9, 5, 12, 0, 15, tzinfo=UTC)
STEP = timedelta(seconds=30)
KEY = "clé de l’instance" * 3


@pytest.mark.parametrize("second", VECTORS)
def test_the_codes_are_those_of_the_norm(second: int) -> None:
    instant = datetime.fromtimestamp(second, UTC)
    assert codes.matching_step(RFC, VECTORS[second], instant, codes.NEVER) == second // 30
    assert codes.matching_step(RFC, "000000", instant, codes.NEVER) is None


def code_at(instant: datetime) -> str:
    return codes.pyotp.TOTP(RFC).at(instant)


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_a_step_early_or_late(steps: int, taken: bool) -> None:
    found = codes.matching_step(RFC, code_at(NOON + steps * STEP), NOON, codes.NEVER)
    assert (found is not None) is taken


def test_a_code_that_was_used_and_those_before_it_are_refused() -> None:
    here = codes.matching_step(RFC, code_at(NOON), NOON, codes.NEVER)
    assert here is not None
    for steps in (-1, 0):
        assert codes.matching_step(RFC, code_at(NOON + steps * STEP), NOON, here) is None
    assert codes.matching_step(RFC, code_at(NOON + STEP), NOON, here) == here + 1


@pytest.mark.parametrize("typed", ["", " ", "1", "²" * 6, "٣" * 6, "x" * 10_000, "\ud800", "-00001", "12345.6"])
def test_what_is_no_code_is_refused_and_no_error(typed: str) -> None:
    assert codes.matching_step(RFC, typed, NOON, codes.NEVER) is None
    assert len(codes.recovery_digest(1, typed)) == 64


def test_a_code_may_be_typed_in_two_halves() -> None:
    typed = code_at(NOON)
    assert codes.matching_step(RFC, f" {typed[:3]}\u00a0{typed[3:]} ", NOON, codes.NEVER) is not None


def test_secrets_are_long_and_never_the_same() -> None:
    made = {codes.new_secret() for _ in range(50)}
    assert len(made) == 50
    assert {len(base64.b32decode(secret)) for secret in made} == {20}
    assert codes.in_fours("ABCDEFGH") == "ABCD EFGH"
    assert codes.address_of(RFC, "anne.petit").startswith(f"otpauth://totp/Retkoop:anne.petit?secret={RFC}")


def test_recovery_codes_are_read_however_they_are_typed_and_are_one_persons() -> None:
    made = codes.recovery_codes()
    assert len(set(made)) == codes.RECOVERY_CODES
    code = made[0]
    written = {codes.recovery_digest(7, typed) for typed in (code, code.upper(), code.replace("-", " "), f" {code} ")}
    assert len(written) == 1
    assert codes.recovery_digest(8, code) not in written
    assert codes.recovery_digest(7, made[1]) not in written


def test_only_the_same_key_and_person_open_what_was_sealed() -> None:
    secret = codes.new_secret()
    sealed = codes.seal(KEY, 7, secret)
    assert secret not in sealed
    assert sealed != codes.seal(KEY, 7, secret)
    assert codes.unseal(KEY, 7, sealed) == secret
    for key, person, text in ((KEY + "x", 7, sealed), (KEY, 8, sealed), (KEY, 7, sealed[:-2] + "AA"), (KEY, 7, "-")):
        with pytest.raises(codes.Unreadable):
            codes.unseal(key, person, text)
