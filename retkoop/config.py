"""Settings, read once from the environment and frozen."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from retkoop.errors import Refusal


@dataclass(frozen=True, slots=True)
class Config:
    """What the environment decides; `today` fixes the date for demos and tests.

    `rendered` is the folder that keeps what was rendered (documents of closed years once printed, pages of scans once
    looked at); nothing is kept without it.
    """

    database_url: str
    storage_url: str
    secret_key: str
    production: bool = False
    today: date | None = None
    rendered: Path | None = None

    @classmethod
    def read(cls, environ: Mapping[str, str], instance: Path) -> Config:
        """Read the environment; refuse a production without secret, or with a fixed date."""
        production = _environment(environ) == "production"
        secret = environ.get("RETKOOP_SECRET_KEY", "")
        if production and len(secret) < 32:
            raise Refusal("RETKOOP_SECRET_KEY (32 caractères au moins) est obligatoire en production.")
        if production and environ.get("RETKOOP_TODAY"):
            raise Refusal("RETKOOP_TODAY est refusé en production.")
        return cls(
            database_url=environ.get("RETKOOP_DATABASE_URL") or f"sqlite:///{instance / 'retkoop.db'}",
            storage_url=environ.get("RETKOOP_STORAGE_URL") or f"file:{instance / 'pieces'}",
            secret_key=secret or _kept_secret(instance / "secret_key"),
            production=production,
            today=_today(environ.get("RETKOOP_TODAY", "")),
            rendered=instance / "imprimes",
        )


def _environment(environ: Mapping[str, str]) -> str:
    name = environ.get("RETKOOP_ENV", "development")
    if name not in ("development", "production"):
        raise Refusal(f"RETKOOP_ENV vaut « {name} » : attendu development ou production.")
    return name


def _today(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refusal(f"RETKOOP_TODAY vaut « {text} » : attendu une date comme 2025-09-05.") from None


def _kept_secret(path: Path) -> str:
    """Give the development secret, made at the first start and kept for the next ones."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text().strip()
