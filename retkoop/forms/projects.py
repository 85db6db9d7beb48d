"""Forms of the projects: a name, and the project to be merged into."""

from __future__ import annotations

from collections.abc import Iterable

from retkoop.drafts import PROJECT_LENGTH
from retkoop.facts import Project
from retkoop.forms.fields import ChoiceField, TextField
from retkoop.forms.tables import VersionedForm
from retkoop.project_reports import plain_name


class NameForm(VersionedForm):
    """The name of a project; `twin` is the other project that bears it, or one that sounds the same."""

    nom = TextField("Nom du projet", PROJECT_LENGTH, required=True)

    twin: Project | None = None

    @classmethod
    def of(cls, project: Project) -> NameForm:
        """Give the form of a project that exists."""
        return cls(data={"nom": project.name, "version": project.version})

    def checked(self, others: Iterable[Project]) -> bool:
        """Validate; two projects cannot bear the same name, nor differ by capitals or accents only."""
        if self.validate():
            sound = plain_name(self.nom.data)
            self.twin = next((project for project in others if plain_name(project.name) == sound), None)
        if self.twin:
            self.refuse("nom", f"Le projet « {self.twin.name} » existe déjà.")
        return not self.faults


class MergeForm(VersionedForm):
    """The project that takes over the entries of another."""

    dans = ChoiceField("Réunir avec", unknown="Choisissez un projet de la liste.")

    @classmethod
    def of(cls, others: Iterable[Project], project: Project) -> MergeForm:
        """Give the form that offers the other projects."""
        return cls(data={"version": project.version}).offer(others)

    def offer(self, others: Iterable[Project]) -> MergeForm:
        """Pass in what can be chosen."""
        names = [(str(project.number), project.name + (" (fermé)" if project.closed else "")) for project in others]
        self.dans.choices = [("", "Choisir le projet"), *sorted(names, key=lambda choice: plain_name(choice[1]))]
        return self

    def checked(self) -> bool:
        """Validate; a project has to be chosen."""
        if self.validate() and not self.dans.data:
            self.refuse("dans", "Choisissez un projet de la liste.")
        return not self.faults
