"""The ledger laboratory: each tampering of `tampering.py` in each store, the declaration that asks, and its table."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import psycopg
import yaml
import zstandard

from limen.loading.load import load
from limen.probes.running import Limits, run
from limen.records.attempts import ProbeRun
from tests.lab.postgres import Database
from tests.lab.tampering import DEFECTS, KEYS, TENANT, WITNESS, Tampered, public

FILES = ("jsonl", "gzip", "zstd", "sqlite")
STORES = (*FILES, "postgresql")
_SYSTEM = f"""\
version: 1
system: {{id: lab}}
zones:
  store: {{trust: 80}}
  outside: {{trust: 80}}
components:
  crossing-log: {{zone: store, kind: ledger, tenant: {TENANT}}}
  witness: {{zone: outside, kind: partner}}
flows: [{{id: anchoring, from: crossing-log, to: witness, carries: [], returns: []}}]
tenants: {{{TENANT}: {{kind: pharmacy}}}}
keys: {{audit-key: {{algorithm: HMAC-SHA-256}}}}
"""


class Row(NamedTuple):
    """One row of the table."""

    defect: str
    stores: tuple[str, ...]
    observation: dict[str, Any]
    """Facts by path; null is what must not be claimed to be seen."""
    findings: list[str]
    """Findings and gaps as rule::path."""
    status: str
    reason: str


def rows() -> list[Row]:
    """Return the table."""
    found = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return [
        Row(
            one["defect"],
            tuple(one.get("stores", STORES)),
            one.get("observation", {}),
            one.get("findings", []),
            one.get("status", "completed"),
            one.get("reason", ""),
        )
        for one in found
    ]


def declaration(endpoint: str, made: Tampered, credential: str = "") -> str:
    """Return the text of a declaration that asks for the probe of one ledger."""
    chain = {"algorithm": "HMAC-SHA-256", "key": "audit-key"} if made.keyed else {"algorithm": "SHA-256"}
    ledger: dict[str, Any] = {
        "component": "crossing-log",
        "chain": {**chain, "format": "limen-v1", **made.chain},
        "append_only": True,
        "anchors": {"every": "PT1H", "to": "witness"},
    }
    options: dict[str, Any] = dict(made.options)
    if made.anchors is not None:
        options |= {"anchors": "anchors.jsonl", "witness": "witness.pem"}
    if made.keyed:
        options["chain_keys"] = [{"id": name, "secret": f"file:{name}"} for name in KEYS]
    request = {"probe": "ledger", "ledger": "crossing-log", "endpoint": endpoint, "options": options}
    if credential:
        request["credential"] = credential
    return f"{_SYSTEM}ledgers: {json.dumps({'crossing-log': ledger})}\nprobes: [{json.dumps(request)}]\n"


def write(folder: Path, made: Tampered, store: str, database: Database | None = None) -> str:
    """Write a ledger into a store, and beside it what its probe needs; return its endpoint."""
    for name, key in KEYS.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(key.hex(), encoding="ascii")
    (folder / "witness.pem").write_bytes(public(WITNESS))
    if made.anchors is not None:
        (folder / "anchors.jsonl").write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in made.anchors))
    if store == "postgresql":
        assert database is not None
        return _postgresql(database, made.lines)
    return _WRITE[store](folder, made.lines)


def _jsonl(folder: Path, lines: Sequence[bytes]) -> str:
    (folder / "ledger.jsonl").write_bytes(b"".join(lines))
    return "ledger.jsonl"


def _gzip(folder: Path, lines: Sequence[bytes]) -> str:
    (folder / "ledger.jsonl.gz").write_bytes(gzip.compress(b"".join(lines)))
    return "ledger.jsonl.gz"


def _zstd(folder: Path, lines: Sequence[bytes]) -> str:
    # Two frames, as a writer leaves them that appends.
    half = len(lines) // 2
    frames = [zstandard.compress(b"".join(part)) for part in (lines[:half], lines[half:])]
    (folder / "ledger.jsonl.zst").write_bytes(b"".join(frames))
    return "ledger.jsonl.zst"


def _sqlite(folder: Path, lines: Sequence[bytes]) -> str:
    with closing(sqlite3.connect(folder / "ledger.db")) as connection, connection:
        connection.execute("CREATE TABLE ledger (seq INTEGER PRIMARY KEY, line TEXT NOT NULL)")
        rows = [(number, _value(line)) for number, line in enumerate(lines, 1)]
        connection.executemany("INSERT INTO ledger VALUES (?, ?)", rows)
    return "ledger.db"


def _value(line: bytes) -> str | bytes:
    """Return a line as a text where it is one: what is no UTF-8 gets into a column as bytes."""
    stripped = line.removesuffix(b"\n")
    try:
        return stripped.decode()
    except UnicodeDecodeError:
        return stripped


def _postgresql(database: Database, lines: Sequence[bytes]) -> str:
    database.run("CREATE SCHEMA audit; CREATE TABLE audit.ledger (seq bigint PRIMARY KEY, line bytea NOT NULL)")
    with psycopg.connect(database.url()) as connection:
        rows = [(number, line.removesuffix(b"\n")) for number, line in enumerate(lines, 1)]
        connection.cursor().executemany("INSERT INTO audit.ledger VALUES (%s, %s)", rows)
    return f"postgresql://{database.endpoint}"


_WRITE: dict[str, Callable[[Path, Sequence[bytes]], str]] = {
    "jsonl": _jsonl,
    "gzip": _gzip,
    "zstd": _zstd,
    "sqlite": _sqlite,
}


def probed(text: str, folder: Path, timeout: float = 30.0) -> ProbeRun:
    """Return the run of the probe that a declaration in a folder asks for."""
    (folder / "boundaries.yaml").write_text(text, encoding="utf-8")
    return run(load(folder / "boundaries.yaml").declaration, folder, limits=Limits(timeout=timeout, rate=0))


def made_and_probed(made: Tampered, store: str, folder: Path, database: Database | None = None) -> tuple[str, ProbeRun]:
    """Write a ledger, probe it by its declaration, and return that declaration's text and the run."""
    credential = ""
    if store == "postgresql":
        assert database is not None
        made = made._replace(options={**made.options, "table": "audit.ledger"})
        (folder / "login").touch(mode=0o600)
        (folder / "login").write_text(f"postgres:{database.cluster.password}", encoding="ascii")
        credential = "file:login"
    text = declaration(write(folder, made, store, database), made, credential)
    return text, probed(text, folder)


def facts(made: ProbeRun) -> dict[str, Any]:
    """Return the facts of the only observation; none where there is none."""
    observations = made.attempts[0].observations
    return msgspec.json.decode(observations[0].facts) if observations else {}


def fact(found: Any, path: str) -> Any:
    """Return the fact at a path; None where it was not seen."""
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


@contextmanager
def play(folder: Path) -> Iterator[list[str]]:
    """Write each tampering in each file store, for people to probe."""
    lines = []
    for row in rows():
        for store in row.stores:
            if store not in FILES or row.defect not in DEFECTS:
                continue
            place = folder / f"{row.defect}-{store}"
            place.mkdir()
            made = DEFECTS[row.defect]()
            endpoint = write(place, made, store)
            text = f"{declaration(endpoint, made)}profiles: [baseline]\n"
            (place / "boundaries.yaml").write_text(text, encoding="utf-8")
            lines.append(f"{row.defect:22} {place / endpoint}  limen probe ledger {place / 'boundaries.yaml'}")
    yield lines
