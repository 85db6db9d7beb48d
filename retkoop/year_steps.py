"""PURE. « Ce qu’il reste à faire »: the five steps of a year, from its cahier to the association départementale.

The same steps feed the page of a year, its home page and, later, the AD. A step points at what is left in the words
of the findings of `rules`, each with the place where it is mended. Source: « Year end, step by step » of the domain.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from retkoop import rules
from retkoop.questionnaire import COMPLETE, PASSED, state_of
from retkoop.required_documents import done_and_missing, requirements
from retkoop.rules import BLOCKS, Finding, Subject
from retkoop.school_year import french_date
from retkoop.standing import Standing
from retkoop.year_states import RETURNED, SENT, VALIDATED, is_taken_up, last_sent_back

# Done; to be done now; not before something else (a day, another step); done, and sent back by the AD.
DONE, TODO, LATER, SENT_BACK = "fait", "a_faire", "plus_tard", "renvoye"

# The steps that the AD may send a year back to.
STEPS_SENT_BACK = ("cahier", "cra", "crf", "documents")
# What is wrong in the CRF is wrong in the cahier, the caisse or the grants: all of them closed with it.
REOPENED_FOR = ("cahier", "crf")


@dataclass(frozen=True, slots=True)
class Step:
    """One step: where it stands, one sentence about it, and what is left, each with its place."""

    code: str
    title: str
    state: str
    said: str
    left: tuple[Finding, ...] = ()

    @property
    def is_left(self) -> bool:
        """Tell whether it is not done yet."""
        return self.state in (TODO, LATER)


def steps(standing: Standing, today: date) -> tuple[Step, ...]:
    """Give the five steps of a year on a day, in their order."""
    before = [_closing(standing, today), _activity_report(standing), _financial_report(standing), _documents(standing)]
    if standing.is_open and rules.verdict(standing.facts, today).early:
        # Nothing is late before the end of the year: what may be done already is told, and nobody is pressed.
        before = [replace(step, state=LATER) if step.is_left else step for step in before]
    before = [_sent_back(step, standing) for step in before]
    return (*before, _sending(standing, today, all(not step.is_left for step in before)))


def next_step(path: tuple[Step, ...]) -> Step | None:
    """Give the one thing to do next: what the AD sent back, what can be done now, or else the first that is left."""
    left = [step for step in path if step.state != DONE]
    now = (step for state in (SENT_BACK, TODO) for step in left if step.state == state)
    return next(now, left[0] if left else None)


def _sent_back(step: Step, standing: Standing) -> Step:
    """No « Bravo » stands beside what the AD sent back: only people know whether it is right now."""
    back = last_sent_back(standing.moves)
    if standing.state != RETURNED or back is None or step.is_left or step.code != back.step:
        return step
    return replace(step, state=SENT_BACK, said=f"Renvoyé : « {back.reason} » Corrigez, puis envoyez de nouveau.")


def _closing(standing: Standing, today: date) -> Step:
    title = "Clôture du cahier de compta"
    if not standing.is_open:
        return Step("cloture", title, DONE, "Le cahier est clos.")
    verdict = rules.verdict(standing.facts, today)
    left = verdict.faults
    if verdict.early:
        return Step("cloture", title, TODO, verdict.early.message, left)
    if left:
        said = "Un point est à corriger." if len(left) == 1 else f"{len(left)} points sont à corriger."
        return Step("cloture", title, TODO, said, left)
    ready = Finding("CLOTURE", BLOCKS, "Tout est juste.", "Vous pouvez clore le cahier.", Subject("closing"))
    return Step("cloture", title, TODO, "Bravo, la clôture est possible.", (ready,))


def _activity_report(standing: Standing) -> Step:
    title, subject = "Compte rendu d’activité (CRA)", Subject("cra")
    found = state_of(standing.questionnaire, standing.answers)
    if found == PASSED:
        return Step("cra", title, DONE, "Il est rempli.")
    if found == COMPLETE:
        pass_on = Finding("CRA", BLOCKS, "Le questionnaire est complet.", "Passez à la suite.", subject)
        return Step("cra", title, TODO, "Il est complet : il reste à passer à la suite.", (pass_on,))
    faults = standing.questionnaire.faults(standing.answers.given)
    left = tuple(Finding("CRA", BLOCKS, fault.question.text, fault.message, subject) for fault in faults)
    said = "Un questionnaire à remplir quand vous voulez." if not standing.answers.given else "Il est commencé."
    return Step("cra", title, TODO, said, left or (_to_begin(subject),))


def _to_begin(subject: Subject) -> Finding:
    return Finding("CRA", BLOCKS, "Le questionnaire n’est pas commencé.", "Répondez aux questions.", subject)


def _financial_report(standing: Standing) -> Step:
    title = "Compte rendu financier (CRF)"
    if standing.is_open:
        return Step("crf", title, LATER, "Il se remplit tout seul avec le cahier : vérifiez-le après la clôture.")
    # The AD may have changed its settings since the closing: then the report's own page says what differs.
    correct = rules.report_is_correct(rules.verdict(standing.facts, standing.facts.year.last_day))
    said = f"Ce Compte-Rendu Financier {standing.facts.year.label} semble correct."
    return Step("crf", title, DONE, said if correct else "Il est arrêté avec le cahier.")


def _documents(standing: Standing) -> Step:
    title = "Documents"
    _, missing = done_and_missing(requirements(standing.facts, standing.documents, standing.closing))
    if not missing:
        return Step("documents", title, DONE, "Rien ne manque.")
    count = len(missing)
    said = "Un document manque." if count == 1 else f"{count} documents manquent."
    left = (
        Finding(
            "DOCUMENTS", BLOCKS, one.title, f"{one.outdated}." if one.outdated else one.hint,
            Subject("documents", code=one.code),
        )
        for one in missing
    )  # fmt: skip
    return Step("documents", title, TODO, said, tuple(left))


def _sending(standing: Standing, today: date, ready: bool) -> Step:
    title, last = "Envoi à l’association départementale", standing.facts.year.deadline
    late = today > last
    by = f"{'c’était attendu' if late else 'au plus tard'} le {french_date(last)}"
    subject = Subject("sending")
    if standing.state == VALIDATED:
        return Step("envoi", title, DONE, "L’association départementale a validé l’exercice.")
    if standing.state == SENT:
        who = "l’examine" if is_taken_up(standing.moves) else "l’a reçu"
        return Step("envoi", title, DONE, f"C’est envoyé : l’association départementale {who}.")
    if not ready:
        return Step(
            "envoi",
            title,
            LATER,
            f"Quand tout le reste est fait ; {by}." if late else f"Quand tout le reste est fait, {by}.",
        )
    again = " de nouveau" if last_sent_back(standing.moves) and standing.state == RETURNED else ""
    send = Finding("ENVOI", BLOCKS, f"Tout est prêt : envoyez{again} l’exercice.", f"{by.capitalize()}.", subject)
    return Step("envoi", title, TODO, f"Tout est prêt, à envoyer{again} : {by}.", (send,))
