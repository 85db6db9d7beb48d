"""A mail server on this machine that keeps what it takes, or answers what it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from tests.support.server import free_port


class Mailbox:
    """What arrived; `answers` are given to the next mails in the place of « 250 OK », `cut` closes the line instead."""

    def __init__(self) -> None:
        self.arrived: list[EmailMessage] = []
        self.answers: list[str] = []
        self.refused: str = ""
        # While held, a mail has arrived and its sender has no answer.
        self.held = False
        self.url = ""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 aiosmtpd asks for it
        """Take an address, or not."""
        if self.refused:
            return self.refused
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 aiosmtpd asks for it
        """Keep a mail, then answer."""
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250") or answer == "cut":
            self.arrived.append(message_from_bytes(envelope.content, policy=policy.default))
        while self.held:
            await asyncio.sleep(0.02)
        if answer == "cut":
            server.transport.close()
        return answer


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Run such a server on a free port."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=(port := free_port()))
    controller.start()
    try:
        mailbox.url = f"smtp://127.0.0.1:{port}"
        yield mailbox
    finally:
        controller.stop()
