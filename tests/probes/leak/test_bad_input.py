"""Places that are large, damaged, foreign or hostile: each is bounded, an attempt with its reason, and never a pass."""

from __future__ import annotations

import gzip
import json
import os
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.adapters.secret_values import Secret
from limen.analysis.kinds.observed_leak import LeakFacts
from limen.model.probing import Delivered, ProbeOptions
from limen.probes import leak
from limen.probes.attempting import attempt
from limen.probes.interface import AttemptError, Context, Target
from limen.probes.leak.files import look_in_files
from limen.probes.leak.places import place_of
from limen.probes.leak.searching import Search
from limen.records.attempts import Attempt, RawResponse
from tests.lab import tls_hostile as hostile
from tests.lab.leak import CANARIES, MARKED, OF
from tests.lab.ports import free_port
from tests.needs import need_program

SECRET = "a-secret-that-nobody-may-see"


def _asked(folder: Path, endpoint: str, timeout: float = 20.0, **options: Any) -> Attempt:
    if not (folder / "canaries.json").exists():
        planted = {"canaries": [{"kind": one.kind, "value": one.value} for one in CANARIES]}
        (folder / "canaries.json").write_text(json.dumps(planted))
        secret = folder / "credential"
        secret.touch(0o600)
        secret.write_text(f"lab:{SECRET}")
    chosen = {"canaries": "canaries.json"} | options
    target = Target(
        probe="leak",
        section="component",
        name="service",
        endpoint=endpoint,
        credential="file:credential" if "://" in endpoint else "",
        options=ProbeOptions(**{name: value for name, value in chosen.items() if value is not None}),
        folder=folder,
    )
    return attempt(leak, target, timeout=timeout)  # type: ignore[arg-type]


def _facts(found: Attempt) -> LeakFacts:
    assert found.status == "completed", found.reason
    return msgspec.json.decode(found.observations[0].facts, type=LeakFacts)


def _logs(tmp_path: Path) -> Path:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "service.log").write_bytes(MARKED)
    return logs


def _sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.seek(size - 100)
        file.write(OF["mrn"].encode())


def test_two_gigabytes_are_over_in_time_or_seen_to_their_end(tmp_path: Path) -> None:
    _sparse(_logs(tmp_path) / "core", 2 << 30)
    began = time.monotonic()
    late = _asked(tmp_path, "file:logs", 1.0)
    assert (late.status, late.observations) == ("error", ())
    assert "time" in late.reason
    assert time.monotonic() - began < 10


