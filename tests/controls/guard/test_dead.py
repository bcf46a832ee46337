"""Dead ledgers and dead key services: nothing crosses, and no refusal is quietly lost."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from limen.controls.access_rules import AccessRules
from limen.controls.keyring import Keyring
from limen.controls.ledger import open_ledger
from limen.controls.ledger_tables import create
from limen.controls.refusals import RefusedError
from tests.controls.guard.world import ITEMS, World, caller, key_store, reference, text
from tests.controls.ledger_places import DURABLE
from tests.lab.postgres import cluster

AT_GATEWAY = {"item": "dispense-record", "record": "rec-1"}
OUT: dict[str, Any] = {"record": "mv-1", "tenant": "pharmacy-014"}


def sent(world: World) -> bytes:
    """Return a conforming record on its way to the gateway."""
    pharmacy = world.guard("pharmacy-014")
    return pharmacy.cross("dispense-014", caller("pharmacy-014"), text("dispense-record"), record="rec-1").payload


def refused(reason: str, guard: Any, *given: Any, **named: Any) -> RefusedError:
    """Assert that a crossing is refused for a reason, and return the refusal."""
    with pytest.raises(RefusedError) as found:
        guard.cross(*given, **named)
    assert found.value.reason == reason
    assert type(found.value) is RefusedError
    return found.value


def test_a_closed_ledger_stops_everything_until_it_is_opened_anew(world: World) -> None:
    guard, payload, principal = world.guard("pharmacy-gateway"), sent(world), caller("pharmacy-014")
    world.ledger("cs-ledger").close()
    refused("ledger_unavailable", guard, "dispense-014", principal, payload, **AT_GATEWAY)
    gateway = caller("pharmacy-gateway", method="spiffe")
    refused("ledger_unavailable", guard, "movement-in", gateway, text("cs-movement"), **OUT)
    both = refused("ledger_unavailable", guard, "dispense-014", None, payload, **AT_GATEWAY)
    assert both.problems[0].message == "nobody was authenticated"
    assert both.problems[-1].message == "the refusal could not be recorded"
    refused("ledger_unavailable", guard, "dispense-099", principal, payload, record="rec-1")
    assert world.lines("cs-ledger") == []
    with world.opened("cs-ledger") as again:
        guard.attach("cs-ledger", again)
        assert guard.cross("dispense-014", principal, payload, **AT_GATEWAY).json() == ITEMS["dispense-record"]
        with pytest.raises(RefusedError, match="records in no such ledger"):
            guard.attach("trace-log", again)


@contextmanager
def full_disk(left: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size: what a full disk looks like to whoever writes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (left, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_stops_everything(world: World) -> None:
    guard, payload, principal = world.guard("pharmacy-gateway"), sent(world), caller("pharmacy-014")
    guard.cross("dispense-014", principal, payload, **AT_GATEWAY)
    file = world.folder / "cs-ledger.jsonl"
    with full_disk(file.stat().st_size + 100):
        refused("ledger_unavailable", guard, "dispense-014", principal, payload, **AT_GATEWAY)
    refused("ledger_unavailable", guard, "dispense-014", principal, payload, **AT_GATEWAY)
    with world.opened("cs-ledger") as again:
        guard.attach("cs-ledger", again)
        guard.cross("dispense-014", principal, payload, **AT_GATEWAY)
    actions = [line.action for line in world.lines("cs-ledger")]
    assert (actions[0], actions[-1], actions.count("guard.crossed")) == ("guard.crossed", "guard.crossed", 2)


def test_a_lost_connection_stops_everything(world: World) -> None:
    with cluster(DURABLE) as server, server.database() as database:
        writer = database.role("writer", "login")
        database.run(f'alter role "{writer}" set synchronous_commit = on')
        create(
            f"postgresql://127.0.0.1:{server.port}/{database.name}",
            credential=lambda: f"postgres:{server.password}",
            writer=writer,
        )
        ledger = open_ledger(
            f"postgresql://127.0.0.1:{server.port}/{database.name}",
            name="cs-ledger",
            key=world.store.secret("cs-audit-key"),
            credential=lambda: f"{writer}:{server.password}",
        )
        guard = world.guard("pharmacy-gateway", ledgers={"cs-ledger": ledger})
        payload, principal = sent(world), caller("pharmacy-014")
        guard.cross("dispense-014", principal, payload, **AT_GATEWAY)
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and pid <> pg_backend_pid()",
                (database.name,),
            )
        refused("ledger_unavailable", guard, "dispense-014", principal, payload, **AT_GATEWAY)
        ledger.close()


def test_a_refusal_goes_to_another_ledger_where_its_own_is_dead(world: World) -> None:
    """A component that records in two: what happened is in the other, and the crossing is refused all the same."""
    ledgers = {"trace-log": world.ledger("trace-log"), "cs-ledger": world.ledger("cs-ledger")}
    guard = world.guard("epcis-gateway", ledgers=ledgers, refusals="cs-ledger")
    world.ledger("trace-log").close()
    principal = caller("cmo")
    payload = world.guard("cmo").cross("cmo-events", principal, text("epcis-event"), record="ev-1").payload
    refused("ledger_unavailable", guard, "cmo-events", principal, payload, item="epcis-event", record="ev-1")
    refused("unauthenticated", guard, "cmo-events", None, payload, item="epcis-event", record="ev-1")
    assert [line.details["reason"] for line in world.lines("cs-ledger")] == ["ledger_unavailable", "unauthenticated"]


def test_what_records_nothing_is_refused_all_the_same(world: World) -> None:
    """A partner's guard has no ledger: there is nothing to write, and nothing passes for that."""
    guard = world.guard("cmo")
    found = refused("unauthenticated", guard, "cmo-events", None, text("epcis-event"), record="ev-1")
    assert len(found.incident) == 16
    assert refused("undeclared_flow", guard, "dispense-099", caller("cmo"), b"", record="ev-1")


