"""`limen check` on OPA as users run it: lost, slow, not trusted, failing or without an answer is exit 3, in words."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from tests.cli.support import Said, program
from tests.opa_proxy import Asked, Reply, Script, before
from tests.opa_server import Server, free_port, serving

JOURNAL = ".limen/answers.json"
EPOCH = "1796000000"
RULES = ("tls_minimum", "plaintext", "mutual_tls", "fallback", "seal_held")
FEW = (*(word for rule in RULES for word in ("--rule", f"transit.{rule}")), "--partial")
"""A few rules, so that a run is short; the others would end it no other way."""


@pytest.fixture(scope="module")
def server(opa: Path) -> Iterator[Server]:
    with serving(opa) as running:
        yield running


def check(system: Path, url: str = "", *arguments: str | Path, **variables: str) -> Said:
    """Run `limen check` on OPA."""
    engine = ("--engine", "opa", "--engine-url", url) if url else ()
    return program("check", system, *engine, *arguments, SOURCE_DATE_EPOCH=EPOCH, **variables)


def since(number: int, then: Callable[[], Reply | Callable[[bytes], bytes] | None]) -> Script:
    """Do something at every evaluation from the given one on; the first POST is the greeting."""
    return lambda one: then() if one.method == "POST" and one.number >= number else None


def refused(said: Said) -> str:
    """Return the message of a run that ended with exit 3 and printed no report."""
    assert (said.code, said.out) == (3, ""), said
    assert said.err.startswith("error: the policy engine at http")
    return said.err


def test_opa_decides_as_the_embedded_engine_does(server: Server, weak: Path) -> None:
    embedded = check(weak, "", "--format", "json", *FEW)
    assert embedded.code == 1
    for found, engine in (
        (check(weak, server.url, "--format", "json", *FEW), "OPA 1.22.2"),
        (check(weak, "", "--engine", "opa-cli", "--format", "json", *FEW), "OPA 1.22.2 (opa eval)"),
    ):
        assert found.code == 1, found.err
        document = json.loads(found.out)
        assert document["engine"] == engine
        assert document | {"engine": ""} == json.loads(embedded.out) | {"engine": ""}
    assert server.policies() == []


def test_killing_opa_in_mid_run(opa: Path, system: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    with serving(opa) as server:
        command = [sys.executable, "-m", "limen", "check", system, "--engine", "opa", "--engine-url", server.url]
        run = subprocess.Popen([*command, "-f", "json", "-o", report], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            while len(server.policies()) < 3 and run.poll() is None:
                time.sleep(0.005)
            server.kill()
            out, err = run.communicate(timeout=60)
        finally:
            run.kill()
            run.wait()
    assert refused(Said(run.returncode, out.decode(), err.decode()))
    assert "Connection re" in err.decode()  # refused, or reset where it was just answering
    assert not report.exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_run_that_is_ended_leaves_nothing_with_a_server(
    opa: Path, system: Path, number: signal.Signals, code: int
) -> None:
    """A job that CI cancels must not fill a shared server: each module there makes every later upload slower."""
    with serving(opa) as server:
        # Under nohup a hang-up is ignored, by children too, unless they say otherwise.
        listening = (
            "import os, signal, sys\n"
            "signal.signal(int(sys.argv[1]), signal.SIG_DFL)\n"
            "os.execv(sys.argv[2], sys.argv[2:])"
        )
        limen = [sys.executable, "-m", "limen", "check", system, "--engine", "opa", "--engine-url", server.url]
        command = [sys.executable, "-c", listening, str(int(number)), *limen]
        run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            while len(server.policies()) < 3 and run.poll() is None:
                time.sleep(0.005)
            run.send_signal(number)
            out, err = run.communicate(timeout=60)
        finally:
            run.kill()
            run.wait()
        assert (run.returncode, out, err) == (code, b"", b"limen: interrupted: nothing was decided\n")
        assert server.policies() == []


def test_an_upload_that_arrives_after_its_run_was_ended_is_removed_too(opa: Path, system: Path) -> None:
    sending = threading.Event()

    def late(asked: Asked) -> None:
        if (asked.method, asked.number) == ("PUT", 3):
            sending.set()
            time.sleep(0.5)  # then OPA gets it, whether or not anybody waits for the answer

    with serving(opa) as server, before(server.url, late) as proxy:
        command = [sys.executable, "-m", "limen", "check", system, "--engine", "opa", "--engine-url", proxy.url]
        run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            assert sending.wait(60)
            run.send_signal(signal.SIGTERM)
            out, err = run.communicate(timeout=60)
        finally:
            run.kill()
            run.wait()
        assert (run.returncode, out, err) == (143, b"", b"limen: interrupted: nothing was decided\n")
        assert proxy.asked("PUT") == 4
        time.sleep(1)  # what is under way arrives
        assert server.policies() == []


def test_a_run_goes_on_where_opa_was_lost_and_ends_as_if_it_had_not_been(opa: Path, weak: Path) -> None:
    def kill() -> None:
        one.kill()

    report, journal = weak / "report.json", weak / JOURNAL
    with serving(opa) as one, before(one.url, since(4, kill)) as proxy:
        said = refused(check(weak, proxy.url, "-f", "json", "-o", report, *FEW))
    assert "gave no answer" in said
    assert f"answers are kept in {journal}; the same command with --resume goes on from them" in said
    assert not report.exists()
    kept = len(json.loads(journal.read_bytes())["answers"])
    assert kept >= 3
    with serving(opa) as other, before(other.url, lambda _: None) as proxy:
        whole = check(weak, proxy.url, "-f", "json", "-o", report, *FEW)
        assert (whole.code, journal.exists()) == (1, True)
        uninterrupted, asked = report.read_bytes(), proxy.asked("POST")
        report.unlink()
        resumed = check(weak, proxy.url, "-f", "json", "-o", report, "--resume", *FEW)
        assert (resumed.code, resumed.out) == (1, whole.out)
        assert report.read_bytes() == uninterrupted
        assert proxy.asked("POST") - asked < asked
        assert not journal.parent.exists()
        assert other.policies() == []
        again = check(weak, proxy.url, "--resume", "--rule", "transit.tls_minimum", "--partial")
        assert again.code == 1  # nothing is there to go on from, so all is asked


def test_a_journal_of_another_declaration_answers_nothing(opa: Path, weak: Path) -> None:
    with serving(opa) as one, before(one.url, since(4, one.kill)) as proxy:
        refused(check(weak, proxy.url, *FEW))
    root = weak / "boundaries.yaml"
    root.write_text(root.read_text(encoding="utf-8").replace('min: "1.2"', 'min: "1.1"'), encoding="utf-8")
    with serving(opa) as other:
        resumed = check(weak, other.url, "-f", "json", "--resume", *FEW)
        assert (resumed.code, resumed.out) == (1, check(weak, other.url, "-f", "json", *FEW).out)
    assert "1.1" in resumed.out


def test_a_damaged_journal_is_refused(server: Server, system: Path) -> None:
    (system / ".limen").mkdir()
    (system / JOURNAL).write_text('{"format": "limen-answers/1", "sha256": "", "answers": {}}', encoding="ascii")
    said = check(system, server.url, "--resume")
    assert (said.code, said.out) == (2, "")
    assert "does not hold what an interrupted run kept" in said.err
    assert (system / JOURNAL).exists()


def test_answers_that_cannot_be_kept_are_told(opa: Path, system: Path) -> None:
    (system / ".limen").write_text("in the way", encoding="ascii")
    with serving(opa) as one, before(one.url, since(4, one.kill)) as proxy:
        said = refused(check(system, proxy.url, *FEW))
    assert "what was decided is lost, too: cannot write" in said


def test_a_link_in_place_of_a_journal_is_neither_followed_nor_waited_for(opa: Path, system: Path) -> None:
    """A repository may hold links to wherever they like."""
    precious = system / "precious"
    precious.write_text("mine", encoding="ascii")
    (system / ".limen").mkdir()
    (system / JOURNAL).symlink_to(precious)
    with serving(opa) as one, before(one.url, since(4, one.kill)) as proxy:
        said = refused(check(system, proxy.url, *FEW))
    assert "answers.json is a link, which is not followed" in said
    assert precious.read_text(encoding="ascii") == "mine"
    (system / JOURNAL).unlink()
    os.mkfifo(system / JOURNAL)
    said = check(system, "http://127.0.0.1:1", "--resume", *FEW)
    assert said.code == 2
    assert "answers.json is no file" in said.err


def test_a_slow_answer(server: Server, system: Path) -> None:
    with before(server.url, since(3, lambda: Reply(after=5))) as proxy:
        said = refused(check(system, proxy.url, "--engine-timeout", "0.7", *FEW))
    assert "gave no answer within 0.7 s" in said
    assert "a longer --engine-timeout may help" in said
    assert server.policies() == []


def test_a_500(server: Server, system: Path) -> None:
    reply = Reply(500, b'{"code": "internal_error", "message": "out of disk"}')
    with before(server.url, since(3, lambda: reply)) as proxy:
        said = refused(check(system, proxy.url, *FEW))
    assert "failed: HTTP status 500 out of disk" in said
    assert "OPA's own log says more" in said
    assert server.policies() == []


def test_an_undefined_document(server: Server, system: Path) -> None:
    with before(server.url, since(3, lambda: Reply(200, b"{}"))) as proxy:
        said = refused(check(system, proxy.url, *FEW))
    assert "it has no answer: what it was given is not there any more" in said
    assert server.policies() == []


def test_an_undefined_rule_is_an_error_in_the_report(server: Server, system: Path) -> None:
    def undefined(body: bytes) -> bytes:
        document = json.loads(body)
        document["result"]["answers"] = {}
        return json.dumps(document).encode()

    with before(server.url, since(1, lambda: undefined)) as proxy:
        said = check(system, proxy.url, *FEW, "-f", "json")
    assert said.code == 3, said.err
    document = json.loads(said.out)
    judged = [one for one in document["decisions"] if one["status"] not in ("out_of_scope", "not_applicable")]
    assert {(one["status"], one["reason"]) for one in judged} == {("error", "`applicable` is undefined")}
    assert document["counts"]["pass"] == 0


def test_a_wrong_certificate(opa: Path, system: Path, tmp_path: Path) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    own = authority.issue_cert("127.0.0.1")
    chain, key, ca, wrong = (tmp_path / name for name in ("own.pem", "own.key", "ca.pem", "wrong.pem"))
    own.cert_chain_pems[0].write_to_path(chain)
    own.private_key_pem.write_to_path(key)
    authority.cert_pem.write_to_path(ca)
    stranger.cert_pem.write_to_path(wrong)
    with serving(opa, f"--tls-cert-file={chain}", f"--tls-private-key-file={key}") as server:
        said = refused(check(system, server.url, "--engine-ca", wrong, *FEW))
        assert "can't be trusted: " in said
        assert "--engine-ca names the authorities that may sign its certificate" in said
        assert check(system, server.url, "--engine-ca", ca, *FEW).code == 0


def test_a_wrong_token_is_never_shown(opa: Path, system: Path, tmp_path: Path) -> None:
    policy, file = tmp_path / "authz.rego", tmp_path / "token"
    policy.write_text('package system.authz\n\ndefault allow := false\n\nallow if input.identity == "r1ght"\n')
    with serving(opa, "--authentication=token", "--authorization=basic", files=[policy]) as server:
        for variables in ({}, {"LIMEN_ENGINE_TOKEN": "wr0ng"}):
            said = refused(check(system, server.url, *FEW, **variables))
            assert "refuses us (HTTP status 401)" in said
            assert "wr0ng" not in said
        file.write_text("r1ght\n", encoding="ascii")
        found = check(system, server.url, "--engine-token-file", file, "-f", "json", *FEW)
        assert found.code == 0, found.err
        assert "r1ght" not in found.out + found.err


def test_no_server(system: Path) -> None:
    assert "Connection refused" in refused(check(system, f"http://127.0.0.1:{free_port()}"))


def test_a_second_engine_decides_again_and_is_recorded(server: Server, system: Path) -> None:
    url = ("--verify-engine", "opa", "--engine-url", server.url)
    for arguments, engine, by in (
        (url, "regorus 0.13.0", "OPA 1.22.2: 7 of "),
        (("--engine", "opa-cli", "--verify-engine", "embedded"), "OPA 1.22.2 (opa eval)", "regorus 0.13.0: 7 of "),
    ):
        said = check(system, "", *arguments, "--verify-sample", "7", *FEW, "-f", "json")
        assert said.code == 0, said.err
        document = json.loads(said.out)
        assert document["engine"] == engine
        assert document["verified_by"].startswith(by)
    whole = check(system, "", *url, *FEW)
    assert whole.code == 0
    assert "verified by OPA 1.22.2: " in " ".join(whole.out.split())
    assert server.policies() == []


def test_engines_that_differ_end_the_run_with_rule_and_subject(server: Server, weak: Path) -> None:
    def kinder(body: bytes) -> bytes:
        return body.replace(b'"holds":false', b'"holds":true')

    with before(server.url, since(1, lambda: kinder)) as proxy:
        said = check(weak, "", "--verify-engine", "opa", "--engine-url", proxy.url, *FEW)
    assert (said.code, said.out) == (4, "")
    assert "regorus 0.13.0 and OPA 1.22.2 differ on transit.tls_minimum::flow:hand-over" in said.err


def test_a_second_engine_that_is_lost_is_no_verification(opa: Path, system: Path) -> None:
    with serving(opa) as one, before(one.url, since(4, one.kill)) as proxy:
        said = check(system, "", "--verify-engine", "opa", "--engine-url", proxy.url, *FEW)
    assert "gave no answer" in refused(said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--engine-url", "http://127.0.0.1:8181"), "the engine embedded has no use for url"),
        (("--engine", "opa", "--verify-engine", "opa"), "opa can't verify itself"),
        (("--verify-sample", "5"), "--verify-sample needs --verify-engine"),
        (("--verify-engine", "opa-cli", "--verify-sample", "0"), "--verify-sample is 0"),
        (("--resume",), "the embedded engine has nothing to resume"),
        (("--engine-timeout", "-1"), "the engine's time-out is -1 s"),
        (("--engine-timeout", "nan"), "the engine's time-out is nan s"),
        (("--engine", "opa", "--engine-url", "ftp://127.0.0.1"), "the engine's URL is 'ftp://127.0.0.1'"),
        (("--engine", "opa", "--engine-url", "http://opa.example.invalid"), "over the network in plaintext"),
        (("--engine", "opa", "--engine-ca", "nowhere.pem"), "there is no file nowhere.pem"),
        (("--engine", "ope"), 'did you mean "opa"?'),
    ],
)
def test_arguments_that_can_not_be_meant(system: Path, arguments: tuple[str, ...], said: str) -> None:
    found = check(system, "", *arguments)
    assert (found.code, found.out) == (2, "")
    assert said in found.err


def test_a_missing_program_is_exit_3(system: Path) -> None:
    found = check(system, "", "--engine", "opa-cli", PATH="/nowhere")
    assert (found.code, found.out) == (3, "")
    assert "there is no program opa on PATH" in found.err


def test_a_missing_client_is_exit_3_and_says_what_to_install(system: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "without"
    blocked.mkdir()
    hide = "raise ModuleNotFoundError('hidden', name='opa_client')\n"
    (blocked / "opa_client.py").write_text(hide, encoding="ascii")
    found = check(system, "http://127.0.0.1:1", PYTHONPATH=str(blocked))
    assert (found.code, found.out) == (3, "")
    assert "the engine opa needs opa_client, which is not installed" in found.err
    assert "pip install 'limen[opa]'" in found.err


def test_the_embedded_engine_needs_nothing_of_opa(system: Path) -> None:
    script = "import sys; from limen.cli import main; main(sys.argv[1:]); print(sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script, "check", system, "-q"], capture_output=True, timeout=60)
    assert b"limen.policy.embedded" in done.stderr
    for name in (b"requests", b"opa_client", b"limen.policy.opa_server", b"limen.policy.journal", b"'ssl'"):
        assert name not in done.stderr
