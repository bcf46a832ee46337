"""The worked service, from outside: started with one command, driven over HTTPS, killed, restarted, and judged.

One process serves most tests here. What is printed in its README is run as it is printed.
"""

from __future__ import annotations

import base64
import json
import os
import random
import re
import shlex
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from examples.service import partners
from examples.service.components import Component, hand, utc_now
from examples.service.drive import JOBS, Done, Partners
from examples.service.misbehaving import MISBEHAVIOUR, REFUSED_TLS
from examples.service.opening import Choice, opened
from examples.service.settings import begin
from examples.service.transfers import TOKEN_HEADER, TransferHub
from limen.controls.refusals import RefusedError
from limen.errors import LimenError
from tests.lab.bao import bao
from tests.lab.postgres import cluster
from tests.needs import REPOSITORY, need_program

SHARED = pytest.mark.xdist_group("service")
"""Of tests that share one running service."""
README = REPOSITORY / "examples" / "service" / "README.md"
FOLDER = ".limen/service"


class Running:
    """The service as a process of its own."""

    def __init__(self, folder: Path, *more: str, environment: dict[str, str] | None = None) -> None:
        self.folder, self.more, self.environment = folder, more, environment or {}
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, and wait until it says that it runs."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "examples.service", "--folder", self.folder, *self.more],
            cwd=REPOSITORY,
            env=_environment() | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        said = ""
        for line in self.process.stdout:
            said += line
            if "Its folder is" in line:
                return
        raise AssertionError(f"it did not start: {said}")

    def end(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """End it by a signal; return its exit code and what it said at last."""
        assert self.process is not None
        assert self.process.stdout is not None
        self.process.send_signal(how)
        self.process.wait(30)
        return self.process.returncode, self.process.stdout.read()  # with what was read ahead of what `start` took

    def partners(self, marker: str = "") -> Partners:
        """Return the partners, as they are now."""
        return Partners(self.folder, marker=marker)

    def lines(self, name: str) -> list[dict[str, Any]]:
        """Return a ledger's records."""
        text = (self.folder / "ledgers" / f"{name}.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH", "TMPDIR") if name in os.environ}


def _limen(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "limen", *arguments], cwd=cwd, env=_environment(), capture_output=True, text=True
    )


