"""Every refusal as a French page, or as a message in the page that htmx keeps."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask, current_app, g, make_response, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError, generate_csrf
from peewee import DataError, OperationalError
from werkzeug.exceptions import HTTPException

from retkoop.errors import Refusal
from retkoop.htmx import is_htmx, retarget

ENDED = "Votre session est fermée, parce que vous étiez absent ou qu’elle a été fermée ailleurs. Rien n’est enregistré."
SENTENCES = {
    400: "La demande est illisible. Revenez en arrière et recommencez.",
    401: ENDED,
    403: "Votre accès ne permet pas de faire cela.",
    404: "Cette page n’existe pas, ou elle n’est pas à vous.",
    405: "Cette adresse ne se demande pas ainsi.",
    413: "Ce que vous envoyez est trop gros. Pour des pièces : 15 Mo par fichier, 60 Mo à la fois.",
    500: "Une erreur est survenue de notre côté. Rien n’est perdu de ce qui était enregistré : réessayez.",
}
# Hidden fields of ours: all the rest is what a person typed and may want to copy.
_OURS = ("csrf_token", "cle", "version", "vu", "mois", "vue", "cherche", "tri", "page", "pointer", "ecriture",
         "copie", "saisie", "ferme", "puis", "jour", "brouillon")  # fmt: skip

# Never shown again, wherever it was typed.
_SECRET = ("mot_de_passe", "actuel", "nouveau", "encore")

# Forms of people who have not signed in: no session of theirs can have ended.
_WITHOUT_ACCOUNT = ("auth.enter", "phone.send")


def init_app(app: Flask) -> None:
    """Give every kind of refusal its answer."""
    app.register_error_handler(Refusal, lambda refusal: answer(refusal.message, refusal.status))
    app.register_error_handler(CSRFError, _without_token)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(DataError, lambda error: answer(SENTENCES[400], 400))
    app.register_error_handler(OverflowError, lambda error: answer(SENTENCES[400], 400))
    app.register_error_handler(500, lambda error: answer(SENTENCES[500], 500))


def answer(message: str, status: int) -> Any:
    """Show a refusal, as bare words when the page cannot be made: without database, or at an unreadable address."""
    if request.endpoint == "static":
        return _bare(message, status)
    try:
        return _page(message, status)
    except Exception as error:
        current_app.logger.error("no page for this refusal: %s", type(error).__name__)
        return _bare(message, status)


def _bare(message: str, status: int) -> Any:
    return make_response(message, status, {"Content-Type": "text/plain; charset=utf-8"})


def _page(message: str, status: int) -> Any:
    """What was typed stays on the page that htmx keeps, and is listed on a page of its own."""
    if is_htmx():
        return retarget(make_response(render_template("errors/_refusal.html", refusal=message, status=status), status),
                        "#messages")  # fmt: skip
    page = render_template("errors/refusal.html", refusal=message, status=status, typed=_typed(status))
    return make_response(page, status)


def _typed(status: int) -> list[tuple[str, str]]:
    """Give what was typed; never a password, and nothing of a body that could not be read."""
    if request.method != "POST" or request.blueprint in ("auth", "second_factor") or status in (400, 404, 413):
        return []
    found = ((name.rpartition("-")[2], value) for name, value in request.form.items() if value)
    return [(name, value[:300]) for name, value in found if name not in _OURS + _SECRET][:100]


def _without_token(error: CSRFError) -> Any:
    """A form without a valid token: mostly a session that ended while someone was typing."""
    if not current_user.is_authenticated and request.endpoint not in _WITHOUT_ACCOUNT:
        return answer(ENDED, 401)
    if not is_htmx():
        return answer("Ce formulaire a expiré. Rechargez la page, puis recommencez.", 400)
    # The person signed in again in another tab: the page they typed in takes the new session's token over.
    who = current_user.person.name or current_user.person.identifier
    renewed = answer(f"Vous êtes connecté : {who}. Ce que vous avez saisi est toujours là, enregistrez à nouveau.", 400)
    renewed.headers["HX-Trigger"] = json.dumps({"jeton": {"valeur": generate_csrf()}})
    return renewed


def _http(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400:
        return error
    message = ENDED if g.get("session_ended") else SENTENCES.get(status, SENTENCES[400])
    return answer(message, status)


def _database(error: OperationalError) -> Any:
    """The database is away, locked or not migrated: say so without its words."""
    current_app.logger.error("database: %s", type(error.__cause__ or error).__name__)
    return answer("Le service est momentanément indisponible. Réessayez dans un instant.", 503)
