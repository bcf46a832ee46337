"""Dead ledgers and dead key services: nothing crosses, and no refusal is quietly lost."""

from __future__ import annotations

import re
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from limen.adapters.key_providers import Access, KeyProvider, KeyProviderError
from limen.adapters.key_providers.key_store import KeyStore
from limen.controls.access_rules import AccessRules
from limen.controls.incident import Facts
from limen.controls.keyring import Keyring
from limen.controls.lasting_key import LastingKey
from limen.controls.ledger import Entry, open_ledger
from limen.controls.ledger_tables import create
from limen.controls.refusals import RefusedError
from tests.controls.guard.world import ITEMS, World, caller, key_store, reference, text
from tests.controls.ledger_places import DURABLE
from tests.lab import kms
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
        for name, other in (("trace-log", again), ("cs-ledger", world.ledger("trace-log"))):
            with pytest.raises(RefusedError, match="records in no such ledger"):
                guard.attach(name, other)


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


class PartlyRemote:
    """A custodian of which one key lies in OpenBao and the others in the key store file."""

    def __init__(self, store: KeyStore, name: str, remote: KeyProvider) -> None:
        """Keep which key is where."""
        self._store, self._name, self._remote = store, name, remote

    def key(self, name: str) -> KeyProvider:
        """Return a key that seals and opens."""
        return self._remote if name == self._name else self._store.key(name)

    def __getattr__(self, name: str) -> Any:
        """Ask the store for everything else."""
        return getattr(self._store, name)


@pytest.mark.xdist_group("kms-controls")
def test_a_key_service_that_is_gone_stops_what_it_would_protect(world: World) -> None:
    """OpenBao is stopped under a running guard: once no data key is left, nothing is sealed and nothing opened."""
    gateway = caller("pharmacy-gateway", method="spiffe")
    with kms.SERVERS["vault"]() as server:
        place = server.make("test-key")
        remote = LastingKey(
            lambda: Access(
                provider="vault", endpoint=place.endpoint, key=place.key, credential=place.credential, patience=5.0
            )
        )
        custodian: Any = PartlyRemote(world.store, "stock-key", remote)
        keyring = Keyring(custodian)
        sender = world.guard("pharmacy-gateway", keyring=keyring)
        receiver = world.guard("inventory-service", keyring=keyring)
        moved = sender.cross("movement-in", gateway, text("cs-movement"), **OUT)
        assert receiver.cross("movement-in", gateway, moved.payload, **OUT).json() == ITEMS["cs-movement"]
        keyring.forget()
    refused("key_unavailable", sender, "movement-in", gateway, text("cs-movement"), **OUT)
    refused("key_unavailable", receiver, "movement-in", gateway, moved.payload, **OUT)
    reasons = [line.details.get("reason", "passed") for line in world.lines("cs-ledger")]
    assert reasons == ["passed", "passed", "key_unavailable", "key_unavailable"]
    remote.close()


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
    """A keyring whose custodian fails in ways that nobody foresaw, once the guard has started."""

    error: Exception | None = None

    def verifiers(self, name: str) -> Any:
        """Fail with words that must not be repeated."""
        if self.error is not None:
            raise self.error
        return super().verifiers(name)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ZeroDivisionError("secret 1961-04-02"), "internal"),
        (RecursionError("secret 1961-04-02"), "internal"),
        (MemoryError(), "internal"),
        (KeyProviderError("denied", "secret 1961-04-02"), "key_unavailable"),
    ],
)
def test_whatever_breaks_inside_is_a_refusal_that_repeats_nothing(world: World, error: Exception, reason: str) -> None:
    payload, keyring = sent(world), Breaking(world.store)
    guard = world.guard("pharmacy-gateway", keyring=keyring)
    keyring.error = error
    found = refused(reason, guard, "dispense-014", caller("pharmacy-014"), payload, **AT_GATEWAY)
    assert "1961" not in f"{found} {found.problems!r}"
    assert (found.__context__, found.__cause__) == (None, None)
    assert world.lines("cs-ledger")[0].details["reason"] == reason


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
        assert guard.admit("dispense-014", principal, item="receipt", record="rec-1")
        with pytest.raises(RefusedError, match="live rules") as not_admitted:
            guard.admit("dispense-014", principal, item="receipt", record="rec-9")
        assert not_admitted.value.reason == "rule_refused"
    for query in ("data.guard.missing", "data.guard.broken", "data.guard.number"):
        with AccessRules(RULES, query=query) as rules:
            guard = world.guard("pharmacy-gateway", rules=rules)
            refused("rule_refused", guard, "dispense-014", principal, payload, **AT_GATEWAY)
    assert [line.details.get("reason") for line in world.lines("cs-ledger")] == [None, *["rule_refused"] * 5]


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


class Reported:
    """Keeps what is reported, and fails: a refusal stands whatever becomes of its report."""

    def __init__(self) -> None:
        """Start without reports."""
        self.seen: list[tuple[str, Facts]] = []

    def report(self, trigger: str, facts: Facts, /) -> None:
        """Keep a report."""
        self.seen.append((trigger, facts))
        raise OSError("nobody is on call")


def test_failing_cryptography_is_reported(world: World, caplog: pytest.LogCaptureFixture) -> None:
    reported, principal = Reported(), caller("pharmacy-014")
    guard, payload = world.guard("pharmacy-gateway", incidents=reported), sent(world)
    refused("role_missing", guard, "dispense-014", caller("pharmacy-022"), payload, **AT_GATEWAY)
    assert reported.seen == []
    refused("envelope_refused", guard, "dispense-014", principal, payload[:-1], **AT_GATEWAY)
    ((trigger, facts),) = reported.seen
    assert trigger == "crypto-failure"
    assert (facts.reason, facts.flow, facts.item) == ("envelope_refused", "dispense-014", "dispense-record")
    assert (facts.principal, facts.tenant) == ("pharmacy-014", "pharmacy-014")
    assert facts.component == "pharmacy-gateway"
    (lost,) = [one for one in caplog.records if one.name == "limen.guard"]
    assert lost.levelname == "ERROR"
    assert re.fullmatch("an incident was not reported: envelope_refused, incident [0-9a-f]{16}", lost.getMessage())


def test_a_ledger_that_was_changed_stops_everything_and_is_reported(world: World) -> None:
    reported, principal, payload = Reported(), caller("pharmacy-014"), sent(world)
    guard = world.guard("pharmacy-gateway", incidents=reported)
    guard.cross("dispense-014", principal, payload, **AT_GATEWAY)
    file = world.folder / "cs-ledger.jsonl"
    with world.opened("cs-ledger") as other:  # another process, as far as the guard's ledger knows
        other.append(Entry(tenant="", actor="a", action="b", record="c"))
    content = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(content[0] + content[1].replace(b'"action":"b"', b'"action":"x"'))
    refused("ledger_broken", guard, "dispense-014", principal, payload, **AT_GATEWAY)
    refused("ledger_unavailable", guard, "dispense-014", principal, payload, **AT_GATEWAY)
    assert [trigger for trigger, _ in reported.seen] == ["chain-mismatch"]
