"""Decisions: the fast answer is yes exactly where the slow one finds no fault, and one change is enough for a no."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.controls.guard.decisions import admitted, faults_of
from limen.controls.guard.faults import STEPS
from limen.controls.guard.table import Row, Table, compiled
from limen.controls.principals import Principal
from limen.controls.refusals import REASONS, RefusedError
from tests.controls.guard.strategies import METHODS, NAMES, PRINCIPALS, ROLES, TENANTS
from tests.controls.guard.world import NOW, caller, reference

COMPONENTS = ("pharmacy-gateway", "transfer-hub", "epcis-gateway", "packager", "inventory-service", "trial-gateway")
TABLES: dict[str, Table] = {name: compiled(reference().declaration, name, {}) for name in COMPONENTS}
ROWS = [row for table in TABLES.values() for key, row in table.rows.items() if key[2] is not None]


def shown(row: Row, name: str) -> Principal:
    """Return a caller of a row as it must show itself."""
    declared = caller(name)
    called = row.callers.get(name)
    return msgspec.structs.replace(
        declared,
        method=row.method,
        identity=called.identity if called and called.identity else declared.identity,
        tenant=called.tenant if called else declared.tenant,
        until=NOW + min(row.most, timedelta(minutes=10)),
    )


def conforming() -> list[tuple[Row, Principal, str]]:
    """Return every crossing of the rows that is let through."""
    found = []
    for row in ROWS:
        for called in row.callers.values():
            if called.admitting:
                tenant = row.tenant or (TENANTS[0] if row.tenant_needed else "")
                found.append((row, shown(row, called.name), tenant))
    return found


CONFORMING = conforming()


def test_there_is_a_caller_for_each_row() -> None:
    assert {row[:3] for row, _, _ in CONFORMING} == {row[:3] for row in ROWS}
    assert len(ROWS) > 40


@pytest.mark.parametrize("index", range(len(CONFORMING)), ids=lambda index: f"{CONFORMING[index][0].flow}-{index}")
def test_what_conforms_is_admitted(index: int) -> None:
    row, principal, tenant = CONFORMING[index]
    found = admitted(row, principal, NOW, tenant)
    assert found is not None
    assert found[0].name == principal.name
    assert found[1] == (row.tenant or tenant)
    assert list(faults_of(row, principal, NOW, tenant)) == []


@given(st.sampled_from(ROWS), PRINCIPALS, st.sampled_from(["", *TENANTS, "nobody"]))
@settings(max_examples=250)
def test_the_fast_answer_is_the_slow_one_for_anybody(row: Row, principal: Principal, tenant: str) -> None:
    faults = list(faults_of(row, principal, NOW, tenant))
    assert (admitted(row, principal, NOW, tenant) is None) == bool(faults)
    assert [STEPS.index(fault.step) for fault in faults] == sorted(STEPS.index(fault.step) for fault in faults)
    assert {fault.reason for fault in faults} <= REASONS


@given(st.data())
@settings(max_examples=250)
def test_the_fast_answer_is_the_slow_one_near_a_yes(data: st.DataObject) -> None:
    """Start from a crossing that passes and change some attributes, perhaps to what they were."""
    row, principal, tenant = data.draw(st.sampled_from(CONFORMING))
    other = data.draw(PRINCIPALS)
    names = data.draw(st.sets(st.sampled_from(Principal.__struct_fields__), max_size=2))
    principal = msgspec.structs.replace(principal, **{name: getattr(other, name) for name in names})
    tenant = data.draw(st.sampled_from([tenant, tenant, "", *TENANTS]))
    faults = list(faults_of(row, principal, NOW, tenant))
    assert (admitted(row, principal, NOW, tenant) is None) == bool(faults)


MUTATIONS: dict[str, Any] = {
    "name": lambda row, principal: st.sampled_from([name for name in NAMES if name not in row.callers]),
    "identity": lambda row, principal: st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1),
    "roles": lambda row, principal: st.frozensets(
        st.sampled_from([r for r in ROLES if r not in row.callers[principal.name].admitting] or ["superuser"])
    ),
    "tenant": lambda row, principal: st.sampled_from([one for one in (*TENANTS, "none") if one != principal.tenant]),
    "method": lambda row, principal: st.sampled_from([one for one in METHODS if one != principal.method]),
    "until": lambda row, principal: st.one_of(
        st.timedeltas(timedelta(days=-400), timedelta(seconds=-60)).map(lambda left: NOW + left),
        st.timedeltas(row.most + timedelta(seconds=1), row.most + timedelta(days=400)).map(lambda left: NOW + left),
    ),
}


@pytest.mark.parametrize("name", MUTATIONS)
@given(data=st.data())
@settings(max_examples=60)
def test_one_change_of_the_principal_is_enough(name: str, data: st.DataObject) -> None:
    row, principal, tenant = data.draw(st.sampled_from(CONFORMING))
    value = data.draw(MUTATIONS[name](row, principal))
    if value == getattr(principal, name):
        return
    called = row.callers[principal.name]
    if name == "tenant" and not (called.is_component or called.tenant) and value == (row.tenant or tenant):
        return  # a person who acts for the very tenant
    try:
        changed = msgspec.structs.replace(principal, **{name: value})
    except RefusedError:
        return  # no principal at all
    assert admitted(row, changed, NOW, tenant) is None
    assert list(faults_of(row, changed, NOW, tenant))


def test_set_of_mutations_is_complete() -> None:
    assert set(MUTATIONS) == set(Principal.__struct_fields__)


@pytest.mark.parametrize(
    ("left", "passes"),
    [
        (timedelta(seconds=-60), False),
        (timedelta(seconds=-59), True),
        (timedelta(0), True),
        (timedelta(hours=1), True),
        (timedelta(hours=1, seconds=60), True),
        (timedelta(hours=1, seconds=61), False),
    ],
)
def test_the_edges_of_a_credential_are_those_of_the_one_rule(left: timedelta, passes: bool) -> None:
    row = next(row for row in ROWS if row.flow == "dispense-014" and row.item == "dispense-record")
    principal = msgspec.structs.replace(shown(row, "pharmacy-014"), until=NOW + left)
    assert (admitted(row, principal, NOW, "") is not None) == passes
    assert (list(faults_of(row, principal, NOW, "")) == []) == passes


def test_every_reason_is_told_at_once() -> None:
    row = next(row for row in ROWS if row.flow == "dispense-014" and row.item == "dispense-record")
    principal = Principal(
        name="pharmacy-014",
        identity="somebody",
        roles=frozenset({"superuser"}),
        tenant="pharmacy-022",
        method="oidc",
        until=NOW - timedelta(days=1),
    )
    reasons = [fault.reason for fault in faults_of(row, principal, NOW, "pharmacy-037")]
    assert reasons == [
        "wrong_method",
        "credential_expired",
        "wrong_identity",
        "role_missing",
        "wrong_tenant",
        "wrong_tenant",
    ]


def test_a_naive_time_is_no_time() -> None:
    row, principal, tenant = CONFORMING[0]
    with pytest.raises(TypeError):
        admitted(row, principal, datetime(2026, 11, 22), tenant)  # noqa: DTZ001 what is refused
