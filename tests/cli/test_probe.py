"""`limen probe`: declared targets are judged, typed ones shown, plans contact nobody, recordings decide alike."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from limen.probes.recording import read_run
from tests.cli.conftest import declaration
from tests.cli.support import VARIABLES, limen, names, program
from tests.cli.tls_server import certificate, tls_server
from tests.lab.ports import free_port

pytestmark = pytest.mark.xdist_group("frame")
Capsys = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def endpoint(pem: Path) -> Iterator[str]:
    """A server that takes TLS 1.2 and 1.3."""
    with tls_server(pem) as found:
        yield found


def system_with(folder: Path, *probes: str) -> Path:
    """Write the starter with these probes in place of its own, and return its folder."""
    text = declaration().partition("\nprobes:\n")[0]
    folder.mkdir(parents=True, exist_ok=True)
    written = text + "\nprobes:\n" + "".join(f"  - {{{probe}}}\n" for probe in probes) if probes else text
    (folder / "boundaries.yaml").write_text(written, encoding="utf-8")
    return folder


@pytest.fixture
def declared(endpoint: str, pem: Path, tmp_path: Path) -> Path:
    """The starter with one TLS probe of a server that takes TLS 1.2 where 1.3 is declared."""
    (tmp_path / "system").mkdir()
    shutil.copy(pem, tmp_path / "system/server.pem")
    trust = "options: {trust: server.pem}"
    return system_with(tmp_path / "system", f'probe: tls, flow: hand-over, endpoint: "{endpoint}", every: P1D, {trust}')


def decisions(folder: Path, *arguments: str | Path) -> tuple[int, list[object]]:
    """Return exit code and decisions of a run in a process of its own."""
    said = program(*arguments, "--format", "json", cwd=folder)
    document = json.loads(said.out)
    return said.code, [document["findings"], document["counts"], document["assessed_at"]]


class TestTyped:
    def test_facts_of_one_target(self, endpoint: str, capsys: Capsys) -> None:
        said = limen(capsys, "probe", "tls", endpoint)
        assert (said.code, said.err) == (0, "")
        assert re.match(rf"tls {endpoint}  completed in \d+\.\d s\n", said.out)
        assert re.search(r"^  versions\.highest +1\.3$", said.out, flags=re.MULTILINE)
        assert re.search(
            r"^  certificate\.expires_at +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC$", said.out, flags=re.MULTILINE
        )
        assert "conform" not in said.out

    def test_as_json(self, endpoint: str, capsys: Capsys) -> None:
        said = limen(capsys, "probe", "tls", endpoint, "--format", "json")
        document = json.loads(said.out)
        (attempt,) = document["attempts"]
        assert (attempt["section"], attempt["status"], attempt["target"]) == ("typed", "completed", endpoint)
        (seen,) = attempt["observations"]
        assert seen["kind"] == "tls_observation"
        assert seen["facts"]["versions"]["highest"] == 13
        assert "raw" not in attempt

    def test_options_come_before_or_after(self, endpoint: str, pem: Path, capsys: Capsys) -> None:
        for arguments in (
            ("probe", "tls", endpoint, "--option", f"trust={pem}"),
            ("probe", "--option", f"trust={pem}", "tls", endpoint),
            ("probe", "tls", "--option", f"trust={pem}", endpoint),
        ):
            said = limen(capsys, *arguments)
            assert said.code == 0, said.err
            assert re.search(r"^  certificate\.trusted +true$", said.out, flags=re.MULTILINE)

    def test_a_target_that_is_not_there(self, endpoint: str, capsys: Capsys) -> None:
        closed = f"127.0.0.1:{free_port()}"
        said = limen(capsys, "probe", "tls", endpoint, closed)
        assert said.code == 3
        assert f"tls {closed}  error in " in said.out
        assert f"tls {endpoint}  completed in " in said.out

    def test_it_needs_no_declaration(self, endpoint: str, tmp_path: Path) -> None:
        assert program("probe", "tls", endpoint, cwd=tmp_path).code == 0

    def test_it_enters_no_assessment(self, endpoint: str, declared: Path, tmp_path: Path, capsys: Capsys) -> None:
        said = limen(capsys, "probe", "tls", endpoint, "--record", tmp_path / "run")
        assert said.code == 0
        assert read_run(tmp_path / "run").system == ""
        refused = limen(capsys, "check", declared, "--observations", tmp_path / "run")
        assert refused.code == 2
        again = limen(capsys, "probe", "--replay", tmp_path / "run")
        assert (again.code, again.out) == (0, said.out)

    def test_a_password_in_the_target_is_refused_and_not_shown(self, capsys: Capsys) -> None:
        said = limen(capsys, "probe", "kms", "https://probe:hunter2222@h.example:8200")
        assert said.code == 2
        assert "the target has a credential in it" in said.err
        assert "hunter2222" not in said.err + said.out

    def test_a_credential_that_is_a_value_is_refused_and_not_shown(self, capsys: Capsys) -> None:
        said = limen(capsys, "probe", "kms", "https://h.example:8200", "--credential", "hvs.hunter2222")
        assert said.code == 2
        assert "--credential takes a reference, never a value" in said.err
        assert "hunter2222" not in said.err + said.out


class TestDeclared:
    def test_attempts_and_then_the_report(self, declared: Path, endpoint: str, capsys: Capsys) -> None:
        said = limen(capsys, "probe", declared)
        assert said.code in (1, 3)
        lines = said.out.splitlines()
        assert lines[0] == "status\tprobe\ttarget\tendpoint\tseconds\treason"
        assert re.match(rf"completed\ttls\thand-over\t{endpoint}\t\d+\.\d\t", lines[1])
        assert lines[2] == "1 of 1 attempt completed"
        assert "rx: Rx" in lines
        assert re.search(r" claims, [1-9]\d* observed\b", lines[-1])

    def test_an_attempt_that_does_not_complete_gates(self, tmp_path: Path, capsys: Capsys) -> None:
        closed = f"127.0.0.1:{free_port()}"
        folder = system_with(tmp_path, f'probe: tls, flow: hand-over, endpoint: "{closed}", every: P1D')
        said = limen(capsys, "probe", folder)
        assert said.code in (1, 3)
        assert "0 of 1 attempt completed" in said.out
        assert re.search(r" claims, 0 observed\b", said.out.splitlines()[-1])
        assert "not assessed or in error" in said.out.splitlines()[-1]

    def test_weaker_reality_is_a_finding(self, declared: Path, capsys: Capsys) -> None:
        said = limen(capsys, "probe", declared, "--format", "json")
        found = {(finding["rule"], finding["subject"]) for finding in json.loads(said.out)["findings"]}
        assert ("conformance.contradicted", "claim:flow/hand-over/in_transit.tls.min") in found
        assert said.code == 1

    def test_a_format_for_machines_is_alone_on_standard_output(self, declared: Path, capsys: Capsys) -> None:
        said = limen(capsys, "probe", declared, "--format", "json")
        assert json.loads(said.out)["scope"] == "conformance"

    def test_reports_in_a_folder(self, declared: Path, tmp_path: Path, capsys: Capsys) -> None:
        said = limen(capsys, "probe", declared, "--format", "json,sarif", "--output", tmp_path / "out")
        assert names(tmp_path / "out") == ["limen.json", "limen.sarif"]
        assert said.out.startswith("status\tprobe\t")

    def test_only_a_probe_or_a_flow(self, endpoint: str, tmp_path: Path, capsys: Capsys) -> None:
        folder = system_with(
            tmp_path,
            f'probe: tls, flow: hand-over, endpoint: "{endpoint}"',
            f'probe: tls, flow: submit, endpoint: "{endpoint}"',
            'probe: secrets, endpoint: "."',
        )
        flow = limen(capsys, "probe", folder, "--only", "submit")
        assert "left out: only the flow submit was asked for" in flow.out
        assert "1 of 3 attempts completed" in flow.out
        assert "partial assessment (only flow submit)" in flow.out
        name = limen(capsys, "probe", "tls", folder / "boundaries.yaml")
        assert "2 of 3 attempts completed" in name.out
        assert "left out: only tls was asked for" in name.out
        assert name.code in (1, 3)


class TestRecorded:
    def test_replayed_elsewhere_it_decides_alike(self, declared: Path, tmp_path: Path) -> None:
        live = program("probe", declared, "--record", tmp_path / "run", "--format", "json")
        assert live.code in (1, 3)
        machine = tmp_path / "another machine"
        shutil.copytree(declared, machine / "system")
        shutil.move(tmp_path / "run", machine / "kept")
        time.sleep(1.1)  # another second: the run's own clock counts
        replayed = program("probe", "--replay", "../kept", "--format", "json", cwd=machine / "system")
        assert replayed.code == live.code
        first, second = json.loads(live.out), json.loads(replayed.out)
        assert first.pop("declaration") != second.pop("declaration")
        assert first == second
        text = [program("probe", "--replay", "../kept", cwd=machine / "system").out for _ in range(2)]
        assert text[0] == text[1]

    def test_judged_later_by_check(self, declared: Path, tmp_path: Path) -> None:
        live = program("probe", declared, "--record", tmp_path / "run", "--format", "json")
        later = program("check", declared, "--observations", tmp_path / "run", "--format", "json")
        assert later.code == live.code
        first, second = json.loads(live.out), json.loads(later.out)
        assert second["scope"] == "conformance"
        assert [f["id"] for f in first["findings"]] == [f["id"] for f in second["findings"]]
        design = json.loads(program("check", declared, "--format", "json").out)
        assert design["scope"] == "design"

    def test_a_changed_declaration_is_said(self, declared: Path, tmp_path: Path, capsys: Capsys) -> None:
        limen(capsys, "probe", declared, "--record", tmp_path / "run")
        assert "the declaration has changed" not in limen(capsys, "probe", declared, "--replay", tmp_path / "run").out
        with (declared / "boundaries.yaml").open("a") as file:
            file.write("# one more line\n")
        said = limen(capsys, "probe", declared, "--replay", tmp_path / "run")
        assert "note: the declaration has changed since it was observed" in said.out
        later = limen(capsys, "check", declared, "--observations", tmp_path / "run")
        assert "note: the declaration has changed since it was observed" in later.out

    @pytest.mark.parametrize("version", ["", "0"])  # a version written beside forged facts is no excuse
    def test_changed_facts_are_refused_though_every_digest_fits(
        self, declared: Path, tmp_path: Path, capsys: Capsys, version: str
    ) -> None:
        import msgspec

        from limen.probes.recording import write_run

        limen(capsys, "probe", declared, "--record", tmp_path / "run")
        run = read_run(tmp_path / "run")
        (attempt,) = run.attempts
        (seen,) = attempt.observations
        facts = msgspec.json.decode(seen.facts)
        facts["mutual"]["weakest"] = "required"
        forged = msgspec.structs.replace(seen, facts=msgspec.json.encode(facts))
        better = msgspec.structs.replace(attempt, observations=(forged,), version=version or attempt.version)
        write_run(msgspec.structs.replace(run, attempts=(better,)), tmp_path / "forged")
        said = limen(capsys, "probe", declared, "--replay", tmp_path / "forged")
        assert (said.code, said.out) == (2, "")
        assert "tls of hand-over: the raw responses say something else: " in said.err
        assert ": mutual.weakest\n" in said.err

    def test_a_damaged_recording_is_refused_by_its_file(self, declared: Path, tmp_path: Path, capsys: Capsys) -> None:
        limen(capsys, "probe", declared, "--record", tmp_path / "run")
        victim = next((tmp_path / "run/raw").iterdir())
        victim.write_bytes(victim.read_bytes() + b" ")
        for arguments in (
            ("probe", declared, "--replay", tmp_path / "run"),
            ("check", declared, "--observations", tmp_path / "run"),
            ("observe", "--observations", tmp_path / "run"),
        ):
            said = limen(capsys, *arguments)
            assert (said.code, said.out) == (2, "")
            assert victim.name in said.err

    def test_it_is_refused_before_anything_is_asked(self, declared: Path, capsys: Capsys) -> None:
        said = limen(capsys, "probe", declared, "--record", declared)
        assert (said.code, said.out) == (2, "")
        assert f"{declared} is there already" in said.err

    def test_interrupted_it_is_whole(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            where = f"127.0.0.1:{silent.getsockname()[1]}"
            folder = system_with(
                tmp_path / "system",
                f'probe: tls, flow: hand-over, endpoint: "127.0.0.1:{free_port()}"',
                f'probe: tls, flow: submit, endpoint: "{where}"',
            )
            child = subprocess.Popen(
                [sys.executable, "-m", "limen", "probe", str(folder), "--record", str(tmp_path / "run")],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={name: value for name, value in os.environ.items() if name not in VARIABLES},
            )
            silent.settimeout(20)
            stream, _ = silent.accept()
            time.sleep(0.5)
            child.send_signal(signal.SIGINT)
            out, err = child.communicate(timeout=20)
            stream.close()
        assert (child.returncode, out) == (130, b"")
        assert err.decode().splitlines() == [
            f"what was seen until then is in {tmp_path / 'run'}",
            "limen: interrupted: nothing was decided",
        ]
        run = read_run(tmp_path / "run")
        assert [one.status for one in run.attempts] == ["error", "error"]
        assert run.attempts[1].reason == "it was interrupted"


GUARD = """
import sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "subprocess.Popen", "os.exec"):
        sys.stderr.write(f"GUARD {event} {arguments}\\n")
