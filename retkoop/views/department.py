"""The association départementale: its cooperatives, to read."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from retkoop import access, department_rows
from retkoop.models import Department

blueprint = Blueprint("department", __name__, url_prefix="/ad/<departement>")


@blueprint.get("/")
@access.reads_department
def dashboard(department: Department) -> Any:
    """List the cooperatives of the département and where their latest exercice stands."""
    return render_template(
        "department/dashboard.html", department=department, coops=department_rows.coops_of(department.code)
    )
