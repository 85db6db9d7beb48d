"""What holds for every answer: headers, tokens, a GET that cannot write, refusals that tell nothing."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from retkoop import access, db
from retkoop.actions.people import end_sessions
from retkoop.application import LARGEST_REQUEST, create_app
from retkoop.config import Config
from retkoop.errors import Refusal
from retkoop.models import Entry, Person
from tests.factories import a_person
from tests.views.conftest import Browser

HOME = "/coop/075-0001/2024-2025"
BOOK = HOME + "/cahier"
WORDS = "les mots secrets de la panne"


@pytest.fixture
def browse(app: Flask) -> Callable[[], Browser]:
    """Give a maker of browsers."""
    return lambda: Browser(app.test_client())


@pytest.fixture
def mandataire(app: Flask, browse: Callable[[], Browser]) -> Browser:
    """Give the browser of the mandataire of a cooperative with an open year."""
    from tests.factories import a_year

    a_year()
    a_person()
    return browse().sign_in("075-0001")


@pytest.fixture
def broken(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[..., Any]], None]]:
    """Put another view in the place of the help page, and let its failure be answered as in production."""
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    logging.getLogger("retkoop").disabled = True

    def replace(view: Callable[..., Any]) -> None:
        monkeypatch.setitem(app.view_functions, "help.words", access.signed_in(view))

    yield replace
    logging.getLogger("retkoop").disabled = False


def fails(person: Person) -> str:
    """Be a view with a bug."""
    raise ValueError(WORDS)


# ---- Headers

ANSWERS = {
    "page": ("/", 303), "cahier": (BOOK, 200), "fragment": (BOOK, 200), "état": ("/etat", 200), "aide": ("/aide/", 500),
    "absent": ("/nulle-part", 404), "étranger": ("/coop/075-9999/", 404), "méthode": ("/connexion", 405),
    "fichier": ("/static/app.js", 200), "pas de fichier": ("/static/absent.js", 404),
    "dehors": ("/static/../retkoop/db.py", 404), "barre": ("/aide", 308), "trop gros": (BOOK, 413),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_bears_the_security_headers(mandataire: Browser, broken: Any, name: str) -> None:
    broken(fails)
    address, status = ANSWERS[name]
    method = {405: "DELETE", 413: "POST"}.get(status, "GET")
    body = b"x" * (LARGEST_REQUEST + 1) if status == 413 else None
    kind = "application/x-www-form-urlencoded"
    with mandataire.client.open(address, method=method, data=body, content_type=kind) as answer:
        assert answer.status_code == status
        headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert (policy["frame-ancestors"], policy["base-uri"]) == ("'none'", "'none'")
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert not {"Server", "X-Powered-By"} & set(headers.keys())
    if (name, status) != ("fichier", 200):
        assert headers["Cache-Control"] == "no-store"
    else:
        assert "max-age=31536000" in headers["Cache-Control"]
        assert "Set-Cookie" not in headers, "what caches share must not hold a session"


def test_no_answer_names_its_makers(mandataire: Browser) -> None:
    for address in (BOOK, "/nulle-part", "/etat", "/connexion"):
        answer = mandataire.client.get(address)
        told = answer.text + str(answer.headers)
        assert not re.search(r"werkzeug|flask|python|granian|sqlite|postgres|jinja|/retkoop/", told, re.IGNORECASE)


# ---- Tokens


# Those that are for people without a session: signing in, and a phone’s upload.
PUBLIC = ("/connexion", "/t/1")


def post_addresses(app: Flask) -> list[str]:
    """Give the address of every route that takes a POST."""
    known = {"identifiant": "075-0001", "annee": "2024-2025", "departement": "075", "origine": "2023-2024"}
    bound = app.url_map.bind("localhost")
    rules = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    return [str(bound.build(r.endpoint, {n: known.get(n, 1) for n in r.arguments}, "POST")) for r in rules]


def test_every_post_asks_for_a_token(app: Flask, mandataire: Browser, browse: Callable[[], Browser]) -> None:
    other = browse()
    other.get("/connexion")
    before = list(Person.select().tuples())
    addresses = post_addresses(app)
    assert len(addresses) > 20
    for address in addresses:
        for token in (None, "", "faux", other.token, mandataire.token[:-1]):
            fields = {} if token is None else {"csrf_token": token}
            answer = mandataire.client.post(address, data=fields)
            assert answer.status_code == 400, (address, token)
            assert "Ce formulaire a expiré" in answer.text
        assert mandataire.client.post(address, headers={"X-CSRFToken": other.token}).status_code == 400
    assert list(Person.select().tuples()) == before
    assert not Entry.select().exists()


def test_without_a_session_the_answer_says_so(app: Flask) -> None:
    for address in post_addresses(app):
        expected = 400 if address in PUBLIC else 401
        assert app.test_client().post(address).status_code == expected, address


# ---- A GET cannot write


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("write", [lambda p: Person.update(name="x").execute(), end_sessions])
def test_a_get_that_writes_is_stopped_by_the_database(
    mandataire: Browser, broken: Any, method: str, write: Callable[[Person], Any]
) -> None:
    before = list(Person.select().tuples())

    def view(person: Person) -> str:
        write(person)
        return WORDS

    broken(view)
    answer = mandataire.client.open("/aide/", method=method)
    assert answer.status_code in (500, 503)
    assert WORDS not in answer.text
    assert list(Person.select().tuples()) == before
    assert mandataire.client.get(BOOK).status_code == 200, "the connection serves the next request"


def test_the_same_write_passes_in_a_post(app: Flask, mandataire: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: it is the method that was refused."""

    def view(person: Person) -> str:
        end_sessions(person)
        return "fait"

    before = Person.get().session_token
    monkeypatch.setitem(app.view_functions, "auth.postpone", access.signed_in(view))
    assert mandataire.client.post("/mot-de-passe/plus-tard", data={"csrf_token": mandataire.token}).status_code == 200
    assert Person.get().session_token != before


