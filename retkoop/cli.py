"""The commands: French help, one clear line on standard error and exit 1 when something is refused."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from peewee import PeeweeException

from retkoop import db, jobs, rules
from retkoop.actions import backup, bulk_validation, exchange, moves, people, second_factor, summaries
from retkoop.actions.years import load_facts
from retkoop.audit import OPERATOR, now
from retkoop.clock import today
from retkoop.errors import NotFound, Refusal
from retkoop.exports.control import control_sheet
from retkoop.models import Cooperative, Person, Year, find_coop, find_year, key_of
from retkoop.school_year import SchoolYear
from retkoop.year_steps import STEPS_SENT_BACK


class OneLine(click.ClickException):
    """A refusal, shown as one line."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        """Write the sentence, alone, on standard error."""
        click.echo(" ".join(self.message.split()), err=True)


def _french_headings(text: str) -> str:
    """Put click's own words of a help page into French: it ships no translation."""
    for english, french in (("Commands:", "Commandes :"), ("Options:", "Options :"), ("[required]", "[obligatoire]")):
        text = text.replace(english, french)
    return text


class FrenchCommand(click.Command):
    """A command whose help and refusals are in French."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.options_metavar = "[OPTIONS]"

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Give `--help` a French text."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "Affiche cette aide."
        return option

    def get_help(self, ctx: click.Context) -> str:
        """Give the help page."""
        return _french_headings(super().get_help(ctx))

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), "Utilisation : ")

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Turn click's refusals of the arguments into ours."""
        try:
            return super().make_context(*args, **kwargs)
        except click.UsageError as error:
            raise OneLine(_in_french(error)) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command with the database open; refusals are one line."""
        try:
            with db.database.connection_context():
                return super().invoke(ctx)
        except Refusal as refusal:
            raise OneLine(refusal.message) from None
        except PeeweeException as error:
            raise OneLine(_database_trouble(error)) from None
        except (OSError, UnicodeError) as error:
            raise OneLine(f"Fichier illisible ou impossible à écrire : {error}") from None


def _in_french(error: click.UsageError) -> str:
    usage = error.ctx.command_path if error.ctx else "flask"
    if isinstance(error, click.MissingParameter):
        name = error.param.human_readable_name if error.param else ""
        return f"Il manque {name} : voir « {usage} --help »."
    if isinstance(error, click.NoSuchOption):
        return f"Option inconnue {error.option_name} : voir « {usage} --help »."
    if isinstance(error, click.BadParameter) and error.param:
        return f"Valeur refusée pour {error.param.opts[-1]} : voir « {usage} --help »."
    return f"Arguments refusés : voir « {usage} --help »."


def _database_trouble(error: PeeweeException) -> str:
    if "no such table" in str(error) or "does not exist" in str(error):
        return "La base n’est pas à jour : lancez d’abord « flask migrate »."
    return f"La base de données refuse ou ne répond pas : {error}"


def command(group: Any, name: str, **attributes: Any) -> Callable[[Callable[..., Any]], Any]:
    """Register a French command within the application's context."""

    def register(function: Callable[..., Any]) -> Any:
        return group.command(name, cls=FrenchCommand, **attributes)(with_appcontext(function))

    return register


class FrenchGroup(AppGroup):
    """A group whose help is in French."""

    def get_help(self, ctx: click.Context) -> str:
        """Give the help page."""
        return _french_headings(super().get_help(ctx))

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        formatter.write_usage(ctx.command_path, "COMMANDE [ARGUMENTS]…", "Utilisation : ")

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Give `--help` a French text."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "Affiche cette aide."
        return option

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Turn click's refusals of the arguments into ours."""
        try:
            return super().make_context(*args, **kwargs)
        except click.exceptions.NoArgsIsHelpError as error:
            name = error.ctx.command_path if error.ctx else "flask"
            raise OneLine(f"Indiquez une commande : voir « {name} --help ».") from None
        except click.UsageError as error:
            raise OneLine(_in_french(error)) from None

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Turn an unknown command into one French line."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            raise OneLine(f"Commande inconnue : {args[0]} (voir « {ctx.command_path} --help »).") from None


exercice = FrenchGroup("exercice", help="Importer, exporter et contrôler un exercice.")
compte = FrenchGroup("compte", help="Créer des comptes d’accès, en arrêter la double authentification.")


