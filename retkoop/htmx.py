"""What htmx asks and what it is answered: a fragment, a page, or a move to another page."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request


def is_htmx() -> bool:
    """Tell whether htmx asks, and so wants a fragment."""
    return request.headers.get("HX-Request") == "true"


def fragment(template: str, status: int = 200, **context: Any) -> Response:
    """Render a fragment."""
    return make_response(render_template(template, **context), status)


def retarget(answer: Response, target: str) -> Response:
    """Say where in the page an answer goes, when it is not where the form said."""
    answer.headers["HX-Retarget"] = target
    answer.headers["HX-Reswap"] = "outerHTML"
    return answer


def show_address(answer: Response, url: str) -> Response:
    """Put in the address bar what a reload has to show."""
    answer.headers["HX-Replace-Url"] = url
    return answer


def go(url: str) -> Response:
    """Send the browser to another page, whether htmx or a form asked."""
    if is_htmx():
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, 303)  # type: ignore[return-value]
