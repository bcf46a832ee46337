"""The worked service's start and its driver, where something is wrong: each says what, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from examples.service import running
from examples.service.__main__ import main
from examples.service.building import Service
from examples.service.opening import Choice, chosen, enrol, keep_choice, opened
from examples.service.running import LISTENERS
from examples.service.settings import begin
from limen.controls.ledger_entries import Entry, LedgerError
from limen.errors import UsageError
from tests.lab.ports import free_port
from tests.needs import REPOSITORY

OWNER = "LIMEN_SERVICE_DATABASE_OWNER"
GOOD = "owner:{drawn}"


def said(
    *arguments: str | Path, module: str = "examples.service", environment: dict[str, str] | None = None
) -> tuple[int, str]:
    """Run a command that ends by itself; return its exit code and what it wrote to standard error."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH", "TMPDIR") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=REPOSITORY, env=kept | (environment or {}), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def drive(*arguments: str | Path) -> tuple[int, str]:
    return said(*arguments, module="examples.service.drive")


@pytest.mark.parametrize("port", ["80000", "65530", "-4", "x", "²"])
def test_a_port_that_there_is_not_is_refused_before_anything_is_made(tmp_path: Path, port: str) -> None:
    code, error = said("--folder", tmp_path / "folder", f"--port={port}")
    assert code == 2
    assert "expected 0 to 65526" in error
    assert not (tmp_path / "folder").exists()


def test_each_component_that_listens_has_a_port(tmp_path: Path) -> None:
    begin(tmp_path)
    house = opened(tmp_path, ("crossing-log", "trace-log", "cs-ledger"), Choice())
    enrol(tmp_path, house.store, house.clock())
    service = Service(house)
    assert len(service.running) == LISTENERS
    service.close()


def test_a_key_service_that_does_not_answer_is_said_and_binds_nobody(tmp_path: Path) -> None:
    """A start that failed keeps no choice: the next one may be another."""
    environment = {"VAULT_ADDR": f"http://127.0.0.1:{free_port()}", "VAULT_TOKEN": os.urandom(16).hex()}
    code, error = said("--folder", tmp_path, "--keys", "openbao", environment=environment)
    assert code == 3
    assert "error: the key service at VAULT_ADDR can't be reached" in error
    assert not (tmp_path / "choice.json").exists()
    assert chosen(tmp_path, Choice()) == Choice()


@pytest.mark.parametrize(
    ("place", "owner", "expected"),
    [
        ("127.0.0.1:{port}/service", GOOD, "the database at LIMEN_SERVICE_DATABASE can't be reached"),
        ("127.0.0.1/service", GOOD, "(env:LIMEN_SERVICE_DATABASE) is no HOST:PORT/NAME"),
        ("127.0.0.1:{port}/service", "{drawn}", f"(env:{OWNER}) is no user and password"),
        ("127.0.0.1:{port}/service", "owner:password", "behind the colon, it is a placeholder"),
        ("127.0.0.1:{port}/service", "owner-of-all-of-it:a1b2", "behind the colon, it has 4 characters"),
    ],
)
def test_a_database_that_can_not_be_used_is_said(tmp_path: Path, place: str, owner: str, expected: str) -> None:
    drawn = os.urandom(16).hex()
    told = {"LIMEN_SERVICE_DATABASE": place.format(port=free_port()), OWNER: owner.format(drawn=drawn)}
    code, error = said("--folder", tmp_path, "--database", "postgresql", environment=told)
    assert code in (2, 3)
    assert expected in error
    assert drawn not in error
    assert "a1b2" not in error
    assert not (tmp_path / "choice.json").exists()


def test_a_folder_is_one_services(tmp_path: Path) -> None:
    """The second start is refused, and the first is found as before; with what the folder was made with, in options."""
    folder = tmp_path / "folder"
    first = subprocess.Popen(
        [sys.executable, "-m", "examples.service", "--folder", str(folder)],
        cwd=REPOSITORY, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert first.stdout is not None
        assert any("Its folder is" in line for line in first.stdout)
        ports = (folder / "ports.json").read_bytes()
        code, error = said("--folder", folder)
        assert (code, error.splitlines()[0]) == (2, f"error: a service runs on the folder {folder}")
        assert (folder / "ports.json").read_bytes() == ports
        assert stat.S_IMODE((folder / "running.lock").stat().st_mode) == 0o600
    finally:
        first.send_signal(signal.SIGINT)
        assert first.wait(30) == 0
        first.communicate()
    code, error = said("--folder", folder, "--ledgers", "sqlite")
    assert (code, error.splitlines()[0]) == (
        2, "error: the folder was made with --keys file --ledgers jsonl --database sqlite",
    )  # fmt: skip
    code, error = drive("events", "--folder", folder)
    assert code == 2
    assert error.startswith("error: nobody listens on port")
    assert "is the service running" in error


def test_a_damaged_choice_is_said(tmp_path: Path) -> None:
    for text in (b"{", b'{"keys":"memory"}', b"\xff"):
        (tmp_path / "choice.json").write_bytes(text)
        with pytest.raises(UsageError, match=r"choice\.json is damaged"):
            chosen(tmp_path, Choice())
    keep_choice(tmp_path, Choice(ledgers="sqlite"))
    assert chosen(tmp_path) == Choice(ledgers="sqlite")


def test_every_damaged_ledger_is_named(tmp_path: Path) -> None:
    begin(tmp_path)
    names = ("crossing-log", "trace-log", "cs-ledger")
    house = opened(tmp_path, names, Choice())
    for name, ledger in house.ledgers.items():
        ledger.append(Entry(tenant="", actor=name, action="service.started", record=name))
        ledger.close()
    for name in names[1:]:
        path = tmp_path / "ledgers" / f"{name}.jsonl"
        path.write_bytes(path.read_bytes().replace(b"service.started", b"service.sturted"))
    with pytest.raises(LedgerError) as raised:
        opened(tmp_path, names, Choice())
    assert [name for name in names if any(name in problem.message for problem in raised.value.problems)] == [
        "trace-log", "cs-ledger",
    ]  # fmt: skip


@pytest.mark.parametrize("there", [True, False])
def test_the_driver_makes_nothing_where_no_service_ran(tmp_path: Path, there: bool) -> None:
    folder = tmp_path / "folder"
    if there:
        folder.mkdir()
    code, error = drive("--folder", folder)
    assert (code, error.splitlines()[0]) == (2, f"error: no service ran in the folder {folder}")
    assert not list(tmp_path.rglob("*.json"))


def test_the_driver_says_which_jobs_there_are(tmp_path: Path) -> None:
    code, error = drive("evnts", "--folder", tmp_path)
    assert code == 2
    assert "unknown: evnts; there are events, dispensing, transfer, submission" in error
    code, error = drive("--misbehave", "stranga", "--folder", tmp_path)
    assert "there are undeclared, " in error


def test_ctrl_c_while_it_starts_ends_it_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    child = subprocess.Popen(
        [sys.executable, "-m", "examples.service", "--folder", str(folder)],
        cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    for _ in range(2000):
        if (folder / "running.lock").exists():
            break
        time.sleep(0.01)
    child.send_signal(signal.SIGINT)
    _, error = child.communicate(timeout=30)
    assert (child.returncode, error) in ((130, ""), (0, ""))


def test_ctrl_c_before_it_runs_ends_it_as_a_signal_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it comes: while modules are imported, too."""

    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "main", interrupted)
    assert main([]) == 130
