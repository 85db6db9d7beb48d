"""The tables of the associations départementales and of the fédération, beside those of the cooperatives (`models`)."""

from __future__ import annotations

from retkoop import models
from retkoop.models import Table

# Every table, parents before children: the order in which a backup is loaded.
TABLES: tuple[type[Table], ...] = (*models.COOP_TABLES,)
