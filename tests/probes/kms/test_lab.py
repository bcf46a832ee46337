"""Every row of the laboratory's table: the probe sees the defect, and the rules make exactly its findings of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.lab import kms as lab
from tests.lab.judging import findings_of

pytestmark = pytest.mark.xdist_group("kms")


class Servers:
    """The custodians, each started when it is first asked for."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._running: dict[str, Any] = {}

    def of(self, provider: str) -> Any:
        if provider not in self._running:
            self._running[provider] = self._stack.enter_context(lab.SERVERS[provider]())
        return self._running[provider]


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with ExitStack() as stack:
        yield Servers(stack)


@pytest.mark.parametrize("row", lab.rows(), ids=lambda row: f"{row.provider}-{row.defect}")
def test_a_row(servers: Servers, row: lab.Row) -> None:
    place = servers.of(row.provider).make(row.defect)
    made = lab.probed(row.provider, place)
    attempt = made.attempts[0]
    seen = lab.facts(made)
    found = findings_of(lab.declaration(row.provider, place), made)
    told = sorted(f"{one.split('::')[0]}::{one.split('::')[2]}" for one in found)
    assert (attempt.status, told) == (row.status, sorted(row.findings)), f"{attempt.reason}\n{seen}\n{sorted(found)}"
    assert row.reason in attempt.reason
    assert {name: _rounded(name, seen.get(name)) for name in row.observation} == row.observation
    assert place.credential not in repr(attempt) or not place.credential


def _rounded(name: str, value: Any) -> Any:
    """Return a fact; an age in whole hours, as the custodian was asked some seconds after the key was made."""
    return value - value % 3600 if name in ("newest_age", "rotation_overdue") and value else value


def test_every_custodian_has_a_good_key_and_the_table_no_row_twice() -> None:
    rows = [(row.provider, row.defect) for row in lab.rows()]
    assert len(set(rows)) == len(rows)
    assert {provider for provider, defect in rows if defect == "good"} == set(lab.SERVERS)


@pytest.mark.parametrize("provider", ["vault", "pkcs11"])
def test_what_was_recorded_is_read_the_same_elsewhere(servers: Servers, provider: str) -> None:
    """Answers and behaviour are enough: no custodian is asked again."""
    from limen.probes import kms
    from limen.probes.attempting import interpreted, observation

    defect = "test-key" if provider == "pkcs11" else "good"
    place = servers.of(provider).make(defect) if provider == "pkcs11" else servers.of(provider).place("good")
    attempt = lab.probed(provider, place).attempts[0]
    again = interpreted(kms, attempt.raw, attempt.started_at)
    assert tuple(observation(kms.KIND, one) for one in again) == attempt.observations
    assert all(place.credential.encode() not in one.content for one in attempt.raw)


def test_a_key_is_typed_without_a_declaration(servers: Servers, tmp_path: Path) -> None:
    from limen.model.probing import ProbeOptions
    from limen.probes.running import run_typed
    from limen.probes.targets import typed_target

    place = servers.of("aws-kms").make("disabled")
    credential = tmp_path / "credential"
    credential.touch(mode=0o600)
    credential.write_text(place.credential)
    typed = f"aws-kms:{place.key}@{place.endpoint}"
    made = run_typed([typed_target("kms", typed, f"file:{credential}", ProbeOptions())])
    assert made.attempts[0].status == "completed", made.attempts[0].reason
    assert (lab.facts(made)["enabled"], lab.facts(made)["tested"]) == (False, False)
    odd = run_typed([typed_target("kms", "https://kms.example", "", ProbeOptions())]).attempts[0]
    assert (odd.status, "PROVIDER:KEY@ENDPOINT" in odd.reason) == ("error", True)


@pytest.mark.parametrize(
    ("declared", "endpoint", "words"),
    [
        ({}, "x", "declares no provider and no id"),
        ({"provider": "vault"}, "x", "declares no id"),
        ({"provider": "vault", "id": "transit/k"}, "", "declares no endpoint"),
        ({"provider": "acme", "id": "k"}, "x", "knows no key provider acme"),
        ({"provider": "vault", "id": "transit/k"}, "http://127.0.0.1:1", "no credential is declared"),
        ({"provider": "azure-key-vault", "id": "k"}, "ftp://127.0.0.1:1", "no credential is declared"),
    ],
)
def test_what_can_not_be_asked(declared: dict[str, str], endpoint: str, words: str) -> None:
    from limen.probes import kms
    from limen.probes.attempting import attempt
    from limen.probes.interface import Target

    target = Target(probe="kms", section="key", name="k", endpoint=endpoint, declared=declared)
    found = attempt(kms, target)
    assert (found.status, words in found.reason) == ("error", True), found.reason


def test_the_plan_says_what_is_changed() -> None:
    from limen.probes import kms
    from limen.probes.interface import Target

    declared = {"provider": "vault", "id": "transit/k", "environment": "production"}
    target = Target(probe="kms", section="key", name="k", endpoint="https://kms:8200", declared=declared)
    (looked,) = kms.contacts(target)
    assert (looked.where, looked.writes) == ("https://kms:8200", False)
    tested = Target(**{name: getattr(target, name) for name in target.__struct_fields__} | {
        "declared": declared | {"environment": "test"}})  # fmt: skip
    (tried,) = kms.contacts(tested)
    assert tried.writes
    assert "rotate" in tried.what
