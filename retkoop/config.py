"""Settings, read once from the environment and frozen."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from retkoop.errors import Refusal


@dataclass(frozen=True, slots=True)
class Config:
    """What the environment decides; `today` fixes the date for demos and tests.

    `rendered` is the folder that keeps what was rendered (documents of closed years once printed, pages of scans once
    looked at); nothing is kept without it. `base_url` begins the links of mails; without `smtp_url` mails are written
    to the folder `mails`.
    """

    database_url: str
    storage_url: str
    secret_key: str
    production: bool = False
    today: date | None = None
    rendered: Path | None = None
    base_url: str = "http://127.0.0.1:8000"
    smtp_url: str = ""
    mails: Path | None = None
    mail_from: str = ""

    @property
    def sender(self) -> str:
        """Give who mails come from."""
        return self.mail_from or f"Retkoop <ne-pas-repondre@{urlsplit(self.base_url).hostname}>"

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
            base_url=_base_url(environ, production),
            smtp_url=_smtp_url(environ.get("RETKOOP_SMTP_URL", "")),
            mails=instance / "mails",
            mail_from=_mail_from(environ.get("RETKOOP_MAIL_FROM", "")),
        )


def _base_url(environ: Mapping[str, str], production: bool) -> str:
    """Give what the links of mails begin with: no request tells it to the worker, and none could be trusted to."""
    told = environ.get("RETKOOP_BASE_URL", "").rstrip("/")
    if not told and production:
        raise Refusal("RETKOOP_BASE_URL (par exemple https://retkoop.exemple.fr) est obligatoire en production.")
    parts = urlsplit(told or f"http://127.0.0.1:{environ.get('PORT') or 8000}")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise Refusal("RETKOOP_BASE_URL : attendu une adresse comme https://retkoop.exemple.fr.")
    return parts.geturl()


def _smtp_url(told: str) -> str:
    try:
        parts = urlsplit(told)
        sound = not told or (parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0)
    except ValueError:
        sound = False
    # It may hold a password: it is not said again.
    if not sound:
        raise Refusal("RETKOOP_SMTP_URL : attendu une adresse comme smtp://utilisateur:secret@serveur:587.")
    return told


def _mail_from(told: str) -> str:
    name, address = parseaddr(told)
    if told and ("@" not in address or not told.isprintable() or not name.isprintable()):
        raise Refusal("RETKOOP_MAIL_FROM : attendu une adresse comme Retkoop <retkoop@exemple.fr>.")
    return told


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
