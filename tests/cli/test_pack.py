"""`limen pack` and `limen reperform` as users call them: what they write, say, refuse and leave in the run log."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from limen.evidence import layout
from limen.evidence.log_entries import Ended, Entry, Failed, Started
from limen.evidence.run_log import open_log
from limen.integrity import dsse
from limen.integrity.signatures import public_key, verifies
from limen.reports import xlsx
from tests.assess.systems import system
from tests.cli.support import Said, limen, names, program
from tests.cli.test_probe import system_with
from tests.cli.tls_server import certificate, tls_server
from tests.evidence.packing import contents, declared
from tests.needs import REPOSITORY, need_program
from tests.simulators.timestamp_authority import timestamp_authority
from tests.simulators.witness import SmallWitness, served

pytestmark = pytest.mark.xdist_group("frame")
Capsys = pytest.CaptureFixture[str]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The folder of a small system that conforms."""
    return declared(tmp_path / "system")


def key(folder: Path, name: str, *options: str) -> Path:
    """Make a private key with openssl; return its file, the public half beside it."""
    path = folder / f"{name}.pem"
    subprocess.run(["openssl", "genpkey", *options, "-out", path], check=True, capture_output=True, timeout=30)
    subprocess.run(
        ["openssl", "pkey", "-in", path, "-pubout", "-out", path.with_suffix(".pub")], check=True, timeout=30
    )
    return path


def entries(folder: Path) -> tuple[Entry, ...]:
    """The run log beside a declaration."""
    return open_log(folder / ".limen" / "log").entries()


def test_a_pack_says_where_it_is_and_its_root(small: Path, tmp_path: Path, capsys: Capsys) -> None:
    said = limen(capsys, "pack", small, "-o", tmp_path / "pack")
    files = contents(tmp_path / "pack")
    statement = json.loads(dsse.decoded(files[layout.STATEMENT]).payload)
    root = statement["subject"][0]["digest"]["sha256"]
    assert said.code == 0
    assert said.out.splitlines() == [
        "conforms as declared; 133 claims, 0 observed",
        f"{tmp_path / 'pack'}: {statement['predicate']['tree_size']:,} leaves, root {root}",
    ]
    assert said.err.splitlines() == ["unsigned: nobody vouches for the pack; --key signs it as producer"]
    assert all(map(layout.is_known, files))
    assert {*layout.ALWAYS, *layout.FULL} <= files.keys()
    assert {name for name in files if name.startswith("reports/")} == {
        f"reports/{name}"
        for name in (
            *(
                "limen.html",
                "limen.md",
                "limen.pdf",
                "limen.sarif",
                "limen.txt",
                "limen.xlsx",
                "limen.xml",
            ),
            *("oscal-component.json", "oscal-plan.json", "oscal-results.json"),
        )
    }
    assert names(tmp_path) == ["pack", "system"]
    started, ended = entries(small)
    assert isinstance(started, Started)
    assert isinstance(ended, Ended)
    assert (started.system, started.scope) == ("sys", "design")
    assert (ended.root, ended.tree_size, ended.exit_code) == (root, statement["predicate"]["tree_size"], 0)
    assert statement["predicate"]["log"]["size"] == 2
    run = json.loads(files[layout.RUN])
    assert (run["run"], run["observations"], run["operator"], run["missing_reports"]) == (started.run, "none", "", {})
    verified = limen(capsys, "verify", tmp_path / "pack")
    assert verified.code == 3
    assert "broken" not in verified.out


def test_sha256sum_agrees(small: Path, tmp_path: Path, capsys: Capsys) -> None:
    sums = need_program("bash").with_name("sha256sum")
    assert limen(capsys, "pack", small, "-o", tmp_path / "pack").code == 0
    subprocess.run([sums, "-c", "--strict", "--quiet", "SHA256SUMS"], cwd=tmp_path / "pack", check=True, timeout=60)


