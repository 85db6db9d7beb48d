"""The real server, started with the words of scripts/run.sh on a free port, and people who speak HTTP to it."""

from __future__ import annotations

import http.client
import os
import re
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 30.0
STOP_SECONDS = 10.0
ANSWER_SECONDS = 30.0
_FORM = re.compile(r'<form[^>]*id="entry-form".*?</form>', re.DOTALL)
_HIDDEN = re.compile(r'name="(csrf_token|cle)"[^>]* value="([^"]*)"')


def command_of_run(port: int) -> list[str]:
    """Give the command that scripts/run.sh ends in, so that what is tested is what people start."""
    script = (ROOT / "scripts" / "run.sh").read_text("utf-8").replace("\\\n", " ")
    found = re.search(r"^exec (.*granian.*)$", script, re.MULTILINE)
    assert found, "scripts/run.sh starts no granian"
    words = shlex.split(found[1].replace("$port", str(port)))
    return [sys.executable.replace("python", "granian") if word.endswith("granian") else word for word in words]


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """One running server: its process group, its port and its log."""

    def __init__(self, environment: dict[str, str], log: Path, extra: tuple[str, ...] = ()) -> None:
        self.port = free_port()
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [*command_of_run(self.port), *extra],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """Wait for the first answer; raise when the server ends or stays silent."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if Client(self.port, seconds=5).get("/etat").status == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server did not start")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to every process of the server."""
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return

    def kill(self) -> None:
        """End it as a power cut would: no process of it runs another instruction."""
        self.signal(signal.SIGKILL)
        self.process.wait(STOP_SECONDS)

    def stops_within(self, seconds: float) -> bool:
        """Ask it to end, as Ctrl+C does, and tell whether it did."""
        self.signal(signal.SIGINT)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def said(self) -> str:
        """Give its log."""
        return self.log.read_text("utf-8", "replace")


def environment_of(database_url: str, folder: Path, **more: str) -> dict[str, str]:
    """Give the environment of a server, or of a command, over a database and a folder for its scans."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RETKOOP_", "GRANIAN_"))}
    ours = {
        "RETKOOP_DATABASE_URL": database_url,
        "RETKOOP_STORAGE_URL": f"file:{folder / 'pieces'}",
        "RETKOOP_SECRET_KEY": "secret-of-the-tests" * 3,
        "RETKOOP_TODAY": "2025-09-05",
        "FLASK_APP": "app.py",
    }
    return {**kept, **ours, **more}


@contextmanager
def serving(database_url: str, folder: Path, extra: tuple[str, ...] = (), **more: str) -> Iterator[Server]:
    """Run the server; it always ends, and its log is shown when something went wrong."""
    server = Server(environment_of(database_url, folder, **more), folder / f"server-{secrets.token_hex(4)}.log", extra)
    try:
        server.wait_until_ready()
        yield server
    except BaseException:
        print(f"--- log of the server\n{server.said()[-8_000:]}\n---")
        raise
    finally:
        server.kill()


def flask(environment: dict[str, str], *words: str) -> str:
    """Run a command to its end and give what it printed."""
    command = [str(Path(sys.executable).with_name("flask")), *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


@dataclass(frozen=True)
class Answer:
    """What came back: the status, where it leads, and the text."""

    status: int
    location: str
    text: str

    @property
    def is_done(self) -> bool:
        """Tell whether the server said that it was done."""
        return 200 <= self.status < 400


@dataclass
class Client:
    """One browser: its cookies, and a new connection for each request."""

    port: int
    seconds: float = ANSWER_SECONDS
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def get(self, address: str) -> Answer:
        """Fetch a page, and keep the token of its forms."""
        answer = self._ask("GET", address, None)
        found = dict(_HIDDEN.findall(answer.text))
        self.token = unescape(found.get("csrf_token", self.token))
        return answer

    def post(self, address: str, fields: dict[str, str]) -> Answer:
        """Send a form with its token."""
        return self._ask("POST", address, urlencode({"csrf_token": self.token, **fields}))

    def sign_in(self, identifier: str, password: str) -> Client:
        """Sign in, as a person does."""
        self.get("/connexion")
        entered = self.post("/connexion", {"identifiant": identifier, "mot_de_passe": password})
        assert entered.status == 303, entered
        return self

    def form_key(self, book: str) -> str:
        """Open the cahier and give the key that its form carries against double sending."""
        form = _FORM.search(self.get(book).text)
        assert form, "no form in the cahier"
        return unescape(dict(_HIDDEN.findall(form[0]))["cle"])

    def twin(self) -> Client:
        """Give another tab of the same browser, for another thread."""
        return Client(self.port, self.seconds, dict(self.cookies), self.token)

    def _ask(self, method: str, address: str, body: str | None) -> Answer:
        headers = {"Connection": "close", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.seconds)
        try:
            connection.request(method, address, body, headers)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
        except http.client.HTTPException as broken:
            raise ConnectionError(str(broken)) from broken
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            self.cookies.update({name: found.value for name, found in SimpleCookie(line).items()})
        return Answer(response.status, response.headers.get("Location", ""), text)
