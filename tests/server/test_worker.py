"""The worker as a process of its own: killed in the middle, it sends nothing twice and its work is done whole."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from flask import Flask

from retkoop.actions import jobs, mails
from retkoop.association import Message
from retkoop.audit import now
from retkoop.db import writing
from retkoop.desks import actor_of
from retkoop.letters import validated
from retkoop.models import Person
from retkoop.storage import FileStorage
from tests.factories import YEAR, a_coop, a_person, a_year
from tests.support.ledger_checks import close_at_once
from tests.support.mailbox import mail_server
from tests.support.server import ROOT, environment_of

COOPS = 5
PATIENCE = 120.0


def start(environment: dict[str, str], *words: str) -> subprocess.Popen[bytes]:
    command = [str(Path(sys.executable).with_name("flask")), "travaux", *words]
    return subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)


def kill(process: subprocess.Popen[bytes], number: signal.Signals = signal.SIGKILL) -> None:
    os.killpg(process.pid, number)
    process.wait(PATIENCE)


def wait_for(happens: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_killed_in_the_middle_it_sends_nothing_twice_and_its_work_is_done_whole(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    for number in range(1, COOPS + 1):
        close_at_once(a_year(a_coop(f"075-{number:04d}")))
    zoe, staff = a_person(name="Zoé"), a_person("asso", "ad")
    Person.update(mail="zoe@exemple.fr").where(Person.id == zoe.id).execute()
    zoe = Person.get_by_id(zoe.id)
    letter = validated("Zoé", "Les Lilas", YEAR.label, "/coop/075-0001/2024-2025/")
    writing(mails.post)(zoe, "validation", letter, "un")

    with mail_server() as mailbox:
        mailbox.held = True
        environment = environment_of(database_url, tmp_path, RETKOOP_SMTP_URL=mailbox.url)
        first = start(environment)
        # The mail first, which is held; then the work, whose beginning alone is waited for.
        wait_for(lambda: mailbox.arrived)
        jobs.ask(actor_of(staff), "075", "crf", YEAR)
        wait_for(lambda: jobs.job_of("075", 1).done >= 1)
        kill(first)
        mailbox.held = False
        # On a very slow machine the worker itself has given up waiting for the answer.
        assert Message.get().state in ("sending", "failed")
        assert jobs.job_of("075", 1).state == "running"

        second = start(environment)
        wait_for(lambda: jobs.job_of("075", 1).state == "done")
        Message.update(claimed_at=now() - timedelta(hours=1)).execute()
        writing(mails.post)(zoe, "validation", letter, "deux")
        wait_for(lambda: Message.select().where(Message.state == "sent").exists())
        kill(second, signal.SIGINT)
        assert second.returncode == 0
        assert len(mailbox.arrived) == 2
        assert [row.error for row in Message.select().order_by(Message.id)] == [mails.UNSURE, ""]

    row = jobs.job_of("075", 1)
    with zipfile.ZipFile(io.BytesIO(FileStorage(tmp_path / "pieces").get(row.digest))) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 2 * COOPS + 1
        assert all(archive.read(name).startswith(b"%PDF-") for name in archive.namelist() if name.endswith(".pdf"))


def test_it_ends_with_the_process_beside_which_it_was_started(app: Flask, database_url: str, tmp_path: Path) -> None:
    beside = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    worker = start(environment_of(database_url, tmp_path), "--avec", str(beside.pid))
    try:
        assert worker.poll() is None
        beside.kill()
        beside.wait(PATIENCE)
        assert worker.wait(PATIENCE) == 0
    finally:
        for process in (beside, worker):
            if process.poll() is None:
                process.kill()
