"""A browser's part of the work: one connection kept open, cookies, forms; each answer is timed."""

from __future__ import annotations

import gzip
import http.client
import re
import time
from http.cookies import SimpleCookie
from typing import NamedTuple
from urllib.parse import urlencode

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
SECONDS = 60


class Answer(NamedTuple):
    """What came back: the time until its last byte, its size on the wire, and what it says."""

    status: int
    seconds: float
    wire: int
    body: bytes
    location: str

    @property
    def text(self) -> str:
        """Give the page."""
        return self.body.decode()


class Client:
    """One person's browser."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        self.cookies: dict[str, str] = {}
        self.token = ""

    def get(self, path: str, expected: int = 200) -> Answer:
        """Fetch a page, and keep the token of its forms."""
        answer = self._send("GET", path, None, {}, expected)
        if found := _TOKEN.search(answer.body.decode("utf-8", "replace")):
            self.token = found[1]
        return answer

    def post(self, path: str, fields: dict[str, str], expected: int = 200, htmx: bool = True) -> Answer:
        """Send a form, as htmx does or as a browser without JavaScript does."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", **({"HX-Request": "true"} if htmx else {})}
        body = urlencode({"csrf_token": self.token, **fields}).encode()
        return self._send("POST", path, body, headers, expected)

    def sign_in(self, identifier: str, password: str) -> None:
        """Sign in as a person does."""
        self.get("/connexion")
        self.post("/connexion", {"identifiant": identifier, "mot_de_passe": password}, expected=303, htmx=False)

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str], expected: int) -> Answer:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {**headers, "Accept-Encoding": "gzip", "Cookie": cookie}
        start = time.perf_counter()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        received = answer.read()
        seconds = time.perf_counter() - start
        for line in answer.headers.get_all("Set-Cookie") or []:
            self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        packed = answer.headers.get("Content-Encoding") == "gzip"
        page = gzip.decompress(received) if packed else received
        if answer.status != expected:
            raise RuntimeError(f"{method} {path} : {answer.status} au lieu de {expected}\n{page[:600]!r}")
        return Answer(answer.status, seconds, len(received), page, answer.headers.get("Location", ""))