def test_a_dead_key_service_stops_what_it_would_protect(tmp_path: Path) -> None:
    """The key store goes away under a running service: neither end lets anything through, and both say why."""
    (tmp_path / "keys").mkdir()
    with key_store(tmp_path / "keys") as store:
        world = World(tmp_path, store)
        payload = sent(world)
        guard, principal = world.guard("pharmacy-gateway"), caller("pharmacy-014")
        gateway = caller("pharmacy-gateway", method="spiffe")
        guard.cross("dispense-014", principal, payload, **AT_GATEWAY)
        guard.cross("movement-in", gateway, text("cs-movement"), **OUT)
        world.keyring.forget()
        (tmp_path / "keys" / "keys.json").rename(tmp_path / "keys" / "gone")
        refused("key_unavailable", guard, "dispense-014", principal, payload, **AT_GATEWAY)
        refused("key_unavailable", guard, "movement-in", gateway, text("cs-movement"), **OUT)
        (tmp_path / "keys" / "gone").rename(tmp_path / "keys" / "keys.json")
        reasons = [line.details.get("reason", "passed") for line in world.lines("cs-ledger")]
        assert reasons == ["passed", "passed", "key_unavailable", "key_unavailable"]
        guard.cross("dispense-014", principal, payload, **AT_GATEWAY)
        world.close()


def test_a_retired_key_seals_nothing_more_and_a_destroyed_one_opens_nothing(tmp_path: Path) -> None:
    with key_store(tmp_path) as store:
        world = World(tmp_path, store)
        guard, payload, principal = world.guard("pharmacy-gateway"), sent(world), caller("pharmacy-014")
        gateway = caller("pharmacy-gateway", method="spiffe")
        store.retire("stock-key")
        refused("key_unavailable", guard, "movement-in", gateway, text("cs-movement"), **OUT)
        store.rotate("pharmacy-014-key")
        guard.cross("dispense-014", principal, payload, **AT_GATEWAY)
        store.destroy("pharmacy-014-key", 1)
        with pytest.raises(RefusedError) as found:
            guard.cross("dispense-014", principal, payload, **AT_GATEWAY)
        assert found.value.reason in ("key_unavailable", "envelope_refused")
        world.close()


class Breaking(Keyring):
    """A keyring whose custodian fails in ways that nobody foresaw."""

    def verifiers(self, name: str) -> Any:
        """Fail with words that must not be repeated."""
        raise ZeroDivisionError("secret 1961-04-02")


def test_whatever_breaks_inside_is_a_refusal_that_repeats_nothing(world: World) -> None:
    payload = sent(world)
    guard = world.guard("pharmacy-gateway")
    guard._rows["dispense-014", "carries", "dispense-record"].protection._keyring = Breaking(world.store)
    found = refused("internal", guard, "dispense-014", caller("pharmacy-014"), payload, **AT_GATEWAY)
    assert "1961" not in f"{found} {found.problems!r}"
    assert (found.__context__, found.__cause__) == (None, None)
    assert world.lines("cs-ledger")[0].details["reason"] == "internal"


RULES = """package guard

allow if {
    input.flow == "dispense-014"
    input.principal == "pharmacy-014"
    input.record != "rec-9"
    object.get(input, "nobody", 1) == 1
}

broken := 1 / 0

number := 1
"""


def test_live_rules_refuse_what_the_declaration_allows(world: World) -> None:
    payload, principal = sent(world), caller("pharmacy-014")
    with AccessRules(RULES, query="data.guard.allow") as rules:
        guard = world.guard("pharmacy-gateway", rules=rules)
        guard.cross("dispense-014", principal, payload, **AT_GATEWAY)
        back = {"item": "receipt", "direction": "returns"}
        refused("rule_refused", guard, "dispense-014", principal, ITEMS["receipt"], **back, record="rec-9")
    for query in ("data.guard.missing", "data.guard.broken", "data.guard.number"):
        with AccessRules(RULES, query=query) as rules:
            guard = world.guard("pharmacy-gateway", rules=rules)
            refused("rule_refused", guard, "dispense-014", principal, payload, **AT_GATEWAY)
    assert [line.details.get("reason") for line in world.lines("cs-ledger")] == [None, *["rule_refused"] * 4]


def test_what_rules_are_asked_about_holds_nothing_of_the_payload(world: World) -> None:
    seen: list[dict[str, Any]] = []

    class Rules(AccessRules):
        def __init__(self) -> None:
            """Ask no engine."""

        def allow(self, about: dict[str, Any]) -> bool:
            """Note what is asked."""
            seen.append(about)
            return True

    guard = world.guard("pharmacy-gateway", rules=Rules())
    guard.cross("dispense-014", caller("pharmacy-014"), sent(world), **AT_GATEWAY)
    (about,) = seen
    assert about["roles"] == ["pharmacy", "transfer_sender"]
    assert about["tenant"] == "pharmacy-014"
    assert not any(str(value) in str(about) for value in ITEMS["dispense-record"].values() if len(str(value)) > 3)
    assert reference().digest in str(about)
