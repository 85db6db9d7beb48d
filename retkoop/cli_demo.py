"""`flask demo`: six cooperatives in different states of the year, or a whole département to look at and to measure."""

from __future__ import annotations

import sys

import click
from flask import Flask, current_app
from peewee import fn

from retkoop.actions import demo, demo_many, summaries
from retkoop.cli import command
from retkoop.clock import today
from retkoop.db import database, fetch, is_postgres
from retkoop.errors import Refusal
from retkoop.models import Cooperative, Year

SIX = 6
_SUMMARIES = 100


def init_app(app: Flask) -> None:
    """Give the application this command."""
    command(app.cli, "demo", help="Crée un département de démonstration dans une base sans coopérative.")(_demo)


@click.option("--si-vide", is_flag=True, help="Ne fait rien si la base contient déjà des coopératives.")
@click.option(
    "--coops", metavar="N", type=click.IntRange(SIX, 5000), default=SIX,
    help="N coopératives, de trois exercices chacune, au lieu de six.",
)  # fmt: skip
def _demo(si_vide: bool, coops: int) -> None:
    if current_app.config["RETKOOP"].production:
        raise Refusal("Pas de démonstration en production : ses mots de passe sont publics.")
    if not (si_vide and Cooperative.select().exists()):
        demo.make_demo(today(), current_app.config["STORAGE"])
        if coops > SIX:
            _make_many(coops - SIX)
    if Cooperative.select().where(Cooperative.name == demo.MAIN_COOP).exists():
        click.echo(demo.identifiers())


def _make_many(others: int) -> None:
    """Make the others, and what the dashboard keeps of all, with bars on the terminal."""
    with click.progressbar(length=others, label="Coopératives", file=sys.stderr) as bar:
        for done in demo_many.make_many(others, today()):
            bar.update(done - bar.pos)
    ((years,),) = fetch(Year.select(fn.COUNT(Year.coop)))
    with click.progressbar(length=years, label="Résumés", file=sys.stderr) as bar:
        while done := summaries.refresh(_SUMMARIES):
            bar.update(done)
    if not is_postgres():
        # PostgreSQL does it by itself before long.
        database.execute_sql("ANALYZE")
