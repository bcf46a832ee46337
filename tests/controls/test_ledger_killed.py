"""Real processes, killed by SIGKILL: at each write, cut, sync and message of one writer, and at random in a crowd."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import orjson
import pytest

from limen.controls.ledger import REPAIRED
from limen.integrity.chains import joined, origin
from limen.integrity.limen_v1 import Keys
from limen.integrity.verifying import Expected, verified
from tests.controls.ledger_places import KEY, KINDS, LateServer, Place, PostgresqlPlace, places
from tests.needs import REPOSITORY, need_program, unmeasured

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def server() -> Iterator[LateServer]:
    """PostgreSQL, where a test asks for it."""
    with ExitStack() as stack:
        yield LateServer(stack)


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path, server: LateServer) -> Iterator[Place]:
    """A place in each store."""
    with places(request.param, tmp_path, server) as made:
        yield made


@pytest.fixture(scope="module")
def dying(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that kills its process."""
    made = tmp_path_factory.mktemp("dying") / "dying.so"
    subprocess.run(
        [need_program("cc"), "-shared", "-fPIC", "-O1", "-o", made, HERE / "dying.c", "-ldl"],
        check=True,
        capture_output=True,
    )
    return made


def killed(mode: str, place: Place, environment: dict[str, str], **more: Any) -> dict[str, Any]:
    """Run the writers; return what they were told."""
    login = place.credential() if isinstance(place, PostgresqlPlace) else ""
    setting = {"endpoint": place.endpoint, "login": login, "key_id": KEY[0], "key": KEY[1].hex(), **more}
    done = subprocess.run(
        [sys.executable, "-m", "tests.controls.ledger_killing", mode, json.dumps(setting)],
        cwd=REPOSITORY,
        env=unmeasured() | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def hold(place: Place, found: dict[str, Any]) -> list[dict[str, Any]]:
    """Hold the ledger against what was acknowledged; return its records."""
    with place.open() as ledger:
        length = ledger.head().length
    lines = place.lines()
    seen = joined(origin(), verified(b"".join(lines), 0, Keys({KEY[0]: KEY[1]}), Expected(strict=True)))
    assert (seen.faults, seen.records, seen.unkeyed) == ({}, length, 0)
    records: list[dict[str, Any]] = [orjson.loads(line) for line in lines]
    acknowledged = found["acknowledged"]
    assert len({seq for seq, _, _ in acknowledged}) == len(acknowledged)
    for seq, digest, record in acknowledged:
        assert (records[seq - 1]["_hash"], records[seq - 1]["record"]) == (digest, record)
    own = [one["record"] for one in records if one["action"] != REPAIRED]
    assert len(set(own)) == len(own)
    return records


@pytest.mark.skipif(sys.platform != "linux", reason="a library is preloaded as Linux does it")
def test_at_each_point(place: Place, dying: Path) -> None:
    found = killed("points", place, {"LD_PRELOAD": str(dying)}, groups=1 if isinstance(place, PostgresqlPlace) else 2)
    records = hold(place, found)
    assert found["points"] >= 4  # two groups: a write and a sync each, or more
    assert found["deaths"] >= 3 * found["points"] - 2
    repaired = [one for one in records if one["action"] == REPAIRED]
    assert bool(repaired) == (place.endpoint[:1] == "/")


def test_in_a_crowd(place: Place, tmp_path: Path) -> None:
    found = killed("crowd", place, {}, seed=random.randrange(1 << 30))
    records = hold(place, found)
    assert len(found["acknowledged"]) > 20
    assert len({one["record"].split("-")[1] for one in records if one["action"] != REPAIRED}) > 1

    secret = tmp_path / "login"
    command = [Path(sys.executable).parent / "limen", "probe", "ledger", place.endpoint.removeprefix("sqlite://")]
    command += ["--option", "chain_keys=[{id: audit-2026, secret: 'env:LIMEN_CHAIN_KEY'}]"]
    command += ["--option", "tenant=pharmacy-014", "--option", "strict=true"]
    if isinstance(place, PostgresqlPlace):
        secret.touch(0o600)
        secret.write_text(place.credential())
        command += ["--credential", f"file:{secret}"]
    probed = subprocess.run(
        command, env={**os.environ, "LIMEN_CHAIN_KEY": KEY[1].hex()}, capture_output=True, text=True, check=False
    )
    facts = dict(line.split(maxsplit=1) for line in probed.stdout.splitlines()[1:] if line.startswith("  "))
    assert probed.returncode == 0, probed.stdout + probed.stderr
    for aspect in ("chain", "sequence", "clock", "tenant", "key"):
        assert facts[f"{aspect}.faults"] == "0"
    assert facts["records"] == str(len(records))
    assert facts["algorithm"] == "HMAC-SHA-256"
