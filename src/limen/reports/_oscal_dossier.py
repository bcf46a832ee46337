"""What the three documents share: the assessment with everything that was looked up in it, once."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from limen.records.assessment import Assessment
from limen.records.subjects import percent_encoded
from limen.reports._oscal_controls import OWN, Requirements
from limen.reports._oscal_failures import failures, first_numbers
from limen.reports._oscal_ids import Ids
from limen.reports._oscal_library import Library
from limen.reports._oscal_places import Whereabouts
from limen.reports._oscal_text import line, prop, props, prose, string
from limen.reports._places import Places
from limen.reports._rows import decision_counts
from limen.reports._words import plural

VERSION = "1.2.2"
"""The version of OSCAL that the documents conform to."""
DECISIONS = "core/decisions.jsonl"
DETAILS = "core/details.jsonl"
FINDINGS = "core/findings.jsonl"
DECLARATION = "core/inputs/declaration/"
LINES = "application/jsonl"
ALWAYS = ("core/assessment.json", "core/rules.jsonl", DECISIONS, DETAILS, "core/subjects.jsonl", FINDINGS)
"""Files that every whole pack has."""


class Dossier:
    """An assessment on its way into OSCAL."""

    def __init__(self, assessment: Assessment, files: Container[str]) -> None:
        """Look everything up; `files` are those of the pack that the documents may link to."""
        self.assessment = assessment
        self.files = files
        self.ids = Ids(assessment)
        self.places = Whereabouts(assessment)
        self.typed = Places(assessment).typed
        self.failures = failures(assessment, self.places)
        self.requirements = Requirements(assessment, dict.fromkeys(failure.rule for failure in self.failures))
        self.counts = decision_counts(assessment)
        self.first = first_numbers(assessment)
        self._cited: dict[str, list[str]] = {}
        for name in sorted(assessment.controls):
            control = assessment.controls[name]
            self._cited.setdefault(control.framework, []).append(control.citation)
        shown = sum(failure.number is not None for failure in self.failures)
        bad = assessment.counts["fail"] + assessment.counts["error"] + assessment.counts["not_assessed"]
        self.left_out = max(0, bad - shown)
        """Failed and unjudged decisions without a finding of their own."""

    def library(self) -> Library:
        """Return an empty library for a document."""
        return Library(self.ids, self.files)

    def component(self, name: str) -> str:
        """Return the UUID of a declared component."""
        return self.ids.lasting("component", name)

    @property
    def system(self) -> str:
        """The UUID of the component that stands for the whole system."""
        return self.ids.lasting("system", self.assessment.system)

    @property
    def tool(self) -> str:
        """The UUID of limen as a component of the assessment platform."""
        return self.ids.lasting("tool", "limen")

    @property
    def task(self) -> str:
        """The UUID of the one task of the plan."""
        return self.ids.lasting("task", "assess")

    @property
    def method(self) -> str:
        """How the assessment as a whole was made, in OSCAL's words."""
        return "EXAMINE" if self.assessment.scope == "design" else "TEST"

    def origin(self) -> dict[str, Any]:
        """Return who observed something: the tool, at the plan's task."""
        return {**self.author(), "related-tasks": [{"task-uuid": self.task}]}

    def author(self) -> dict[str, Any]:
        """Return who said something: the tool."""
        return {"actors": [{"type": "tool", "actor-uuid": self.tool}]}

    def metadata(self, title: str, *remarks: str) -> dict[str, Any]:
        """Return a document's metadata, with the owner as its party where one is declared."""
        one = self.assessment
        found: dict[str, Any] = {
            "title": line(f"{title}: {one.system_title}"),
            "last-modified": one.assessed_at,
            "version": string(one.assessed_at),
            "oscal-version": VERSION,
            "props": props(system=one.system, scope=one.scope, as_of=one.as_of, partial=one.partial),
        }
        if one.owner:
            party = self.ids.lasting("party", one.owner)
            found["roles"] = [{"id": "system-owner", "title": "System owner"}]
            found["parties"] = [{"uuid": party, "type": "organization", "name": string(one.owner)}]
            found["responsible-parties"] = [{"role-id": "system-owner", "party-uuids": [party]}]
        found["remarks"] = prose(
            *remarks,
            f"This is a partial assessment: {one.partial}" if one.partial else "",
            "" if one.owner else "The declaration names no owner.",
            "UUIDs are of version 5: made again from the same assessment, the document is the same.",
        )
        return found

    def framework(self, library: Library, name: str) -> str:
        """Return the reference to a framework: its file in the pack where it is there."""
        cited = self._cited.get(name, [])
        known = f"{plural(len(cited), 'requirement')} cited, such as {cited[0]}." if cited else ""
        if name == OWN:
            known = "What limen itself demands: rules that serve no control of a framework."
        file = next((f"{top}frameworks/{percent_encoded(name)}.yaml" for top in _POLICIES
                     if f"{top}frameworks/{percent_encoded(name)}.yaml" in self.files), "")  # fmt: skip
        return library.reference(
            f"framework {name}",
            f"Framework {name}",
            known or "No framework of limen has it; it is named as the rules name it.",
            props=[prop("framework", name)],
            file=file,
            media_type="application/yaml",
        )

    def declaration(self, library: Library) -> str:
        """Return the reference to the declaration, and put the files that it includes beside it."""
        files = self.assessment.files
        found = ""
        for number, file in enumerate(files):
            reference = library.reference(
                f"declaration {file.path}",
                f"Declaration: {file.path}" if number == 0 else f"Included in the declaration: {file.path}",
                f"{file.size:,} bytes, SHA-256 {file.sha256}.",
                props=props(sha256=file.sha256),
                file=DECLARATION + file.path,
                media_type="application/yaml",
                digest=file.sha256,
            )
            found = found or reference
        return found or library.reference("declaration", "Declaration", "No file of it is known.")


_POLICIES = ("core/inputs/policies/policies/", "core/inputs/policies/")
"""Where the shipped frameworks may be in a pack."""