# ---- Refusals tell nothing


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_bug_shows_a_french_page_and_no_traceback(mandataire: Browser, broken: Any, headers: Any) -> None:
    broken(fails)
    answer = mandataire.client.get("/aide/", headers=headers)
    assert answer.status_code == 500
    assert "Une erreur est survenue de notre côté" in answer.text
    assert not re.search(rf"Traceback|ValueError|{WORDS}|\.py", answer.text)


@pytest.mark.parametrize("address", [BOOK, "/connexion", "/etat", "/nulle-part"])
def test_a_database_that_is_away_is_said_in_french(mandataire: Browser, address: str) -> None:
    there = db.database.obj
    db.database.initialize(db.open_database("postgresql://nobody:hunter2@127.0.0.1:1/x"))
    try:
        answer = mandataire.client.get(address)
    finally:
        db.database.initialize(there)
    assert answer.status_code == 503
    assert "Le service est momentanément indisponible" in answer.text
    assert "hunter2" not in answer.text
    assert mandataire.client.get(address).status_code != 503


def test_a_storage_that_is_away_is_not_healthy(app: Flask, mandataire: Browser, broken: Any, tmp_path: Path) -> None:
    (tmp_path / "pieces").write_text("not a folder")
    assert mandataire.client.get("/etat").status_code == 500


# ---- What comes in

JUNK_HOSTS = ("evil.example", "a b", "a\\b", "x:99999", "[", "é", "", "@", "a/b", "x" * 5_000, "<script>")


def test_a_junk_host_is_no_error_and_is_not_repeated(app: Flask, mandataire: Browser) -> None:
    asked = ((mandataire.client, BOOK), (mandataire.client, "/etat"), (app.test_client(), BOOK))
    for host in JUNK_HOSTS:
        for client, address in asked:
            answer = client.get(address, headers={"Host": host})
            assert answer.status_code < 500, host
            assert "evil.example" not in answer.text + answer.headers.get("Location", "")
            assert "<script>" not in answer.headers.get("Location", "")


JUNK_PATHS = (
    "/coop/%00/", "/ad/%00/", "/coop/%ff%fe/", "/coop/075-0001/9999-0000/", "/coop/075-0001/0000-0001/",
    "/coop/075-0001/%EF%BC%92024-2025/", HOME + "/pieces/99999999999999999999", HOME + "/pieces/²", "//evil.example/x",
    HOME + "/pieces/" + "9" * 5_000, "/coop/" + "a" * 5_000 + "/", "/coop/../etat/../..", "/coop/' or 1=1 --/",
)  # fmt: skip


def test_a_junk_address_is_not_found(mandataire: Browser) -> None:
    for path in JUNK_PATHS:
        answer = mandataire.client.get(path)
        answer = mandataire.client.get(answer.headers["Location"]) if answer.status_code == 308 else answer
        assert answer.status_code == 404, path


def test_junk_in_a_form_is_never_an_error(app: Flask, mandataire: Browser) -> None:
    """Numbers that no column holds, names that no field has, characters that no text holds."""
    junk: tuple[dict[str, str], ...] = (
        {"lignes-²-compte": "1"}, {"lignes-" + "9" * 5_000 + "-compte": "1"}, {"libelle": "a\x00b"}, {"é": "1"},
        {"version": "9" * 20, "libelle": "\ud7ff", "date": "0000-00-00", "montant": "9" * 50}, {"": ""},
        {"lignes-99999-montant": "1", "pointer": "1", "ecriture": "9" * 8, "vu": "x" * 10_000},
    )  # fmt: skip
    for address in post_addresses(app):
        if "connexion" in address:
            continue
        for fields in junk:
            answer = mandataire.client.post(address, data=fields, headers={"X-CSRFToken": mandataire.token})
            assert answer.status_code < 500, (address, fields)
            if address == "/mot-de-passe/plus-tard":
                Person.update(postponements=0).execute()


