"""Rules as the catalog knows them, profiles that select them, and the controls they serve."""

from __future__ import annotations

from typing import Any

import msgspec

from limen.records.statuses import Confidence, Scope, Severity


class Check(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that a rule holds a subject to."""

    path: str
    """The path in the subject's input (and in the declaration) that the check is about."""
    message: str
    """Template of the finding; {actual}, {required} and other head values of the check are put in."""
    needs: tuple[str, ...] = ()
    """Input paths without which the check is not_assessed."""
    each: str = ""
    """Input path of a list: the check must then have exactly one entry an element."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One Rego package that answers one question about one kind of subject."""

    id: str
    """Category and name, such as transit.tls_minimum."""
    title: str
    """What must hold, in one sentence."""
    description: str
    """Why, in a paragraph."""
    subject: str
    """The kind of subject that it judges."""
    severity: Severity
    confidence: Confidence
    controls: tuple[str, ...]
    """External requirements that it serves: framework:control."""
    remediation: str
    """What to do about a finding, in one sentence."""
    checks: dict[str, Check]
    """What it holds a subject to, by name."""
    parameters: dict[str, str] = {}
    """Name and type of each parameter that a profile must set."""
    not_applicable: str
    """Why a subject may be none of its business."""
    scope: Scope = "design"
    """conformance: the rule needs observations and is out_of_scope in a design assessment."""
    avoid: str = ""
    """A declaration that fails, for the rule's page."""
    prefer: str = ""
    """A declaration that passes, for the rule's page."""
    rationale: str = ""
    """Why the law or the attack demands it, for the rule's page."""
    file: str = ""
    """Path of the module below the policy root, with forward slashes."""
    source: str = ""
    """The module's text."""

    @property
    def category(self) -> str:
        """The first part of the id."""
        return self.id.split(".", 1)[0]


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """One requirement of a framework, as dated data."""

    framework: str
    """Id of the framework, such as nist-800-53r5."""
    id: str
    """Id of the requirement within it, such as SC-8(1)."""
    citation: str
    """How a lawyer would cite it."""
    title: str
    """Its title, or a summary in our own words."""
    status: str
    """law, standard, guidance, draft, proposed or unverified."""
    valid_from: str
    """First day on which it holds, YYYY-MM-DD."""
    valid_to: str = ""
    """Last day on which it holds; empty where it still does."""
    source: str = ""
    """Where the text was read."""
    covered: str = ""
    """How far the rules that name it judge it: wholly or partly; empty where nobody has said so."""
    gap: str = ""
    """What limen can't judge of it."""


class SelectedRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule with the parameters that profiles gave it."""

    rule: Rule
    parameters: dict[str, Any]
    """Values as JSON knows them; durations are seconds, TLS versions ranks."""
    profiles: tuple[str, ...]
    """The profiles that ask for it."""


class Deviation(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter that the user set weaker than a profile, shown in every report."""

    rule: str
    parameter: str
    profile: str
    """The shipped profile that is weakened."""
    expected: str
    actual: str
