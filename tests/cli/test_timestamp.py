"""`limen timestamp`, as a person meets it; what it writes is what `openssl ts -verify` takes."""

from __future__ import annotations

import datetime
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.support import Said, limen, program
from tests.evidence.packing import declared, packed
from tests.evidence.people import person, trust_file
from tests.lab.ports import free_port
from tests.needs import need_program
from tests.simulators.timestamp_authority import Authority, timestamp_authority

pytestmark = pytest.mark.xdist_group("timestamp")
Capsys = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packs")
    person(folder, "build", "Build machine", "producer", open_=True)
    return packed(declared(folder / "source"), folder / "whole", "--key", folder / "build-ed25519.pem")


@pytest.fixture
def pack(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole, tmp_path / "pack")


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Authority, str]]:
    with timestamp_authority(chain=True) as made:
        yield made


@pytest.fixture
def lab(running: tuple[Authority, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Authority, str]]:
    monkeypatch.delenv("LIMEN_TIMESTAMP_AUTHORITY", raising=False)
    running[0].fault = ""
    yield running
    running[0].fault = ""


def stamped(capsys: Capsys, pack: Path, lab: tuple[Authority, str], *more: str | Path) -> Said:
    return limen(capsys, "timestamp", pack, "--authority", lab[1], *more)


def root(lab: tuple[Authority, str]) -> list[str]:
    return ["--trust", str(lab[0].folder / "chain.pem")]


def test_the_files_that_openssl_verifies(pack: Path, lab: tuple[Authority, str], capsys: Capsys) -> None:
    said = stamped(capsys, pack, lab, *root(lab))
    assert said.code == 0, said.err
    assert "envelope/timestamps/0001.tsr, at 20" in said.out
    assert "by CN=Lab TSA" in said.out
    assert f"renew by {lab[0].until - datetime.timedelta(days=90):%Y-%m-%d}" in said.out
    assert said.err == ""
    given = ["ts", "-verify", "-data", "0001.json", "-in", "0001.tsr", "-CAfile", str(lab[0].folder / "root.pem")]
    done = subprocess.run(
        [str(need_program("openssl")), *given],  # the chain is in the response
        cwd=pack / "envelope/timestamps",
        capture_output=True,
    )
    assert b"Verification: OK" in done.stdout, done.stderr


def test_verify_believes_it_with_the_auditors_root(
    pack: Path, lab: tuple[Authority, str], capsys: Capsys, tmp_path: Path
) -> None:
    producer = person(tmp_path, "x", "X", "producer")
    trust = trust_file(tmp_path / "trust.json", producer, authorities=(lab[0].root,))
    assert stamped(capsys, pack, lab, "--trust", trust).code == 0  # a trust file names authorities as well
    judged = limen(capsys, "verify", pack, "--trust", trust, "--format", "json")
    checks = {one["name"]: one for one in json.loads(judged.out)["checks"]}
    assert (checks["timestamps"]["status"], checks["time"]["status"]) == ("ok", "ok")
    assert "its earliest trusted timestamp" in checks["time"]["what"]


def test_without_trust_it_is_said_that_nobody_judged(pack: Path, lab: tuple[Authority, str], capsys: Capsys) -> None:
    said = stamped(capsys, pack, lab)
    assert said.code == 0
    assert "nobody has judged it" in said.err


def test_the_authority_of_the_environment(
    pack: Path, lab: tuple[Authority, str], capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = limen(capsys, "timestamp", pack)
    assert (nobody.code, "no timestamp authority is named" in nobody.err) == (2, True)
    monkeypatch.setenv("LIMEN_TIMESTAMP_AUTHORITY", lab[1])
    assert limen(capsys, "timestamp", pack, *root(lab)).code == 0


def test_renewal(pack: Path, lab: tuple[Authority, str], capsys: Capsys) -> None:
    nothing = stamped(capsys, pack, lab, "--renew")
    assert (nothing.code, "no timestamp to renew" in nothing.err) == (2, True)
    with timestamp_authority(name="Short", days=30) as short:
        assert stamped(capsys, pack, short, *root(short)).code == 0
        renewed = stamped(capsys, pack, lab, "--renew", *root(lab))
        assert "envelope/timestamps/0002.tsr" in renewed.out
        again = stamped(capsys, pack, lab, "--renew", *root(lab))
        assert (again.code, "no renewal is due, nothing was changed" in again.out) == (0, True)
    assert sorted(path.name for path in (pack / "envelope/timestamps").iterdir()) == [
        "0001.json", "0001.tsr", "0002.json", "0002.tsr",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "code", "expected"),
    [
        ("refused", 3, "refused it: status 2"),
        ("wrong-nonce", 3, "the nonce is not ours"),
        ("other-data", 3, "over other data"),
        ("expired", 3, "had ended at that time"),
        ("wrong-eku", 3, "not for timestamps alone"),
        ("garbage", 3, "no RFC 3161 response"),
        ("redirect", 3, "sends on to another address"),
        ("gigabyte", 3, "more than 1048576 bytes"),
        ("server-error", 3, "HTTP status 500"),
    ],
)
def test_a_failing_authority(
    fault: str, code: int, expected: str, pack: Path, lab: tuple[Authority, str], capsys: Capsys
) -> None:
    lab[0].fault = fault
    said = stamped(capsys, pack, lab, *root(lab))
    assert (said.code, expected in said.err) == (code, True), said.err
    assert "  = " in said.err
    assert not (pack / "envelope/timestamps").exists()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--authority", "tsa.example.org"], "is no address of a timestamp authority"),
        (["--authority", "ftp://tsa.example.org/"], "is no address of a timestamp authority"),
        (["--authority", "http://u:swordfish@127.0.0.1/"], "holds a credential"),
        (["--authority", f"http://127.0.0.1:{free_port()}/", "--trust", "nowhere.pem"], "can't be read"),
        (["--authority", f"http://127.0.0.1:{free_port()}/", "--trust", __file__], "error"),
        (["--autority", "http://127.0.0.1/"], "did you mean --authority?"),
        (["--authority", "http://127.0.0.1/", "--trust", "/"], "can't be read"),
    ],
)
def test_what_is_misspelt_is_said(options: list[str], expected: str, pack: Path, capsys: Capsys) -> None:
    said = limen(capsys, "timestamp", pack, *options)
    assert said.code == 2
    assert expected in said.err
    assert "swordfish" not in said.err
    assert "Traceback" not in said.err


def test_nobody_answers(pack: Path, capsys: Capsys) -> None:
    said = limen(capsys, "timestamp", pack, "--authority", f"http://127.0.0.1:{free_port()}/")
    assert (said.code, "refuses connections" in said.err) == (3, True)


def test_a_damaged_pack_gets_none(pack: Path, lab: tuple[Authority, str], capsys: Capsys) -> None:
    (pack / "core/findings.jsonl").write_bytes(b"{}\n")
    said = stamped(capsys, pack, lab)
    assert (said.code, "a damaged pack gets no timestamp" in said.err) == (2, True)


def test_as_a_program(pack: Path, lab: tuple[Authority, str]) -> None:
    said = program("timestamp", pack, "--authority", lab[1], *root(lab))
    assert (said.code, said.err) == (0, "")
    assert said.out.count("\n") == 2
