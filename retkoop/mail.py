"""Sending what waits: a letter becomes a mail, text and HTML, and goes to the mail server or, without one, to a folder.

What is done with the answer of the server is `actions/mails.py`'s.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from retkoop.actions import mails
from retkoop.association import Message
from retkoop.audit import now
from retkoop.clock import PARIS
from retkoop.config import Config
from retkoop.db import given_back
from retkoop.letters import SECRET, Letter
from retkoop.settings_rows import profile_of

# What mail providers take from one sender without calling it a flood.
MOST_A_MINUTE = 60
TIMEOUT = 30
_HERE = ("localhost", "127.0.0.1", "::1")
# In the place of a secret, wherever a letter is only looked at.
HIDDEN = "…"


class NotSent(Exception):
    """The mail was certainly not taken; `again`: trying later may help."""

    def __init__(self, why: str, again: bool) -> None:
        super().__init__(why)
        self.again = again


class Unsure(Exception):
    """The answer was lost: the mail may have been taken."""


def secret_of(config: Config, number: int) -> str:
    """Give the secret that the link of a message holds: made again when it is sent, kept nowhere."""
    said = hmac.new(config.secret_key.encode(), f"courriel:{number}".encode(), hashlib.sha256)
    return said.hexdigest()


def digest_of(secret: str) -> str:
    """Name a secret by what the database keeps of it."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def opt_out_token(config: Config, person: int) -> str:
    """Sign the way out of the reminders for one person."""
    signer = URLSafeSerializer(config.secret_key, salt="rappels")
    return str(signer.dumps(person))


def opted_out(config: Config, token: str) -> int | None:
    """Give whose way out a token is, or None for what was not signed here."""
    try:
        person = URLSafeSerializer(config.secret_key, salt="rappels").loads(token)
    except BadSignature:
        return None
    return person if isinstance(person, int) else None


def written(row: Message, config: Config, secret: str = HIDDEN) -> dict[str, str]:
    """Give the text and the HTML of a message; without the secret, as somebody else may look at it."""
    letter = Letter.read(row.content)
    link = config.base_url + letter.address.replace(SECRET, secret) if letter.address else ""
    stop = _way_out(row, config) if row.kind == "rappel" and secret != HIDDEN else ""
    shown = {"letter": letter, "link": link, "stop": stop, "base": config.base_url, "kind": row.kind}
    shown["association"] = profile_of(row.department).lines if row.department else ()
    templates = current_app.jinja_env
    return {kind: templates.get_template(f"emails/letter.{kind}").render(shown) for kind in ("txt", "html")}


def _way_out(row: Message, config: Config) -> str:
    return f"{config.base_url}/courriels/arret/{opt_out_token(config, row.person)}"


def compose(row: Message, config: Config) -> EmailMessage:
    """Make the mail of a message; a header that holds a line break is refused by the library."""
    parts = written(row, config, secret_of(config, row.id))
    mail = EmailMessage()
    mail["From"] = config.sender
    mail["To"] = row.recipient
    mail["Subject"] = row.subject
    mail["Date"] = format_datetime(datetime.now(PARIS))
    # The same each time that it is sent: mail programs then show it once.
    mail["Message-ID"] = f"<{row.id}.{row.kind}@{parseaddr(config.sender)[1].rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = "fr"
    if row.kind == "rappel":
        mail["List-Unsubscribe"] = f"<{_way_out(row, config)}>"
    mail.set_content(parts["txt"])
    mail.add_alternative(parts["html"], subtype="html")
    return mail


Send = Callable[[EmailMessage], None]


@contextmanager
def mailbox(config: Config) -> Iterator[Send]:
    """Give what sends mails: to the server of RETKOOP_SMTP_URL, else to a folder."""
    if not config.smtp_url:
        folder = config.mails or Path("instance/mails")
        yield lambda mail: _write(folder, mail)
        return
    line = _Line(config.smtp_url)
    try:
        yield line.send
    finally:
        line.close()


