"""`limen observe`: facts, and the part of a declaration that would be true of them, which then agrees."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from limen.analysis.kinds.observed_kms import KmsFacts
from limen.assess import Request, assess
from limen.cli.observing import proposal_text
from limen.probes.proposing import proposals
from limen.probes.recording import read_run, write_run
from limen.records.attempts import Attempt, Observation, ProbeRun
from tests.cli.support import limen
from tests.cli.test_probe import system_with
from tests.cli.tls_server import certificate, tls_server
from tests.lab.ports import free_port
from tests.probes.test_proposing import DAY, attempt, bucket, flat, table

pytestmark = pytest.mark.xdist_group("frame")
Capsys = pytest.CaptureFixture[str]

TRUST = "options: {trust: server.pem}"
KEY = KmsFacts(
    provider="vault", exists=True, hardware=False, origin="software", newest_age=2 * DAY, unreadable_versions=0,
    grantees=("gateway", "service", "store"), grantees_complete=True,
)  # fmt: skip


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def endpoint(pem: Path) -> Iterator[str]:
    """A server that takes TLS 1.2 and 1.3, and asks for no client certificate."""
    with tls_server(pem) as found:
        yield found


def test_facts_of_one_target(endpoint: str, capsys: Capsys) -> None:
    said = limen(capsys, "observe", "tls", endpoint)
    probed = limen(capsys, "probe", "tls", endpoint)
    assert said.code == 0
    assert re.sub(r"in \d+\.\d s", "", said.out) == re.sub(r"in \d+\.\d s", "", probed.out)
    document = json.loads(limen(capsys, "observe", "tls", endpoint, "--format", "json").out)
    assert document["attempts"][0]["observations"][0]["facts"]["versions"]["highest"] == 13


def test_a_proposal_is_a_fragment_with_where_it_came_from(endpoint: str, capsys: Capsys) -> None:
    said = limen(capsys, "observe", "tls", endpoint, "--propose")
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0].startswith("# Proposed by limen ")
    assert re.match(
        rf"# tls \S+ at {endpoint}, \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC: part of a flow, or of a zone's posture$",
        lines[1],
    )
    assert "in_transit:" in lines[2:4]  # what was not seen comes before it
    assert yaml.safe_load(said.out)["in_transit"]["tls"]["mutual"] == "off"


def test_a_target_that_is_not_there_proposes_nothing(capsys: Capsys) -> None:
    closed = f"127.0.0.1:{free_port()}"
    said = limen(capsys, "observe", "tls", closed, "--propose")
    assert said.code == 3
    assert yaml.safe_load(said.out) is None
    assert f"at {closed}, " in said.out
    assert ": nothing is proposed: " in said.out


def test_a_proposal_as_json(endpoint: str, capsys: Capsys) -> None:
    (shown,) = json.loads(limen(capsys, "observe", "tls", endpoint, "--propose", "--format", "json").out)
    assert shown["endpoint"] == endpoint
    assert shown["proposed"]["in_transit"]["tls"]["mutual"] == "off"
    assert shown["nothing_because"] == ""


@pytest.fixture
def recorded(endpoint: str, pem: Path, tmp_path: Path, capsys: Capsys) -> tuple[Path, Path]:
    """A system whose reality is weaker than it says: its folder, and a recording."""
    folder = system_with(
        tmp_path / "system",
        f'probe: tls, flow: hand-over, endpoint: "{endpoint}", every: P1D, {TRUST}',
        'probe: kms, key: record-key, endpoint: "https://kms.example", credential: "env:X", every: P1D',
        'probe: storage, component: store, endpoint: "https://s3.example/store", credential: "env:X", every: P1D',
        'probe: tenancy, component: store, endpoint: "db.example:5432", credential: "env:X", every: P1D',
        'probe: kms, key: root-key, endpoint: "https://kms.example", credential: "env:X", every: P1D',
    )
    (folder / "server.pem").write_bytes(pem.read_bytes())
    assert limen(capsys, "probe", "tls", folder, "--record", tmp_path / "first").code in (1, 3)
    run = read_run(tmp_path / "first")
    made: list[Attempt] = [
        run.attempts[0],
        attempt(
            "kms",
            "key",
            "record-key",
            endpoint="https://kms.example",
            observations=(
                Observation(kind="kms_observation", detail="encrypt/record-key", facts=msgspec.json.encode(KEY)),
            ),
        ),
        attempt(
            "storage",
            "component",
            "store",
            bucket(algorithm="AES-256-XTS"),
            endpoint="https://s3.example/store",
            reason="not seen: tls_only",
        ),
        attempt("tenancy", "component", "store", table(security="enabled"), endpoint="db.example:5432"),
        attempt(
            "kms", "key", "root-key", status="error", reason="denied", observations=(), endpoint="https://kms.example"
        ),
    ]
    made = [msgspec.structs.replace(one, started_at=run.started_at) for one in made]
    write_run(msgspec.structs.replace(run, attempts=tuple(made)), tmp_path / "run")
    return folder, tmp_path / "run"


def contradicted(folder: Path, run: Path) -> set[str]:
    assessment = assess(Request(path=folder, observations=read_run(run))).assessment
    return {one.subject for one in assessment.findings if one.rule == "conformance.contradicted"}


def merge(into: Any, proposed: Any) -> None:
    for name, value in proposed.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            merge(into[name], value)
        else:
            into[name] = value


def pasted(folder: Path, text: str) -> None:
    """Put a proposal into the declaration, as a person would."""
    path = folder / "boundaries.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    proposed = yaml.safe_load(text)
    for flow in proposed.pop("flows", []):
        merge(next(one for one in document["flows"] if one["id"] == flow["id"]), flow)
    merge(document, proposed)
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


def test_what_is_proposed_makes_the_declaration_true(recorded: tuple[Path, Path]) -> None:
    folder, run = recorded
    before = contradicted(folder, run)
    assert {
        "claim:flow/hand-over/in_transit.tls.min",
        "claim:flow/hand-over/in_transit.tls.mutual",
        "claim:key/record-key/origin",
        "claim:component/store/at_rest.algorithm",
    } <= before
    text = proposal(run)
    assert "# kms 1 at https://kms.example, of key root-key, " in text
    assert ": nothing is proposed: denied\n" in text
    assert "# not seen: tls_only\n" in text
    pasted(folder, text)
    # Of what was seen in part nothing is proposed, so that may still be contradicted; of all else nothing is.
    assert contradicted(folder, run) <= before - {f"claim:{path}" for path in claims(text)}
    assert {
        "flow/hand-over/in_transit.tls.min",
        "flow/hand-over/in_transit.tls.mutual",
        "key/record-key/origin",
    } <= claims(text)


def claims(text: str) -> set[str]:
    """Return the names of the claims that a proposal makes."""
    document = yaml.safe_load(text)
    found = {f"flow/{flow['id']}/{path}" for flow in document.pop("flows") for path, _ in flat(flow)}
    for section, entries in document.items():
        found |= {f"{section[:-1]}/{name}/{path}" for name, entry in entries.items() for path, _ in flat(entry)}
    return found


def proposal(run: Path) -> str:
    """Return the proposal for a recording that was put together here, without raw responses to replay."""
    found = read_run(run)
    return proposal_text(proposals(found), found)


def test_of_a_recording_nothing_is_proposed_that_its_raw_responses_do_not_bear_out(
    recorded: tuple[Path, Path], capsys: Capsys
) -> None:
    folder, run = recorded
    for arguments in (
        ("observe", "--observations", run, "--propose"),
        ("check", folder, "--observations", run),
        ("probe", folder, "--replay", run),
    ):
        said = limen(capsys, *arguments)
        assert (said.code, said.out) == (2, "")
        assert f"{run}: error: kms of record-key: the raw responses say something else" in said.err


def test_of_a_recording(recorded: tuple[Path, Path], tmp_path: Path, capsys: Capsys) -> None:
    said = limen(capsys, "observe", "--observations", tmp_path / "first", "--propose")
    assert said.code == 3  # four of the five were left out
    assert [flow["id"] for flow in yaml.safe_load(said.out)["flows"]] == ["hand-over"]
    facts = limen(capsys, "observe", "--observations", tmp_path / "first")
    assert facts.out.startswith("tls hand-over  completed in ")


def test_a_recording_of_nothing(tmp_path: Path, capsys: Capsys) -> None:
    write_run(
        ProbeRun(tool_version="1", system="rx", declaration_sha256="", started_at=1, ended_at=2, attempts=()),
        tmp_path / "run",
    )
    said = limen(capsys, "observe", "--observations", tmp_path / "run", "--propose")
    assert said.code == 3
    assert yaml.safe_load(said.out) is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "write: limen observe tls HOST:PORT; or --observations DIR"),
        (["tls"], "write: limen observe tls HOST:PORT; or --observations DIR"),
        (["tsl", "h:1"], 'did you mean "tls"?'),
        (["tls", "h:1", "--observations", "x"], "--observations asks nobody, so there is no target"),
        (["--observations", "nowhere"], "there is no recording at nowhere"),
        (["tls", "boundaries.yaml"], "boundaries.yaml is a declaration, and no target"),
        (["tls", "h:1", "--format", "yaml"], "invalid choice: 'yaml'"),
        (["tls", "h:1", "--prpose"], "did you mean --propose?"),
    ],
)
def test_what_can_not_be_meant(
    arguments: list[str], said: str, system: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    monkeypatch.chdir(system)
    printed = limen(capsys, "observe", *arguments)
    assert (printed.code, printed.out) == (2, "")
    assert said in printed.err
