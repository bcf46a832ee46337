"""Proposals: the strongest that reconciliation agrees with, and nothing of what was not seen."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from limen.analysis.kinds import OBSERVED
from limen.analysis.kinds.observed_kms import KmsFacts
from limen.analysis.kinds.observed_storage import SealFacts, StorageFacts
from limen.analysis.kinds.observed_tenancy import PolicyPart, TenancyFacts
from limen.analysis.reconciliation import RECONCILE
from limen.errors import UsageError
from limen.model.scalars import TLS_RANKS, duration_seconds
from limen.probes.kms.proposal import propose as of_key
from limen.probes.proposing import document, merged, nested, proposals
from limen.probes.storage.proposal import propose as of_medium
from limen.probes.tenancy.proposal import propose as of_tenants
from limen.records.attempts import Attempt, Observation, ProbeRun

DAY = 86_400


def table(column: str = "tenant_id", security: str = "forced", **more: Any) -> TenancyFacts:
    policies = PolicyPart(permissive=1, constant=0, unbound=0, defaulted=0, checks_weak=0, checks_missing=0)
    facts = {"what": "table", "column": column, "partitioned": True, "row_security": security, "policies": policies}
    return TenancyFacts(**{**facts, **more})


def bucket(**seal: str) -> StorageFacts:
    return StorageFacts(form="bucket", seal=SealFacts(**seal))


@pytest.mark.parametrize(
    ("propose", "facts", "entry"),
    [
        (
            of_key,
            [
                KmsFacts(
                    provider="vault",
                    exists=True,
                    hardware=False,
                    origin="software",
                    algorithm="AES-256",
                    rotation_period=30 * DAY,
                    newest_age=DAY // 2,
                    unreadable_versions=0,
                    grantees=("app", "batch"),
                    grantees_complete=True,
                )
            ],
            {
                "custody": "kms",
                "algorithm": "AES-256",
                "origin": "software",
                "rotation": "P30D",
                "retains_old_versions": True,
                "grantees": ["app", "batch"],
            },
        ),
        (
            of_key,
            [KmsFacts(provider="pkcs11", exists=True, hardware=True, origin="hsm")],
            {"custody": "hsm", "origin": "hsm"},
        ),
        (of_key, [KmsFacts(provider="vault", exists=False)], {}),
        (of_key, [], {}),
        # A flag is no evidence: without a date no rotation is proposed.
        (
            of_key,
            [KmsFacts(provider="aws-kms", exists=True, rotation_on=True, rotation_period=DAY)],
            {"custody": "kms"},
        ),
        (
            of_key,
            [KmsFacts(provider="vault", exists=True, newest_age=3 * DAY + 1, unreadable_versions=2)],
            {"custody": "kms", "rotation": "P4D", "retains_old_versions": False},
        ),
        # Grantees that may not be all, and those that no declaration could name, are none.
        (of_key, [KmsFacts(provider="vault", exists=True, grantees=("app",))], {"custody": "kms"}),
        (
            of_key,
            [KmsFacts(provider="aws-kms", exists=True, grantees=("arn:aws:iam::1:role/x",), grantees_complete=True)],
            {"custody": "kms"},
        ),
        (
            of_tenants,
            [TenancyFacts(what="database", tables=2), table(), table()],
            {
                "partitions_by": "tenant_id",
                "isolation": {"row_level_security": "forced", "tenant_predicate": "database"},
            },
        ),
        (
            of_tenants,
            [table(), table(security="off")],
            {"partitions_by": "tenant_id", "isolation": {"row_level_security": "off"}},
        ),
        (
            of_tenants,
            [table(), table(column="site")],
            {"isolation": {"row_level_security": "forced", "tenant_predicate": "database"}},
        ),
        (of_tenants, [TenancyFacts(what="database", tables=0)], {}),
        (
            of_medium,
            [bucket(algorithm="AES-256-GCM", key="data-key")],
            {"at_rest": {"algorithm": "AES-256-GCM", "key": "data-key"}},
        ),
        (of_medium, [bucket(algorithm="AES-256-GCM", effective="none")], {"at_rest": {"algorithm": "none"}}),
        (of_medium, [bucket(key="arn:aws:kms:eu:1:key/2")], {}),
        (of_medium, [bucket(key="provider")], {}),
        (of_medium, [bucket()], {}),
    ],
)
def test_what_is_proposed_of_facts(propose: Any, facts: list[msgspec.Struct], entry: dict[str, Any]) -> None:
    assert propose(facts) == entry
    probe = next(
        (kind.removesuffix("_observation") for kind, of in OBSERVED.items() if facts and type(facts[0]) is of), ""
    )
    for path, value in flat(entry):
        reconcile = RECONCILE[probe].get(path)
        if reconcile is not None:
            agreement = reconcile(as_claimed(path, value), facts)
            assert agreement is not None, path
            assert agreement.agrees, path


def flat(entry: dict[str, Any], path: str = "") -> list[tuple[str, Any]]:
    found = []
    for name, value in entry.items():
        inner = f"{path}.{name}" if path else name
        found += flat(value, inner) if isinstance(value, dict) else [(inner, value)]
    return found


def as_claimed(path: str, value: Any) -> Any:
    """Return a declared value as claims have it."""
    if path == "rotation":
        return duration_seconds(value)
    if path == "in_transit.tls.min":
        return TLS_RANKS[value]
    return sorted(set(value)) if isinstance(value, list) else value


def attempt(probe: str, section: str, target: str, *facts: msgspec.Struct, **more: Any) -> Attempt:
    seen = tuple(
        Observation(kind=f"{probe}_observation", detail=str(number), facts=msgspec.json.encode(one))
        for number, one in enumerate(facts)
    )
    parts = {"endpoint": "h:1", "status": "completed", "started_at": 100, "duration": 0.1, "observations": seen}
    return Attempt(**{"probe": probe, "version": "1", "section": section, "target": target, **parts, **more})


def run(*attempts: Attempt) -> ProbeRun:
    return ProbeRun(
        tool_version="1", system="rx", declaration_sha256="", started_at=100, ended_at=101, attempts=attempts
    )


KEY = KmsFacts(provider="vault", exists=True, origin="software")


def test_entries_lie_in_their_sections() -> None:
    found = proposals(
        run(
            attempt("kms", "key", "data-key", KEY),
            attempt("tenancy", "component", "db", table()),
            attempt("storage", "component", "db", bucket(algorithm="AES-256-GCM")),
            attempt("kms", "key", "gone", KmsFacts(provider="vault", exists=False)),
            attempt("kms", "key", "denied", status="error", reason="permission denied", observations=()),
            attempt("telepathy", "key", "other"),
        )
    )
    assert [one.why for one in found] == [
        "",
        "",
        "",
        "it saw nothing that a declaration says",
        "permission denied",
        "what this probe sees is judged, and nowhere declared",
    ]
    assert document(merged(found)) == {
        "keys": {"data-key": {"custody": "kms", "origin": "software"}},
        "components": {
            "db": {
                "partitions_by": "tenant_id",
                "isolation": {"row_level_security": "forced", "tenant_predicate": "database"},
                "at_rest": {"algorithm": "AES-256-GCM"},
            }
        },
    }


def test_a_flow_is_named_and_a_typed_target_stands_alone() -> None:
    entries = {("flow", "a"): {"in_transit": {"tls": {"min": "1.2"}}}, ("flow", "b"): {"in_transit": {}}}
    assert document(entries) == {
        "flows": [{"id": "a", "in_transit": {"tls": {"min": "1.2"}}}, {"id": "b", "in_transit": {}}]
    }
    assert document({("typed", "h:1"): {"custody": "hsm"}}) == {"custody": "hsm"}


def test_facts_of_no_kind_are_refused() -> None:
    wrong = Observation(kind="kms_observation", detail="", facts=b'{"provider": 5}')
    with pytest.raises(UsageError, match="kms at data-key is no kms_observation"):
        proposals(run(attempt("kms", "key", "data-key", observations=(wrong,))))


def test_paths_are_nested_and_what_is_unset_is_left_out() -> None:
    assert nested({"a.b": 1, "a.c.d": 2, "e": msgspec.UNSET, "f.g": msgspec.UNSET}) == {"a": {"b": 1, "c": {"d": 2}}}
