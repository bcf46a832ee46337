"""Every row of the laboratory's table: the defect is there, the probe sees it, the rules make the findings of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from limen.analysis.kinds.observed_tls import TlsFacts
from limen.model.probing import ProbeOptions
from limen.probes import tls
from limen.probes.running import Limits, run_typed
from limen.probes.targets import typed_target
from limen.records.attempts import ProbeRun
from tests.lab import tls as lab
from tests.lab.judging import findings_of

pytestmark = pytest.mark.xdist_group("tls")
TIMEOUT = 9.0
"""Seconds for an attempt: enough for all that answers, few for what never does."""


@pytest.fixture(scope="module")
def laboratory() -> Iterator[lab.Laboratory]:
    with lab.laboratory() as made:
        yield made


def told(findings: set[str]) -> list[str]:
    """Return findings without what differs from run to run, and without the numbers of elements."""
    short = set()
    for one in findings:
        rule, subject, path = one.split("::")
        kind, _, name = subject.partition(":")
        place = name.rsplit("/", 1)[1] if kind == "claim" else re.sub(r"\[\d+\]", "", path)
        short.add(f"{rule}::{place}")
    return sorted(short)


def at(facts: dict[str, Any], path: str) -> Any:
    value: Any = facts
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


@pytest.mark.parametrize("row", lab.rows(), ids=lambda row: row.defect)
def test_a_row(laboratory: lab.Laboratory, row: lab.Row) -> None:
    endpoint = laboratory.endpoint(row.defect)
    made = lab.probed(row, endpoint, timeout=TIMEOUT)
    attempt, seen = made.attempts[0], lab.facts(made)
    findings = findings_of(lab.declaration(row, endpoint), made)
    assert (attempt.status, told(findings)) == (row.status, sorted(row.findings)), f"{attempt.reason}\n{seen}"
    assert row.reason in attempt.reason
    assert {path: at(seen, path) for path in row.observation} == row.observation
    assert attempt.duration < TIMEOUT
    if endpoint.credential is not None:
        secret = endpoint.credential.key.read_text().split("\n")[1]
        assert secret not in repr(made)
        assert all(secret.encode() not in raw.content for raw in attempt.raw)


def test_a_recording_is_read_again_with_the_same_facts(laboratory: lab.Laboratory) -> None:
    row = lab.Row("required-client-certificate", {"mutual": "required"}, {}, "", "completed", [])
    made: ProbeRun = lab.probed(row, laboratory.endpoint(row.defect))
    attempt = made.attempts[0]
    again = tls.interpret({raw.name: raw for raw in attempt.raw}, attempt.started_at)
    assert [one.detail for one in again] == [one.detail for one in attempt.observations]
    assert msgspec.json.decode(attempt.observations[0].facts, type=TlsFacts) == again[0].facts


def test_many_endpoints_at_once_are_seen_as_one_by_one(laboratory: lab.Laboratory) -> None:
    names = ["good", "expired", "tls-1.0-too", "weak-suites", "short-prime", "second-certificate-expired",
             "http-level-client-certificate", "optional-client-certificate", "plain-http"]  # fmt: skip
    options = ProbeOptions(trust=str(laboratory.pki.trust))
    targets = [typed_target("tls", laboratory.endpoint(name).endpoint, "", options) for name in names * 4]

    def seen(concurrency: int) -> list[dict[str, Any]]:
        made = run_typed(targets, limits=Limits(timeout=60, rate=0, concurrency=concurrency))
        assert {one.status for one in made.attempts} == {"completed"}
        return [msgspec.json.decode(one.observations[0].facts) for one in made.attempts]

    at_once = seen(16)
    assert at_once == seen(1)
    assert at_once[: len(names)] * 4 == at_once


def test_no_row_without_a_defect_of_its_own() -> None:
    names = [row.defect for row in lab.rows()]
    assert len(set(names)) == len(names)
    assert [row.defect for row in lab.rows() if not row.findings] == [
        "good", "post-quantum-go", "gnutls", "warning-first", "good-staple", "right-pin", "required-client-certificate",
        "gnutls-required-client-certificate", "redis-client-certificate", "postgres", "ldap", "smtp", "ssh",
    ]  # fmt: skip
