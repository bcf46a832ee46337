"""Claims and attempts as reports show them, from a declaration and what a probe recorded."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from limen.analysis.facts import Facts, facts
from limen.analysis.kinds.observed_code import CodeFacts, CodeFinding
from limen.analysis.kinds.observed_kms import KmsFacts
from limen.analysis.observations import Observations
from limen.analysis.reconciled import attempt_rows, claim_rows
from limen.errors import Location
from limen.records.attempts import Attempt, AttemptStatus, Observation
from limen.records.reconciliation import AttemptRow, ClaimRow
from tests.analysis.subjects import inputs
from tests.analysis.systems import system

NOW = 1_800_000_000
DAY = 86_400
ZONES: dict[str, Any] = {
    "outside": {"trust": 0, "posture": {"in_transit": {"tls": {"min": "1.2", "mutual": "off"}}}},
    "inside": {
        "trust": 3,
        "posture": {
            "in_transit": {"tls": {"min": "1.3", "mutual": "required"}},
            "at_rest": {"algorithm": "AES-256-GCM"},
        },
    },
}
COMPONENTS: dict[str, Any] = {
    "portal": {"zone": "outside"},
    "db": {"zone": "inside", "stores": ["record"], "at_rest": {"key": "k"}},
}
FLOWS: list[dict[str, Any]] = [
    {"id": "up", "from": "portal", "to": "db", "carries": [], "in_transit": {"tls": {"mutual": "optional"}}},
]
KEYS: dict[str, Any] = {
    "k": {"provider": "vault", "custody": "kms", "rotation": "P90D", "origin": "hsm", "retains_old_versions": True}
}
PROBES: list[dict[str, Any]] = [
    {"probe": "kms", "key": "k", "endpoint": "https://kms.example:8200", "every": "P1D"},
    {"probe": "storage", "component": "db", "endpoint": "rds:db", "every": "P1D"},
    {"probe": "kms", "key": "k", "endpoint": "https://standby.example:8200"},
]
SEEN = KmsFacts(provider="vault", exists=True, hardware=False, newest_age=100 * DAY, unreadable_versions=0)


def attempt(
    probe: str, section: str, target: str, endpoint: str, status: AttemptStatus = "completed", *, age: int = 60,
    reason: str = "", facts: msgspec.Struct | None = None,
) -> Attempt:  # fmt: skip
    kind = f"{probe}_observation"
    if facts is None and status == "completed":
        facts = KmsFacts(provider="vault", exists=True)
    seen = () if facts is None else (Observation(kind=kind, detail="", facts=msgspec.json.encode(facts)),)
    return Attempt(
        probe=probe, version="1", section=section, target=target, endpoint=endpoint, status=status, reason=reason,  # type: ignore[arg-type]
        started_at=NOW - age, duration=0.5, observations=seen,
    )  # fmt: skip


KMS = attempt("kms", "key", "k", "https://kms.example:8200", facts=SEEN)
STORAGE = attempt("storage", "component", "db", "rds:db", "error", reason="the credential may not ask")


def made(*attempts: Attempt) -> tuple[Facts, Observations]:
    declaration = system(COMPONENTS, FLOWS, zones=ZONES, keys=KEYS, probes=PROBES, data={"record": {}})
    observations = Observations(declaration, attempts, NOW)
    return facts(declaration, as_of=date(2026, 11, 22), observations=observations), observations


def rows(*attempts: Attempt) -> dict[str, ClaimRow]:
    found, observations = made(*attempts)
    listed = claim_rows(found, observations, lambda path: Location(file="/".join(map(str, path))))
    return {f"{row.section}/{row.name}/{row.claim}": row for row in listed}


def test_the_four_values_side_by_side() -> None:
    found = rows(KMS, STORAGE)
    values = {
        name: tuple(map(msgspec.json.decode, (row.declared, row.inherited, row.derived, row.observed)))
        for name, row in found.items()
    }
    assert values == {
        "flow/up/in_transit.tls.min": (None, 12, 12, None),  # the weaker of two zones
        "flow/up/in_transit.tls.mutual": ("optional", "off", "optional", None),  # its own wins
        "key/k/custody": ("kms", None, "kms", "kms"),
        "key/k/origin": ("hsm", None, "hsm", None),
        "key/k/rotation": (90 * DAY, None, 90 * DAY, 100 * DAY),
        "key/k/retains_old_versions": (True, None, True, True),
        "component/db/at_rest.algorithm": (None, "AES-256-GCM", "AES-256-GCM", None),
        "component/db/at_rest.key": ("k", None, "k", None),
    }
    assert [name for name, row in found.items() if row.agrees is False] == ["key/k/rotation"]
    assert {row.age for row in found.values()} == {None, 60}
    assert found["key/k/rotation"].location.file == "keys/k/rotation"
    assert found["component/db/at_rest.algorithm"].provenance == "zone inside"


def test_what_was_not_seen_has_its_reason() -> None:
    found = rows(KMS, STORAGE)
    told = {name: (row.attempt, row.reason) for name, row in found.items() if row.agrees is None}
    silent = ("none", "no attempt was recorded")
    failed = ("error", "the attempt at rds:db ended in error: the credential may not ask")
    assert told == {
        "flow/up/in_transit.tls.min": silent,
        "flow/up/in_transit.tls.mutual": silent,
        "key/k/origin": ("none", "transit does not say whether a key was made in hardware"),
        "component/db/at_rest.algorithm": failed,
        "component/db/at_rest.key": failed,
    }
    assert {name for name, row in found.items() if not row.observable} == {"key/k/origin"}


def test_an_attempt_that_completed_and_saw_nothing_of_a_claim() -> None:
    bare = attempt(
        "kms", "key", "k", "https://kms.example:8200", reason="dates are hidden",
        facts=KmsFacts(provider="vault", exists=True, hardware=False),
    )  # fmt: skip
    row = rows(bare)["key/k/rotation"]
    assert (row.attempt, row.agrees) == ("completed", None)
    assert row.reason == ("the attempt at https://kms.example:8200 completed and saw nothing of it: dates are hidden")


def test_a_contradiction_of_what_no_probe_can_confirm_counts() -> None:
    brought = attempt(
        "kms", "key", "k", "https://kms.example:8200",
        facts=KmsFacts(provider="vault", exists=True, origin="imported"),
    )  # fmt: skip
    row = rows(brought)["key/k/origin"]
    assert (row.agrees, row.observed, row.observable, row.reason) == (False, b'"imported"', True, "")


def test_an_answer_from_another_endpoint_is_no_answer() -> None:
    moved = attempt("kms", "key", "k", "https://other.example:8200", facts=SEEN)
    assert {row.agrees for row in rows(moved).values()} == {None}
    found, observations = made(moved)
    assert [(row.endpoint, row.status, row.counts) for row in attempt_rows(found, observations)] == [
        ("https://kms.example:8200", "none", True),
        ("rds:db", "none", True),
        ("https://standby.example:8200", "none", True),
        ("https://other.example:8200", "completed", False),
    ]


def test_attempts_in_the_order_of_their_requests() -> None:
    found, observations = made(STORAGE, KMS)
    first, second, third = attempt_rows(found, observations)
    assert first == AttemptRow(
        probe="kms", version="1", section="key", target="k", endpoint="https://kms.example:8200", status="completed",
        reason="", started_at=NOW - 60, duration=0.5, tries=1, observations=1, counts=True,
    )  # fmt: skip
    assert (second.status, second.reason) == ("error", "the credential may not ask")
    assert (third.status, third.version, third.tries) == ("none", "", 0)


@pytest.mark.parametrize(
    ("age", "status", "expected"),
    [
        (0, "completed", {"attempt": "completed", "age": 0, "missed": 0}),
        (2 * DAY - 1, "completed", {"attempt": "completed", "age": 2 * DAY - 1, "missed": 0}),
        (2 * DAY, "completed", {"attempt": "completed", "age": 2 * DAY, "missed": 1}),
        (-5 * DAY, "completed", {"attempt": "completed", "age": -5 * DAY, "missed": 0}),
        (60, "error", {"attempt": "error"}),
        (60, "not_scheduled", {"attempt": "not_scheduled"}),
    ],
)
def test_how_an_attempt_ended_is_known_of_its_request(age: int, status: Any, expected: dict[str, Any]) -> None:
    found, _ = made(attempt("kms", "key", "k", "https://kms.example:8200", status, age=age, reason="so"))
    probe = inputs(found.tables["probe"])["kms/k"]
    assert {name: probe[name] for name in ("attempt", "age", "missed") if name in probe} == expected


def test_without_an_interval_no_turn_is_missed() -> None:
    found, _ = made(attempt("kms", "key", "k", "https://standby.example:8200", age=900 * DAY))
    assert inputs(found.tables["probe"])["kms/k/2"]["missed"] == 0
    detail = found.tables["probe"].details(0)
    assert detail.provenance == {"attempt": "no attempt was recorded"}


def test_a_later_attempt_replaces_an_earlier_one() -> None:
    """That it was seen yesterday does not help: today it could not be seen."""
    failed = attempt("kms", "key", "k", "https://kms.example:8200", "error", age=10, reason="refused")
    for order in ((KMS, failed), (failed, KMS)):
        assert {row.agrees for name, row in rows(*order).items() if name.startswith("key/")} == {None}


def test_code_breaks_a_promise_and_never_keeps_it() -> None:
    """A code probe is no reason to wait for a claim; what it found counts all the same."""
    code: dict[str, Any] = {"probe": "code", "component": "db", "endpoint": "src", "every": "P1D"}
    zones = {
        "inside": {"trust": 3, "posture": {"processing": {"plaintext_logging": "forbidden"}}},
        "outside": {"trust": 0},
    }
    declaration = system(COMPONENTS, FLOWS, zones=zones, keys=KEYS, probes=[code], data={"record": {}})

    def claim(*logged: str) -> dict[str, Any]:
        found = [
            CodeFacts(
                what="finding",
                finding=CodeFinding(rule="x", category=category, language="python", excuse="none", tool="limen"),
            )
            for category in logged
        ]
        seen = tuple(
            Observation(kind="code_observation", detail=str(number), facts=msgspec.json.encode(one))
            for number, one in enumerate(found)
        )
        made = Attempt(
            probe="code",
            version="1",
            section="component",
            target="db",
            endpoint="src",
            status="completed",
            started_at=NOW - 60,
            duration=0.5,
            observations=seen,
        )
        result = facts(declaration, as_of=date(2026, 11, 22), observations=Observations(declaration, [made], NOW))
        return inputs(result.tables["claim"])["component/db/processing.plaintext_logging"]

    assert {name: claim("weak_cipher")[name] for name in ("requested", "seen")} == {"requested": False, "seen": False}
    bad = claim("plaintext_logging")
    assert (bad["requested"], bad["seen"], bad["agrees"]) == (False, True, False)
