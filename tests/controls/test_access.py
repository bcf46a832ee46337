"""Who may do what: allowed only by declared roles, apart from other duties, in time, and on the record."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limen.controls.access import Access, Decision
from limen.controls.access_decisions import Asked
from limen.controls.access_duties import DEEDS
from limen.controls.guard.entries import CROSSED
from limen.controls.ledger import Entry, Ledger, open_ledger
from limen.controls.refusals import RefusedError
from limen.errors import UsageError
from tests.controls.accessing import NOW, declaration, principal


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "access.jsonl", name="crossing-log", clock=lambda: NOW) as made:
        yield made


@pytest.fixture
def access(ledger: Ledger) -> Access:
    return Access(declaration(), ledger=ledger)


def decided(access: Access, name: str, *roles: str, asks: str = "packet:upload", **given: Any) -> Decision:
    about = {"record": "r-1", "purpose": "enter a packet", "now": NOW, "flow": ""}
    about.update({key: given.pop(key) for key in list(given) if key in about})
    return access.decide(principal(name, *roles, **given), asks, **about)


def test_a_declared_role_grants_what_it_says(access: Access, ledger: Ledger) -> None:
    decision = decided(access, "ana", "coordinator")
    assert decision
    assert decision.demand() is decision
    assert (decision.reason, decision.roles) == (None, ("coordinator",))
    (line,) = ledger.read()
    assert (line.actor, line.action, line.record, line.tenant) == ("ana", "access", "r-1", "")
    assert line.details == {
        "outcome": "allowed",
        "permission": "packet:upload",
        "purpose": "enter a packet",
        "roles": ["coordinator"],
        "decided_at": "2026-11-22T10:00:00Z",
    }
    assert decision.entry is not None
    assert decision.entry.seq == line.seq


REFUSALS: dict[str, tuple[str, dict[str, Any]]] = {
    "a role that nobody declared": ("role_missing", {"name": "ana", "roles": ("admin",)}),
    "a role that it was not given": ("role_missing", {"name": "ana", "roles": ("steward",)}),
    "a role that was retired": ("role_missing", {"name": "fay", "roles": ("retired",)}),
    "no role": ("role_missing", {"name": "ana", "roles": ()}),
    "another permission": ("permission_missing", {"asks": "packet:delete"}),
    "a permission of a role that is not claimed": ("role_missing", {"name": "ana", "roles": ("reviewer",)}),
    "every permission": ("permission_missing", {"asks": "*"}),
    "every permission of a kind": ("permission_missing", {"asks": "packet:*"}),
    "a permission that is none": ("permission_missing", {"asks": "packet upload"}),
    "an empty permission": ("permission_missing", {"asks": ""}),
    "no purpose": ("purpose_missing", {"purpose": ""}),
    "a blank purpose": ("purpose_missing", {"purpose": "  "}),
    "a purpose of two lines": ("purpose_missing", {"purpose": "a\nb"}),
    "no record": ("content_refused", {"record": ""}),
    "a record of two lines": ("content_refused", {"record": "r\n1"}),
    "an ended credential": ("credential_expired", {"until": NOW - timedelta(minutes=2)}),
    "somebody who is not declared": ("wrong_identity", {"name": "zoe"}),
    "a component's name with another identity": (
        "wrong_identity",
        {"name": "uploader", "identity": "spiffe://x.example/other"},
    ),
    "a component for another tenant": ("wrong_tenant", {"name": "uploader", "tenant": "t-2"}),
    "a component for no tenant": ("wrong_tenant", {"name": "uploader", "tenant": ""}),
    "a tenant that is not declared": ("wrong_tenant", {"tenant": "t-3"}),
    "both sides of a duty": ("duty_conflict", {"name": "cara"}),
    "both sides, claiming one role": ("duty_conflict", {"name": "cara", "roles": ("coordinator",)}),
    "the other side": ("duty_conflict", {"name": "cara", "roles": ("reviewer",), "asks": "submission:sign"}),
    "both sides by a wildcard": ("duty_conflict", {"name": "eve", "roles": ("steward",)}),
    "a role for people, as a machine": (
        "role_missing",
        {"name": "signer", "identity": "spiffe://x.example/signer", "roles": ("reviewer",), "asks": "submission:sign"},
    ),
    "a flow that is not declared": ("undeclared_flow", {"flow": "download"}),
    "a flow without authentication": ("wrong_method", {"flow": "open-door"}),
    "a flow that authenticates nobody": ("wrong_method", {"flow": "nobody", "method": "none"}),
    "for another tenant than the flow's": ("wrong_tenant", {"flow": "upload", "tenant": "t-2"}),
    "for no tenant, on a tenant's flow": ("wrong_tenant", {"flow": "upload"}),
    "another method than the flow's": ("wrong_method", {"flow": "upload", "method": "password"}),
    "a longer credential than the flow's": (
        "credential_too_long",
        {"flow": "upload", "tenant": "t-1", "until": NOW + timedelta(hours=2)},
    ),
    "another permission than the flow's": (
        "permission_missing",
        {"flow": "upload", "tenant": "t-1", "asks": "packet:read"},
    ),
    "a flow that admits no role": ("permission_missing", {"flow": "silent", "tenant": "t-1"}),
    "a permission too long": ("permission_missing", {"asks": "a" * 1025}),
    "a purpose too long": ("purpose_missing", {"purpose": "a" * 1025}),
    "a record too long": ("content_refused", {"record": "a" * 1025}),
    "a role that the flow does not take": (
        "role_missing",
        {"flow": "upload", "tenant": "t-1", "name": "eve", "roles": ("steward",)},
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refused_and_recorded(access: Access, ledger: Ledger, name: str) -> None:
    reason, how = REFUSALS[name]
    how = {"name": "ana", "roles": ("coordinator",), **how}
    who, roles = how.pop("name"), how.pop("roles")
    decision = decided(access, who, *roles, **how)
    assert not decision
    assert decision.reason == reason, decision.problems
    with pytest.raises(RefusedError) as told:
        decision.demand()
    assert told.value.reason == reason
    (line,) = ledger.read()
    assert line.details["outcome"] == "refused"
    assert line.details["reason"] == reason
    assert line.actor == who
    assert access.fields(decision, "record") == frozenset()


def test_what_is_no_text_is_not_recorded(access: Access, ledger: Ledger) -> None:
    assert not decided(access, "ana", "coordinator", asks="a\nb", record="c\nd", purpose="e\nf")
    (line,) = ledger.read()
    assert (line.record, line.details["permission"], line.details["purpose"]) == ("", "", "")
    assert decided(access, "ana", "coordinator", record="r" * 1024, purpose="p" * 1024)


def test_flows_that_do_not_limit_credentials(access: Access) -> None:
    for flow in ("unlimited", "unsaid"):
        assert decided(access, "uploader", "coordinator", flow=flow, until=NOW + timedelta(days=30))


def test_a_crossing_of_the_guard_is_a_deed(ledger: Ledger) -> None:
    assert DEEDS[CROSSED] == "passed"
    changed = declaration(principals={"ana": {"roles": ["reviewer"]}})
    for number, (action, outcome, conflict) in enumerate(
        (
            (CROSSED, "passed", True),
            (CROSSED, "refused", False),
            ("other", "passed", False),
            ("other", "allowed", False),
        )
    ):
        details = {"permission": "packet:upload", "outcome": outcome}
        ledger.append(Entry(tenant="", actor="ana", action=action, record=f"r-{number}", details=details))
        decision = decided(
            Access(changed, ledger=ledger), "ana", "reviewer", asks="submission:sign", record=f"r-{number}"
        )
        assert (decision.reason == "duty_conflict") is conflict


def test_entries_of_others_that_look_like_deeds(ledger: Ledger) -> None:
    for permission in (None, 7, ["packet:upload"], {"packet:upload": 1}):
        details = {"permission": permission, "outcome": "allowed"}
        ledger.append(Entry(tenant="", actor="ana", action="access", record="r-1", details=details))
    changed = declaration(principals={"ana": {"roles": ["reviewer"]}})
    assert decided(Access(changed, ledger=ledger), "ana", "reviewer", asks="submission:sign")


def test_what_stays_allowed_beside_a_duty(access: Access) -> None:
    assert decided(access, "cara", "coordinator", asks="packet:read")
    assert decided(access, "uploader", "coordinator", flow="upload")


def test_unknown_roles_are_named(access: Access) -> None:
    decision = decided(access, "ana", "admin", "root", "steward")
    words = " ".join(problem.message for problem in decision.problems)
    assert "not declared and grant nothing: admin, root" in words
    assert "not given and that grant nothing: steward" in words
    assert decided(access, "ana", "coordinator", "admin")  # beside a role that counts, they do no harm


def test_the_same_person_does_not_do_both_on_one_record(ledger: Ledger) -> None:
    """Roles may change between the two; what was done does not."""
    first = Access(declaration(), ledger=ledger)
    assert decided(first, "ana", "coordinator")
    changed = declaration(principals={"ana": {"roles": ["reviewer"]}, "bo": {"roles": ["reviewer"]}})
    access = Access(changed, ledger=ledger)
    decision = decided(access, "ana", "reviewer", asks="submission:sign")
    assert decision.reason == "duty_conflict"
    assert "packet:upload" in decision.problems[0].message
    assert decided(access, "ana", "reviewer", asks="submission:sign", record="r-2")
    assert decided(access, "bo", "reviewer", asks="submission:sign")
    assert decided(access, "ana", "reviewer", asks="packet:read")


def test_a_refused_attempt_is_no_deed(ledger: Ledger) -> None:
    first = Access(declaration(), ledger=ledger)
    assert not decided(first, "ana", "admin")
    changed = Access(declaration(principals={"ana": {"roles": ["reviewer"]}}), ledger=ledger)
    assert decided(changed, "ana", "reviewer", asks="submission:sign")


def test_what_left_the_ledger_still_counts(ledger: Ledger, tmp_path: Path) -> None:
    assert decided(Access(declaration(), ledger=ledger), "ana", "coordinator")
    changed = declaration(principals={"ana": {"roles": ["reviewer"]}})
    with open_ledger(tmp_path / "next.jsonl", name="crossing-log", clock=lambda: NOW) as fresh:
        access = Access(changed, ledger=fresh, earlier=ledger.read())
        assert decided(access, "ana", "reviewer", asks="submission:sign").reason == "duty_conflict"


def test_another_process_decided_meanwhile(ledger: Ledger, tmp_path: Path) -> None:
    changed = declaration(principals={"ana": {"roles": ["reviewer"]}})
    with open_ledger(tmp_path / "access.jsonl", name="crossing-log", clock=lambda: NOW) as again:
        here, there = Access(declaration(), ledger=ledger), Access(changed, ledger=again)
        assert decided(here, "ana", "coordinator")
        assert decided(there, "ana", "reviewer", asks="submission:sign").reason == "duty_conflict"


def test_of_two_at_once_one_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    """Two processes, two sides of one duty, one record: whoever writes first has it."""
    changed = declaration(principals={"ana": {"roles": ["reviewer"]}})
    with open_ledger(tmp_path / "access.jsonl", name="crossing-log", clock=lambda: NOW) as again:
        sides = ((Access(declaration(), ledger=ledger), "coordinator", "packet:upload"),
                 (Access(changed, ledger=again), "reviewer", "submission:sign"))  # fmt: skip
        for number in range(20):
            found: list[bool] = []
            begin = threading.Barrier(2)

            def decide(
                access: Access,
                role: str,
                asks: str,
                record: str,
                found: list[bool] = found,
                begin: threading.Barrier = begin,
            ) -> None:
                begin.wait()
                found.append(bool(decided(access, "ana", role, asks=asks, record=record)))

            threads = [threading.Thread(target=decide, args=(*side, f"r-{number}")) for side in sides]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert sorted(found) == [False, True]


def test_a_ledger_that_can_not_be_written_refuses(access: Access, ledger: Ledger) -> None:
    ledger.close()
    for decision in (
        decided(access, "ana", "coordinator"),
        decided(access, "ana", "coordinator", asks="packet:read"),
        decided(access, "ana", "admin"),
    ):
        assert not decision
        assert (decision.reason, decision.entry) == ("ledger_unavailable", None)


def test_custody_is_noted(access: Access, ledger: Ledger) -> None:
    decision = decided(access, "dan", "investigator", asks="record:open", purpose="adverse event 12")
    assert decision.custody
    assert list(ledger.read())[-1].details["custody"] is True


def test_minimum_necessary(access: Access) -> None:
    upload, read = (
        decided(access, "ana", "coordinator"),
        decided(access, "cara", "coordinator", "reviewer", asks="packet:read"),
    )
    record = {"subject_id": "x", "visit": "V1", "value": 3, "dob": "1970-01-01"}
    assert access.fields(upload, "record") == {"subject_id", "visit"}
    assert access.minimum(upload, "record", record) == {"subject_id": "x", "visit": "V1"}
    assert access.minimum(read, "record", record) == {"subject_id": "x", "visit": "V1", "value": 3}
    access.check_fields(upload, "record", ["visit"])
    for item, names in (("record", ["visit", "dob"]), ("other", ["visit"]), ("record", ["value"])):
        with pytest.raises(RefusedError) as told:
            access.check_fields(upload, item, names)
        assert told.value.reason == "fields_undeclared"
        assert "dob" not in str(told.value)
    with pytest.raises(RefusedError, match="needs any field"):
        access.minimum(upload, "other", record)
    refused = decided(access, "ana", "admin")
    for step in (lambda: access.minimum(refused, "record", record), lambda: access.check_fields(refused, "record", [])):
        with pytest.raises(RefusedError) as told:
            step()
        assert told.value.reason == "role_missing"


@pytest.mark.parametrize("skew", [timedelta(seconds=-1), timedelta(minutes=5, seconds=1)])
def test_the_skew_is_bound(ledger: Ledger, skew: timedelta) -> None:
    with pytest.raises(UsageError, match="0 to 300"):
        Access(declaration(), ledger=ledger, skew=skew)


def test_a_time_without_a_zone_allows_nothing(access: Access, ledger: Ledger) -> None:
    decision = decided(access, "ana", "coordinator", now=NOW.replace(tzinfo=None))
    assert decision.reason == "unauthenticated"
    assert "decided_at" not in next(ledger.read()).details


TEXTS = st.sampled_from(["packet:upload", "r-1", "purpose", "upload", ""]) | st.text(max_size=20)


@given(TEXTS, TEXTS, TEXTS, TEXTS, st.frozensets(st.sampled_from(["coordinator", "reviewer", "admin"])))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_asked_is_decided_and_recorded(
    access: Access, ledger: Ledger, permission: str, record: str, purpose: str, flow: str, roles: frozenset[str]
) -> None:
    before = ledger.head().length
    decision = access.decide(principal("ana", *roles), permission, record, purpose, NOW, flow=flow)
    assert ledger.head().length == before + 1
    allowed = permission in ("packet:upload", "packet:read") and "coordinator" in roles
    assert bool(decision) <= allowed
    if decision:
        assert Asked(permission=permission, record=record, purpose=purpose).wrong() is None


def test_a_name_of_two_has_the_duties_of_both(ledger: Ledger) -> None:
    people = {"uploader": {"roles": ["reviewer"]}}
    access = Access(declaration(principals=people), ledger=ledger)
    assert decided(access, "uploader", "coordinator").reason == "duty_conflict"
    assert decided(access, "uploader", "coordinator", asks="packet:read")


def test_demand_raises(access: Access) -> None:
    asked = ("packet:upload", "r-1", "enter a packet", NOW)
    assert access.demand(principal("ana", "coordinator"), *asked)
    with pytest.raises(RefusedError) as told:
        access.demand(principal("ana", "admin"), *asked)
    assert told.value.reason == "role_missing"