def init_app(app: Flask) -> None:
    """Give the application its commands."""
    app.cli.add_command(exercice)
    app.cli.add_command(compte)
    command(app.cli, "migrate", help="Met la base au schéma courant ; peut être relancée sans risque.")(_migrate)
    renew = command(app.cli, "resumes", help="Recalcule les résumés d’exercices que des saisies ont dépassés.")
    renew(click.option("--au-plus", "most", metavar="N", type=click.IntRange(1), help="N résumés au plus.")(_renew))
    planned = command(app.cli, "validations", help="Valide les exercices programmés, quand leur heure est venue.")
    planned(_validate_planned)
    save = command(app.cli, "sauvegarde", help="Écrit toute l’instance, base et pièces, dans FICHIER.")
    save(click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path))(_backup))
    work = command(app.cli, "travaux", help="Envoie les courriels et fait les longs travaux, jusqu’à Ctrl+C.")
    work(_work)
    load = command(app.cli, "restauration", help="Remet toute l’instance dans l’état de la sauvegarde FICHIER.")
    load(click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path))(_restore))


def _migrate() -> None:
    done = db.migrate()
    click.echo(f"Base à jour ({', '.join(done)})." if done else "Base déjà à jour.")


def _renew(most: int | None) -> None:
    click.echo(f"Résumés recalculés : {summaries.refresh(most)}.")


def _validate_planned() -> None:
    click.echo(f"Exercices validés : {bulk_validation.carry_out(now(), today)}.")


def _backup(file: Path) -> None:
    size = backup.save(file, current_app.config["STORAGE"])
    click.echo(f"Sauvegarde écrite : {file} ({size} lignes).")


def _restore(file: Path) -> None:
    kept = backup.restore(file, current_app.config["STORAGE"], today())
    if kept:
        click.echo(f"L’état précédent est gardé dans {kept}.")
    click.echo("Restauration terminée.")


@click.option("--avec", "beside", type=int, default=0, metavar="PROCESSUS", help="S’arrête avec ce processus.")
def _work(beside: int) -> None:
    jobs.run(beside)


def _find(identifier: str, label: str) -> tuple[Cooperative, Year]:
    try:
        year = SchoolYear.parse(label)
    except ValueError as error:
        raise Refusal(str(error)) from None
    coop = find_coop(identifier)
    if coop is None:
        raise NotFound(f"La coopérative {identifier} n’existe pas.")
    found = find_year(coop, year.start)
    if found is None:
        raise NotFound(f"La coopérative {identifier} n’a pas d’exercice {label}.")
    return coop, found


@command(exercice, "importer", help="Importe l’archive d’échange FICHIER (.zip ou .json) : tout ou rien.")
@click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path))
@click.option("--remplacer", is_flag=True, help="Remplace l’exercice s’il existe déjà et n’est pas clos.")
def import_command(file: Path, remplacer: bool) -> None:
    """Import an exchange archive."""
    key = exchange.import_archive(OPERATOR, file, current_app.config["STORAGE"], remplacer)
    click.echo(f"Exercice {key.year.label} de {key.coop} importé.")


@command(exercice, "exporter", help="Écrit l’archive d’échange de l’exercice ANNEE (2024-2025) dans FICHIER.")
@click.argument("identifier", metavar="IDENTIFIANT")
@click.argument("label", metavar="ANNEE")
@click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path))
def export_command(identifier: str, label: str, file: Path) -> None:
    """Export a year."""
    coop, year = _find(identifier, label)
    file.write_bytes(exchange.export_archive(coop, year, current_app.config["STORAGE"]))
    click.echo(f"Exercice {label} de {identifier} exporté.")


def _decision(name: str, help_: str) -> Callable[[Callable[..., Any]], Any]:
    """Register a command by which the AD decides about a year, until it has its own screens."""

    def register(function: Callable[..., Any]) -> Any:
        with_year = click.argument("identifier", metavar="IDENTIFIANT")(
            click.argument("label", metavar="ANNEE")(function)
        )
        return command(exercice, name, help=help_)(with_year)

    return register


@_decision("prendre-en-charge", "Note que l’association départementale examine l’exercice ANNEE, envoyé.")
def take_up_command(identifier: str, label: str) -> None:
    """Say that the AD looks at a year."""
    moves.take_up(OPERATOR, key_of(_find(identifier, label)[1]))
    click.echo(f"Exercice {label} de {identifier} pris en charge.")


