"""Access rules in Rego: only the boolean true allows, and they never allow what roles refuse."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from limen.controls.access import Access
from limen.controls.access_rules import AccessRules
from limen.controls.ledger import Ledger, open_ledger
from limen.errors import PolicyError, UnassessedError
from tests.controls.accessing import NOW, declaration, principal

HOURS = """package access

import rego.v1

default allow := false

allow if {
    input.permission == "packet:upload"
    input.principal.name == "ana"
    "coordinator" in input.granted_by
    input.purpose != "curiosity"
    input.seconds > 0
}
"""
QUERY = "data.access.allow"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "access.jsonl", name="crossing-log", clock=lambda: NOW) as made:
        yield made


def asked(access: Access, name: str = "ana", *roles: str, purpose: str = "enter a packet") -> Any:
    return access.decide(principal(name, *(roles or ("coordinator",))), "packet:upload", "r-1", purpose, NOW)


def test_rules_decide_on_top_of_roles(ledger: Ledger) -> None:
    with AccessRules(HOURS, query=QUERY) as rules:
        access = Access(declaration(), ledger=ledger, rules=rules)
        assert asked(access)
        curious = asked(access, purpose="curiosity")
        assert curious.reason == "rule_refused"
        assert list(ledger.read())[-1].details["reason"] == "rule_refused"
        assert asked(access, "ana", "admin").reason == "role_missing"


def test_rules_allow_nothing_that_roles_refuse(ledger: Ledger) -> None:
    with AccessRules("package access\n\nimport rego.v1\n\nallow := true\n", query=QUERY) as rules:
        access = Access(declaration(), ledger=ledger, rules=rules)
        assert asked(access)
        assert asked(access, "ana", "admin").reason == "role_missing"
        assert asked(access, "cara").reason == "duty_conflict"


@pytest.mark.parametrize(
    "body",
    [
        "allow := false",
        'allow := "true"',
        "allow := 1",
        "allow := [true]",
        'allow := {"allow": true}',
        "allow := null",
        "allow if false",  # undefined
        "other := true",  # not there
        "allow if input.nothing.there",
        "allow := true if input.seconds > 0\nallow := false if input.seconds > 1",  # a conflict: an error
        "allow if to_number(input.purpose) > 1",  # an error of a builtin
        "allow if 1 / (input.seconds - input.seconds) > 1",
    ],
)
def test_only_true_allows(ledger: Ledger, body: str) -> None:
    with AccessRules(f"package access\n\nimport rego.v1\n\n{body}\n", query=QUERY) as rules:
        access = Access(declaration(), ledger=ledger, rules=rules)
        for _ in range(2):
            assert asked(access).reason == "rule_refused"


def test_a_rule_without_end_is_a_refusal_and_the_next_is_judged_again() -> None:
    numbers = "numbers.range(0, 20000)"
    endless = f"count([1 | some x in {numbers}; some y in {numbers}; x > y]) > 0"
    slow = f'{HOURS}\nallow if {{\n    input.purpose == "slow"\n    {endless}\n}}\n'
    with AccessRules(slow, query=QUERY, deadline=0.3) as rules:
        about = {
            "permission": "packet:upload",
            "principal": {"name": "ana"},
            "granted_by": ["coordinator"],
            "seconds": 1,
        }
        assert rules.allow({**about, "purpose": "x"})
        assert not rules.allow({**about, "permission": "x", "purpose": "slow"})
        assert rules.allow({**about, "purpose": "x"})


def test_a_dead_engine_is_started_anew() -> None:
    with AccessRules(HOURS, query=QUERY) as rules:
        about = {
            "permission": "packet:upload",
            "principal": {"name": "ana"},
            "granted_by": ["coordinator"],
            "seconds": 1,
            "purpose": "x",
        }
        for _ in range(6):  # more often than an engine of limen's own is restarted
            engine = rules._engine
            assert engine is not None
            os.kill(engine._child.pid, signal.SIGKILL)
            assert not rules.allow(about)
            assert rules.allow(about)
        rules.close()
        assert rules.allow(about)


def test_after_a_fork_each_process_has_answers_of_its_own() -> None:
    """The pipes of the parent's engine are not the child's: else each would read what the other one asked."""
    text = 'package access\n\nimport rego.v1\n\ndefault allow := false\n\nallow if input.who == "parent"\n'
    with AccessRules(text, query=QUERY) as rules:
        assert rules.allow({"who": "parent"})
        child = os.fork()
        if not child:  # pragma: no cover - another process
            with contextlib.suppress(BaseException):
                wrong = sum(rules.allow({"who": "child"}) for _ in range(300))
                right = rules.allow({"who": "parent"})
                rules.close()
                os._exit(0 if right and not wrong else 1)
            os._exit(2)
        wrong = sum(not rules.allow({"who": "parent"}) for _ in range(300))
        _, status = os.waitpid(child, 0)
        assert (os.waitstatus_to_exitcode(status), wrong) == (0, 0)
        assert rules.allow({"who": "parent"})


def test_without_an_engine_nothing_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> Path:
        raise UnassessedError("regorus is not installed")

    with AccessRules("package access\n\nimport rego.v1\n\nallow := true\n", query=QUERY) as rules:
        rules.close()
        with monkeypatch.context() as patched:
            patched.setattr("limen.policy.embedded.regorus_folder", gone)
            assert not rules.allow({})
        assert rules.allow({})


def test_what_has_no_json_is_refused() -> None:
    with AccessRules("package access\n\nimport rego.v1\n\nallow := true\n", query=QUERY) as rules:
        assert rules.allow({})
        assert not rules.allow({"purpose": "\ud800"})
        assert not rules.allow({"purpose": object()})


def test_modules_that_can_not_be_read(tmp_path: Path) -> None:
    for text, query in ((HOURS, "access.allow"), (HOURS, "data.access.allow; true"), (HOURS, "data")):
        with pytest.raises(PolicyError, match="no path"):
            AccessRules(text, query=query)
    with pytest.raises(PolicyError):
        AccessRules("package access\n\nallow {{{", query=QUERY)
    with pytest.raises(PolicyError, match="can't be read"):
        AccessRules.read(tmp_path / "none.rego", query=QUERY)
    (tmp_path / "bytes.rego").write_bytes(b"\xff\xfe")
    with pytest.raises(PolicyError, match="UTF-8"):
        AccessRules.read(tmp_path / "bytes.rego", query=QUERY)
    (tmp_path / "rules.rego").write_text(HOURS)
    with AccessRules.read(tmp_path / "rules.rego", query=QUERY) as rules:
        assert rules.name == "rules.rego"