sys.addaudithook(watch)
"""


class TestPlan:
    @pytest.fixture
    def guarded(self, tmp_path: Path) -> dict[str, str]:
        """Variables that have a child say every connection and every program that it starts."""
        (tmp_path / "guard").mkdir()
        (tmp_path / "guard/sitecustomize.py").write_text(GUARD)
        return {"PYTHONPATH": str(tmp_path / "guard")}

    def test_the_guard_sees_a_connection(self, guarded: dict[str, str], endpoint: str) -> None:
        said = program("probe", "tls", endpoint, **guarded)
        assert "GUARD socket.connect" in said.err

    def test_every_connection_is_printed_and_none_is_made(
        self, guarded: dict[str, str], tmp_path: Path, endpoint: str
    ) -> None:
        folder = system_with(
            tmp_path / "system",
            f'probe: tls, flow: hand-over, endpoint: "{endpoint}"',
            'probe: kms, key: record-key, endpoint: "https://kms.example:8200", credential: "vault:a/b#c"',
            'probe: tls, flow: submit, endpoint: "https://a:hunter2222@h.example"',
        )
        said = program("probe", folder, "--plan", **guarded)
        assert (said.code, said.err) == (0, "")
        lines = [line.split("\t") for line in said.out.splitlines()]
        assert lines[0] == ["probe", "target", "where", "what", "access", "credentials"]
        vault = ["kms", "record-key", "VAULT_ADDR", "read the credential vault:a/b#c", "reads", "vault:a/b#c"]
        assert vault in lines
        assert [line[2] for line in lines if line[:2] == ["tls", "hand-over"]] != []
        assert any(line[3].startswith("nothing: the endpoint has a credential") for line in lines[1:-1])
        assert "hunter2222" not in said.out
        assert lines[-1][0].endswith("; nothing was contacted")

    def test_of_a_typed_target_and_as_json(self, guarded: dict[str, str]) -> None:
        said = program("probe", "tls", "h.example:443", "--plan", "--format", "json", **guarded)
        assert (said.code, said.err) == (0, "")
        (planned,) = json.loads(said.out)
        assert planned["contacts"][0]["where"] == "h.example:443"

    def test_of_the_reference_system(self, guarded: dict[str, str]) -> None:
        from tests.needs import REPOSITORY

        said = program("probe", REPOSITORY / "boundaries.yaml", "--plan", **guarded)
        assert (said.code, said.err) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["tsl"], 'did you mean "tls"?'),
        (["tsl", "h:1"], 'did you mean "tls"?'),
        (["h.example:443"], "name its probe first: limen probe tls h.example:443"),
        (["tls", "kms", "h:1"], "h:1 is a target of one probe, and 2 are named: tls, kms"),
        (["telepathy"], "there is no probe 'telepathy'"),
        (["nowhere/boundaries.yaml"], "no such file or folder: nowhere/boundaries.yaml"),
        (["--only", "hand-ovr"], 'did you mean "hand-over"?'),
        (["--only", "reject"], "no probe asks the flow reject"),
        (["tls", "h:1", "--only", "hand-over"], "--only names a flow of a declaration, and a target was typed"),
        (["tls", "h:1", "--option", "trsut=x"], 'did you mean "trust"?'),
        (["tls", "h:1", "--option", "trust"], "--option trust has no value"),
        (["tls", "h:1", "--format", "sarif"], "facts of a typed target and plans are no report"),
        (["--credential", "env:X"], "--credential is for a typed target"),
        (["--plan", "--record", "x"], "--plan asks nobody, so there is nothing to --record"),
        (["--replay", "x", "--plan"], "--replay asks nobody, so --plan has no meaning"),
        (["--replay", "nowhere"], "there is no recording at nowhere"),
        (["--timeout", "0"], "'0' is not a number of seconds above 0"),
        (["--timeout", "nan"], "'nan' is not a number of seconds above 0"),
        (["--concurrency", "0"], "'0' is no number from 1 to 256"),
        (["--rate", "-1"], "'-1' is not a number of contacts, or 0"),
        (["--timout", "3"], "did you mean --timeout?"),
        (["--format", "sarfi"], 'did you mean "sarif"?'),
        (["--profile", "hippa"], "hipaa"),
        (["--rule", "transit.tls_minimun"], "transit.tls_minimum"),
        (["--waivers", "nowhere.yaml"], "nowhere.yaml"),
        (["--engine", "opa-cli", "--verify-engine", "opa-cli"], "opa-cli can't verify itself"),
    ],
)
def test_what_can_not_be_meant(
    arguments: list[str], said: str, system: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as untouched:
        untouched.settimeout(0)
        port = untouched.getsockname()[1]
        system_with(system, f'probe: tls, flow: hand-over, endpoint: "127.0.0.1:{port}"')
        monkeypatch.chdir(system)
        printed = limen(capsys, "probe", *arguments)
        with pytest.raises(BlockingIOError):
            untouched.accept()
    assert (printed.code, printed.out) == (2, "")
    assert said in printed.err


def test_a_declaration_without_probes(system: Path, capsys: Capsys) -> None:
    said = limen(capsys, "probe", system_with(system))
    assert (said.code, said.out) == (2, "")
    assert "declares no probes" in said.err
    assert "limen probe tls HOST:PORT" in said.err


def test_without_probing_nothing_of_it_is_loaded(system: Path) -> None:
    """`limen check` starts no slower for what `limen probe` needs."""
    code = (
        "import sys; from limen.cli.program import run; code = run(['check', sys.argv[1]]);"
        "print(code, sorted(name for name in sys.modules if name.startswith(('limen.probes', 'limen.adapters', "
        "'cryptography', 'hvac', 'boto3', 'psycopg', 'requests', 'ssl'))))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(system)], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "0 []", done.stdout + done.stderr


def test_no_library_talks_to_the_user(endpoint: str) -> None:
    assert program("probe", "tls", endpoint).err == ""


def test_tls_below_what_is_declared_is_seen_by_its_absence(pem: Path, capsys: Capsys) -> None:
    with tls_server(pem, ssl.TLSVersion.TLSv1_3) as strict:
        said = limen(capsys, "probe", "tls", strict)
    assert re.search(r"^  versions\.offered +1\.3$", said.out, flags=re.MULTILINE)


def test_quiet_shows_only_attempts_that_ended_in_error(declared: Path, tmp_path: Path, capsys: Capsys) -> None:
    assert "hand-over" not in limen(capsys, "probe", declared, "--quiet").out.partition("attempt")[0]
    broken = system_with(tmp_path / "b", f"probe: tls, flow: hand-over, endpoint: '127.0.0.1:{free_port()}'")
    assert "\nerror\ttls\thand-over\t" in limen(capsys, "probe", broken, "--quiet").out


def test_an_answer_to_another_question_counts_for_nothing(declared: Path, tmp_path: Path, capsys: Capsys) -> None:
    """Else a server that is trusted by some other authority is recorded, and judged by a declaration that says ours."""
    limen(capsys, "probe", declared, "--record", tmp_path / "run")
    path = declared / "boundaries.yaml"
    shutil.copy(declared / "server.pem", declared / "other.pem")
    path.write_text(path.read_text().replace("trust: server.pem", "trust: other.pem"))
    for command, option in (("check", "--observations"), ("probe", "--replay")):
        said = limen(capsys, command, declared, option, tmp_path / "run")
        assert said.code == 3
        words = " ".join(said.out.split())
        assert "counts for nothing: no probe of the declaration asks flow hand-over there, in that way" in words
        assert "0 observed" in said.out
