"""What is tried, as whom, and what may be concluded: a refusal counts only where there was something to refuse."""

from __future__ import annotations

import psycopg
import pytest

from limen.model.probing import ProbeOptions
from limen.probes import tenancy
from limen.probes.interface import AttemptError, Target
from limen.records.attempts import ProbeRun, RawResponse
from tests.lab import tenancy as lab
from tests.lab.postgres import Cluster

pytestmark = pytest.mark.xdist_group("postgres")
EVERY = [
    f"behaviour.{state}.{what}"
    for state in ("set", "unset", "empty")
    for what in ("read", "insert", "update", "delete")
]


def outcomes(recorded: ProbeRun, detail: str = "app.stock") -> set[object]:
    """Return all outcomes of the trials on a table; None for what was not seen."""
    seen = lab.facts(recorded)[detail]
    return {seen.get(path) for path in EVERY}


def test_a_superuser_without_roles_to_try_is_refused_a_pass(server: Cluster) -> None:
    with lab.spoiled(server, "good") as made:
        recorded = lab.probed(made, credential=f"postgres:{server.password}", roles=None)
        findings, gaps = lab.verdict(lab.declaration(made, roles=None), recorded)
    assert outcomes(recorded) == {None}
    assert lab.facts(recorded)["database"]["unseen"] == [
        "nothing was tried as postgres: it is, or may become, a superuser"
    ]
    assert findings == ["tenancy_roles stock-db roles.superusers"]
    assert gaps == ["tenancy_foreign_rows", "tenancy_unset"]


def test_a_superuser_that_becomes_an_ordinary_role_sees_what_the_role_sees(server: Cluster) -> None:
    with lab.spoiled(server, "good") as made:
        recorded = lab.probed(made, credential=f"postgres:{server.password}")
    assert outcomes(recorded) == {"refused"}


def test_one_role_of_two_that_leaks_is_enough(server: Cluster) -> None:
    with lab.spoiled(server, "good") as made:
        support = made.database.role("support")
        made.database.run(f'grant usage on schema app to "{support}"; grant select on app.stock to "{support}"')
        made.database.run(f'create policy all_of_it on app.stock to "{support}" using (true)')
        made.database.run(f'grant "{support}" to "{made.login}"')
        seen = lab.facts(lab.probed(made, roles=[made.app, support]))["app.stock"]
    assert (seen["behaviour.set.read"], seen["behaviour.set.insert"], seen["policies.constant"]) == (
        "admitted",
        "refused",
        1,
    )


@pytest.mark.parametrize("case", ["unknown", "unreachable", "above"])
def test_a_role_that_was_not_tried_leaves_nothing_refused(server: Cluster, case: str) -> None:
    with lab.spoiled(server, "good") as made:
        other = "no_such_role"
        if case != "unknown":
            other = made.database.role("other", *(["bypassrls"] if case == "above" else []))
        if case == "above":
            made.database.run(f'grant "{other}" to "{made.login}"')
        recorded = lab.probed(made, roles=[made.app, other])
    assert outcomes(recorded) == {None}
    assert any(other in reason for reason in lab.facts(recorded)["database"]["unseen"])


def test_without_writes_only_reading_is_tried(server: Cluster) -> None:
    with lab.spoiled(server, "good") as made:
        seen = lab.facts(lab.probed(made, try_writes=False))["app.stock"]
        made.database.run("alter table app.stock disable row level security")
        spoiled = lab.facts(lab.probed(made, try_writes=False))["app.stock"]
    for path in EVERY:
        assert seen.get(path) == ("refused" if path.endswith("read") else None)
    assert spoiled["behaviour.set.read"] == "admitted"
    assert "insert (set): writes are not tried" in seen["unseen"]


def test_an_empty_table_is_filled_for_the_trial_and_empty_again(server: Cluster) -> None:
    with lab.spoiled(server, "good") as made:
        made.database.run("truncate app.stock")
        made.database.run(
            "alter policy own_stock on app.stock using (tenant_id = current_setting('app.tenant_id', true))"
        )
        seen = lab.facts(lab.probed(made))["app.stock"]
        made.database.run("alter policy own_stock on app.stock using (true)")
        spoiled = lab.facts(lab.probed(made))["app.stock"]
        with psycopg.connect(made.database.url()) as connection:
            left = connection.execute("select count(*) from app.stock").fetchone()
    assert (seen["behaviour.set.read"], seen["behaviour.empty.delete"], seen["behaviour.set.insert"]) == (
        "refused",
    ) * 3
    assert "behaviour.unset.read" not in seen  # nothing is there that a session without a tenant could be kept from
    assert (spoiled["behaviour.set.read"], spoiled["behaviour.set.delete"]) == ("admitted", "admitted")
    assert left == (0,)