def test_a_zip_holds_what_a_folder_holds(small: Path, tmp_path: Path, capsys: Capsys) -> None:
    for name in ("pack", "pack.zip"):
        assert limen(capsys, "pack", small, "-o", tmp_path / name, "--as-of", "2026-11-22").code == 0
    folder, archive = contents(tmp_path / "pack"), contents(tmp_path / "pack.zip")
    assert sorted(folder) == sorted(archive)
    assert limen(capsys, "verify", tmp_path / "pack.zip").code == 3
    assert limen(capsys, "reperform", tmp_path / "pack.zip", "--engine", "embedded").code == 0


def test_the_exit_code_is_that_of_check(tmp_path: Path, capsys: Capsys) -> None:
    folder = system(tmp_path / "system")
    options = ("--profile", "mine", "--policies", folder / "own")
    checked = limen(capsys, "check", folder, *options)
    said = limen(capsys, "pack", folder, "-o", tmp_path / "pack", *options, "--signing-policy", folder / "signing.yaml")
    assert said.code == checked.code == 1
    assert said.out.splitlines()[0] == checked.out.splitlines()[-1]
    vetted = json.loads((tmp_path / "pack" / layout.APPROVALS).read_bytes())
    assert {one["id"]: one["reason"] for one in vetted["frameworks"]}["dscsa"] == "nobody is named"
    one = limen(capsys, "pack", folder, "-o", tmp_path / "part", "--rule", "transit.*", "--only", "capture")
    assert one.out.startswith("partial assessment (only rule transit.*; only flow capture)")
    assert limen(capsys, "reperform", tmp_path / "part", "--engine", "embedded").code == 0