def test_thousands_of_fields_are_no_error(mandataire: Browser) -> None:
    for fields in ({f"lignes-{n}-compte": "1" for n in range(9_000)}, {f"f{n}": "x" for n in range(30_000)}):
        assert mandataire.client.post(BOOK, data={"csrf_token": mandataire.token, **fields}).status_code in (413, 422)
    assert not Entry.select().exists()


PART = b'--x\r\nContent-Disposition: form-data; name="libelle"\r\n\r\n'


@pytest.mark.parametrize(
    ("kind", "start"), [("application/x-www-form-urlencoded", b"libelle="), ("multipart/form-data; boundary=x", PART)]
)
def test_too_much_is_refused_with_a_page(mandataire: Browser, kind: str, start: bytes) -> None:
    body, headers = start + b"x" * LARGEST_REQUEST, {"X-CSRFToken": mandataire.token}
    answer = mandataire.client.post(BOOK, data=body, content_type=kind, headers=headers)
    assert answer.status_code == 413
    assert "Ce que vous envoyez est trop gros." in answer.text
    assert "xxxx" not in answer.text


def test_too_many_parts_are_refused(mandataire: Browser) -> None:
    fields = {"csrf_token": mandataire.token, **{f"f{n}": "x" for n in range(600)}}
    assert mandataire.client.post(BOOK, data=fields, content_type="multipart/form-data").status_code == 413


# ---- Production


def test_production_asks_for_secure_cookies(app: Flask, tmp_path: Path) -> None:
    there = db.database.obj
    try:
        made = create_app(Config(f"sqlite:///{tmp_path}/p.db", f"file:{tmp_path}/p", "s" * 40, production=True))
        answer = made.test_client().get("/connexion", base_url="https://localhost")
        (cookie,) = answer.headers.getlist("Set-Cookie")
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
        assert not made.debug
        assert not made.testing
    finally:
        db.database.close()
        db.database.initialize(there)


@pytest.mark.parametrize("lacking", [{}, {"RETKOOP_SECRET_KEY": "court"}, {"RETKOOP_TODAY": "2025-01-01"}])
def test_production_does_not_start_half_configured(tmp_path: Path, lacking: dict[str, str]) -> None:
    environ = {
        "RETKOOP_ENV": "production",
        "RETKOOP_SECRET_KEY": "s" * 40 if "RETKOOP_TODAY" in lacking else "",
        **lacking,
    }
    with pytest.raises(Refusal):
        Config.read(environ, tmp_path)
    assert not (tmp_path / "secret_key").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"RETKOOP_BASE_URL": ""}, {"RETKOOP_BASE_URL": "retkoop.exemple.fr"}, {"RETKOOP_SMTP_URL": "http://courriel"},
        {"RETKOOP_SMTP_URL": "smtp://moi:secret@"}, {"RETKOOP_SMTP_URL": "smtp://a:99999999"},
        {"RETKOOP_MAIL_FROM": "Retkoop"}, {"RETKOOP_MAIL_FROM": "a@exemple.fr\nBcc: b@exemple.fr"},
    ],
)  # fmt: skip
def test_mails_are_set_up_right_or_not_at_all(tmp_path: Path, wrong: dict[str, str]) -> None:
    sound = {
        "RETKOOP_ENV": "production", "RETKOOP_SECRET_KEY": "s" * 40, "RETKOOP_BASE_URL": "https://retkoop.exemple.fr/",
        "RETKOOP_SMTP_URL": "smtp://moi:secret@courriel:587", "RETKOOP_MAIL_FROM": "Retkoop <r@exemple.fr>",
    }  # fmt: skip
    config = Config.read(sound, tmp_path)
    assert (config.base_url, config.sender) == ("https://retkoop.exemple.fr", "Retkoop <r@exemple.fr>")
    with pytest.raises(Refusal, match=next(iter(wrong))) as refused:
        Config.read({**sound, **wrong}, tmp_path)
    assert "secret" not in refused.value.message.replace("utilisateur:secret", "")


# ---- Weight


# Flask-Compress leaves the file that it compresses to the garbage collector.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("accepted", ["gzip, deflate", "gzip, deflate, br, zstd"])
def test_a_first_visit_weighs_little(app: Flask, accepted: str) -> None:
    """Browsers ask for the first over http, for the second over https."""
    client = app.test_client()
    assets = re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get("/connexion").text)
    assert len(assets) >= 4
    weight = 0
    for address in ("/connexion", *assets):
        with client.get(address, headers={"Accept-Encoding": accepted}) as answer:
            assert answer.status_code == 200
            assert "Content-Encoding" in answer.headers or len(answer.data) < 1_024, address
            weight += len(answer.data)
    assert 5_000 < weight <= 60 * 1024