def test_an_eighth_of_a_gigabyte_is_seen_to_its_end_at_constant_memory(tmp_path: Path) -> None:
    _sparse(_logs(tmp_path) / "core", 128 << 20)
    program = (
        "import sys, resource, json; sys.path[:0] = json.loads(sys.argv[1])\n"
        "def peak():\n"  # getrusage counts what the process that started this one held, a worker's gigabytes
        "    status = Path('/proc/self/status')\n"
        "    if not status.exists(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "    return next(line.split()[1] for line in status.read_text().splitlines() if line.startswith('VmHWM'))\n"
        "from pathlib import Path\n"
        "from tests.probes.leak.test_bad_input import _asked, _facts\n"
        "found = _facts(_asked(Path(sys.argv[2]), 'file:logs', 60.0))\n"
        "print(found.clear, found.size, peak())\n"
    )
    command = [sys.executable, "-c", program, json.dumps([str(Path.cwd())]), str(tmp_path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert (said[0], int(said[1]) >= (128 << 20) - 100) == ("1", True)
    assert int(said[2]) < 250 * 1024  # kilobytes


def test_what_may_not_be_read_is_no_pass(tmp_path: Path) -> None:
    logs = _logs(tmp_path)
    (logs / "private.log").write_bytes(b"")
    (logs / "private.log").chmod(0)
    (logs / "private").mkdir(mode=0)
    (tmp_path / "elsewhere").mkdir(mode=0)
    (logs / "forbidden").symlink_to(tmp_path / "elsewhere" / "service.log")  # nobody may see whether it is there
    (logs / "dangling").symlink_to("nowhere")
    (logs / "itself").symlink_to("itself")
    for path in (tmp_path, *tmp_path.parents[:3]):
        path.chmod(path.stat().st_mode | 0o755)
    # Whatever is imported on the way is, before it can't be read any more.
    look_in_files(Search(CANARIES), logs, Context(deadline=float("inf"), started_at=0, credential=lambda _: Secret("")))
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:  # an interpreter of its own could not read ours: it goes on as nobody, with what is loaded
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setegid(65534)
                os.seteuid(65534)
            search = Search(CANARIES)
            look_in_files(search, logs, Context(deadline=float("inf"), started_at=0, credential=lambda _: Secret("")))
            os.write(theirs, f"{search.unread} {search.places}".encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(theirs)
    with os.fdopen(ours) as pipe:
        said = pipe.read().split()
    for folder in (logs / "private", tmp_path / "elsewhere"):
        folder.chmod(0o700)
    assert said == ["3", "1"]


def test_pipes_and_sockets_are_not_waited_for(tmp_path: Path) -> None:
    logs = _logs(tmp_path)
    os.mkfifo(logs / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(logs)
        try:
            listener.bind("socket")
        finally:
            os.chdir(here)
        facts = _facts(_asked(tmp_path, "file:logs"))
    assert (facts.clear, facts.places, facts.unread) == (0, 1, 0)


def test_names_that_are_no_text_and_deep_folders_are_looked_through(tmp_path: Path) -> None:
    logs = _logs(tmp_path)
    Path(os.fsdecode(os.fsencode(logs) + b"/\xff\xfe.log")).write_bytes(OF["mrn"].encode())
    deep = logs
    for _ in range(60):
        deep /= "a"
        deep.mkdir()
    (deep / "x.log").write_bytes(OF["ndc"].encode())
    found = _asked(tmp_path, "file:logs")
    assert (_facts(found).clear, _facts(found).kinds) == (2, ("mrn", "ndc"))


@pytest.mark.parametrize(
    "content",
    [
        b"\x1f\x8b" + b"rubbish" * 99,
        b"BZh9" + b"rubbish" * 99,
        b"\xfd7zXZ\x00" + b"rubbish" * 99,
        b"\x28\xb5\x2f\xfd" + b"rubbish" * 99,
        b"PK\x03\x04" + b"rubbish" * 99,
        b"Rar!\x1a\x07" + b"rubbish" * 99,
    ],
    ids=["gzip", "bzip2", "xz", "zstandard", "zip", "rar"],
)
def test_an_archive_that_can_not_be_unpacked_is_no_pass(content: bytes, tmp_path: Path) -> None:
    (_logs(tmp_path) / "old.log").write_bytes(content)
    facts = _facts(_asked(tmp_path, "file:logs"))
    assert (facts.marked, facts.unread, facts.clear) == (True, 1, msgspec.UNSET)


def test_an_archive_behind_a_password_is_no_pass(tmp_path: Path) -> None:
    with zipfile.ZipFile(_logs(tmp_path) / "dump.zip", "w") as archive:
        archive.writestr("heap", b"x" * 100)
    raw = bytearray((tmp_path / "logs" / "dump.zip").read_bytes())
    raw[6] |= 1  # the flag of an encrypted member, in both headers
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "logs" / "dump.zip").write_bytes(raw)
    assert _facts(_asked(tmp_path, "file:logs")).unread == 1


def test_a_bomb_is_over_in_time(tmp_path: Path) -> None:
    logs = _logs(tmp_path)
    with gzip.open(logs / "bomb.gz", "wb", compresslevel=9) as file:
        for _ in range(24):
            file.write(bytes(16 << 20))
    began = time.monotonic()
    found = _asked(tmp_path, "file:logs", 0.3)
    assert time.monotonic() - began < 10
    assert found.status == "error"
    assert "time" in found.reason


HTTP = ("https://{}/bucket/logs", "http://{}/bucket/logs", "redis://{}/0", "rediss://{}/0", "postgresql://{}/db")
BEHAVIOURS: dict[str, Callable[[socket.socket], None]] = {
    "silent": hostile.silent,
    "dripping": hostile.drip,
    "resetting": hostile.reset,
    "hanging up": hostile.hang_up,
    "rubbish": hostile.rubbish,
    "flood": hostile.flood,
}


@pytest.mark.parametrize(
    ("form", "behaviour"),
    [(form, one) for form in HTTP for one in BEHAVIOURS if form in HTTP[1:3] or one in ("silent", "rubbish")],
)
def test_a_bad_server_is_an_error_in_time(form: str, behaviour: str, tmp_path: Path) -> None:
    with hostile.serving(BEHAVIOURS[behaviour]) as port:
        began = time.monotonic()
        found = _asked(tmp_path, form.format(f"127.0.0.1:{port}"), 1.0)
        took = time.monotonic() - began
    assert (found.status, "bug of limen" in found.reason) == ("error", False), found.reason
    assert found.reason
    assert took < 15
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    "said",
    [
        b"*2\r\n$1\r\n0\r\n*1\r\n$536870999\r\n",
        b"*1000000000\r\n",
        b"*1\r\n" * 99,
        b"$-5\r\n",
        b"+PONG\r\n" * 99,
        b":1\r\n" * 99,
        b"-ERR " + SECRET.encode() + b"\r\n",
        b"-NOAUTH Authentication required.\r\n",
        b"$x\r\n",
        b"a" * 100_000,
    ],
    ids=range(10),
)
def test_a_redis_that_answers_nonsense_is_an_error(said: bytes, tmp_path: Path) -> None:
    def behave(stream: socket.socket) -> None:
        while stream.recv(4096):
            stream.sendall(said)

    with hostile.serving(behave) as port:
        found = _asked(tmp_path, f"redis://127.0.0.1:{port}", 2.0)
    assert (found.status, "bug of limen" in found.reason) == ("error", False), found.reason
    assert SECRET not in repr(found)


@pytest.mark.parametrize("form", HTTP)
def test_nobody_there_is_an_error_that_says_so(form: str, tmp_path: Path) -> None:
    for where in (f"127.0.0.1:{free_port()}", "nobody.invalid:1"):
        found = _asked(tmp_path, form.format(where), 4.0)
        assert found.status == "error"
        assert "bug of limen" not in found.reason


@pytest.mark.parametrize("endpoint", ["", "file:", "ftp://host/x", "https:///x", "redis://host:99999", "kafka://host"])
def test_an_endpoint_of_no_known_form_is_an_error(endpoint: str, tmp_path: Path) -> None:
    found = _asked(tmp_path, endpoint)
    assert (found.status, "bug of limen" in found.reason) == ("error", False)


def test_a_driver_gets_no_secret_of_ours_and_is_ended_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMEN_LAB_SECRET", SECRET)
    _logs(tmp_path)
    check = "import os, sys; sys.exit(3 if 'LIMEN_LAB_SECRET' in os.environ else 0)"
    options: dict[str, Any] = {"canaries": None, "settle": "PT1S"}
    found = _asked(tmp_path, "file:logs", driver=(sys.executable, "-c", check), **options)
    assert (found.status, _facts(found).clear) == ("completed", msgspec.UNSET)  # it sent nothing: nothing is proven
    began = time.monotonic()
    slow = (str(need_program("bash")), "-c", "sleep 60 & wait")
    hung = _asked(tmp_path, "file:logs", 1.5, driver=slow, **options)
    assert (hung.status, "did not end in time" in hung.reason) == ("error", True)
    assert time.monotonic() - began < 10


def test_what_is_contacted_and_run_is_said_before(tmp_path: Path) -> None:
    options = ProbeOptions(driver=("./send",), delivered=Delivered(endpoint="postgresql://db:5432/records"))
    target = Target(probe="leak", section="flow", name="f", endpoint="file:logs", options=options, folder=tmp_path)
    told = [(one.where, one.writes) for one in leak.contacts(target)]
    assert told == [("./send", True), ("postgresql://db:5432/records", False), ("file:logs", False)]


@given(st.binary(max_size=300))
def test_a_damaged_recording_is_an_attempt_error(content: bytes) -> None:
    with pytest.raises(AttemptError):
        leak.interpret({"search.json": RawResponse(name="search.json", media_type="", content=content)}, 0)
    with pytest.raises(AttemptError):
        leak.interpret({}, 0)


@given(st.text(max_size=60) | st.from_regex(r"(https|redis|file|postgresql):[/\\[\\]@:a-z0-9%]{0,30}", fullmatch=True))
def test_any_endpoint_is_a_place_or_an_attempt_error(endpoint: str) -> None:
    with suppress(AttemptError):
        place = place_of(endpoint)
        assert place.path or place.host