def test_two_algorithms_sign_and_both_verify(small: Path, tmp_path: Path, capsys: Capsys) -> None:
    need_program("openssl")
    keys = [
        key(tmp_path, "first", "-algorithm", "ed25519"),
        key(tmp_path, "second", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
    ]
    said = limen(
        capsys, "pack", small, "-o", tmp_path / "pack", "--key", keys[0], "--key", keys[1], "--operator", "Jo Kim"
    )
    assert (said.code, said.err) == (0, "")
    envelope = dsse.decoded(contents(tmp_path / "pack")[layout.STATEMENT])
    known = {one.id: one for one in (public_key(path.with_suffix(".pub").read_bytes()) for path in keys)}
    assert json.loads(envelope.payload)["predicate"]["signers"] == sorted(known)
    for signature in envelope.signatures:
        message = dsse.pae(envelope.payload_type, envelope.payload)
        assert verifies(known[signature.keyid], signature.sig, message)
    assert len(envelope.signatures) == 2
    twice = limen(capsys, "pack", small, "-o", tmp_path / "other", "--key", keys[0], "--key", keys[0])
    assert twice.code == 2
    assert "is named twice" in twice.err


def test_a_passphrase_is_read_from_where_it_is_kept(small: Path, tmp_path: Path, capsys: Capsys) -> None:
    need_program("openssl")
    (tmp_path / "word").write_text("correct horse battery")
    (tmp_path / "word").chmod(0o600)
    plain, locked = key(tmp_path, "plain", "-algorithm", "ed25519"), tmp_path / "locked.pem"
    command = ["openssl", "pkcs8", "-topk8", "-in", plain, "-out", locked, "-passout", f"file:{tmp_path / 'word'}"]
    subprocess.run(command, check=True, timeout=60)
    options = ("--key", locked, "--passphrase-from", f"file:{tmp_path / 'word'}")
    said = limen(capsys, "pack", small, "-o", tmp_path / "pack", *options)
    assert (said.code, said.err) == (0, "")
    assert b"correct horse" not in b"".join(contents(tmp_path / "pack").values())
    (tmp_path / "word").write_text("another one")
    wrong = limen(capsys, "pack", small, "-o", tmp_path / "other", *options)
    assert wrong.code == 2
    assert "another one" not in wrong.err
    many = limen(capsys, "pack", small, "-o", tmp_path / "other", *options, "--passphrase-from", "env:X")
    assert (many.code, "1 keys and 2 passphrases" in many.err) == (2, True)
    assert not (tmp_path / "other").exists()


def test_what_is_there_is_not_written_over(small: Path, tmp_path: Path, capsys: Capsys) -> None:
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "mine").write_text("mine")
    said = limen(capsys, "pack", small, "-o", tmp_path / "pack")
    assert said.code == 2
    assert "is there already" in said.err
    assert names(tmp_path / "pack") == ["mine"]
    assert not (small / ".limen").exists()  # nothing was judged


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--profile", "zero-trusd"), "there is no profile 'zero-trusd'"),
        (("--rule", "transit.tls_minimun"), "select no rule 'transit.tls_minimun'"),
        (("--only", "nowhere"), "there is no flow 'nowhere'"),
        (("--waivers", "none.yaml"), "none.yaml can't be read: No such file"),
        (("--baseline", "none.json"), "none.json can't be read: No such file"),
        (("--signing-policy", "none.yaml"), "none.yaml: error: can't read the file: No such file"),
        (("--sensitivity", "none.json"), "none.json: error: No such file"),
        (("--witness", "none.json"), "none.json: error: No such file"),
        (("--previous", "none"), "there is no pack at none"),
        (("--observations", "none"), "there is no recording at none"),
        (("--policies", "none"), "there is no such folder or bundle"),
        (("--key", "none.pem"), "the key none.pem"),
        (("--log-key", "none.pem"), "the key none.pem"),
    ],
)
def test_what_can_t_be_meant_is_said_before_anything_is_judged(
    options: tuple[str, str], words: str, small: Path, tmp_path: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(small)
    said = limen(capsys, "pack", "-o", tmp_path / "pack", *options)
    assert said.code == 2
    assert words in said.err
    assert "limen-pack" not in said.err
    assert names(tmp_path) == ["system"]
    assert not (small / ".limen").exists()


def test_a_run_that_raises_is_in_the_log(small: Path, tmp_path: Path, capsys: Capsys) -> None:
    (small / "waivers.yaml").write_text("waivers: [{owner: x}]\n")
    said = limen(capsys, "pack", small, "-o", tmp_path / "pack")
    assert said.code == 2
    assert said.err.startswith("waivers.yaml:1:")
    started, failed = entries(small)
    assert isinstance(started, Started)
    assert isinstance(failed, Failed)
    assert (failed.run, failed.reason) == (started.run, "DeclarationError")
    assert names(tmp_path) == ["system"]
    (small / "waivers.yaml").unlink()
    assert limen(capsys, "pack", small, "-o", tmp_path / "pack").code == 0
    verified = limen(capsys, "verify", tmp_path / "pack")
    assert "broken" not in verified.out
    assert len((tmp_path / "pack" / layout.LOG).read_bytes().splitlines()) == 4  # nor can it be dropped


def test_an_engine_that_is_missing_is_in_the_log(small: Path, tmp_path: Path) -> None:
    said = program("pack", small, "-o", tmp_path / "missing" / "pack", "--engine", "opa-cli", PATH="/nonexistent")
    assert said.code == 3
    assert [type(one) for one in entries(small)] == [Started, Failed]
    assert names(tmp_path) == ["system"]


def test_being_ended_is_in_the_log(small: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "limen", "pack", str(small), "-o", str(tmp_path / "pack")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        log = small / ".limen" / "log" / "entries.jsonl"
        until = time.monotonic() + 60
        while not (log.exists() and log.stat().st_size) and time.monotonic() < until:
            time.sleep(0.005)
        process.send_signal(signal.SIGTERM)  # as Ctrl-C, which a background job may ignore
        process.wait(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert [type(one) for one in entries(small)] in ([Started, Failed], [Started, Ended, Failed])
    assert entries(small)[-1].reason == "KeyboardInterrupt"
    assert names(tmp_path) == ["system"]


def test_an_include_through_a_link_is_refused(small: Path, tmp_path: Path, capsys: Capsys) -> None:
    text = (small / "boundaries.yaml").read_text()
    (small / "boundaries.yaml").write_text(text.replace("version: 1", "version: 1\ninclude: [link.yaml]"))
    (small / "real.yaml").write_text("data: {}\n")
    (small / "link.yaml").symlink_to("real.yaml")
    assert limen(capsys, "check", small).code == 0
    said = limen(capsys, "pack", small, "-o", tmp_path / "pack")
    assert said.code == 2
    assert "link" in said.err
    assert names(tmp_path) == ["system"]


def test_a_declaration_with_includes_and_an_odd_name(small: Path, tmp_path: Path, capsys: Capsys) -> None:
    text = (small / "boundaries.yaml").read_text().replace("version: 1", "version: 1\ninclude: [more/*.yaml]")
    (small / "boundaries.yaml").rename(small / "sys.yaml")
    (small / "sys.yaml").write_text(text)
    (small / "more").mkdir()
    (small / "more" / "a.yaml").write_text("data: {}\n")
    assert limen(capsys, "pack", small / "sys.yaml", "-o", tmp_path / "pack").code == 0
    assert limen(capsys, "reperform", tmp_path / "pack", "--engine", "embedded").code == 0
    assert names(tmp_path / "pack" / "core" / "inputs" / "declaration") == ["more", "sys.yaml"]
    (small / "more" / "b?.yaml").write_text("data: {}\n")
    said = limen(capsys, "pack", small / "sys.yaml", "-o", tmp_path / "other")
    assert said.code == 2
    assert "can't go into a pack" in said.err


def test_what_has_vanished_since_the_previous_pack(small: Path, tmp_path: Path, capsys: Capsys) -> None:
    first = limen(capsys, "pack", small, "-o", tmp_path / "first")
    text = (small / "boundaries.yaml").read_text()
    (small / "boundaries.yaml").write_text(text.replace("alarm", "alert"))
    said = limen(
        capsys, "pack", small, "-o", tmp_path / "second", "--previous", tmp_path / "first", "--profile", "part-11"
    )
    assert said.code in (0, 1)
    files = contents(tmp_path / "second")
    gone = json.loads(files[layout.VANISHED])
    assert gone["compared"] is True
    assert "flow:alarm" in gone["subjects"]
    assert gone["rules"] == []
    assert gone["added_rules"] > 0
    assert gone["added_subjects"] >= len(gone["subjects"]) > 0
    previous = json.loads(dsse.decoded(files[layout.STATEMENT]).payload)["predicate"]["previous"]
    assert f"{previous['tree_size']:,} leaves, root {previous['root']}" in first.out
    checked = limen(capsys, "verify", tmp_path / "second", "--previous", tmp_path / "first")
    assert "broken" not in checked.out
    assert limen(capsys, "reperform", tmp_path / "second", "--engine", "embedded").code == 0
    (tmp_path / "first" / "envelope" / "secret").unlink()
    refused = limen(capsys, "pack", small, "-o", tmp_path / "third", "--previous", tmp_path / "first")
    assert (refused.code, "is redacted" in refused.err) == (2, True)


def test_sensitivity_goes_in(small: Path, tmp_path: Path, capsys: Capsys) -> None:
    scored = limen(capsys, "mutate", "policy", "--rule", "transit.tls_minimum", "--partial", "--format", "json")
    (tmp_path / "policy.json").write_text(scored.out)
    module = (REPOSITORY / "rego/limen/rules/transit/plaintext/plaintext.rego").read_bytes()
    case = {"rule": "transit.plaintext", "version": hashlib.sha256(module).hexdigest(), "case": "http", "noticed": True}
    (tmp_path / "bad.json").write_text(json.dumps({"known_bad": [case]}))
    options = ("--sensitivity", tmp_path / "policy.json", "--sensitivity", tmp_path / "bad.json")
    assert limen(capsys, "pack", small, "-o", tmp_path / "pack", *options).code == 0
    found = json.loads((tmp_path / "pack" / layout.SENSITIVITY).read_bytes())
    assert [one["rule"] for one in found["rules"]] == ["transit.plaintext", "transit.tls_minimum"]
    assert found["rules"][1]["mutation"][0]["killed"] > 0
    assert "transit.plaintext" not in found["without"]["rules"]
    assert found["without"]["declaration"] is True
    assert (tmp_path / "pack/core/inputs/sensitivity/0001.json").read_text() == scored.out


def test_a_witness_and_an_authority(small: Path, tmp_path: Path, capsys: Capsys) -> None:
    need_program("openssl")
    log = open_log(small / ".limen" / "log")
    witness = SmallWitness(
        "w.example", tmp_path / "state", {log.head().origin: public_key((log.folder / "public.pem").read_bytes())}
    )
    with served(witness) as url, timestamp_authority() as (_, tsa):
        (tmp_path / "witness.json").write_bytes(witness.description(url))
        options = ("--witness", tmp_path / "witness.json", "--timestamp", tsa)
        said = limen(capsys, "pack", small, "-o", tmp_path / "pack", *options)
    assert said.code == 0
    assert "timestamp 20" in said.out
    files = contents(tmp_path / "pack")
    assert {"envelope/timestamps/0001.json", "envelope/timestamps/0001.tsr"} <= files.keys()
    assert "— w.example ".encode() in files[layout.CHECKPOINT]


def test_a_witness_that_is_down_leaves_no_pack(small: Path, tmp_path: Path, capsys: Capsys) -> None:
    witness = SmallWitness("w.example", tmp_path / "state", {})
    with served(witness) as url:
        pass
    (tmp_path / "witness.json").write_bytes(witness.description(url))
    said = limen(capsys, "pack", small, "-o", tmp_path / "pack", "--witness", tmp_path / "witness.json")
    assert said.code == 3
    assert [type(one) for one in entries(small)] == [Started, Ended, Failed]
    assert names(tmp_path) == ["system", "witness.json"]


def test_an_authority_that_is_down_leaves_the_pack_without_a_timestamp(
    small: Path, tmp_path: Path, capsys: Capsys
) -> None:
    said = limen(capsys, "pack", small, "-o", tmp_path / "pack", "--timestamp", "http://127.0.0.1:1/")
    assert said.code == 3
    assert "has no timestamp: limen timestamp takes one" in said.err
    assert "broken" not in limen(capsys, "verify", tmp_path / "pack").out


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def endpoint(pem: Path) -> Iterator[str]:
    with tls_server(pem) as found:
        yield found


def observed(said: Said, pack: Path) -> list[dict[str, object]]:
    assert said.code in (1, 3), said.err
    return [json.loads(line) for line in (pack / layout.ATTEMPTS).read_bytes().splitlines()]


def test_what_was_observed_is_in_the_pack_and_follows(
    endpoint: str, pem: Path, tmp_path: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = f'probe: tls, flow: hand-over, endpoint: "{endpoint}", every: P1D, options: {{trust: server.pem}}'
    folder = system_with(tmp_path / "system", request)
    (folder / "server.pem").write_bytes(pem.read_bytes())
    log = ("--log", tmp_path / "log")
    assert limen(capsys, "probe", "tls", folder, "--record", tmp_path / "run").code in (1, 3)
    assert limen(capsys, "probe", "tls", folder, "--record", tmp_path / "logged", *log).code in (1, 3)
    said = limen(capsys, "pack", folder, "-o", tmp_path / "pack", "--observations", tmp_path / "run", *log)
    (attempt,) = observed(said, tmp_path / "pack")
    assert (attempt["probe"], attempt["target"], attempt["counts"]) == ("tls", "hand-over", True)
    assert "the observations are unattested" in said.err
    claims = [json.loads(line) for line in (tmp_path / "pack" / layout.CLAIMS).read_bytes().splitlines()]
    assert "contradicted" in {one["state"] for one in claims if one["name"] == "hand-over"}
    assert (tmp_path / "pack/core/inputs/observations/run.json").read_bytes() == (
        tmp_path / "run/run.json"
    ).read_bytes()
    monkeypatch.chdir("/")
    assert limen(capsys, "reperform", tmp_path / "pack", "--engine", "embedded").code == 0
    assert "broken" not in limen(capsys, "verify", tmp_path / "pack").out
    attested = limen(capsys, "pack", folder, "-o", tmp_path / "more", "--observations", tmp_path / "logged", *log)
    assert observed(attested, tmp_path / "more")
    assert "unattested" not in attested.err
    text = (folder / "boundaries.yaml").read_text()
    (folder / "boundaries.yaml").write_text(text.replace(endpoint, "moved.example:443"))
    moved = limen(capsys, "pack", folder, "-o", tmp_path / "moved", "--observations", tmp_path / "run", *log)
    assert [one["counts"] for one in observed(moved, tmp_path / "moved")] == [
        True,
        False,
    ]  # the request, and what answers none
    found = json.loads((tmp_path / "moved" / layout.UNDECLARED).read_bytes())
    assert [(one["probe"], one["endpoint"]) for one in found["attempts"]] == [("tls", endpoint)]


def test_a_recording_that_was_changed_is_named_as_it_was_typed(
    endpoint: str, pem: Path, tmp_path: Path, capsys: Capsys
) -> None:
    folder = system_with(
        tmp_path / "system",
        f'probe: tls, flow: hand-over, endpoint: "{endpoint}", every: P1D, options: {{trust: x.pem}}',
    )
    (folder / "x.pem").write_bytes(pem.read_bytes())
    limen(capsys, "probe", "tls", folder, "--record", tmp_path / "run")
    path = tmp_path / "run" / "run.json"
    path.write_bytes(path.read_bytes().replace(b'"duration"', b'"Duration"'))
    said = limen(capsys, "pack", folder, "-o", tmp_path / "pack", "--observations", tmp_path / "run")
    assert said.code == 2
    assert f"{path}: error: it is not what SHA256SUMS says" in said.err
    assert ".limen-pack" not in said.err


def test_where_an_extra_is_missing_the_report_is_named(
    small: Path, tmp_path: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    from limen.errors import Problem, UsageError

    def missing(*_: object) -> bytes:
        raise UsageError(Problem(message="xlsx needs xlsxwriter", hint="pip install 'limen[evidence]'"))

    monkeypatch.setattr(xlsx, "render", missing)
    said = limen(capsys, "pack", small, "-o", tmp_path / "pack")
    assert said.code == 0
    assert "the report xlsx is missing: xlsx needs xlsxwriter: pip install 'limen[evidence]'" in said.err
    files = contents(tmp_path / "pack")
    assert "xlsx" in json.loads(files[layout.RUN])["missing_reports"]
    assert "reports/limen.xlsx" not in files


def test_reperform_without_opa_says_so(small: Path, tmp_path: Path, capsys: Capsys) -> None:
    assert limen(capsys, "pack", small, "-o", tmp_path / "pack").code == 0
    without = program("reperform", tmp_path / "pack", PATH="/nonexistent")
    assert without.code == 3
    assert without.out.startswith("regorus ")
    assert "follow from the enclosed inputs, byte for byte" in without.out
    assert "opa" in without.err
    alone = program("reperform", tmp_path / "pack", "--engine", "embedded", PATH="/nonexistent")
    assert (alone.code, alone.err) == (0, "")


def test_reperform_names_what_differs(small: Path, tmp_path: Path, capsys: Capsys) -> None:
    assert limen(capsys, "pack", small, "-o", tmp_path / "pack").code == 0
    path = tmp_path / "pack" / layout.DECISIONS
    path.write_bytes(path.read_bytes().replace(b'"status":"pass"', b'"status":"fail"', 1))
    said = limen(capsys, "reperform", tmp_path / "pack", "--engine", "embedded")
    assert said.code == 1
    assert "core/decisions.jsonl, record " in said.out
    assert limen(capsys, "reperform", tmp_path / "none").code == 2
    (tmp_path / "pack" / "envelope" / "secret").unlink()
    assert limen(capsys, "reperform", tmp_path / "pack").code == 3
