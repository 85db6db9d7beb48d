"""Help: the words of the trade, one sentence each."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from retkoop import access
from retkoop.models import Person

blueprint = Blueprint("help", __name__, url_prefix="/aide")


@blueprint.get("/")
@access.signed_in
def words(person: Person) -> Any:
    """Explain the words of the trade."""
    return render_template("help/words.html", person=person)