def _printed(beginning: str) -> list[list[str]]:
    """Return the commands of the README that begin so, as arguments."""
    lines = re.findall(r"^\$ (.+)$", README.read_text(encoding="utf-8"), re.MULTILINE)
    return [shlex.split(line)[1:] for line in lines if line.startswith(beginning)]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The service, which ran its four jobs already."""
    running = Running(tmp_path_factory.mktemp("service") / "folder")
    running.start()
    try:
        yield running
    finally:
        assert running.process is not None
        if running.process.poll() is None:
            running.end()


@pytest.fixture(scope="module")
def driven(service: Running) -> str:
    """What the driver printed of the four jobs."""
    done = subprocess.run(
        [sys.executable, "-m", "examples.service.drive", "--folder", service.folder],
        cwd=REPOSITORY, env=_environment(), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@SHARED
def test_four_jobs(service: Running, driven: str) -> None:
    flows = [line.split()[0] for line in driven.splitlines() if not line.startswith(" ")]
    assert " ".join(flows) == (
        "cmo-events threepl-events dispense-014 movement-014 dispense-022 movement-022 out-014 ack-022 "
        "hand-over sign-off"
    )
    assert "Electronically signed by: Jude Okafor (j-okafor)" in driven
    assert "Meaning: approval." in driven
    _captured(service)
    crossed = {
        (line["details"]["flow"], line["details"]["end"])
        for name in ("crossing-log", "trace-log", "cs-ledger")
        for line in service.lines(name)
        if line["action"] == "guard.crossed"
    }
    # Where the declaration says `both`, both ends are there, and nobody else is.
    assert {
        ("cmo-events", "receiver"), ("threepl-events", "receiver"), ("publish", "sender"), ("consume", "receiver"),
        ("capture", "sender"), ("digests", "receiver"), ("dispense-014", "receiver"), ("dispense-in", "sender"),
        ("movement-014", "receiver"), ("movement-in", "sender"), ("movement-in", "receiver"), ("keep-stock", "sender"),
        ("entries", "receiver"), ("out-014", "receiver"), ("in-014-022", "sender"), ("ack-022", "receiver"),
        ("hand-over", "sender"), ("hand-over", "receiver"), ("sign-off", "receiver"), ("submit", "sender"),
    } <= crossed  # fmt: skip
    states = [line["action"] for line in service.lines("cs-ledger") if line["action"].startswith("transfer")]
    assert [state.rpartition(":")[2].rpartition(".")[2] for state in states][-1] == "acknowledged"


@SHARED
def test_what_is_printed_in_the_readme_holds(service: Running, driven: str) -> None:
    """Every command of `limen` there exits 0 while the service runs, and the recording was judged in full."""
    _captured(service)
    seen = service.folder / "seen"
    commands = _printed("limen ")
    assert [command[0] for command in commands] == ["check", "probe", "check", "check", "probe"]
    for command in commands:
        said = _limen(*(part.replace(FOLDER, str(service.folder)) for part in command), cwd=REPOSITORY)
        assert said.returncode == 0, f"{command}\n{said.stdout}\n{said.stderr}"
        assert "conforms" in said.stdout
    run = json.loads((seen / "run.json").read_text(encoding="utf-8"))
    assert {attempt["status"] for attempt in run["attempts"]} == {"completed"}
    probes = [attempt["probe"] for attempt in run["attempts"]]
    found = {name: probes.count(name) for name in set(probes)}
    assert found == {"tls": 10, "leak": 7, "ledger": 3, "secrets": 1, "code": 2}


@SHARED
@pytest.mark.parametrize("name", MISBEHAVIOUR)
def test_misbehaviour(service: Running, driven: str, name: str) -> None:
    """Refused for its own reason, and recorded; what does not even get a connection leaves no entry."""
    misbehave, reason = MISBEHAVIOUR[name]
    names = ("crossing-log", "trace-log", "cs-ledger")
    before = {ledger: len(service.lines(ledger)) for ledger in names}
    them = service.partners()
    try:
        came = misbehave(them)
    finally:
        them.close()
    assert (came.taken, came.reason) == (False, reason)
    new = [line for ledger in names for line in service.lines(ledger)[before[ledger] :]]
    refused = [line for line in new if line["details"].get("reason") == reason]
    assert bool(refused) == (reason != REFUSED_TLS), new
    # Whatever came with it, nothing of it is in the trail.
    assert not any(value in json.dumps(new) for value in (*them.names, *them.serials))


@SHARED
def test_incidents_are_sealed_and_somebody_hears(service: Running, driven: str) -> None:
    """An envelope that does not open, and a product of another schedule than it is said to have."""
    them = service.partners()
    try:
        for name in ("tampered", "other-schedule"):
            assert not MISBEHAVIOUR[name][0](them).taken
    finally:
        them.close()
    folders = [path.name for path in (service.folder / "incidents").iterdir() if path.is_dir()]
    sealed = {name.split("-", 1)[1].rpartition("-")[0] for name in folders}
    assert sealed == {"crypto-failure", "schedule-anomaly"}
    rung: set[str] = set()
    for _ in range(200):
        if (service.folder / "alerts.jsonl").exists():
            lines = (service.folder / "alerts.jsonl").read_text(encoding="utf-8").splitlines()
            rung = {json.loads(line)["trigger"] for line in lines}
        if rung == sealed:
            return
        time.sleep(0.05)
    raise AssertionError(f"nobody was woken: {rung}")


@SHARED
def test_nothing_is_readable_in_the_folder(service: Running, driven: str) -> None:
    """Only the list of canaries has a name or a serial in it, in the clear or encoded; only the owner reads any."""
    canaries = json.loads((service.folder / "canaries.json").read_text(encoding="utf-8"))["canaries"]
    values = [one["value"].encode() for one in canaries if one["kind"] != "marker"]
    assert len(values) == 4
    forms = [form for value in values for form in (value, value.hex().encode(), *_base64(value))]
    files = [path for path in service.folder.rglob("*") if path.is_file() and path.name != "canaries.json"]
    assert len(files) > 40
    for path in files:
        content = path.read_bytes()
        assert not any(form in content for form in forms), path
        if "seen" not in path.parts:
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def _base64(value: bytes) -> list[bytes]:
    """Return the three forms that base64 gives a text within another, without their uncertain ends."""
    return [base64.b64encode(b"x" * shift + value)[shift * 2 : -4] for shift in range(3)]


def _captured(service: Running) -> None:
    """Wait until every event that was queued was kept."""
    with sqlite3.connect(service.folder / "broker.db") as broker:
        for _ in range(100):
            if not broker.execute("select count(*) from queue").fetchone()[0]:
                return
            time.sleep(0.1)
    raise AssertionError("an event was not captured")


# --- crashes ----------------------------------------------------------------------------------------------------


class Traffic(threading.Thread):
    """Partners who send as fast as they are answered, until nobody answers."""

    def __init__(self, service: Running, marker: str) -> None:
        super().__init__()
        self.them = service.partners(marker)
        self.acknowledged: list[Done] = []

    def run(self) -> None:
        try:
            while True:
                for job in JOBS.values():
                    for one in job(self.them):
                        if one.taken:
                            self.acknowledged.append(one)
        except (LimenError, OSError):
            pass  # nobody is there any more
        finally:
            self.them.close()


def test_killed_in_the_middle_it_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    service = Running(tmp_path / "folder")
    acknowledged: list[Done] = []
    for number in range(3):
        service.start()
        traffic = Traffic(service, f"crash-{number}")
        traffic.start()
        for _ in range(600):  # any moment will do, once each flow was used
            if len(traffic.acknowledged) > (12 if number == 0 else number):
                break
            time.sleep(0.05)
        time.sleep(random.random() * 0.3)
        code, _ = service.end(signal.SIGKILL)
        assert code == -signal.SIGKILL
        traffic.join(30)
        acknowledged += traffic.acknowledged
    service.start()
    them = service.partners("after")
    for job in JOBS.values():
        assert all(one.taken for one in job(them))
    them.close()
    _captured(service)
    assert len({one.flow for one in acknowledged}) == 10, "the crashes came before everything was tried once"
    _kept(service, acknowledged)
    probe = _printed("limen probe ledger")[0]
    said = _limen(*(part.replace(FOLDER, str(service.folder)) for part in probe), cwd=REPOSITORY)
    assert said.returncode == 0, said.stdout + said.stderr
    code, last = service.end()
    assert (code, last.splitlines()[-1]) == (0, "stopped")
    # What was given to the witness at last is the whole of it, but for the entries that say so.
    for name in ("crossing-log", "trace-log", "cs-ledger"):
        anchors = (service.folder / "witness" / "anchors.jsonl").read_text(encoding="utf-8").splitlines()
        length = [json.loads(line)["length"] for line in anchors if json.loads(line)["ledger"] == name][-1]
        behind = [line["action"] for line in service.lines(name)[length:]]
        assert behind == ["guard.crossed", "anchor.kept"]


def _kept(service: Running, acknowledged: list[Done]) -> None:
    """Each message that was acknowledged crossed, and had its effect."""
    lines = [line for name in ("crossing-log", "trace-log", "cs-ledger") for line in service.lines(name)]
    crossed = {(line["details"].get("flow"), line["record"]) for line in lines if line["action"] == "guard.crossed"}
    did = {(line["action"], line["record"]) for line in lines}
    from sqlalchemy import text

    from examples.service.rows import sqlite_engine

    engine = sqlite_engine(service.folder / "rows.db")
    with engine.connect() as rows:
        kept = {
            table: {row[0] for row in rows.execute(text(f"select record from {table}"))}
            for table in ("dispensing", "stock", "report", "signature", "event")
        }
    engine.dispose()
    effects = {
        "dispense-022": lambda record: record in kept["dispensing"],
        "movement-022": lambda record: record in kept["stock"] and ("cs.moved", record) in did,
        "dispense-014": lambda record: record in kept["dispensing"],
        "movement-014": lambda record: record in kept["stock"] and ("cs.moved", record) in did,
        "hand-over": lambda record: record in kept["report"],
        "sign-off": lambda record: record in kept["signature"] and ("submit", record) in crossed,
        "cmo-events": lambda record: f"{record}.1" in kept["event"] and ("event.captured", f"{record}.1") in did,
        "threepl-events": lambda record: f"{record}.1" in kept["event"] and ("event.captured", f"{record}.1") in did,
        "out-014": lambda record: any(action.endswith("announced") and of == record for action, of in did),
        "ack-022": lambda record: any(action.endswith("acknowledged") and of == record for action, of in did),
    }
    for one in acknowledged:
        assert (one.flow, one.record) in crossed, one
        assert effects[one.flow](one.record), one


def test_a_ledger_that_was_cut_is_noticed_at_the_next_start(tmp_path: Path) -> None:
    """The chain of what is left verifies; the witness knows better, evidence is sealed, and somebody is woken."""
    service = Running(tmp_path / "folder")
    service.start()
    service.end()
    path = service.folder / "ledgers" / "cs-ledger.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    service.start()
    try:
        assert any(line["action"] == "anchor.refused" for line in service.lines("cs-ledger"))
        sealed = [path.name for path in (service.folder / "incidents").iterdir() if path.is_dir()]
        assert len(sealed) == 1
        assert "-chain-mismatch-" in sealed[0]
        probe = _printed("limen probe ledger")[0]
        said = _limen(*(part.replace(FOLDER, str(service.folder)) for part in probe), cwd=REPOSITORY)
        assert said.returncode == 1, said.stdout
        assert "conformance.ledger_anchored" in said.stdout
    finally:
        _, last = service.end()
    assert "warning: cs-ledger: the witness has seen another history of the ledger" in last


def test_a_witness_whose_file_is_gone_stops_the_start(tmp_path: Path) -> None:
    """A new file would take whatever the ledgers are now for all that they were."""
    service = Running(tmp_path / "folder")
    service.start()
    service.end()
    path = service.folder / "witness" / "anchors.jsonl"
    seen = path.read_bytes()
    path.unlink()
    with pytest.raises(AssertionError, match="it did not start.*the witness's file is not there"):
        service.start()
    assert service.process is not None
    assert service.process.wait(30) == 3
    assert not path.exists()
    path.touch(0o600)
    path.write_bytes(seen)
    service.start()
    service.end()
    assert path.read_bytes().startswith(seen)


def test_a_ledger_that_was_edited_stops_the_start(tmp_path: Path) -> None:
    service = Running(tmp_path / "folder")
    service.start()
    service.end()
    path = service.folder / "ledgers" / "trace-log.jsonl"
    path.write_bytes(path.read_bytes().replace(b"service.started", b"service.sturted"))
    with pytest.raises(AssertionError, match="it did not start.*trace-log"):
        service.start()
    assert service.process is not None
    assert service.process.wait(30) == 3


# --- settings ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("secret", "mode"),
    [
        pytest.param(None, 0, id="missing"),
        pytest.param("", 0o600, id="empty"),
        pytest.param("changeme", 0o600, id="placeholder"),
        pytest.param("your-passphrase-here-please-change-it", 0o600, id="of the documentation"),
        pytest.param("0" * 64, 0o600, id="weak"),
        pytest.param("x", 0o644, id="readable by others"),
    ],
)
def test_without_its_secret_it_does_not_start(tmp_path: Path, secret: str | None, mode: int) -> None:
    """It names what is missing, and shows no value; there is no default, and nothing is made up for an old folder."""
    folder = tmp_path / "folder"
    (folder / "secrets").mkdir(parents=True)
    folder.chmod(0o700)
    (folder / "keys.json").touch(mode=0o600)
    if secret is not None:
        kept = secret if mode == 0o600 else os.urandom(32).hex()
        (folder / "secrets" / "key-store").write_text(kept, encoding="ascii")
        (folder / "secrets" / "key-store").chmod(mode)
    done = subprocess.run(
        [sys.executable, "-m", "examples.service", "--folder", folder],
        cwd=REPOSITORY, env=_environment(), capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert done.returncode == 2, done.stdout + done.stderr
    assert "secrets/key-store" in done.stderr
    assert not secret or len(secret) < 3 or secret not in done.stdout + done.stderr
    assert not (folder / "ledgers").exists()


@SHARED
def test_a_busy_port_is_said(tmp_path: Path, service: Running) -> None:
    port = json.loads((service.folder / "ports.json").read_text(encoding="ascii"))["epcis-gateway"]
    done = subprocess.run(
        [sys.executable, "-m", "examples.service", "--folder", tmp_path / "folder", "--port", str(port)],
        cwd=REPOSITORY, env=_environment(), capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert done.returncode == 2
    assert str(port) in done.stderr


# --- other stores -----------------------------------------------------------------------------------------------


def test_with_openbao_and_postgresql(tmp_path: Path) -> None:
    """The declared key service and database, for real: killed once, and every claim about them observed."""
    need_program("initdb")
    settings = {"fsync": "on", "synchronous_commit": "on"}
    with bao() as vault, cluster(settings) as server, server.database() as database:
        environment = vault.environment | {
            "LIMEN_SERVICE_DATABASE": database.endpoint,
            "LIMEN_SERVICE_DATABASE_OWNER": f"postgres:{server.password}",
        }
        more = ("--keys", "openbao", "--ledgers", "postgresql", "--database", "postgresql")
        service = Running(tmp_path / "folder", *more, environment=environment)
        service.start()
        drive = [sys.executable, "-m", "examples.service.drive", "--folder", str(service.folder)]
        with subprocess.Popen(drive, cwd=REPOSITORY, env=_environment() | environment, stdout=subprocess.PIPE) as busy:
            assert busy.stdout is not None
            time.sleep(1.5)
            service.end(signal.SIGKILL)
            busy.stdout.read()
        service.start()
        try:
            done = subprocess.run(
                drive, cwd=REPOSITORY, env=_environment() | environment, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stdout + done.stderr
            time.sleep(1)
            command = [part.replace(FOLDER, str(service.folder)) for part in _printed("limen probe")[0]]
            said = _limen(*command, "--rule", "keys.*", cwd=REPOSITORY)
            assert said.returncode == 0, said.stdout + said.stderr
            run = json.loads((service.folder / "seen" / "run.json").read_text(encoding="utf-8"))
            probes = [attempt["probe"] for attempt in run["attempts"]]
            found = {name: probes.count(name) for name in set(probes)}
            assert found == {"tls": 10, "kms": 32, "leak": 7, "ledger": 3, "tenancy": 3, "secrets": 1, "code": 2}
            # What is secret of the two is in no file but those that are for its owner alone, and in no output.
            kept = (service.folder / "secrets" / "database").read_text(encoding="ascii").partition(":")[2]
            assert kept not in said.stdout + said.stderr
            for path in (service.folder / "log").rglob("*.log"):
                assert kept not in path.read_text(encoding="utf-8")
        finally:
            service.end()


def test_a_late_acknowledgement_is_refused(tmp_path: Path) -> None:
    """A day and an hour after it was announced; in this process, since no certificate lives that long."""
    folder = tmp_path / "folder"
    begin(folder)
    house = opened(folder, ("cs-ledger",), Choice())
    hub, sender, receiver = TransferHub(house), Component(house, "pharmacy-014"), Component(house, "pharmacy-022")
    record, now = "t-014-022/late-1", utc_now()
    order = hand("out-014", sender, hub.component, partners.order(), record)
    hub.transfers.propose(order.signed, record=record, tenant="pharmacy-014", actor="pharmacy-014", now=now)
    token = hub.transfers.announce(record, actor="transfer-hub", now=now).token
    answer = hand("ack-022", receiver, hub.component, partners.count(), record)
    hub._house = msgspec.structs.replace(house, clock=lambda: now + timedelta(hours=25))
    with pytest.raises(RefusedError) as refused:
        hub.acknowledge(answer, {TOKEN_HEADER: token})
    assert refused.value.reason == "late"
    assert [line.action for line in house.ledgers["cs-ledger"].read()][-1] == "transfer:refused"
