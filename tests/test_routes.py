"""Every route × every method × everyone: what each declares as its policy is what each gets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from retkoop import access, db, letters
from retkoop.actions import announcements, chart_versions, deposits, questionnaire_versions
from retkoop.actions.handover import Told, record_handover
from retkoop.actions.phone import digest_of
from retkoop.actions.undo import last_steps
from retkoop.application import create_app
from retkoop.association import TABLES, ActivationLink, CoopImport, DepartmentProfile, Job, Message, SecondFactor
from retkoop.audit import OPERATOR, now
from retkoop.config import Config
from retkoop.coop_import import CoopRow
from retkoop.decision_tables import PlannedValidation, ReopeningRequest, SiteControl, SiteDraw
from retkoop.exports import pdf
from retkoop.facts import Allocation
from retkoop.models import (
    ActivityAnswer,
    CashCount,
    Document,
    Grant,
    InventoryItem,
    Person,
    PriorOperation,
    Scan,
    UploadPass,
    Year,
    YearKey,
)  # fmt: skip
from retkoop.one_time_codes import new_secret, seal
from retkoop.school_year import SchoolYear
from retkoop.storage import FileStorage
from tests.factories import SOMEONE, a_coop, a_department, a_draft, a_year, an_advance, an_entry
from tests.support.bank import a_bank_statement, a_book_import
from tests.support.joined import ask, pay, send

TODAY = "2024-11-20"
A, B, CLOSED, NOWHERE = "075-0001", "075-0002", "075-0003", "075-9999"
POLICIES = {
    "public", "signed_in", "reads_coop", "writes_coop", "reads_year", "writes_year", "writes_report",
    "writes_state", "verifies_year", "draws_sample", "invites_verifiers", "keeps_code",
    "writes_membership",
}  # fmt: skip
# Those of the AD's and the fédération's own screens: nobody else is told that there is something.
AD_POLICIES = {
    "reads_department",
    "writes_department",
    "reads_file",
    "writes_file",
    "reads_year_file",
    "writes_year_file",
}
FEDERATION_POLICIES = {"federation_only", "writes_federation", "reads_federation_team", "writes_federation_team"}
TEAM_POLICIES = {"reads_team", "writes_team"}
# Of which nobody else is told that there is something.
HIDDEN = AD_POLICIES | FEDERATION_POLICIES | TEAM_POLICIES
WRITES = ("writes", "verifies", "draws", "invites")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
RAW = sha1(b"csrf", usedforsecurity=False).hexdigest()

# Who walks: role, département, coop.
CAST: dict[str, tuple[str, str | None, str | None]] = {
    "mandataire A": ("mandataire", "075", A),
    "vérificateur A": ("verificateur", "075", A),
    "mandataire B": ("mandataire", "075", B),
    "AD 075": ("ad", "075", None),
    "AD 013": ("ad", "013", None),
    "fédération": ("federation", None, None),
    "désactivé A": ("mandataire", "075", A),
    "mandataire de l’exercice clos": ("mandataire", "075", CLOSED),
    "vérificateur de l’exercice clos": ("verificateur", "075", CLOSED),
    "expiré A": ("mandataire", "075", A),
    "expirée AD 075": ("ad", "075", None),
}
# Whose access a mandataire may end: vérificateurs by a link, of each cooperative.
INVITED = {A: 91, CLOSED: 93}
# Whose access an association may end: mandataires of each cooperative, in the order of the cast.
MANDATAIRES = {A: 1, CLOSED: 8}
# Somebody of each team whom the others may end, renew and so on.
COLLEAGUES = {"team.": (95, "ad", "075"), "team.federation_": (96, "federation", None)}
# Who gave a right password, and no code yet.
HALF_WAY = ("à moitié AD 075", "à moitié fédération")
VISITORS = ("anonyme", *(name for name in CAST if "clos" not in name), *HALF_WAY, "invitée A")
NOBODY = ("anonyme", "désactivé A", "expiré A", "expirée AD 075", *HALF_WAY)
# Who came in by a link may what their role may.
BY_A_LINK = {"invitée A": "vérificateur A"}
# The policies that let each of them in at coop A; the readers are told so, all others learn nothing.
READERS = ("vérificateur A", "AD 075")
TOLD = {
    # What vérificateurs write, and nobody else: what they saw of an entry.
    "verifies_year": ("mandataire A", "AD 075"),
    "draws_sample": ("AD 075",),
}
ALLOWED = {
    "reads_coop": ("mandataire A", *READERS),
    "reads_year": ("mandataire A", *READERS),
    "writes_coop": ("mandataire A",),
    "writes_year": ("mandataire A",),
    "writes_report": ("mandataire A",),
    "writes_state": ("mandataire A",),
    "writes_membership": ("mandataire A",),
    "verifies_year": ("vérificateur A",),
    "draws_sample": ("mandataire A", "vérificateur A"),
    "invites_verifiers": ("mandataire A",),
    **dict.fromkeys(AD_POLICIES, ("AD 075",)),
    **dict.fromkeys(FEDERATION_POLICIES, ("fédération",)),
    **dict.fromkeys(TEAM_POLICIES, ("AD 075", "fédération")),
    "keeps_code": ("AD 075", "AD 013", "fédération"),
}


@dataclass
class World:
    """Three cooperatives full of rows whose numbers are all 1, and everyone's cookie."""

    app: Flask
    database: Any
    keys: dict[str, YearKey]
    cookies: dict[str, str] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)

    def rules(self) -> list[Rule]:
        """Give every rule but the static files'."""
        return [rule for rule in self.app.url_map.iter_rules() if rule.endpoint != "static"]

    def policy(self, rule: Rule) -> str:
        """Give the policy that a rule's view declares."""
        return str(getattr(self.app.view_functions[rule.endpoint], "policy", "none"))

    def address(self, rule: Rule, coop: str = A, **others: str) -> str:
        """Fill a rule with the ids of a cooperative's real objects: unknown ones are 1."""
        known = {"identifiant": coop, "annee": "2024-2025", "departement": "075", "step": self.steps.get(coop, 1)}
        known |= {"token": f"passe-{coop}", "origine": "2023-2024"}
        holders = MANDATAIRES if rule.endpoint.startswith("coop_accounts.") else INVITED
        known["person"] = holders.get(coop, holders[A])
        for start, (number, _role, _department) in COLLEAGUES.items():
            known |= {"person": number} if rule.endpoint.startswith(start) else {}
        known |= others
        values = {name: known.get(name, 1) for name in rule.arguments}
        built = self.app.url_map.bind("localhost").build(rule.endpoint, values)
        return str(built)

    def ask(self, visitor: str, method: str, address: str, **kwargs: Any) -> TestResponse:
        """Send one request as somebody, with a good token, from a browser that keeps nothing."""
        headers = {"Cookie": f"session={self.cookies[visitor]}", **kwargs.pop("headers", {})}
        if method != "GET":
            headers["X-CSRFToken"] = URLSafeTimedSerializer(self.app.secret_key or "", "wtf-csrf-token").dumps(RAW)
        client = self.app.test_client(use_cookies=False)
        # As a server does: what is sent from a file is closed.
        return client.open(address, method=method, headers=headers, buffered=True, **kwargs)

    def taken_back(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send one request, then undo whatever it wrote."""
        with self.database.atomic() as transaction:
            answer = self.ask(*args, **kwargs)
            transaction.rollback()
        return answer

    def rows(self, coop: str | None = None) -> dict[str, list[Any]]:
        """Give all that is stored, or all that is stored of one cooperative."""
        found = {}
        for table in TABLES:
            query = table.select()
            if coop:
                if not hasattr(table, "coop") or table is Person:
                    continue
                query = query.where(table.coop == coop)
            found[table.__name__] = sorted(map(repr, query.tuples()))
        return found


@pytest.fixture(scope="module")
def built(session_app: Flask, fresh_database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Fill one database for the whole walk."""
    url, drop = fresh_database()
    database = db.open_database(url)
    db.database.initialize(database)
    database.connect()
    session_app.config["STORAGE"] = FileStorage(tmp_path_factory.mktemp("pieces"))
    a_department()
    ask()
    world = World(session_app, database, {name: _fill(session_app, name) for name in (A, CLOSED)})
    world.keys[B] = a_year(a_coop(B))
    world.steps = {name: last_steps(key, SOMEONE.person)[0].id for name, key in world.keys.items() if name != B}
    Year.update(state="closed").where(world.keys[CLOSED].of(Year)).execute()
    a_department("013")
    _write_and_ask()
    # Of the association of all three, and of no other.
    DepartmentProfile.insert(department="075", logo=session_app.config["STORAGE"].put(b"\x89PNG\r\n\x1a\n")).execute()
    _invite(world)
    yield world
    database.close_all()
    drop()


def _fill(app: Flask, name: str) -> YearKey:
    key = a_year(a_coop(name))
    an_advance(key)
    assert an_entry(key) == 1
    bought = (Allocation("68000008", 50_000), Allocation("74100008", 10_000))
    an_entry(key, bank=-40_000, allocations=bought, voucher="02", project="Cirque")
    an_entry(key, bank=6_000, allocations=(Allocation("70700008", 6_000),), voucher="03")
    deposits.make_slip(OPERATOR, key, a_draft().day, "Remise", [3])
    number = {**key._asdict(), "number": 1}
    day = a_draft().day
    digest = app.config["STORAGE"].put(b"\x89PNG\r\n\x1a\n" + name.encode())
    scan = {"digest": digest, "thumb_digest": digest, "media_type": "image/png", "name": "facture.png", "size": 16}
    Scan.insert(**number, entry=1, **scan).execute()
    ends = {"expires_at": now() + timedelta(days=1), "person": 1, "who": "mandataire A"}
    UploadPass.insert(**key._asdict(), token_digest=digest_of(f"passe-{name}"), entry=1, **ends).execute()
    PriorOperation.insert(**number, day="2024-07-01", label="Car", amount=-2_000).execute()
    Grant.insert(**number, organisation="Mairie", kind="commune", day=day, amount=10_000).execute()
    InventoryItem.insert(**number, designation="Projecteur", bought_on=day, value=50_000).execute()
    CashCount.insert(**number, day=day).execute()
    file = {name: scan[name] for name in ("digest", "thumb_digest", "media_type", "name")}
    Document.insert(**number, requirement="quitus", **file).execute()
    a_bank_statement(key)
    a_book_import(key)
    content = {"banque": 0, "caisse": 0, "points": [], "ensemble": [], "remarques": "Librairie du Centre"}
    record_handover(SOMEONE, key, Told(day, "Camille", "Dominique", content))
    planned = {"sending": 1, "bank": 0, "cash": 0, "result": 0, "who": "AD", "made_at": now(), "due_at": now()}
    PlannedValidation.insert(**number, **planned).execute()
    ends = {"expires_at": now() + timedelta(days=1), "made_at": now()}
    ReopeningRequest.insert(**number, moves=0, reason="Une facture", person=99, who="Anne", **ends).execute()
    made = {"seed": 123_456, "rate": 10, "base": "sent", "pool": name, "who": "Anne", "made_at": now()}
    SiteDraw.insert(department="075", number=1, start_year=2024, **made).on_conflict_ignore().execute()
    SiteControl.insert(**number, rank=1).execute()
    before = {**key._asdict(), "start_year": 2023}
    Year.insert(**before).execute()
    InventoryItem.insert(**before, number=1, designation="Piano", bought_on="2023-10-01", value=9_000).execute()
    ActivityAnswer.insert(**key._asdict(), question="souhaits", value="Librairie du Centre").execute()
    send(key)
    pay(key)
    return key


def _write_and_ask() -> None:
    """Leave a mail that failed, and long work that is done, of number 1 each, in the département of all three."""
    letter, day = letters.validated("Camille", "Les Tilleuls", "2024-2025", "/coop/"), now()
    told = {"recipient": "camille@exemple.fr", "subject": letter.subject, "content": letter.as_json(), "once": "un"}
    Message.insert(
        department="075", coop=A, id=1, kind="validation", person=1, state="failed", made_at=day, due_at=day, **told
    ).execute()
    for drafts in (chart_versions, questionnaire_versions):
        drafts.begin_draft(SOMEONE, SchoolYear(2024))
    days = {"from_day": day.date(), "to_day": day.date()}
    announcements.announce(SOMEONE, {"title": "Une annonce", "text": "Bonjour", "audience": "tous", **days})
    asked = {"kind": "crf", "start_year": 2024, "once": "crf:2024", "person": 1, "who": "AD", "made_at": day}
    Job.insert(department="075", number=1, state="running", worker="ailleurs:1", beat_at=day, **asked).execute()


def _invite(world: World) -> None:
    for number, (name, (role, department, coop)) in enumerate(CAST.items(), 1):
        Person.create(
            id=number, identifier=f"qui-{number}", lookup=f"QUI-{number}", name=name, role=role, department=department,
            coop=coop, password_hash="-", session_token=f"jeton-{number}", disabled=int("désactivé" in name),
            expires_on="2024-09-30" if "expiré" in name else None,
        )  # fmt: skip
        world.cookies[name] = _cookie(world.app, {"_user_id": f"{number}:jeton-{number}", "_fresh": True})
    for coop, number in INVITED.items():
        Person.create(
            id=number, identifier=f"{coop}-lien", lookup=f"{coop}-LIEN", name="Zoé", role="verificateur",
            department="075", coop=coop, password_hash="-", session_token=f"jeton-{number}",
            link_digest=digest_of(f"passe-{coop}"), expires_on="2024-12-20",
        )  # fmt: skip
    number = INVITED[A]
    world.cookies["invitée A"] = _cookie(world.app, {"_user_id": f"{number}:jeton-{number}", "_fresh": True})
    for name, person in MANDATAIRES.items():
        link = {"digest": digest_of(f"passe-{name}"), "expires_at": now() + timedelta(days=1)}
        ActivationLink.insert(person=person, **link).execute()
    CoopImport.insert(
        department="075", number=1, person=4, name="liste", digest="0" * 64, at=now(),
        lines=json.dumps([CoopRow(2, "075-0777", "Librairie du Centre")]),
    ).execute()  # fmt: skip
    for number, role, department in COLLEAGUES.values():
        Person.create(
            id=number, identifier=f"{role}-autre", lookup=f"{role}-AUTRE".upper(), name="Zoé", role=role,
            department=department, password_hash="-", session_token=f"jeton-{number}",
        )  # fmt: skip
    for name in HALF_WAY:
        number = list(CAST).index(name.removeprefix("à moitié ")) + 1
        instant = int(now().timestamp())
        sealed = seal(world.app.config["SECRET_KEY"], number, new_secret())
        SecondFactor.insert(person=number, sealed=sealed, begun_at=now(), enabled_at=now()).execute()
        world.cookies[name] = _cookie(world.app, {"a_moitie": [f"{number}:jeton-{number}", instant]})
    for number in (95, 96):
        SecondFactor.insert(person=number, sealed="-", begun_at=now(), enabled_at=now()).execute()
    world.cookies["anonyme"] = _cookie(world.app, {})


def _cookie(app: Flask, values: dict[str, Any]) -> str:
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return str(serializer.dumps({"csrf_token": RAW, "_permanent": True, **values}))


@pytest.fixture
def world(built: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Give the walk's world, after other tests have used the application; paper is not printed for each visitor."""
    db.database.initialize(built.database)
    monkeypatch.setitem(built.app.config, "RETKOOP", replace(built.app.config["RETKOOP"], today=a_draft().day))
    monkeypatch.setattr(pdf, "render", lambda html, *rest: b"%PDF-" + html.encode())
    return built


def test_every_view_declares_a_policy_that_is_known(world: World) -> None:
    declared = {rule.endpoint: world.policy(rule) for rule in world.rules()}
    assert set(declared.values()) <= POLICIES | HIDDEN, declared
    assert {name for name, policy in declared.items() if policy == "public"} == {
        "auth.sign_in", "auth.enter", "home.health", "phone.show", "phone.send", "verifiers.invited", "verifiers.enter",
        "coop_accounts.activation", "coop_accounts.activate", "second_factor.ask", "second_factor.check",
        "forgotten.show", "forgotten.ask", "forgotten.choose", "forgotten.change", "mails.way_out", "mails.stop",
    }  # fmt: skip


def test_the_walk_saw_something(world: World) -> None:
    rules = world.rules()
    assert len(rules) > 40
    assert {world.policy(rule) for rule in rules} >= POLICIES | {"reads_department", "federation_only"}
    posts = [rule for rule in rules if "POST" in (rule.methods or ())]
    assert len([rule for rule in posts if world.policy(rule) == "writes_year"]) > 15
    assert len([rule for rule in rules if "number" in rule.arguments]) > 15
    assert {rule.endpoint for rule in posts if world.policy(rule) in ("reads_coop", "reads_year")} == set()
    assert {rule.endpoint for rule in rules if world.policy(rule) == "verifies_year"} == {"quitus.look"}
    assert {rule.endpoint for rule in rules if world.policy(rule) == "draws_sample"} == {"quitus.draw"}


@pytest.mark.parametrize("visitor", VISITORS)
def test_each_gets_what_the_policy_says(world: World, visitor: str) -> None:
    before = world.rows()
    faults = []
    for rule in world.rules():
        for method in METHODS[:2]:
            if method in (rule.methods or ()):
                fault = _fault(world, visitor, method, rule)
                faults += [f"{visitor} {method} {rule.rule}: {fault}"] if fault else []
    assert not faults, "\n".join(faults)
    assert world.rows() == before


def _fault(world: World, visitor: str, method: str, rule: Rule) -> str | None:
    policy, address = world.policy(rule), world.address(rule)
    role = BY_A_LINK.get(visitor, visitor)
    if policy == "public" or (policy == "signed_in" and visitor not in NOBODY):
        answer = world.taken_back(visitor, method, address)
        # The announcement is for mandataires and associations: for the others there is none.
        if rule.endpoint == "announcements.put_away" and role in ("vérificateur A", "fédération"):
            return None if answer.status_code == 404 else f"{answer.status_code}"
        # Whoever came in by a link has no password to change.
        if visitor in BY_A_LINK and policy == "signed_in" and rule.rule.startswith("/mot-de-passe"):
            return None if answer.status_code == 403 else f"{answer.status_code}"
        return None if answer.status_code in (200, 303, 422) else f"{answer.status_code}"
    if visitor in NOBODY:
        return _fault_of_nobody(world.ask(visitor, method, address), method, address)
    if role in ALLOWED[policy]:
        answer = world.taken_back(visitor, method, address)
        return None if answer.status_code in (200, 303, 422) or _not_ready(answer) else f"{answer.status_code}"
    answer = world.ask(visitor, method, address)
    if role in _told_no(policy):
        return None if answer.status_code == 403 else f"{answer.status_code}"
    elsewhere = {"departement": "999"} if policy in AD_POLICIES | TEAM_POLICIES else {}
    absent = world.ask(visitor, method, world.address(rule, NOWHERE, **elsewhere))
    nowhere = world.ask(visitor, method, "/nulle-part")
    same = answer.status_code == 404 and _told(answer) == _told(absent) == _told(nowhere)
    return None if same else f"{answer.status_code}, or told more than for what does not exist"


def _told_no(policy: str) -> tuple[str, ...]:
    """Give those who may see what they cannot change here, and are told so."""
    if policy in HIDDEN:
        return ()
    return TOLD.get(policy, READERS if policy.startswith(("writes", "invites")) else ())


def _who(policy: str) -> str:
    """Give who may do what a policy guards, at coop A."""
    return ALLOWED[policy][0]


def _not_ready(answer: TestResponse) -> bool:
    why = (
        "il reste des points",
        "il reste des étapes",
        "il n’y a rien à reprendre",
        "entre-temps",
        "vient du cahier",
        "n’attend plus",
        "nomme le signent",
        "n’a pas été envoyé",
        "ne se corrige plus",
        "C’est définitif",
    )
    return answer.status_code == 409 and any(words in answer.text for words in why)


def _fault_of_nobody(answer: TestResponse, method: str, address: str) -> str | None:
    if method == "POST":
        return None if answer.status_code == 401 else f"{answer.status_code}"
    to = answer.headers.get("Location", "")
    right = answer.status_code in (302, 303) and to == f"/connexion?next={address}"
    return None if right else f"{answer.status_code} to {to}"


def _told(answer: TestResponse) -> tuple[Any, ...]:
    """Give what an answer tells, less the tokens that differ each time."""
    text = re.sub(r'(value="|X-CSRFToken": ")[\w.-]+"', "", answer.text)
    headers = {name: value for name, value in answer.headers if name not in ("Set-Cookie", "Content-Length")}
    return answer.status_code, text, headers


@pytest.mark.parametrize("visitor", ["anonyme", "mandataire A", "mandataire B", "AD 075"])
def test_a_method_that_is_not_declared_is_refused(world: World, visitor: str) -> None:
    declared: dict[str, set[str]] = {}
    for rule in world.rules():
        declared.setdefault(world.address(rule), set()).update(rule.methods or ())
    before = world.rows()
    for address, methods in declared.items():
        for method in set(METHODS) - methods:
            assert world.ask(visitor, method, address).status_code == 405, (method, address)
    assert world.rows() == before


@pytest.mark.parametrize("visitor", NOBODY)
def test_htmx_is_told_that_the_session_is_closed(world: World, visitor: str) -> None:
    for rule in world.rules():
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        if world.policy(rule) != "public":
            answer = world.ask(visitor, method, world.address(rule), headers={"HX-Request": "true"})
            assert (answer.status_code, answer.headers["HX-Retarget"]) == (401, "#messages"), rule.rule


def test_a_closed_year_is_read_and_never_written(world: World) -> None:
    before = world.rows()
    for rule in world.rules():
        policy, address = world.policy(rule), world.address(rule, CLOSED)
        # The closing freezes the cahier, not yet what is reported of it.
        wanted = {
            "reads_year": ({200}, {200}),
            "writes_year": ({409}, {403}),
            "writes_report": ({303, 422}, {403}),
            "writes_state": ({409}, {403}),
            # Membership is no part of the books; an empty form is told what it lacks.
            "writes_membership": ({200, 409, 422}, {403}),
            "verifies_year": ({403}, {303}),
            "draws_sample": ({422}, {422}),
        }
        if policy not in wanted:
            continue
        ask = world.taken_back if policy == "writes_report" else world.ask
        for method in {"GET", "POST"} & (rule.methods or set()):
            for visitor, statuses in zip([name for name in CAST if "clos" in name], wanted[policy], strict=True):
                assert ask(visitor, method, address).status_code in statuses, (visitor, method, address)
    assert world.rows() == before


def test_foreign_ids_in_the_body_reach_nothing(world: World) -> None:
    """The neighbour posts to his own cooperative, with every id of coop A in the form."""
    before = world.rows(A)
    foreign = {"identifiant": A, "coop": A, "annee": "2024-2025", "departement": "075", "ecriture": "1", "number": "1",
               "version": "1", "regie": "CP", "pointer": "1", "vu": "Classe de CP", "piece": "1"}  # fmt: skip
    asked = 0
    for rule in world.rules():
        if world.policy(rule).startswith(WRITES) and "POST" in (rule.methods or ()):
            policy = world.policy(rule)
            answer = world.ask("mandataire B", "POST", world.address(rule, B), data=foreign)
            named = rule.arguments & {"number", "step", "person"}
            # A neighbour is no vérificateur either, not even at home; nor is a mandataire of the association.
            wanted: tuple[int, ...] = (404, 422) if named else (200, 303, 409, 422)
            wanted = (403,) if policy == "verifies_year" else wanted
            wanted = (404,) if policy in HIDDEN else wanted
            assert answer.status_code in wanted, rule.rule
            assert "Librairie du Centre" not in answer.text
            asked += 1
    assert asked > 15
    assert world.rows(A) == before


# Everything a form may say, well enough written to reach the numbers hidden in it.
SAID = {
    "date": "2024-11-05", "libelle": "Car", "nature": "depense", "moyen": "banque", "lignes-0-compte": "62810008",
    "lignes-0-montant": "8", "montant": "8", "banque": "8", "caisse": "8", "report": "16", "compte": "512",
    "organisme": "Mairie", "type": "commune", "designation": "Table", "valeur": "8", "titulaire": "Nous", "solde": "8",
    "date_achat": "2024-11-05", "objet": "Sortie", "fournisseur": "Nous", "code": "CE1", "pointer": "1",
}  # fmt: skip


@pytest.mark.parametrize("number", ["9" * 9, "9" * 20, "9" * 5_000, "²", "-1", "1.5", "٣", ""])
def test_no_number_hidden_in_a_form_is_an_error(world: World, number: str) -> None:
    hidden = dict.fromkeys(("version", "vu", "ecriture", "cle", "mois", "subvention", "bien"), number)
    for rule in world.rules():
        if world.policy(rule).startswith(WRITES) and "POST" in (rule.methods or ()):
            for said in (SAID, {**SAID, "date": "2024-07-05"}):
                data = {**said, **hidden}
                answer = world.taken_back(_who(world.policy(rule)), "POST", world.address(rule), data=data)
                assert answer.status_code in (200, 303, 400, 409, 422), (rule.rule, answer.status_code)


def test_a_view_without_policy_is_an_error_and_never_a_page(tmp_path: Path, world: World) -> None:
    """Negative control: what the walk would not have seen is not served either."""
    try:
        app = create_app(Config(f"sqlite:///{tmp_path}/x.db", f"file:{tmp_path}/pieces", "secret" * 9))
        app.add_url_rule("/oubli", "forgotten", lambda: "les comptes de tout le monde")
        answer = app.test_client().get("/oubli")
        assert answer.status_code == 500
        assert "les comptes" not in answer.text
        app.config["TESTING"] = True
        with pytest.raises(RuntimeError, match="no access policy on forgotten"):
            app.test_client().get("/oubli")
    finally:
        db.database.close()
        db.database.initialize(world.database)


HOLES: dict[str, tuple[Any, str, Any]] = {
    "vérificateur A": (access, "_refuse_readers", lambda desk: None),
    "mandataire A": (access, "VERIFIER", "mandataire"),
    "mandataire B": (access, "_may_read", lambda person, coop: True),
    "exercice clos": (access.YearDesk, "is_open", True),
}


@pytest.mark.parametrize("hole", HOLES)
def test_the_walk_sees_a_hole(world: World, monkeypatch: pytest.MonkeyPatch, hole: str) -> None:
    """Negative control: each wall taken away on purpose is noticed."""
    monkeypatch.setattr(*HOLES[hole])
    walk = test_each_gets_what_the_policy_says if hole in CAST else test_a_closed_year_is_read_and_never_written
    with world.database.atomic() as transaction:
        with pytest.raises(AssertionError):
            walk(*(world, hole) if hole in CAST else (world,))
        transaction.rollback()
