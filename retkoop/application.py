"""Put the application together: configuration, database, access, templates, screens, refusals, commands."""

from __future__ import annotations

import hashlib
import os
from datetime import timedelta
from pathlib import Path

from flask import Flask, Response, abort, current_app, g, request, session, url_for
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_compress import Compress
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.routing import BaseConverter, IntegerConverter

from retkoop import access, cli, cli_demo, cli_fec, cli_statements, db, filters, jobs, refusals, views
from retkoop.config import Config
from retkoop.storage import open_storage
from retkoop.views.shared import MAY_SEND

ROOT = Path(__file__).parent.parent
LARGEST_REQUEST = 1024 * 1024
_MOST_READ_AWAY = 200_000_000
_LONGEST_NAME = 64
_LONGEST_NUMBER = 1_000
IDLE = timedelta(hours=1)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class YearConverter(BaseConverter):
    """An exercice in an address: `2024-2025`."""

    regex = r"[0-9]{4}-[0-9]{4}"


class NumberConverter(IntegerConverter):
    """A row's number in an address: digits that every database can hold."""

    regex = r"[0-9]{1,9}"


class LineConverter(IntegerConverter):
    """The number of a line of the journal in an address: it grows with time, and fills 63 bits."""

    regex = r"[0-9]{1,19}"


def create_app(config: Config | None = None) -> Flask:
    """Make the application from a configuration, or from the environment."""
    app = Flask(
        "retkoop",
        root_path=str(ROOT / "retkoop"),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        instance_path=str(ROOT / "instance"),
    )
    configure(app, config or Config.read(os.environ, Path(app.instance_path)))
    open_storage_and_database(app)
    protect(app)
    access.init_app(app)
    filters.init_app(app)
    views.init_app(app)
    refusals.init_app(app)
    jobs.init_app(app)
    cli.init_app(app)
    cli_demo.init_app(app)
    cli_fec.init_app(app)
    cli_statements.init_app(app)
    return app


def configure(app: Flask, config: Config) -> None:
    """Take over the settings, and what cookies and requests may be."""
    app.config.update(
        RETKOOP=config,
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.production,
        PERMANENT_SESSION_LIFETIME=IDLE,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_PARTS=500,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
        WTF_CSRF_TIME_LIMIT=None,
        COMPRESS_MIN_SIZE=1024,
    )
    app.url_map.converters.update(annee=YearConverter, int=NumberConverter, ligne=LineConverter)
    app.session_interface = Sessions()
    app.jinja_env.globals["asset"] = Assets(Path(app.static_folder or ""))


class Sessions(SecureCookieSessionInterface):
    """Sessions in a signed cookie, never sent along with a file that anyone's cache may keep."""

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Leave the cookie alone on static files."""
        return request.endpoint != "static" and super().should_set_cookie(app, session)


class Assets:
    """Addresses of our static files, with the fingerprint that lets browsers keep them a year."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        """Give the address of a static file."""
        if name not in self.known:
            self.known[name] = hashlib.sha256((self.folder / name).read_bytes()).hexdigest()[:10]
        return url_for("static", filename=name, v=self.known[name])


def open_storage_and_database(app: Flask) -> None:
    """Open both, and give each request a connection; a GET reads one snapshot and cannot write."""
    config = app.config["RETKOOP"]
    app.config["STORAGE"] = open_storage(config.storage_url)
    database = db.open_database(config.database_url)
    # Only `_connect` takes a connection: one that a page of refusal took by itself would never be given back.
    database.autoconnect = False
    db.database.initialize(database)
    app.before_request(_connect)
    app.teardown_request(_disconnect)


def _connect() -> None:
    if request.endpoint == "static":
        return
    request.max_content_length = _largest_request()
    try:
        # Read what is sent before: a client that stalls halfway must keep no connection from the others.
        _ = request.form
    except RequestEntityTooLarge:
        _read_away()
        raise
    finally:
        g.connected = db.connect()
    if request.method in ("GET", "HEAD"):
        g.snapshot = db.reading()
        g.snapshot.__enter__()


def _read_away() -> None:
    """Read a file that is too heavy, and keep nothing: a browser hears no answer before it has sent all."""
    if not hasattr(current_app.view_functions.get(request.endpoint or ""), "largest_request"):
        return
    left = _MOST_READ_AWAY
    while left > 0 and (read := request.environ["wsgi.input"].read(1 << 16)):
        left -= len(read)


def _largest_request() -> int:
    """Bound what is read: much only where files are expected, as files (the rest lies in memory), of who is known."""
    view = current_app.view_functions.get(request.endpoint or "")
    largest = int(getattr(view, "largest_request", LARGEST_REQUEST))
    if largest == LARGEST_REQUEST or request.mimetype != "multipart/form-data":
        return LARGEST_REQUEST
    if not {"_user_id", MAY_SEND} & session.keys():
        # Someone whose session ended while they chose a file has to read that, and not of its size.
        g.session_ended = getattr(view, "policy", "") != "public"
        return LARGEST_REQUEST
    return largest


def _disconnect(error: BaseException | None) -> None:
    access.give_back()


def protect(app: Flask) -> None:
    """Ask for a CSRF token on every unsafe request, and put the security headers on every answer."""
    app.before_request(_refuse_junk)
    CSRFProtect(app)
    Compress(app)
    app.after_request(_add_headers)


def _refuse_junk() -> None:
    """Refuse what no person sends and libraries stumble on: NUL characters, endless numbers, names of no field."""
    if "\0" in request.path:
        abort(404)
    for name, values in request.form.lists():
        if len(name) > _LONGEST_NAME or not name.isascii() or any(map(_is_junk, values)):
            abort(400)


def _is_junk(value: str) -> bool:
    return "\0" in value or (len(value) > _LONGEST_NUMBER and value.isdecimal())


def _add_headers(answer: Response) -> Response:
    headers = answer.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if request.endpoint != "static" or answer.status_code >= 400:
        headers["Cache-Control"] = "no-store"
        headers.add("Vary", "HX-Request")
    return answer
