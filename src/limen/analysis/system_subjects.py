"""The one subject of kind system: which sections are there, and what is declared for the system as a whole."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, UnsetType

from limen.analysis.given import given, seconds
from limen.analysis.kinds.system import IncidentPart, SecretsPart, SystemSubject, VerificationPart
from limen.analysis.listing import listed
from limen.model.declaration import Declaration
from limen.model.operations import IncidentResponse, Secrets, Verification
from limen.records.subjects import Detail, SubjectTable

SECTIONS = (
    "assertions",
    "components",
    "data",
    "flows",
    "incident_response",
    "key_rotation_procedure",
    "keys",
    "labels",
    "ledgers",
    "principals",
    "probes",
    "roles",
    "secrets",
    "separation_of_duties",
    "tenants",
    "transfers",
    "verification",
    "zones",
)
"""Sections of the format, sorted; a profile may require any of them."""


def system_table(declaration: Declaration) -> SubjectTable:
    """Return the table of the one system."""
    system = declaration.system
    present = tuple(section for section in SECTIONS if _says_something(getattr(declaration, section)))
    subject = SystemSubject(
        probes=tuple(sorted({request.probe for request in declaration.probes})),
        sections=present,
        missing_sections=tuple(section for section in SECTIONS if section not in present),
        owner=system.owner is not UNSET,
        profiles=len(set(declaration.profiles)),
        secrets=_secrets(declaration, declaration.secrets),
        incident_response=_incident(declaration, declaration.incident_response),
        verification=_verification(declaration.verification),
        key_rotation_procedure=declaration.key_rotation_procedure is not UNSET,
        keys=len(declaration.keys),
        ledgers=len(declaration.ledgers),
        tenants=len(declaration.tenants),
    )
    detail = Detail(path=("system",), title=system.id if system.title is UNSET else system.title)
    return listed("system", 1, [((system.id,), subject)], lambda _: detail)


def _says_something(section: Any) -> bool:
    """Return whether a section is there and not empty; `secrets: {}` says nothing."""
    if section is UNSET:
        return False
    if isinstance(section, (tuple, dict, str)):
        return bool(section)
    return bool(section not in (Secrets(), IncidentResponse(), Verification()))


def _secrets(declaration: Declaration, secrets: Any) -> SecretsPart:
    if secrets is UNSET:
        return SecretsPart(declared=False, store=False)
    return given(
        SecretsPart,
        declared=True,
        store=secrets.store is not UNSET,
        store_called=any(flow.target == secrets.store for flow in declaration.flows),
        store_trust=_trust(declaration, secrets.store),
        injected_as=_or_undeclared(secrets.injected_as),
        on_missing=_or_undeclared(secrets.on_missing),
        lifetime=seconds(secrets.lifetime),
        scanned_in_ci=secrets.scanning is not UNSET and secrets.scanning.in_ci is True,
    )


def _incident(declaration: Declaration, response: Any) -> IncidentPart:
    if response is UNSET:
        return IncidentPart(declared=False, runbook=False, triggers=(), hook=False)
    return given(
        IncidentPart,
        declared=True,
        runbook=response.runbook is not UNSET,
        triggers=tuple(sorted(set(response.triggers))),
        preserves_evidence=response.preserves_evidence is True,
        hook=response.hook is not UNSET,
        hook_called=any(flow.target == response.hook for flow in declaration.flows),
        hook_trust=_trust(declaration, response.hook),
    )


def _trust(declaration: Declaration, component: str | UnsetType) -> int | UnsetType:
    """Return the trust of a component's zone, UNSET where either is not declared."""
    if component is UNSET or component not in declaration.components:
        return UNSET
    zone = declaration.zones.get(declaration.components[component].zone)
    return UNSET if zone is None else zone.trust


def _verification(verification: Any) -> VerificationPart:
    if verification is UNSET:
        return VerificationPart(declared=False, of=())
    return given(
        VerificationPart,
        declared=True,
        schedule=seconds(verification.schedule),
        of=tuple(sorted(set(verification.of))),
    )


def _or_undeclared(value: Any) -> str:
    return "undeclared" if value is UNSET else str(value)
