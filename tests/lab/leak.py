"""Places in which canaries lie, in every form and hiding place, and those in which it is not proven that none does.

A row of leak.yaml is a place and what is written there: logs and dumps in a folder, tables of PostgreSQL, keys of
Redis, objects of MinIO, and a small HTTP service that a driver sends canaries through and that logs well or badly.
"""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import os
import secrets
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import zstandard

from limen.loading.load import load
from limen.probes.leak.canaries import derive
from limen.probes.running import run
from limen.records.attempts import ProbeRun
from tests.lab import storage
from tests.lab.ports import free_port, wait_until_listening
from tests.lab.postgres import Cluster, Database, cluster
from tests.needs import need_program

CANARIES = derive(b"laboratory", "planted")
"""The canaries of rows whose canaries were planted."""
OF = {one.kind: one.value for one in CANARIES}
NOISE = b"2026-11-22T10:00:00Z INFO request 4711 served in 12 ms path=/v1/dispense status=200\n" * 200
MARKED = f"2026-11-22T10:00:01Z INFO request {OF['marker']} served in 9 ms\n".encode()


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of the table."""

    defect: str
    observation: dict[str, Any] = {}
    findings: tuple[str, ...] = ()
    status: str = "completed"
    reason: str = ""
    declared: str = "forbidden"


def rows() -> list[tuple[str, Row]]:
    """Return the table: the kind of each row's place, and the row."""
    text = Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
    table = msgspec.yaml.decode(text, type=dict[str, list[Row]])
    return [(name, row) for name, listed in table.items() for row in listed]


@dataclass
class Made:
    """A place that is there to be probed; `folder` is the declaration's."""

    folder: Path
    endpoint: str
    credential: str = ""
    options: dict[str, Any] = field(default_factory=lambda: {"canaries": "canaries.json"})


class Servers:
    """The servers, each started when it is first asked for."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._running: dict[str, Any] = {}

    def of(self, name: str) -> Any:
        """Return the running server of a kind of place."""
        if name not in self._running:
            started: Any = {"postgres": cluster, "redis": redis, "minio": storage.minio}[name]()
            self._running[name] = self._stack.enter_context(started)
        return self._running[name]


@contextmanager
def made(servers: Servers, kind: str, defect: str) -> Iterator[Made]:
    """Make a row's place."""
    folder = Path(tempfile.mkdtemp(prefix="limen-lab-leak-"))
    try:
        planted = {"canaries": [{"kind": one.kind, "value": one.value} for one in CANARIES]}
        (folder / "canaries.json").write_text(json.dumps(planted), encoding="utf-8")
        with _MAKERS[kind](servers, folder, defect) as found:
            yield found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _files(_: Servers, folder: Path, defect: str) -> Iterator[Made]:
    logs = folder / "logs"
    (logs / "old").mkdir(parents=True)
    (logs / "service.log").write_bytes(NOISE + MARKED + NOISE)
    place = Made(folder, "file:logs")
    written = FILES.get(defect)
    if written is not None:
        name, content = written
        (logs / name).write_bytes(content)
    _change_files(place, logs, defect)
    yield place


def _change_files(place: Made, logs: Path, defect: str) -> None:
    if defect in ("no proof", "nothing delivered", "delivered elsewhere", "nothing written since"):
        (logs / "service.log").write_bytes(NOISE)
        store = place.folder / "store.jsonl"
        arrived = [one.value for one in CANARIES if one.kind != "marker"]
        store.write_text("\n".join(arrived if defect != "nothing delivered" else arrived[1:]), encoding="utf-8")
        if defect != "no proof":
            place.options["delivered"] = {"endpoint": "file:store.jsonl"}
        if defect in ("delivered elsewhere", "nothing written since"):
            known = json.loads((place.folder / "canaries.json").read_text(encoding="utf-8"))
            known["sent_at"] = int(time.time()) - (60 if defect == "delivered elsewhere" else 0)
            (place.folder / "canaries.json").write_text(json.dumps(known), encoding="utf-8")
        if defect == "nothing written since":
            os.utime(logs / "service.log", (1_700_000_000, 1_700_000_000))
    _damage(place, logs, defect)


