"""Ledgers written by limen.controls with anchors by it, and each written by somebody who left one thing out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from limen.controls.anchoring import Anchoring
from limen.controls.ledger import Entry, Ledger, open_ledger
from limen.controls.witness import FileWitness
from limen.integrity.limen_v1 import Head, Record, appended
from limen.integrity.signatures import key_signer, new_ed25519
from limen.model.ledgers import Anchors
from limen.model.ledgers import Ledger as Declared
from limen.records.attempts import ProbeRun
from tests.lab.ledger import probed

TENANT = "pharmacy-014"
KEY = ("audit-2026", bytes(range(32)))
ENTRIES = 40
_DECLARED = Declared(component="crossing-log", anchors=Anchors(every="PT1H", to="witness"))
_SYSTEM = f"""\
version: 1
system: {{id: lab}}
zones: {{store: {{trust: 80}}, outside: {{trust: 80}}}}
components:
  crossing-log: {{zone: store, kind: ledger, tenant: {TENANT}}}
  witness: {{zone: outside, kind: partner}}
flows: [{{id: anchoring, from: crossing-log, to: witness, carries: [], returns: []}}]
tenants: {{{TENANT}: {{kind: pharmacy}}}}
keys: {{audit-key: {{algorithm: HMAC-SHA-256}}}}
"""


class Written:
    """A ledger of one entry a minute up to now, anchored as it grows; `path` is its file."""

    def __init__(self, folder: Path, *, key: tuple[str, bytes] | None = KEY, tenant: str | None = TENANT) -> None:
        self.folder, self.path = folder, folder / "ledger.jsonl"
        self.now = datetime.now(UTC) - timedelta(minutes=ENTRIES)
        witness, submitter = key_signer(new_ed25519()), key_signer(new_ed25519())
        self.key, self.tenant = key, tenant
        self.ledger = self.opened()
        self.anchoring = Anchoring(
            self.ledger,
            _DECLARED,
            FileWitness.create(folder / "anchors.jsonl", witness, submitter=submitter.key, clock=self.clock),
            submitter,
            tenant=TENANT,
        )
        (folder / "witness.pem").write_text(witness.key.pem)
        (folder / "audit").touch(0o600)
        (folder / "audit").write_text(KEY[1].hex())

    def clock(self) -> datetime:
        """Tell the laboratory's time."""
        return self.now

    def opened(self, path: Path | None = None) -> Ledger:
        """Open the ledger, as another process would, or another file."""
        return open_ledger(path or self.path, name="crossing-log", key=self.key, clock=self.clock, tenant=self.tenant)

    def grow(self, count: int, ledger: Ledger | None = None, tenant: str = TENANT) -> None:
        """Append entries, a minute apart."""
        for _ in range(count):
            (ledger or self.ledger).append(entry(tenant))
            self.now += timedelta(minutes=1)

    def whole(self, *, anchored: bool = True) -> None:
        """Append everything and close; the head is given away twice."""
        for part in (ENTRIES // 2, ENTRIES - ENTRIES // 2 - 2):
            self.grow(part)
            if anchored:
                self.anchoring.give(self.now)
        self.ledger.close()

    def lines(self) -> list[bytes]:
        """Return the lines of the file."""
        return self.path.read_bytes().splitlines(keepends=True)


def entry(tenant: str = TENANT) -> Entry:
    """Return what happened."""
    return Entry(tenant=tenant, actor="svc-ingest", action="dispense", record="rx-00001", details={"lot": "L-1"})


def _good(made: Written) -> None:
    made.whole()


def _no_anchors(made: Written) -> None:
    made.whole(anchored=False)


def _no_lock(made: Written) -> None:
    """Two writers read the same head before either of them writes."""
    made.grow(ENTRIES - 5)
    other = made.folder / "other.jsonl"
    other.write_bytes(made.path.read_bytes())
    made.anchoring.give(made.now)
    with made.opened(other) as unlocked:
        made.grow(1, unlocked)
    made.grow(3)
    made.ledger.close()
    with made.path.open("ab") as file:
        file.write(other.read_bytes().splitlines(keepends=True)[-1])


def _joined_hash(made: Written) -> None:
    """Hash the fields' texts one after the other instead of one canonical object."""
    made.whole()
    lines, prev = [], "0" * 64
    for line in made.lines():
        known = json.loads(line)
        joined = "".join(str(known[name]) for name in ("tenant", "time", "actor", "action", "record"))
        known |= {"_prev": prev, "_hash": hashlib.sha256((prev + joined).encode()).hexdigest()}
        prev = known["_hash"]
        lines.append(orjson.dumps(known, option=orjson.OPT_SORT_KEYS) + b"\n")
    made.path.write_bytes(b"".join(lines))


def _clock_back(made: Written) -> None:
    """Take the machine's time as it is, also where it was set back."""
    made.ledger.close()
    head, lines = Head(), []
    for number in range(ENTRIES):
        back = timedelta(minutes=30 if number == 20 else 0)
        time = (made.now + timedelta(minutes=number) - back).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        one = entry()
        record = Record(tenant=TENANT, time=time, actor=one.actor, action=one.action, record=one.record)
        line, head = appended(record, head, key_id=KEY[0], key=KEY[1])
        lines.append(line)
    made.path.write_bytes(b"".join(lines))


def _tail_cut(made: Written) -> None:
    """Put an old copy of the file in its place."""
    made.whole()
    made.path.write_bytes(b"".join(made.lines()[: ENTRIES - 15]))


def _edited(made: Written) -> None:
    """Update in place, as a table allows."""
    made.whole()
    made.path.write_bytes(made.path.read_bytes().replace(b"rx-00001", b"rx-00002", 1))


def _other_tenant(made: Written) -> None:
    """Append for whoever asks."""
    made.grow(10)
    made.grow(1, tenant="pharmacy-022")
    made.grow(ENTRIES - 13)
    made.anchoring.give(made.now)
    made.ledger.close()


def _no_key(made: Written) -> None:
    """Chain by SHA-256, which whoever can write the file can compute again."""
    made.ledger.close()
    made.path.unlink()
    made.key = None
    made.ledger = made.opened()
    made.grow(ENTRIES - 1)
    made.ledger.close()


TWINS: dict[str, tuple[str, Callable[[Written], None]]] = {
    "good": ("", _good),
    "without anchors": ("conformance.ledger_anchored::anchors.missing", _no_anchors),
    "without a lock": ("conformance.ledger_chain::chain.faults", _no_lock),
    "hash of joined texts": ("conformance.ledger_chain::chain.faults", _joined_hash),
    "clock that runs back": ("conformance.ledger_clock::clock.faults", _clock_back),
    "old copy put back": ("conformance.ledger_anchored::anchors.missing", _tail_cut),
    "updated in place": ("conformance.ledger_chain::chain.faults", _edited),
    "entries of anybody": ("conformance.ledger_tenant::tenant.faults", _other_tenant),
    "hash without a key": ("conformance.contradicted::observed", _no_key),
}
"""By name, the finding that must come of it, and what writes it."""


def observed(name: str, folder: Path) -> tuple[str, ProbeRun]:
    """Write a ledger and probe it; return the declaration's text and what was recorded."""
    made = Written(folder, tenant=None if name == "entries of anybody" else TENANT)
    TWINS[name][1](made)
    ledger: dict[str, Any] = {
        "component": "crossing-log",
        "chain": {"algorithm": "HMAC-SHA-256", "key": "audit-key", "format": "limen-v1"},
        "append_only": True,
        "anchors": {"every": "PT1H", "to": "witness"},
    }
    options: dict[str, Any] = {"chain_keys": [{"id": KEY[0], "secret": "file:audit"}]}
    if (folder / "anchors.jsonl").exists():
        options |= {"anchors": "anchors.jsonl", "witness": "witness.pem"}
    request = {"probe": "ledger", "ledger": "crossing-log", "endpoint": "ledger.jsonl", "options": options}
    text = f"{_SYSTEM}ledgers: {json.dumps({'crossing-log': ledger})}\nprobes: [{json.dumps(request)}]\n"
    return text, probed(text, folder)
