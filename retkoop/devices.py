"""The browsers in which people have signed in before: those who guess, even next door, cannot keep them out."""

from __future__ import annotations

import secrets

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug import Response

_DEVICE = "appareil"
_YEAR = 365 * 24 * 3600


def _devices() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=_DEVICE)


def _device_here() -> tuple[str, list[str]]:
    """Give the random name of this browser, and the accounts that signed in with it, the latest first."""
    try:
        name, known = _devices().loads(request.cookies.get(_DEVICE, ""))
    except BadSignature:
        return secrets.token_hex(8), []
    return name, known


def device_of(lookup: str) -> str | None:
    """Give the name of this browser if that account signed in with it before: a stranger's guesses do not slow it."""
    name, known = _device_here()
    return name if lookup in known else None


def remember_device(answer: Response, lookup: str) -> Response:
    """Note in this browser that an account signed in with it."""
    name, known = _device_here()
    latest = [lookup, *(other for other in known if other != lookup)][:10]
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    value = _devices().dumps([name, latest])
    answer.set_cookie(_DEVICE, value, max_age=_YEAR, path="/connexion", secure=secure, httponly=True, samesite="Lax")
    return answer
