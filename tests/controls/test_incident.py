"""Incidents: evidence is sealed before anybody is called, a refusal is never undone, a storm is sealed once."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.adapters.ledgers.disk import Disk
from limen.adapters.secret_values import Secret
from limen.controls.incident import TRIGGERS, Exhibit, Facts, Incidents
from limen.controls.incident_evidence import EvidenceError, ledger_exhibit, sealed, verified
from limen.controls.incident_hook import HookError, HttpHook
from limen.controls.ledger import Entry, Ledger, open_ledger
from limen.errors import DeclarationError, UsageError
from limen.integrity.signatures import key_signer, new_ed25519
from limen.model.declaration import Declaration, System
from limen.model.ledgers import Ledger as DeclaredLedger
from limen.model.operations import IncidentResponse
from limen.model.places import Component

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
CANARY = "MRN-4711-Hedwig"
SIGNER = key_signer(new_ed25519())
MAC = ("audit.v1", bytes(range(32)))


def declared(**given: Any) -> Declaration:
    response = {"triggers": TRIGGERS, "preserves_evidence": True, "hook": "ops-webhook"} | given
    return Declaration(
        version=1,
        system=System(id="t"),
        components={"ops-webhook": Component(zone="operations", kind="service")},
        ledgers={"cs-ledger": DeclaredLedger(component="cs-ledger")},
        incident_response=IncidentResponse(**{name: value for name, value in response.items() if value is not None}),
    )


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Place:
    """A ledger, a folder, and a hook that remembers."""

    def __init__(self, path: Path) -> None:
        self.path, self.clock, self.alerts = path, Clock(), list[Mapping[str, str]]()
        self.ledger = open_ledger(path / "ledger.jsonl", name="cs-ledger", key=MAC, clock=self.clock)
        self.ledger.append(Entry(tenant="t", actor="a", action="received", record="r-1"))
        self.exhibits = {"cs-ledger": ledger_exhibit("cs-ledger", str(path / "ledger.jsonl"))}

    def hook(self, alert: Mapping[str, str]) -> None:
        self.alerts.append(alert)

    def incidents(self, **given: Any) -> Incidents:
        usual = {"ledger": self.ledger, "folder": self.path / "evidence", "seal": SIGNER, "hook": self.hook}
        usual |= {"exhibits": self.exhibits, "clock": self.clock, "waits": (0.0, 0.01), "tenant": "t"}
        return Incidents(given.pop("declaration", declared()), **(usual | given))

    def actions(self) -> list[str]:
        return [line.action for line in self.ledger.read()]

    def folders(self) -> list[Path]:
        return sorted(path for path in (self.path / "evidence").iterdir() if path.is_dir())


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.ledger.close()


def test_evidence_is_sealed_and_recorded_before_the_hook_is_called(place: Place) -> None:
    seen: list[tuple[list[Path], list[str]]] = []
    incidents = place.incidents(hook=lambda _: seen.append((place.folders(), place.actions())))
    found = incidents.report("chain-mismatch", Facts(reason="ledger_broken", ledger="cs-ledger", seq=1))
    assert found is not None
    assert incidents.wait(5)
    (folders, actions), *others = seen
    assert not others
    assert [path.name for path in folders] == [found.id]
    assert actions == ["received", "incident.sealed"]
    assert place.actions() == ["received", "incident.sealed", "incident.heard"]
    evidence = verified(folders[0], keys=[SIGNER.key])
    entry = list(place.ledger.read())[1]
    assert (entry.record, entry.details["evidence"]) == (found.id, evidence.digest)
    assert entry.details["trigger"] == "chain-mismatch"
    copied = (folders[0] / "ledger-cs-ledger.jsonl").read_bytes()
    assert copied == next(iter(place.ledger.read())).raw  # what was there when it happened
    assert evidence.manifest["facts"]["ledgers"]["cs-ledger"]["length"] == 1
    assert [path.stat().st_mode & 0o777 for path in (folders[0], *folders[0].iterdir())] == [0o500, *[0o400] * 3]


def test_an_alert_names_no_more_than_it_should(place: Place) -> None:
    incidents = place.incidents()
    found = incidents.report("crypto-failure", Facts(reason="envelope_refused", flow=CANARY, record=CANARY))
    assert found is not None
    assert incidents.wait(5)
    assert place.alerts == [
        {"id": found.id, "trigger": "crypto-failure", "time": NOW.isoformat(), "ledger": "", "evidence": found.evidence}
    ]
    everything = b"".join(path.read_bytes() for path in place.path.rglob("*") if path.is_file())
    assert CANARY.encode() not in everything
    assert verified(place.folders()[0], keys=[SIGNER.key]).manifest["facts"]["withheld"] == ["flow", "record"]


@given(
    st.builds(
        Facts,
        **{
            name: st.text(max_size=30) | st.sampled_from(["cs-ledger", "7", "late"])
            for name in (
                "reason",
                "flow",
                "item",
                "component",
                "principal",
                "tenant",
                "ledger",
                "key",
                "record",
                "expected",
                "found",
            )
        },
    )
)
@settings(max_examples=60, deadline=None)
def test_no_fact_of_another_form_is_kept(facts: Facts) -> None:
    from limen.controls.incident import _names, _plain

    known, withheld = _plain(facts, _names(declared()))
    given = {name for name, value in msgspec.structs.asdict(facts).items() if value}
    assert known.keys() | set(withheld) == given
    assert all(value in ("cs-ledger", "late") or value.isdigit() for value in known.values())


def test_the_seal_can_be_a_mac(place: Place) -> None:
    incidents = place.incidents(seal=MAC)
    incidents.report("tenant-collision", Facts(reason="wrong_tenant"))
    evidence = verified(place.folders()[0], macs=dict([MAC]))
    assert evidence.manifest["facts"]["trigger"] == "tenant-collision"
    for keys in ({}, {"audit.v1": bytes(32)}, {"other": MAC[1]}):
        with pytest.raises(EvidenceError):
            verified(place.folders()[0], macs=keys)
    incidents.close()


def test_any_change_of_the_evidence_is_seen(tmp_path: Path) -> None:
    exhibit = Exhibit(name="ledger-x.jsonl", pieces=lambda: [b'{"a":1}\n'])
    found = sealed(tmp_path / "one", {"id": "one"}, [exhibit], SIGNER)
    assert verified(found.folder, keys=[SIGNER.key]).digest == found.digest
    for path in sorted(found.folder.iterdir()):
        whole = path.read_bytes()
        path.chmod(0o600)
        for at in range(len(whole)):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            with pytest.raises(EvidenceError):
                verified(found.folder, keys=[SIGNER.key])
        path.write_bytes(whole[:-1])
        with pytest.raises(EvidenceError):
            verified(found.folder, keys=[SIGNER.key])
        path.write_bytes(whole)
    found.folder.chmod(0o700)
    (found.folder / "more").write_bytes(b"")
    with pytest.raises(EvidenceError, match="more was not sealed"):
        verified(found.folder, keys=[SIGNER.key])
    (found.folder / "more").unlink()
    (found.folder / "facts.json").unlink()
    with pytest.raises(EvidenceError):
        verified(found.folder, keys=[SIGNER.key])
    with pytest.raises(EvidenceError):
        verified(tmp_path / "one", keys=[key_signer(new_ed25519()).key])


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.text() | st.integers(),
        lambda x: st.lists(x) | st.dictionaries(st.sampled_from(["mac", "key", "payload", "files"]), x),
    ).map(lambda x: json.dumps(x).encode())
)
@settings(max_examples=100, deadline=None)
def test_any_bytes_as_a_seal_are_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("seal")
    (folder / "seal.json").write_bytes(content)
    with pytest.raises(EvidenceError):
        verified(folder, keys=[SIGNER.key], macs=dict([MAC]))


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "seal.json", "facts.json", "a\n", "x" * 300])
def test_an_exhibit_can_not_lie_elsewhere(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        Exhibit(name=name, pieces=list)


def test_only_the_end_of_a_long_ledger_is_copied(place: Place) -> None:
    for number in range(50):
        place.ledger.append(Entry(tenant="t", actor="a", action="b", record=f"r-{number}"))
    lines = (place.path / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    part = b"".join(ledger_exhibit("x", str(place.path / "ledger.jsonl"), most=1000).pieces())
    assert len(part) <= 1000
    assert part in b"".join(lines)
    assert part.endswith(lines[-1])
    assert part.startswith(b'{"_hash"')


def test_a_ledger_that_can_not_be_read_does_not_keep_evidence_from_being_sealed(place: Place) -> None:
    (place.path / "ledger.jsonl").unlink()
    incidents = place.incidents()
    found = incidents.report("chain-mismatch", Facts(ledger="cs-ledger"))
    assert found is not None
    assert found.evidence
    assert not found.recorded
    manifest = verified(place.folders()[0], keys=[SIGNER.key]).manifest
    assert manifest["incomplete"] == {"ledger-cs-ledger.jsonl": "StoreError"}
    assert manifest["facts"]["ledgers"] == {"cs-ledger": {"unreadable": "BrokenLedgerError"}}
    assert incidents.wait(5)
    assert len(place.alerts) == 1


def test_evidence_that_can_not_be_sealed_still_calls_the_hook(place: Place) -> None:
    class Dead:
        key = SIGNER.key

        def sign(self, message: bytes) -> bytes:
            raise RuntimeError(CANARY)

    incidents = place.incidents(seal=Dead())
    found = incidents.report("crypto-failure", Facts(reason="key_unavailable"))
    assert found is not None
    assert found.evidence == ""
    assert found.recorded
    assert incidents.wait(5)
    assert place.folders() == []
    assert [one["evidence"] for one in place.alerts] == [""]
    assert place.actions()[1] == "incident.unsealed"


def test_reporting_never_raises(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    incidents = place.incidents()

    def broken() -> datetime:
        raise RuntimeError(CANARY)

    incidents._clock = broken
    assert incidents.report("crypto-failure", Facts()) is None
    assert "could not be kept" in caplog.text
    assert CANARY not in caplog.text
    place.clock.now = NOW
    incidents._clock = place.clock
    assert incidents.report(None, "no facts") is None  # type: ignore[arg-type]
    found = incidents.report("nothing-declared", Facts())  # type: ignore[arg-type]
    assert found is not None
    assert found.trigger == "undeclared"


def test_a_storm_is_sealed_once_and_counted(place: Place) -> None:
    incidents = place.incidents()
    facts = Facts(reason="envelope_refused", ledger="cs-ledger")
    ids = {incidents.report("crypto-failure", facts).id for _ in range(100)}  # type: ignore[union-attr]
    assert len(ids) == 1
    assert incidents.wait(5)
    assert len(place.alerts) == 1
    counted = [line.details["count"] for line in place.ledger.read() if line.action == "incident.repeated"]
    assert counted == [2, 4, 8, 16, 32, 64]
    other = incidents.report("crypto-failure", Facts(reason="signature_refused"))
    assert other is not None
    assert other.count == 1
    place.clock.now += timedelta(minutes=6)
    again = incidents.report("crypto-failure", facts)
    assert again is not None
    assert again.id not in ids
    counted = [line.details["count"] for line in place.ledger.read() if line.action == "incident.repeated"]
    assert counted[-1] == 100
    assert len(place.folders()) == 3
    incidents.close()


def test_a_hook_that_fails_is_recorded_and_called_again_after_a_restart(place: Place) -> None:
    def deaf(_: Mapping[str, str]) -> None:
        raise RuntimeError(CANARY)

    incidents = place.incidents(hook=deaf)
    found = incidents.report("schedule-anomaly", Facts(reason="mismatch"))
    assert found is not None
    assert incidents.wait(5)
    entry = list(place.ledger.read())[-1]
    assert (entry.action, entry.details["why"], entry.details["calls"]) == ("incident.unheard", "RuntimeError", 2)
    assert verified(place.folders()[0], keys=[SIGNER.key]).digest == found.evidence
    later = place.incidents()
    assert later.wait(5)
    assert [one["id"] for one in place.alerts] == [found.id]
    assert place.actions()[-1] == "incident.heard"
    assert later.retry() == 0


def test_a_restart_before_the_hook_was_called_loses_no_alert(place: Place) -> None:
    gate = threading.Event()
    incidents = place.incidents(waits=(30.0,))
    incidents.report("schedule-anomaly", Facts(reason="mismatch"))
    incidents.close(0.2)
    gate.set()
    assert place.alerts == []
    later = place.incidents()
    assert later.wait(5)
    assert len(place.alerts) == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"triggers": ("chain-mismatch", "tenant-collision", "crypto-failure")}, "schedule-anomaly is not declared"),
        ({"preserves_evidence": False}, "does not say that evidence is sealed first"),
        ({"preserves_evidence": None}, "does not say that evidence is sealed first"),
        ({"hook": None}, "a hook is given and none declared"),
        ({"hook": "elsewhere"}, "is no component"),
    ],
)
def test_what_is_not_declared_is_refused_at_once(place: Place, given: dict[str, Any], words: str) -> None:
    with pytest.raises(DeclarationError, match=words):
        place.incidents(declaration=declared(**given))
    with pytest.raises(DeclarationError, match="nobody would be called"):
        place.incidents(hook=None)
    with pytest.raises(DeclarationError, match="no section incident_response"):
        place.incidents(declaration=Declaration(version=1, system=System(id="t")))
    place.incidents(declaration=declared(triggers=("crypto-failure",)), triggers=("crypto-failure",))


@pytest.mark.parametrize("step", range(14))
def test_a_crash_at_any_write_leaves_evidence_whole_or_none(tmp_path: Path, step: int) -> None:
    class Crash(BaseException):
        pass

    class Failing(Disk):
        done = 0

        def count(self) -> None:
            self.done += 1
            if self.done > step:
                raise Crash

        def append(self, handle: int, data: bytes) -> int:
            self.count()
            return super().append(handle, data)

        def sync(self, handle: int) -> None:
            self.count()
            super().sync(handle)

        def sync_folder(self, folder: Path) -> None:
            self.count()
            super().sync_folder(folder)

    exhibit = Exhibit(name="ledger-x.jsonl", pieces=lambda: [b"{}\n"])
    with suppress(Crash):
        sealed(tmp_path / "one", {"id": "one"}, [exhibit], SIGNER, disk=Failing())
    if (tmp_path / "one").exists():
        verified(tmp_path / "one", keys=[SIGNER.key])
    else:
        sealed(tmp_path / "one", {"id": "one"}, [exhibit], SIGNER)
        verified(tmp_path / "one", keys=[SIGNER.key])


class Listener(BaseHTTPRequestHandler):
    """A pager: answers what it is told to."""

    statuses: list[int]
    heard: list[tuple[dict[str, str], Any]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((dict(self.headers), json.loads(body)))
        self.send_response(self.statuses.pop(0) if self.statuses else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def pager(*statuses: int) -> Iterator[tuple[str, type[Listener]]]:
    handler = type("Handler", (Listener,), {"statuses": list(statuses), "heard": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/page", handler
        server.shutdown()
        thread.join()


def test_a_hook_over_http_is_called_until_it_hears(place: Place) -> None:
    with pager(500, 302) as (url, handler):
        hook = HttpHook(url, credential=Secret("pager-token"))
        incidents = place.incidents(hook=hook, waits=(0.0, 0.01, 0.01, 0.01))
        found = incidents.report("chain-mismatch", Facts(ledger="cs-ledger"))
        assert found is not None
        assert incidents.wait(5)
    assert [alert["id"] for _, alert in handler.heard] == [found.id] * 3
    assert {headers["Idempotency-Key"] for headers, _ in handler.heard} == {found.id}
    assert {headers["Authorization"] for headers, _ in handler.heard} == {"Bearer pager-token"}
    assert place.actions()[-1] == "incident.heard"


def test_a_hook_that_hangs_delays_no_report(place: Place) -> None:
    over = threading.Event()

    def hanging(_: Mapping[str, str]) -> None:
        over.wait(20)

    incidents = place.incidents(hook=hanging)
    started = time.monotonic()
    assert incidents.report("crypto-failure", Facts()) is not None
    assert not incidents.wait(0.01)
    over.set()
    assert incidents.wait(10)
    assert time.monotonic() - started < 20


def test_a_hook_that_is_down_says_so_without_the_credential() -> None:
    hook = HttpHook("http://127.0.0.1:1/x", credential=Secret("pager-token"), seconds=1)
    with pytest.raises(HookError) as raised:
        hook({"id": "1"})
    assert "refuses connections" in str(raised.value)
    for url in ("http://pager.example/x", "ftp://x", "https://u:p@h/"):
        with pytest.raises(UsageError):
            HttpHook(url)


def many(place: Place, work: Callable[[], Any], count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_many_threads_make_one_incident(place: Place) -> None:
    incidents = place.incidents()
    many(place, lambda: incidents.report("crypto-failure", Facts(reason="late")), 8)
    incidents.close()
    assert len(place.folders()) == 1
    assert [line.details["count"] for line in place.ledger.read() if line.action == "incident.repeated"][-1] == 8


def test_the_ledger_that_records_may_be_of_any_store(tmp_path: Path) -> None:
    ledger: Ledger = open_ledger(f"sqlite://{tmp_path}/ledger.db", name="cs-ledger", key=MAC)
    with ledger:
        ledger.append(Entry(tenant="t", actor="a", action="received", record="r-1"))
        exhibit = ledger_exhibit("cs-ledger", f"sqlite://{tmp_path}/ledger.db")
        with_hook: list[Mapping[str, str]] = []
        incidents = Incidents(
            declared(), ledger=ledger, folder=tmp_path / "e", seal=SIGNER, hook=with_hook.append,
            exhibits={"cs-ledger": exhibit}, tenant="t",
        )  # fmt: skip
        found = incidents.report("chain-mismatch", Facts(ledger="cs-ledger"))
        assert found is not None
        incidents.close()
        copied = (tmp_path / "e" / found.id / "ledger-cs-ledger.jsonl").read_bytes()
        assert copied == next(iter(ledger.read())).raw