@pytest.mark.parametrize("defect", ["good", "row_security_off", "using_true"])
def test_nothing_is_changed(server: Cluster, defect: str) -> None:
    def rows() -> list[tuple[object, ...]]:
        with psycopg.connect(made.database.url()) as connection:
            return [
                row
                for table in ("stock", "movement", "tenant")
                for row in connection.execute(f"select xmin::text, t.* from app.{table} t order by 1, 2").fetchall()
            ]

    with lab.spoiled(server, defect) as made:
        before = rows()
        assert lab.probed(made).attempts[0].status == "completed"
        assert rows() == before


def test_only_what_is_named_is_judged(server: Cluster) -> None:
    with lab.spoiled(server, "good") as made:
        recorded = lab.probed(made, tables=["app.movement", "app.product", "app.missing"], shared_tables=None)
        seen = lab.facts(recorded)
        findings, _ = lab.verdict(
            lab.declaration(made, tables=["app.movement", "app.product", "app.missing"], shared_tables=None), recorded
        )
    assert set(seen) == {
        "app.movement",
        "app.movement_2026",
        "app.product",
        "app.stock_of_today",
        "app.tenant.ids",
        "database",
    }
    assert (seen["app.product"]["partitioned"], seen["database"]["absent"], seen["database"]["unjudged"]) == (
        False,
        1,
        2,
    )
    assert "tenancy_tables stock-db absent" in findings
    assert "tenancy_tables stock-db unjudged" in findings
    assert "tenancy_row_security app.product partitioned" in findings
    assert "contradicted partitions_by observed" in findings


def test_a_table_of_tenants_that_is_hidden_is_not_counted(server: Cluster) -> None:
    with lab.spoiled(server, "good") as made:
        made.database.run(f'alter role "{made.login}" nobypassrls')
        recorded = lab.probed(made)
        _, gaps = lab.verdict(lab.declaration(made), recorded)
    ids = lab.facts(recorded)["app.tenant.ids"]
    assert not [name for name in ids if name.startswith("ids.")]
    assert ids["unseen"] == ["the table of tenants can't be read whole by whoever logged in: SQLSTATE 42501"]
    assert "tenancy_ids" in gaps


def test_without_a_key_ids_are_not_said_to_be_right(server: Cluster) -> None:
    with lab.spoiled(server, "good") as made:
        table = {name: value for name, value in made.options["tenant_table"].items() if name != "key"}
        ids = lab.facts(lab.probed(made, tenant_table=table))["app.tenant.ids"]
    assert (ids["ids.tenants"], ids["ids.colliding"], "ids.mismatched" in ids) == (2, 0, False)


def test_without_tenants_to_try_nothing_is_tried_and_said_so(server: Cluster) -> None:
    with lab.spoiled(server, "good") as made:
        recorded = lab.probed(made, tenant_values=None)
    assert outcomes(recorded) == {None}
    assert "nothing was tried" in " ".join(lab.facts(recorded)["app.stock"]["unseen"])
    assert "behaviour.set.read" in recorded.attempts[0].reason


def test_a_locked_table_is_unknown_and_not_refused(server: Cluster) -> None:
    with lab.spoiled(server, "good") as made, psycopg.connect(made.database.url()) as other:
        other.execute("lock table app.movement_2026 in exclusive mode")  # readers pass, writers wait
        recorded = lab.probed(made, tables=["app.movement_2026"], timeout=60)
        seen = lab.facts(recorded)["app.movement_2026"]
        other.rollback()
        other.execute("lock table app.movement_2026 in access exclusive mode")
        shut = lab.probed(made, tables=["app.movement_2026"]).attempts[0]
    assert (seen["behaviour.set.read"], seen["behaviour.unset.read"]) == ("refused", "refused")
    assert not [path for path in EVERY if path in seen and not path.endswith("read")]
    assert "insert (set): the table was locked or slow: SQLSTATE 55P03" in seen["unseen"]
    assert (shut.status, "a table stayed locked" in shut.reason) == ("error", True)


def test_the_plan_says_what_would_be_written_and_opens_nothing() -> None:
    options = ProbeOptions(tenant_setting="app.tenant_id", tenant_values=("a", "b"))
    for given, writes in ((ProbeOptions(), False), (options, True)):
        target = Target(probe="tenancy", section="component", name="db", endpoint="db.invalid/stock", options=given)
        (contact,) = tenancy.contacts(target)
        assert (contact.where, contact.writes) == ("db.invalid:5432/stock", writes)


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 100_000, b"\xff\x00", b'{"version": 15}'])
def test_a_recording_of_something_else_is_an_error(content: bytes) -> None:
    raw = {
        name: RawResponse(name=name, media_type="application/json", content=content)
        for name in ("catalogue.json", "trials.json")
    }
    for given in (raw, {}):
        with pytest.raises(AttemptError):
            tenancy.interpret(given, 0)