def _damage(place: Made, logs: Path, defect: str) -> None:
    if defect == "damaged archive":
        whole = gzip.compress(os.urandom(1000))
        (logs / "old" / "service.log.gz").write_bytes(whole[:-400])
    elif defect == "link elsewhere":
        (place.folder / "elsewhere.log").write_bytes(NOISE)
        (logs / "current.log").symlink_to(place.folder / "elsewhere.log")
    elif defect == "link loops":
        (logs / "old" / "up").symlink_to(logs)
        (logs / "self").symlink_to(logs / "self")
        (logs / "gone").symlink_to(logs / "nothing")
    elif defect == "one file":
        place.endpoint = "file:logs/service.log"
    elif defect == "no such folder":
        place.endpoint = "file:logs/nothing"
    elif defect == "empty folder":
        place.endpoint = "file:logs/old"
    elif defect == "no canaries":
        place.options = {}
    elif defect == "rubbish for canaries":
        (place.folder / "canaries.json").write_bytes(b"\xff\xfe{")
    elif defect == "short canaries":
        (place.folder / "canaries.json").write_text('{"canaries": [{"kind": "mrn", "value": "12-34"}]}')


def _line(content: str | bytes) -> bytes:
    raw = content.encode() if isinstance(content, str) else content
    return NOISE + b'2026-11-22T10:00:02Z DEBUG body="' + raw + b'"\n' + NOISE


def _zipped(content: bytes) -> bytes:
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("heap.txt", content)
        file.seek(0)
        return file.read()