def _write(folder: Path, mail: EmailMessage) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{mail['Message-ID'].strip('<>').partition('@')[0]}.eml"
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(mail.as_bytes())
    new.replace(path)


class _Line:
    """One conversation with a mail server, begun when there is something to send."""

    def __init__(self, url: str) -> None:
        self.parts = urlsplit(url)
        self.server: smtplib.SMTP | None = None

    def send(self, mail: EmailMessage) -> None:
        """Send one mail; raise NotSent or Unsure."""
        server = self._opened()
        try:
            server.send_message(mail)
        except smtplib.SMTPResponseException as refused:
            raise NotSent(
                f"Le serveur de courriel répond {refused.smtp_code}.", 400 <= refused.smtp_code < 500
            ) from None
        except smtplib.SMTPRecipientsRefused as refused:
            code = max((code for code, _ in refused.recipients.values()), default=550)
            raise NotSent(f"L’adresse est refusée ({code}).", 400 <= code < 500) from None
        except (smtplib.SMTPNotSupportedError, ValueError):
            raise NotSent("Le serveur de courriel ne prend pas cette adresse.", False) from None
        except (smtplib.SMTPException, OSError):
            self.server = None
            raise Unsure from None

    def _opened(self) -> smtplib.SMTP:
        try:
            if self.server is not None and self.server.noop()[0] == 250:
                return self.server
        except (smtplib.SMTPException, OSError):
            self.server = None
        try:
            self.server = self._open()
        except smtplib.SMTPAuthenticationError:
            raise NotSent("Le serveur de courriel refuse l’identifiant ou le mot de passe.", True) from None
        except (smtplib.SMTPException, OSError):
            raise NotSent("Le serveur de courriel ne répond pas.", True) from None
        return self.server

    def _open(self) -> smtplib.SMTP:
        host, secure = self.parts.hostname or "", ssl.create_default_context()
        if self.parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, self.parts.port or 465, timeout=TIMEOUT, context=secure)
        else:
            server = smtplib.SMTP(host, self.parts.port or 587, timeout=TIMEOUT)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=secure)
                server.ehlo()
            elif self.parts.username and host not in _HERE:
                raise NotSent("Le serveur de courriel ne chiffre pas : le mot de passe ne lui est pas dit.", True)
        if self.parts.username:
            server.login(unquote(self.parts.username), unquote(self.parts.password or ""))
        return server

    def close(self) -> None:
        """Say goodbye, if anybody still listens."""
        if self.server is not None:
            try:
                self.server.quit()
            except (smtplib.SMTPException, OSError):
                self.server = None


def deliver(config: Config, stopped: Callable[[], bool] = lambda: False) -> int:
    """Send all that waits, one at a time and not too fast; give how many were sent."""
    sent = 0
    with mailbox(config) as send:
        while not stopped():
            if config.smtp_url and mails.sent_since(now() - timedelta(minutes=1)) >= MOST_A_MINUTE:
                time.sleep(1)
                continue
            row = mails.claim(now())
            if row is None:
                break
            sent += _deliver(row, config, send)
    return sent


def _deliver(row: Message, config: Config, send: Send) -> bool:
    try:
        mail = compose(row, config)
    except Exception as fault:
        # Whatever is wrong with this one, the others wait behind it.
        mails.mark_failed(row, f"Ce message ne peut pas être écrit ({type(fault).__name__}).", again=False)
        return False
    try:
        # The mail server may take its time: nobody waits for this connection meanwhile.
        with given_back():
            send(mail)
    except NotSent as refused:
        mails.mark_failed(row, str(refused), refused.again)
    except Unsure:
        mails.mark_failed(row, mails.UNSURE, again=False)
    except OSError as fault:
        mails.mark_failed(row, f"Ce message ne peut pas être écrit ({type(fault).__name__}).", again=True)
    else:
        mails.mark_sent(row)
        return True
    return False