@_decision("valider", "Valide l’exercice ANNEE, envoyé : plus rien n’y change ensuite.")
def validate_command(identifier: str, label: str) -> None:
    """Validate a year."""
    moves.validate(OPERATOR, key_of(_find(identifier, label)[1]))
    click.echo(f"Exercice {label} de {identifier} validé.")


@_decision("renvoyer", "Renvoie l’exercice ANNEE à sa coopérative, à l’étape indiquée.")
@click.option("--etape", "step", required=True, type=click.Choice(STEPS_SENT_BACK), help="Où il y a à corriger.")
@click.option("--motif", "reason", required=True, help="Ce qu’il faut corriger : le mandataire le lit.")
def send_back_command(identifier: str, label: str, step: str, reason: str) -> None:
    """Send a year back."""
    moves.send_back(OPERATOR, key_of(_find(identifier, label)[1]), step, reason)
    click.echo(f"Exercice {label} de {identifier} renvoyé.")


@_decision("rouvrir", "Rouvre le cahier clos de l’exercice ANNEE.")
@click.option("--motif", "reason", required=True, help="Pourquoi : le mandataire le lit, et cela reste.")
def reopen_command(identifier: str, label: str, reason: str) -> None:
    """Open a closed cahier again."""
    moves.reopen(OPERATOR, key_of(_find(identifier, label)[1]), reason)
    click.echo(f"Cahier {label} de {identifier} rouvert.")


class Day(click.ParamType):
    """A day written 2025-09-05."""

    name = "AAAA-MM-JJ"

    def convert(self, value: Any, param: Any, ctx: Any) -> date:
        """Read the day."""
        try:
            day = value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail("date", param, ctx)
        # Python also reads 20250905 and 2025-W36-5.
        return day if str(day) == str(value) else self.fail("date", param, ctx)


@command(exercice, "controler", help="Écrit en JSON les chiffres et les contrôles de l’exercice ANNEE (2024-2025).")
@click.argument("identifier", metavar="IDENTIFIANT")
@click.argument("label", metavar="ANNEE")
@click.option("--au", "on", type=Day(), help="Jour du contrôle (aujourd’hui sinon).")
def control_command(identifier: str, label: str, on: date | None) -> None:
    """Print the control sheet of a year."""
    _, year = _find(identifier, label)
    facts = load_facts(year)
    sheet = control_sheet(facts, rules.verdict(facts, on or today()))
    click.echo(json.dumps(sheet, ensure_ascii=False, indent=1))


@command(compte, "creer", help="Crée le compte IDENTIFIANT ; le mot de passe est lu sur l’entrée standard.")
@click.argument("identifier", metavar="IDENTIFIANT")
@click.option("--role", required=True, type=click.Choice(people.ROLES), help="Ce que la personne fait ici.")
@click.option("--coop", metavar="075-1234", help="Sa coopérative (mandataire, verificateur).")
@click.option("--ad", "department", metavar="075", help="Son département (ad).")
@click.option("--nom", "name", default="", help="Le nom de la personne.")
@click.option("--provisoire", is_flag=True, help="Demande de changer le mot de passe à la première connexion.")
@click.option("--mot-de-passe-stdin", "from_stdin", is_flag=True, required=True, help="Lit le mot de passe.")
def create_person_command(
    identifier: str,
    role: str,
    coop: str | None,
    department: str | None,
    name: str,
    provisoire: bool,
    from_stdin: bool,
) -> None:
    """Make an account."""
    password = sys.stdin.readline().rstrip("\r\n")
    people.create_person(OPERATOR, identifier, role, password, coop, department, name, provisoire)
    click.echo(f"Compte {identifier} créé.")


@command(compte, "sans-code", help="Arrête la double authentification du compte IDENTIFIANT (téléphone perdu).")
@click.argument("identifier", metavar="IDENTIFIANT")
def lift_code_command(identifier: str) -> None:
    """Ask somebody for no more codes."""
    person = Person.get_or_none(Person.lookup == people.lookup_form(identifier))
    if person is None:
        raise NotFound(f"Le compte {identifier} n’existe pas.")
    second_factor.lift(OPERATOR, person)
    click.echo(f"Double authentification de {person.identifier} arrêtée, sessions fermées.")