def _tarred(content: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        member = tarfile.TarInfo("heap.log.gz")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


FILES: dict[str, tuple[str, bytes]] = {
    "NDC in a log": ("service.log.1", _line(OF["ndc"])),
    "GTIN in a log": ("service.log.1", _line(f"(01){OF['gtin']}(10)LOT7")),
    "GTIN without its zero": ("service.log.1", _line(OF["gtin"].lstrip("0"))),
    "serial in a log": ("service.log.1", _line(OF["serial"])),
    "MRN in a trace": ("trace.json", _line(json.dumps({"attributes": {"mrn": OF["mrn"]}}))),
    "name in an exception": ("service.err", _line(f"KeyError: '{OF['name']}'")),
    "family name first": ("service.log.1", _line(", ".join(reversed(OF["name"].split())))),
    "lower case": ("service.log.1", _line(OF["serial"].lower())),
    "upper case": ("service.log.1", _line(OF["name"].upper())),
    "separators removed": ("service.log.1", _line(OF["ndc"].replace("-", ""))),
    "other separators": ("service.log.1", _line(OF["ndc"].replace("-", " "))),
    "base64": ("service.log.1", _line(base64.b64encode(OF["mrn"].encode()))),
    "base64, shifted by one": ("service.log.1", _line(base64.b64encode(b"{" + OF["mrn"].encode() + b'"x"}'))),
    "base64, shifted by two": ("service.log.1", _line(base64.b64encode(b'{"' + OF["mrn"].encode() + b'"}'))),
    "base64 for URLs": ("service.log.1", _line(base64.urlsafe_b64encode(b"??>" + OF["name"].encode()))),
    "hexadecimal": ("service.log.1", _line(OF["mrn"].encode().hex())),
    "hexadecimal in capitals": ("service.log.1", _line(OF["mrn"].encode().hex().upper())),
    "URL": ("access.log", _line(f"/patients?name={quote(OF['name'])}")),
    "URL with every character": ("access.log", _line("".join(f"%{byte:02X}" for byte in OF["mrn"].encode()))),
    "JSON escapes": ("service.log.1", _line("".join(f"\\u{ord(one):04x}" for one in OF["name"]))),
    "HTML entities": ("mail.html", _line("".join(f"&#{ord(one)};" for one in OF["name"]))),
    "UTF-16": ("export.csv", OF["name"].encode("utf-16")),
    "reversed": ("service.log.1", _line(OF["mrn"][::-1])),
    "gzip": ("service.log.2.gz", gzip.compress(_line(OF["mrn"]))),
    "bzip2": ("service.log.2.bz2", bz2.compress(_line(OF["mrn"]))),
    "xz": ("service.log.2.xz", lzma.compress(_line(OF["mrn"]))),
    "Zstandard": ("service.log.2.zst", zstandard.ZstdCompressor().compress(_line(OF["mrn"]))),
    "zip": ("dump.zip", _zipped(_line(OF["mrn"]))),
    "gzip within tar within gzip": ("backup.tar.gz", gzip.compress(_tarred(gzip.compress(_line(OF["mrn"]))))),
    "gzip within zip": ("dump.zip", _zipped(gzip.compress(_line(OF["mrn"])))),
    "tar": ("backup.tar", _tarred(_line(OF["mrn"]))),
    "invalid UTF-8 around it": ("core", os.urandom(4096) + b"\xff\xfe" + OF["mrn"].encode() + b"\xc3\x28" * 99),
    "across two chunks": ("queue.mdb", b"\0" * ((4 << 20) - 5) + OF["serial"].encode() + b"\0" * 99),
    "file name": (f"export-{OF['mrn']}.csv", b"quantity\n3\n"),
    "archive of another kind": ("old.7z", b"7z\xbc\xaf\x27\x1c" + os.urandom(99)),
    "compressed bytes as text": ("service.log.1", _line(base64.b64encode(b"\x1f\x8b\x08" + bytes(7) + os.urandom(40)))),
    "in an ordinary log, nothing": ("service.log.1", NOISE),
}
"""By defect, the file that is added and what it holds."""


@contextmanager
def _tables(servers: Servers, folder: Path, defect: str) -> Iterator[Made]:
    server: Cluster = servers.of("postgres")
    with server.database() as database:
        reader = database.role("reader", "login")
        database.run("create table requests (id int, correlation text); create table stock (note text, body bytea)")
        database.run(f"insert into requests values (1, '{OF['marker']}')")
        database.run(f'grant select on all tables in schema public to "{reader}"')
        _spoil(database, reader, defect)
        credential = f"{reader}:{server.password}"
        if defect == "wrong password":
            credential = f"{reader}:{secrets.token_hex(4)}"
        yield Made(folder, f"postgresql://{database.endpoint}", credential)


def _spoil(database: Database, reader: str, defect: str) -> None:
    if defect == "name in a neighbouring table":
        database.run(f"insert into stock values ('for {OF['name']}', null)")
    elif defect == "MRN in bytes":
        database.run(f"insert into stock values (null, convert_to('{OF['mrn']}', 'UTF8'))")
    elif defect == "MRN in a materialised view":
        database.run(
            f"create materialized view old as select '{OF['mrn']}' as note; grant select on old to \"{reader}\""
        )
    elif defect == "large object":
        database.run(f"select lo_from_bytea(0, convert_to('{OF['mrn']}', 'UTF8'))")
    elif defect == "compressed bytes":
        database.run(f"insert into stock values (null, '\\x{gzip.compress(OF['mrn'].encode()).hex()}')")
    elif defect == "table that may not be read":
        database.run("create table notes (note text)")
    elif defect == "rows hidden by row-level security":
        database.run("alter table stock enable row level security")


@contextmanager
def redis() -> Iterator[tuple[int, str]]:
    """Start Redis with a password on loopback; yield port and password."""
    password, port = secrets.token_hex(12), free_port()
    with tempfile.TemporaryDirectory(prefix="limen-lab-redis-") as folder:
        process = subprocess.Popen(
            [need_program("redis-server"), "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
        )
        settings = f'port {port}\nbind 127.0.0.1\nrequirepass {password}\nsave ""\nappendonly no\ndir {folder}\n'
        assert process.stdin is not None
        process.stdin.write(settings.encode())
        process.stdin.close()
        try:
            if not wait_until_listening(port, lambda: process.poll() is None):
                raise RuntimeError("Redis did not start")
            yield port, password
        finally:
            process.terminate()
            process.wait(10)


@contextmanager
def _redis(servers: Servers, folder: Path, defect: str) -> Iterator[Made]:
    port, password = servers.of("redis")
    commands: list[list[str]] = [["FLUSHDB"], ["SET", "request:1", OF["marker"]], ["LPUSH", "queue", "{}", "{}"]]
    commands += {
        "NDC in a cached value": [["SET", "cache:9", f'{{"ndc": "{OF["ndc"]}"}}']],
        "serial in a queue": [["LPUSH", "queue", base64.b64encode(OF["serial"].encode()).decode()]],
        "MRN in a hash": [["HSET", "session:3", "patient", OF["mrn"]]],
        "name in a stream": [["XADD", "events", "*", "who", OF["name"]]],
        "MRN in a key": [["SET", f"seen:{OF['mrn']}", "1"]],
        "name in a sorted set": [["ZADD", "recent", "1", OF["name"]]],
        "GTIN in a set": [["SADD", "scanned", OF["gtin"]]],
    }.get(defect, [])
    for command in commands:
        asked = [need_program("redis-cli"), "-p", str(port), "--no-auth-warning", *command]
        subprocess.run(asked, env={**os.environ, "REDISCLI_AUTH": password}, check=True, capture_output=True)
    yield Made(folder, f"redis://127.0.0.1:{port}/0", "wrong" if defect == "wrong password" else password)


@contextmanager
def _objects(servers: Servers, folder: Path, defect: str) -> Iterator[Made]:
    store: storage.Store = servers.of("minio")
    name = f"leak-{secrets.token_hex(6)}"
    store.do("create_bucket", Bucket=name)
    store.do("put_object", Bucket=name, Key="logs/1.log", Body=NOISE + MARKED)
    store.do("put_object", Bucket=name, Key="other/2.log", Body=OF["mrn"].encode())
    if defect == "MRN in an object":
        store.do("put_object", Bucket=name, Key="logs/2.log", Body=_line(OF["mrn"]))
    if defect == "MRN in a compressed object":
        store.do("put_object", Bucket=name, Key="logs/2.log.gz", Body=gzip.compress(_line(OF["mrn"])))
    prefix = "nothing/" if defect == "empty prefix" else "logs/"
    options = {"canaries": "canaries.json", "trust": str(store.trust)}
    yield Made(folder, f"{store.url}/{name}/{prefix}", store.credential, options)


@contextmanager
def _driven(_: Servers, folder: Path, defect: str) -> Iterator[Made]:
    port = free_port()
    shutil.copy(Path(__file__).parent / "leak_service.py", folder / "service.py")
    shutil.copy(Path(__file__).parent / "leak_driver.py", folder / "driver.py")
    process = subprocess.Popen([sys.executable, folder / "service.py", str(port), folder, defect], cwd=folder)
    try:
        if not wait_until_listening(port, lambda: process.poll() is None):
            raise RuntimeError("the service did not start")
        target = free_port() if defect == "driver that reaches nobody" else port
        options: dict[str, Any] = {
            "driver": [sys.executable, "driver.py", str(target)],
            "settle": "PT1S",
            "delivered": {"endpoint": "file:store.jsonl"},
        }
        if defect == "driver that is not there":
            options["driver"] = ["./nothing"]
        yield Made(folder, "file:service.log", "", options)
    finally:
        process.terminate()
        process.wait(10)


_MAKERS: dict[str, Callable[..., Any]] = {
    "files": _files,
    "postgres": _tables,
    "redis": _redis,
    "minio": _objects,
    "driven": _driven,
}


def declaration(place: Made, declared: str = "forbidden") -> str:
    """Return a declaration of a component whose logs a place is."""
    credential = ', credential: "file:credential"' if place.credential else ""
    options = f", options: {json.dumps(place.options)}" if place.options else ""
    return f"""\
version: 1
system: {{id: lab, title: Laboratory}}
labels: {{levels: [public, internal], compartments: []}}
data:
  entry: {{label: {{level: internal}}, fields: [at]}}
zones:
  inside: {{trust: 2, clearance: {{level: internal}}}}
components:
  client: {{zone: inside, kind: service, originates: [entry]}}
  service: {{zone: inside, kind: service, processing: {{plaintext_logging: {declared}}}}}
flows:
  - {{id: dispense, from: client, to: service, carries: [entry], returns: []}}
probes:
  - {{probe: leak, component: service, endpoint: {json.dumps(place.endpoint)}{credential}{options}}}
"""


def probed(place: Made) -> ProbeRun:
    """Probe a place, as `limen probe` does."""
    if place.credential:
        secret = place.folder / "credential"
        secret.touch(0o600)
        secret.write_text(place.credential, encoding="utf-8")
    path = place.folder / "boundaries.yaml"
    path.write_text(declaration(place), encoding="utf-8")
    return run(load(path).declaration, place.folder)


@contextmanager
def play(folder: Path) -> Iterator[list[str]]:
    """Write a good folder of logs and one of each hiding place for people to probe."""
    lines = []
    for number, (defect, (name, content)) in enumerate([("good", ("service.log", NOISE + MARKED)), *FILES.items()]):
        place = folder / f"logs-{number}"
        place.mkdir()
        (place / "marked.log").write_bytes(NOISE + MARKED)
        (place / name).write_bytes(content)
        endpoint = f"file:{place}"
        lines.append(f"{defect}  {endpoint}  limen probe leak {endpoint} --option canaries={folder}/canaries.json")
    planted = {"canaries": [{"kind": one.kind, "value": one.value} for one in CANARIES]}
    (folder / "canaries.json").write_text(json.dumps(planted), encoding="utf-8")
    yield lines
