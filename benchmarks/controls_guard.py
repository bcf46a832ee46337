"""A guard's decision with its entry encoded, on one core: all of a crossing apart from cryptography and the ledger.

Measured is `Guard.cross` itself on the reference system, at the pharmacies' gateway, with two stand-ins: layers that
are off already, and a ledger that takes an entry and keeps nothing. So it authenticates, authorises, compares tenants,
reads the record and compares its fields, and encodes the entry; the SHA-256 of what was on the wire is measured by
itself and taken off. The ratio is to orjson, which decodes the same record and encodes the same entry, each once and
with nothing decided, in the same run by the same machine and in turns with it.
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from benchmarks.gates import Gate, exit_code
from limen.adapters.key_providers.file import KeyStore
from limen.controls.guard.guard import Guard
from limen.controls.guard.protection import Removed
from limen.controls.keyring import Keyring
from limen.controls.ledger import Ledger, open_ledger
from limen.controls.principals import Principal
from limen.controls.refusals import RefusedError
from limen.integrity.limen_v1 import Prepared
from limen.loading.load import load

REFERENCE = Path(__file__).resolve().parent.parent / "boundaries.yaml"
COMPONENT, FLOW, CALLER, ITEM = "pharmacy-gateway", "dispense-014", "pharmacy-014", "dispense-record"
LEDGER_KEY = "cs-audit-key"
RECORD = {
    "patient_name": "Nilufar Castellane",
    "dob": "1961-04-02",
    "rx_number": "rx-77120",
    "drug": "00406-0512-01",
    "quantity": 30,
}
CROSSINGS = 2_000
"""Crossings of one turn."""
ROUNDS = 40
TIMES = 8.0
"""How many times as long as orjson a decision with its entry may take: 5 µs where orjson takes 0.63 µs."""
MICROSECONDS = 5.0
"""What one may take on the machine of the project; other machines are told, not judged."""


@dataclass(frozen=True)
class Measured:
    """Seconds of one crossing, the best of some rounds."""

    least: float
    """Of orjson alone."""
    crossed: float
    """Of the crossing with stand-ins, its SHA-256 included."""
    hashed: float
    """Of the SHA-256 of what was on the wire."""
    refused: float
    """Of a crossing that is refused, with every reason and its entry."""

    @property
    def decided(self) -> float:
        """Seconds of the decision with its entry."""
        return self.crossed - self.hashed


class _Open:
    """Layers that are off already."""

    def removed(self, content: bytes, record: str, tenant: str) -> Removed:
        """Return the content."""
        return Removed(content, False, b"", content)


class _Nowhere:
    """A ledger that takes entries and keeps the last one."""

    name, key_id = "cs-ledger", LEDGER_KEY
    last: Any = None

    def append(self, entry: Any) -> None:
        """Keep the entry until the next one."""
        self.last = entry


def measure(rounds: int = ROUNDS) -> Measured:
    """Cross some rounds, in turns with the least work; return the best of each.

    Raises:
        ValueError: what was encoded is not what the ledger would have been given.
    """
    now, payload = datetime.now(UTC), orjson.dumps(RECORD)
    with tempfile.TemporaryDirectory(prefix="limen-bench-guard-") as name:
        ledger = _Nowhere()
        guard = _guard(Path(name), ledger, lambda: now)
        principal = _principal(now)

        def crossing() -> None:
            guard.cross(FLOW, principal, payload, item=ITEM, record="rec-000017", tenant=CALLER)

        def refusal() -> None:
            with contextlib.suppress(RefusedError):
                guard.cross(FLOW, None, payload, item=ITEM, record="rec-000017", tenant=CALLER)

        crossing()
        entry = _checked(ledger.last, payload)
        best = [float("inf")] * 4
        for _ in range(rounds):
            turn = (
                _each(CROSSINGS, lambda: (orjson.loads(payload), orjson.dumps(entry, option=orjson.OPT_SORT_KEYS))),
                _each(CROSSINGS, crossing),
                _each(CROSSINGS, lambda: hashlib.sha256(payload).hexdigest()),
                _each(CROSSINGS // 10, refusal),
            )
            best = [min(old, new) for old, new in zip(best, turn, strict=True)]
    return Measured(*best)


def _guard(folder: Path, nowhere: _Nowhere, clock: Callable[[], datetime]) -> Guard:
    """Return the gateway's guard, made with real keys and a real ledger, before they are taken away."""
    loaded = load(REFERENCE)
    with KeyStore.create(folder / "keys.json") as store:
        for flow in loaded.declaration.flows:
            for layer in (layer for layers in flow.protection.values() for layer in layers):
                field = layer.field_encrypted.key if layer.field_encrypted else ""
                for key in (layer.sealed, layer.signed, field):
                    if key and COMPONENT in (flow.source, flow.target) and key not in store.names():
                        algorithm: Any = loaded.declaration.keys[key].algorithm
                        store.new(key, algorithm)
        ledger: Ledger = open_ledger(folder / "cs-ledger.jsonl", name="cs-ledger", key=(LEDGER_KEY, bytes(32)))
        with ledger:
            guard = Guard(
                loaded, COMPONENT, keyring=Keyring.of_store(store), ledgers={"cs-ledger": ledger}, clock=clock
            )
    guard.attach("cs-ledger", nowhere)  # type: ignore[arg-type]
    rows: Any = guard._rows  # noqa: SLF001 the stand-in takes the place of keys, which are not measured
    for way in ((FLOW, "carries", ITEM), (FLOW, "carries", None)):
        rows[way] = rows[way]._replace(protection=_Open())
    return guard


def _principal(now: datetime) -> Principal:
    component = load(REFERENCE).declaration.components[CALLER]
    return Principal(
        name=CALLER,
        identity=str(component.identity),
        roles=frozenset(component.roles),
        tenant=str(component.tenant),
        method="mtls",
        until=now + timedelta(minutes=30),
    )


def _checked(entry: Any, payload: bytes) -> dict[str, Any]:
    """Return the entry as a value; raises ValueError where it is none of this crossing."""
    if not isinstance(entry, Prepared):
        raise ValueError("the guard gave its ledger no encoded entry")
    value: dict[str, Any] = orjson.loads(b"{" + entry.before + b"," + entry.after + b"}")
    if value["details"]["payload"] != hashlib.sha256(payload).hexdigest() or value["record"] != "rec-000017":
        raise ValueError("the entry is of another crossing")
    return value


def _each(count: int, do: Callable[[], object]) -> float:
    begin = time.perf_counter()
    for _ in range(count):
        do()
    return (time.perf_counter() - begin) / count


def gates(found: Measured) -> list[Gate]:
    """Return the required numbers, judged."""
    times = found.decided / found.least
    return [
        Gate(
            "a guard's decision with its entry encoded, against orjson decoding that record and encoding that entry",
            f"at most {TIMES:g} times",
            f"{times:.1f} times",
            times <= TIMES,
        )
    ]


def told(found: Measured) -> list[str]:
    """Return the figures of this machine, for people."""
    limit = f"<= {MICROSECONDS:g} µs on the project's machine, one core"
    return [
        f"for information: a guard's decision with its entry encoded takes {found.decided * 1e6:.2f} µs; {limit}",
        f"for information: the SHA-256 of the wire takes {found.hashed * 1e6:.2f} µs more",
        f"for information: a refusal with every reason and its entry takes {found.refused * 1e6:.1f} µs",
    ]


if __name__ == "__main__":
    sys.exit(exit_code(measure, gates, told))
