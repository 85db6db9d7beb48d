"""The fédération: its associations départementales."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from retkoop import access, department_rows

blueprint = Blueprint("federation", __name__, url_prefix="/federation")


@blueprint.get("/")
@access.federation_only
def dashboard() -> Any:
    """List the associations départementales with their number of cooperatives."""
    return render_template("federation/dashboard.html", departments=department_rows.departments_with_counts())
