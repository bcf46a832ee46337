"""Ledgers that can't be read, or not to their end: each an error or a finding, bounded, never a pass."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import resource
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import msgspec
import psycopg
import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limen.integrity.anchors import Anchor
from limen.integrity.verifying import Expected
from limen.model.probing import ChainKey, ProbeOptions, TierFiles
from limen.model.recipes import Recipe
from limen.probes import ledger as probe
from limen.probes.interface import AttemptError, Target
from limen.probes.ledger.asking import contacts
from limen.probes.ledger.work import Setting
from limen.records.attempts import RawResponse
from tests.lab.postgres import cluster
from tests.needs import need_program
from tests.probes.ledger.test_runs import chained, probed, seen

pytestmark = pytest.mark.xdist_group("ledger")


def reason(folder: Path, name: str, **options: object) -> str:
    made = probed(folder, name, **options)
    assert (made.status, made.observations) == ("error", ()), made
    return made.reason


def test_files_that_are_not_there(tmp_path: Path) -> None:
    assert reason(tmp_path, "nothing.jsonl") == "there is no such file"
    assert reason(tmp_path, ".") == "it is a folder"
    assert reason(tmp_path, "nothing-*.jsonl") == "no file matches the pattern"
    assert reason(tmp_path, "file:///no/where.jsonl") == "there is no such file"
    assert reason(tmp_path, "local:///no/where.jsonl") == "there is no such file"
    assert reason(tmp_path, "memory://nothing/*.jsonl") == "no file matches the pattern"
    assert "gopher" in reason(tmp_path, "gopher://nothing") or reason(tmp_path, "gopher://nothing") == "ValueError"
    (tmp_path / "empty.jsonl").touch()
    assert reason(tmp_path, "empty.jsonl") == "the ledger is empty: there is nothing to verify"


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    """As another user than root, whom no permission stops."""
    path = tmp_path / "secret.jsonl"
    path.write_bytes(b"".join(chained(3)[0]))
    path.chmod(0)
    code = (
        "import sys; from pathlib import Path; from limen.adapters.ledgers.files import FileStore\n"
        "from limen.adapters.ledgers.blocks import StoreError\n"
        "try: FileStore(sys.argv[1])\n"
        "except StoreError as error: print(error.reason)"
    )
    drop = [str(need_program("setpriv")), "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
    for folder in [tmp_path, *tmp_path.parents]:
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o111)
    command = [*(drop if os.geteuid() == 0 else []), sys.executable, "-c", code, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, env={"PYTHONDONTWRITEBYTECODE": "1"})
    assert done.stdout == "it may not be read: permission denied\n", done.stderr


def test_damaged_compression(tmp_path: Path) -> None:
    data = b"".join(chained(3000)[0])
    packed = {"gzip": gzip.compress(data), "zstd": zstandard.compress(data)}
    for name, content in packed.items():
        bent = bytearray(content)
        bent[len(bent) // 2] ^= 0xFF
        (tmp_path / "bent").write_bytes(bytes(bent))
        made = probed(tmp_path, "bent")
        assert (made.status == "error" and "damaged" in made.reason) or seen(made)["chain"]["faults"], name
        (tmp_path / "cut").write_bytes(content[: len(content) // 2])
        found = seen(probed(tmp_path, "cut"))
        assert found["chain"]["faults"] == 1
        assert found["chain"]["kind"] == "half"
        assert found["sequence"].get("faults") is None
        (tmp_path / "head").write_bytes(content[:6])
        made = probed(tmp_path, "head")
        assert made.status == "error" or seen(made)["chain"]["kind"] == "half"


def test_a_line_of_a_hundred_megabytes_takes_no_memory(tmp_path: Path) -> None:
    """In a process that may have 400 MB of addresses: the line, and a bomb of ten such lines in a few kilobytes."""
    lines, _ = chained(20)
    long = b'{"_hash":"' + b"a" * 100_000_000 + b'"}\n'
    (tmp_path / "long.jsonl").write_bytes(b"".join([*lines[:10], long, *lines[10:]]))
    with gzip.open(tmp_path / "bomb.gz", "wb", 1) as file:
        file.write(b"".join(lines[:10]))
        for _ in range(10):
            file.write(long)
    code = (
        "import json, resource, sys; from pathlib import Path\n"
        "from limen.probes.ledger import collect, interpret\n"
        "from limen.probes.interface import Context, Target\n"
        "resource.setrlimit(resource.RLIMIT_AS, (400_000_000, 400_000_000))\n"
        "target = Target(probe='ledger', section='typed', name='x', endpoint=sys.argv[1])\n"
        "raw = collect(target, Context(deadline=1e9, started_at=0, credential=None))\n"
        "(seen,) = interpret({one.name: one for one in raw}, 0)\n"
        "chain = seen.facts.chain\n"
        "print(seen.facts.records, chain.faults, chain.kind, chain.record)"
    )
    assert resource.RLIM_INFINITY
    for name, told in (("long.jsonl", "21 1 too_long 11"), ("bomb.gz", "20 10 too_long 11")):
        done = subprocess.run([sys.executable, "-c", code, str(tmp_path / name)], capture_output=True, text=True)
        assert done.stdout.strip() == told, done.stderr


def test_a_writer_that_goes_on_writing(tmp_path: Path) -> None:
    """What is whole when the probe begins is verified; a line that is being written is waited for, never a finding."""
    lines, _ = chained(4000)
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b"".join(lines[:100]))
    stop = threading.Event()

    def append() -> None:
        with path.open("ab", buffering=0) as file:
            for line in lines[100:]:
                if stop.is_set():
                    return
                file.write(line[:50])
                time.sleep(0.002)
                file.write(line[50:])

    writer = threading.Thread(target=append)
    writer.start()
    try:
        counts = []
        for _ in range(12):
            found = seen(probed(tmp_path, "ledger.jsonl"))
            assert (found["chain"]["faults"], found["sequence"]["faults"]) == (0, 0)
            counts.append(found["records"])
    finally:
        stop.set()
        writer.join()
    assert counts == sorted(counts)
    assert counts[-1] > counts[0] >= 100


def test_a_file_that_becomes_shorter_while_it_is_read(tmp_path: Path) -> None:
    from limen.adapters.ledgers.blocks import StoreError
    from limen.adapters.ledgers.files import FileStore

    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b"".join(chained(20)[0]))
    store = FileStore(str(path))
    path.write_bytes(b"")
    with pytest.raises(StoreError, match="it became shorter"):
        list(store.blocks())


def test_databases_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "broken.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    assert "SQLite" in reason(tmp_path, "broken.db") or "damaged" in reason(tmp_path, "broken.db")
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection, connection:
        connection.execute("CREATE TABLE audit (n INTEGER, text BLOB)")
        connection.execute("INSERT INTO audit VALUES (1, NULL), (2, 7), (3, 'a' || char(10) || 'b')")
    assert "has no column" in reason(tmp_path, "other.db")
    found = seen(probed(tmp_path, "other.db", table="audit", line_column="text", order_column="n"))
    assert (found["records"], found["chain"]["faults"], found["chain"]["kind"]) == (3, 3, "unreadable")
    (tmp_path / "none.txt").write_text("text")
    assert reason(tmp_path, "sqlite://none.txt") == "it is no SQLite file"


def test_an_sqlite_file_that_is_being_written(tmp_path: Path) -> None:
    lines, _ = chained(50)
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE ledger (seq INTEGER PRIMARY KEY, line TEXT)")
        connection.executemany("INSERT INTO ledger VALUES (?, ?)", enumerate(map(bytes.decode, lines[:40])))
        connection.commit()
        connection.executemany("INSERT INTO ledger VALUES (?, ?)", enumerate(map(bytes.decode, lines[40:]), 40))
        found = seen(probed(tmp_path, "ledger.db"))
        assert (found["records"], found["chain"]["faults"]) == (40, 0)


def test_postgresql_without_permission(tmp_path: Path) -> None:
    with cluster() as server, server.database() as database:
        database.run("CREATE TABLE ledger (seq bigint PRIMARY KEY, line text)")
        lines, _ = chained(2000)
        with psycopg.connect(database.url()) as connection:
            rows = [(number, line.decode()) for number, line in enumerate(lines)]
            connection.cursor().executemany("INSERT INTO ledger VALUES (%s, %s)", rows)
        reader = database.role("reader", "login")
        where = f"postgresql://{database.endpoint}"

        def asked(login: str, **options: object) -> tuple[str, str]:
            (tmp_path / "login").write_text(login)
            (tmp_path / "login").chmod(0o600)
            target = Target(
                probe="ledger", section="typed", name="x", endpoint=where, credential="file:login", folder=tmp_path,
                options=ProbeOptions(**options),
            )  # fmt: skip
            from limen.probes.attempting import attempt

            made = attempt(probe, target, timeout=20)
            assert server.password not in repr(made)
            return made.status, made.reason if made.status == "error" else str(seen(made)["records"])

        good = f"postgres:{server.password}"
        assert asked(good) == ("completed", "2000")
        assert asked(f"user=postgres password={server.password}") == ("completed", "2000")
        assert asked(f"{reader}:{server.password}") == ("error", "the role may not read the table")
        assert asked("postgres:wrong")[0] == "error"
        assert asked(good, table="nothing") == ("error", "there is no such table")
        assert asked(good, line_column="nothing") == ("error", "the table lacks a column")
        assert asked(good, line_column="seq") == ("error", "the column of lines is neither text nor bytea")


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    made = probed(tmp_path, "postgresql://127.0.0.1:1/x", timeout=3.0)
    assert (made.status, "does not answer" in made.reason) == ("error", True)
    assert "password" in reason(tmp_path, "postgresql://u:p@127.0.0.1/x")
    assert "of the form" in reason(tmp_path, "postgresql://127.0.0.1/x?hostaddr=10.0.0.1")


def test_keys_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "ledger.jsonl").write_bytes(b"".join(chained(3, "audit-2026")[0]))
    for content, told in (("not hex", "not written in hexadecimal"), ("00ff", "shorter than 16 bytes")):
        (tmp_path / "key").write_text(content)
        (tmp_path / "key").chmod(0o600)
        key = ChainKey(id="audit-2026", secret="file:key")
        assert told in reason(tmp_path, "ledger.jsonl", chain_keys=(key,))
    assert reason(tmp_path, "ledger.jsonl", chain_keys=(ChainKey(id="audit-2026", secret="env:NOT_THERE_4711"),))


def test_anchors_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "ledger.jsonl").write_bytes(b"".join(chained(3)[0]))
    assert reason(tmp_path, "ledger.jsonl", anchors="nothing") == "the anchors: there is no such file"
    for content in (b"{}", b"\0\xff", b'{"ledger":"x","length":1,"head":"","bytes":0,"at":"never"}', b"[" * 9999):
        (tmp_path / "anchors").write_bytes(b"\n" + content)
        assert reason(tmp_path, "ledger.jsonl", anchors="anchors") == "the anchors: line 2 is no anchor"
    (tmp_path / "anchors").write_bytes(b"")
    (tmp_path / "key.pem").write_bytes(b"-----BEGIN PUBLIC KEY-----")
    assert "PEM" in reason(tmp_path, "ledger.jsonl", anchors="anchors", witness="key.pem")


def test_no_endpoint() -> None:
    target = Target(probe="ledger", section="ledger", name="x", endpoint="")
    with pytest.raises(AttemptError, match="add an endpoint"):
        contacts(target)


def test_what_a_plan_says() -> None:
    options = ProbeOptions(anchors="a.jsonl", scheduler="tcp://127.0.0.1:8786", checkpoint="c")
    found = contacts(Target(probe="ledger", section="ledger", name="x", endpoint="l.jsonl", options=options))
    assert [(one.where, one.writes) for one in found] == [
        ("l.jsonl", False), ("a.jsonl", False), ("c", True), ("tcp://127.0.0.1:8786", False),
    ]  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", b"\x1f\x8b\x08\0", b"\x28\xb5\x2f\xfd", b"SQLite format 3\0"]))
def test_any_bytes_are_an_error_or_a_finding(tmp_path: Path, content: bytes, magic: bytes) -> None:
    (tmp_path / "any").write_bytes(magic + content)
    made = probed(tmp_path, "any")
    assert "bug" not in made.reason, made.reason
    assert made.status == "error" or seen(made)["chain"]["faults"]


@given(st.binary(max_size=300))
def test_any_raw_response_is_an_error(content: bytes) -> None:
    raw = RawResponse(name="verification.json", media_type="application/json", content=content)
    with pytest.raises(AttemptError):
        probe.interpret({raw.name: raw}, 0)


def test_witnesses_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "ledger.jsonl").write_bytes(b"".join(chained(3)[0]))
    (tmp_path / "anchors").write_bytes(b"")
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    (tmp_path / "ec.pem").write_bytes(other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    for name, told in (("ec.pem", "not of Ed25519"), ("nothing.pem", "there is no such file"), (".", "it is a folder")):
        assert told in reason(tmp_path, "ledger.jsonl", anchors="anchors", witness=name)


def test_anchors_that_contradict_one_another(tmp_path: Path) -> None:
    lines, head = chained(3)
    (tmp_path / "ledger.jsonl").write_bytes(b"".join(lines))
    one = Anchor(ledger="a", length=3, head=head.hash, bytes=0, at="2026-11-22T10:00:00.000000Z")
    other = msgspec.structs.replace(one, head="f" * 64)
    (tmp_path / "anchors").write_bytes(msgspec.json.encode(one) + b"\n" + msgspec.json.encode(other))
    found = seen(probed(tmp_path, "ledger.jsonl", anchors="anchors"))
    assert (found["anchors"]["differing"], found["append_only"]) == (1, False)
    foreign = msgspec.structs.replace(one, ledger="b")
    (tmp_path / "anchors").write_bytes(msgspec.json.encode(one) + b"\n" + msgspec.json.encode(foreign))
    assert "of several ledgers" in reason(tmp_path, "ledger.jsonl", anchors="anchors")


def test_tier_files_that_show_little(tmp_path: Path) -> None:
    (tmp_path / "ledger.jsonl").write_bytes(b"".join(chained(3)[0]))
    (tmp_path / "empty").touch()
    (tmp_path / "noise").write_bytes(b"\x93" * 100)
    (tmp_path / "torn.gz").write_bytes(b"\x1f\x8b\x08\0" + b"\xff" * 50)
    names = ("empty", "noise", "torn.gz", "none-*")
    tiers = tuple(TierFiles(tier=name.strip("-*"), files=name) for name in names)
    found = seen(probed(tmp_path, "ledger.jsonl", tier_files=tiers))
    assert found["tiers"] == [
        {"name": "empty"}, {"name": "noise"}, {"name": "torn.gz", "compressed": True}, {"name": "none"},
    ]  # fmt: skip
    missing = (TierFiles(tier="hot", files="nothing"),)
    assert reason(tmp_path, "ledger.jsonl", tier_files=missing) == "tier hot: there is no such file"


def test_a_foreign_chain(tmp_path: Path) -> None:
    before, lines = "", []
    for number in range(5):
        record = {"id": number, "when": 1_700_000_000 + number, "previous": before}
        before = hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()
        lines.append(json.dumps({**record, "digest": before}).encode() + b"\n")
    (tmp_path / "ledger.jsonl").write_bytes(b"".join(lines))
    recipe = Recipe(hash="digest", prev="previous", form="python-sorted", seq="id", first=0, time="when")
    tiers = (TierFiles(tier="hot", files="ledger.jsonl"),)
    found = seen(probed(tmp_path, "ledger.jsonl", recipe=recipe, tier_files=tiers, tenant="a"))
    assert (found["format"], found["chain"]["faults"], found["records"], found["linked"]) == ("foreign", 0, 5, True)
    assert found["tiers"][0]["encrypted"] is False
    assert (found["tenant"]["required"], found["tenant"].get("faults")) == (True, None)
    (tmp_path / "ledger.jsonl").write_bytes(b"".join(lines[:2] + lines[3:]))
    assert seen(probed(tmp_path, "ledger.jsonl", recipe=recipe))["chain"]["record"] == 3


def test_what_is_sent_to_workers_shows_no_key() -> None:
    setting = Setting({"k": b"secret" * 6}, Expected())
    assert "secret" not in repr(setting)
    assert "secret" not in str(vars(type(setting)))
