"""The engine `opa` against a real OPA that is shared, changed, slow, lost, protected or no OPA at all."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import trustme

from limen.errors import LimenError, UnassessedError, UsageError
from limen.policy.engine import Answer, Job, PolicyEngine, Query
from limen.policy.engines import TOKEN_VARIABLE, URL_VARIABLE, EngineOptions, open_engine
from limen.policy.opa_client import ANSWER_BYTES
from tests.opa_proxy import Asked, Reply, Script, before
from tests.opa_server import Server, free_port, serving

TOKEN = "s3cret-t0ken"
AUTHORISE = f"""package system.authz

default allow := false

allow if input.identity == "{TOKEN}"
"""
RULE = "package limen.rules.transit.mine\n\nimport data.limen.parameters\n\nx := input.n >= parameters.least\n"
JOBS = [
    Job(
        name=name,
        query="data.limen.rules.transit.mine.x",
        modules=(("mine.rego", RULE),),
        data=json.dumps({"limen": {"parameters": {"least": least}}}),
    )
    for name, least in (("low", 1), ("high", 10))
]
QUERIES = [Query("low", [b'{"n": 5}', b'{"n": 0}']), Query("high", [b'{"n": 5}'])]
RIGHT = [[Answer(ok=True, text="true"), Answer(ok=True, text="false")], [Answer(ok=True, text="false")]]


@pytest.fixture(scope="module")
def server(opa: Path) -> Iterator[Server]:
    with serving(opa) as running:
        yield running


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (TOKEN_VARIABLE, URL_VARIABLE):
        monkeypatch.delenv(name, raising=False)


def asked(engine: PolicyEngine) -> list[list[Answer]]:
    engine.prepare(JOBS)
    return list(engine.answer(QUERIES))


def ask(url: str, **options: object) -> list[list[Answer]]:
    given = EngineOptions(engine="opa", url=url, **({"timeout": 5.0} | options))  # type: ignore[arg-type]
    with open_engine(given) as engine:
        return asked(engine)


def refusal(url: str, kind: type[LimenError] = UnassessedError, **options: object) -> str:
    with pytest.raises(kind) as caught:
        ask(url, **options)
    return "\n".join(f"{problem.message} | {problem.hint}" for problem in caught.value.problems)


def answering(reply: Reply, method: str = "POST", since: int = 1) -> Script:
    """Answer every request of a method so, from the given one on; the first POST is the greeting."""
    return lambda one: reply if one.method == method and one.number >= since else None


def test_the_server_says_its_version_and_nothing_of_a_run_stays_there(server: Server) -> None:
    with open_engine(EngineOptions(engine="opa", url=server.url)) as engine:
        assert engine.version == "OPA 1.22.2"
        assert asked(engine) == RIGHT
        assert len(server.policies()) == 2
    assert server.policies() == []


def test_nothing_stays_after_a_failure_either(server: Server) -> None:
    def fails() -> None:
        with open_engine(EngineOptions(engine="opa", url=server.url)) as engine:
            asked(engine)
            assert len(server.policies()) == 2
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert server.policies() == []


def test_others_policies_and_data_of_our_names_change_nothing(server: Server) -> None:
    shadow = "package limen.rules.transit.mine\n\nx := true\n"
    parameters = "package limen.parameters\n\nleast := 0\n"
    server.put("policies", "theirs/mine.rego", shadow)
    server.put("policies", "theirs/parameters.rego", parameters)
    server.put("data", "theirs", {"least": 0})
    try:
        assert ask(server.url) == RIGHT
        assert server.policies() == ["theirs/mine.rego", "theirs/parameters.rego"]
    finally:
        for name in server.policies():
            server.delete("policies", name)
        server.delete("data", "theirs")


def test_two_runs_share_a_server(server: Server) -> None:
    options = EngineOptions(engine="opa", url=server.url)
    with open_engine(options) as one, open_engine(options) as other:
        one.prepare(JOBS)
        other.prepare(JOBS)
        answers = zip(one.answer(QUERIES), other.answer(QUERIES), strict=True)
        assert [list(pair) for pair in answers] == [[right, right] for right in RIGHT]
        assert len(server.policies()) == 4
    assert server.policies() == []


def disturbed(server: Server, disturb: Callable[[PolicyEngine], object], queries: Sequence[Query] = QUERIES) -> str:
    """Disturb a run after its first answer, and return what it ends with."""

    def run() -> None:
        with open_engine(EngineOptions(engine="opa", url=server.url)) as engine:
            engine.prepare(JOBS)
            answers = engine.answer(queries)
            assert next(answers) == RIGHT[0]
            disturb(engine)
            list(answers)

    with pytest.raises(UnassessedError) as caught:
        run()
    return str(caught.value)


def ours(server: Server, *, host: bool = False) -> str:
    """Return the id of the one rule, or of the wrapper, that a run has on the server."""
    [found] = [name for name in server.policies() if name.endswith("/host.rego") == host]
    return found


def test_a_rule_that_is_replaced_meanwhile_is_noticed(server: Server) -> None:
    def replace(_: object) -> None:
        name = ours(server)
        server.put("policies", name, f"package {name.split('/')[0]}.limen.rules.transit.mine\n\nx := true\n")

    assert "mine.rego was replaced there while it was asked" in disturbed(server, replace)
    assert server.policies() == []


def test_a_rule_that_is_removed_meanwhile_is_noticed(server: Server) -> None:
    said = disturbed(server, lambda _: server.delete("policies", ours(server)))
    assert "mine.rego was replaced there while it was asked" in said
    assert server.policies() == []


def test_a_wrapper_that_is_removed_meanwhile_is_noticed(server: Server) -> None:
    said = disturbed(server, lambda _: server.delete("policies", ours(server, host=True)), [QUERIES[0], QUERIES[0]])
    assert "it has no answer: what it was given is not there any more" in said
    assert server.policies() == []


def test_another_wrapper_in_place_of_ours_is_noticed(server: Server) -> None:
    def replace(_: object) -> None:
        name = ours(server, host=True)
        module = 'version := "1.22.2"\n\nanswers := {"0": true, "1": true}\n'
        server.put("policies", name, f"package {name.split('/')[0]}_host\n\n{module}")

    said = disturbed(server, replace, [QUERIES[0], QUERIES[0]])
    assert "it answered with other policies than those that it was given" in said
    assert server.policies() == []


def test_a_run_that_stops_in_the_middle_is_checked_all_the_same(server: Server) -> None:
    def run() -> None:
        with open_engine(EngineOptions(engine="opa", url=server.url)) as engine:
            engine.prepare(JOBS)
            assert next(engine.answer(QUERIES)) == RIGHT[0]
            server.delete("policies", ours(server))

    with pytest.raises(UnassessedError, match="mine.rego was replaced there"):
        run()
    assert server.policies() == []


def test_a_server_that_is_lost_is_an_error_and_not_an_answer(opa: Path) -> None:
    with serving(opa) as server:
        assert "gave no answer in 4 attempts: Connection refused" in disturbed(server, lambda _: server.kill())


def test_a_server_that_restarts_has_forgotten_us(opa: Path) -> None:
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(serving(opa, port=free_port()))

        def restart(_: object) -> None:
            server.kill()
            stack.enter_context(serving(opa, port=server.port))

        said = disturbed(server, restart, [QUERIES[0], QUERIES[0]])
    assert "what it was given is not there any more" in said


def test_no_server(server: Server) -> None:
    began = time.monotonic()
    said = refusal(f"http://127.0.0.1:{free_port()}")
    assert "gave no answer in 4 attempts: Connection refused | start it, or see whether --engine-url is right" in said
    assert time.monotonic() - began < 5


def test_a_busy_server_is_asked_again(server: Server) -> None:
    def twice(one: Asked) -> Reply | None:
        return Reply(503) if one.method in ("PUT", "POST") and one.number in (1, 2) else None

    with before(server.url, twice) as proxy:
        assert ask(proxy.url) == RIGHT
    assert server.policies() == []


def test_a_lost_connection_is_tried_again(server: Server) -> None:
    def once(one: Asked) -> Reply | None:
        return Reply(drop=True) if one.method == "POST" and one.number == 1 else None

    with before(server.url, once) as proxy:
        assert ask(proxy.url) == RIGHT
    assert server.policies() == []


def test_a_server_that_stays_busy_is_given_up(server: Server) -> None:
    with before(server.url, answering(Reply(503))) as proxy:
        assert "gave no answer in 4 attempts: HTTP status 503" in refusal(proxy.url)
        assert proxy.asked("POST") == 5
    assert server.policies() == []


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(500, b'{"code": "internal_error", "message": "disk on fire"}'), "failed: HTTP status 500 disk on fire"),
        (Reply(500, b"oops"), "answered with no JSON"),
        (Reply(404, b"404 page not found"), "answered with no JSON"),
        (Reply(200, b""), "answered with no JSON"),
        (Reply(200, b"\xff\xfe{}"), "answered with no JSON"),
        (Reply(200, b'{"result": NaN}'), "answered with no JSON: NaN is no JSON"),
        (Reply(200, b"[" * 100_000), "answered with no JSON: it is nested too deep"),
        (Reply(200, b"[]"), "answered with no object"),
        (Reply(200, b"{}"), "it has no answer: what it was given is not there any more"),
        (Reply(200, b'{"result": []}'), "it has no answer: what it was given is not there any more"),
        (Reply(200, b'{"result": {}}'), "it answered with other policies than those that it was given"),
        (Reply(200, b'{"result": {"answers": {"0": true, "1": true}, "version": "1.22.2"}}'), "with other policies"),
        (Reply(301, b"", (("Location", "http://127.0.0.1:1/v1/data"),)), "redirects elsewhere (HTTP status 301)"),
        (Reply(307, b"", (("Location", "https://example.invalid/"),)), "redirects elsewhere (HTTP status 307)"),
        (Reply(200, b"x" * (ANSWER_BYTES + 1)), "an answer larger than 67,108,864 bytes"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_what_is_no_answer_is_never_taken_for_one(server: Server, reply: Reply, said: str) -> None:
    with before(server.url, answering(reply)) as proxy:
        assert said in refusal(proxy.url)
    assert server.policies() == []


def test_what_is_no_opa_is_told_at_once() -> None:
    with before("http://127.0.0.1:1", lambda one: Reply(200, b"<html>")) as proxy:
        said = refusal(proxy.url)
    assert "the policy engine at " in said
    assert "has no answer" in said or "no JSON" in said


@pytest.mark.parametrize("version", ['"0.70.0"', '""', "7"])
def test_an_opa_of_another_language_is_refused(server: Server, version: str) -> None:
    body = b'{"result": {"version": %s}}' % version.encode()
    with before(server.url, answering(Reply(200, body), since=0)) as proxy:
        assert "OPA 1.0 or later is needed" in refusal(proxy.url)
    assert server.policies() == []


def test_another_version_in_mid_run_is_another_server(server: Server) -> None:
    body = b'{"result": {"version": "1.22.1", "mark": "", "answers": {}}}'
    with before(server.url, answering(Reply(200, body))) as proxy:
        assert "with other policies than those that it was given" in refusal(proxy.url)


def test_a_slow_server_is_given_up_with_its_time(server: Server) -> None:
    began = time.monotonic()
    with before(server.url, answering(Reply(after=3))) as proxy:
        said = refusal(proxy.url, timeout=0.6)
    assert "gave no answer within 0.6 s" in said
    assert "a longer --engine-timeout may help" in said
    assert time.monotonic() - began < 12


def test_an_answer_that_drips_is_given_up_too(server: Server) -> None:
    began = time.monotonic()
    drip = Reply(200, b'{"result": {}}' + b" " * 100, pieces=100, between=0.1)
    with before(server.url, answering(drip)) as proxy:
        assert "gave no answer within 0.6 s" in refusal(proxy.url, timeout=0.6)
    assert time.monotonic() - began < 15


def test_a_server_that_takes_no_policies_is_told(server: Server) -> None:
    body = b'{"code": "invalid_parameter", "message": "path limen is owned by bundle \\"prod\\""}'
    with before(server.url, answering(Reply(400, body), "PUT", since=0)) as proxy:
        said = refusal(proxy.url)
    assert 'does not take policies: path limen is owned by bundle "prod"' in said


class Certificates:
    """An authority with a server's and a client's certificate, and another authority that signed neither."""

    def __init__(self, folder: Path) -> None:
        authority, stranger = trustme.CA(), trustme.CA()
        own, client = authority.issue_cert("127.0.0.1"), authority.issue_cert("limen")
        named = authority.issue_cert("example.invalid")
        self.ca, self.stranger = folder / "ca.pem", folder / "stranger.pem"
        authority.cert_pem.write_to_path(self.ca)
        stranger.cert_pem.write_to_path(self.stranger)
        self.pairs = {}
        for name, leaf in (("own", own), ("client", client), ("named", named)):
            chain, key = folder / f"{name}.pem", folder / f"{name}.key"
            leaf.cert_chain_pems[0].write_to_path(chain)
            leaf.private_key_pem.write_to_path(key)
            self.pairs[name] = (chain, key)

    def options(self, name: str = "own") -> list[str]:
        """Return OPA's options for a certificate."""
        chain, key = self.pairs[name]
        return [f"--tls-cert-file={chain}", f"--tls-private-key-file={key}"]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def tls(opa: Path, certificates: Certificates) -> Iterator[Server]:
    with serving(opa, *certificates.options()) as running:
        yield running


def test_tls_with_the_authority_that_was_named(tls: Server, certificates: Certificates) -> None:
    assert ask(tls.url, ca=certificates.ca) == RIGHT


def test_a_certificate_that_nobody_vouches_for_is_refused(
    tls: Server, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates.ca))  # what another program trusts, limen does not
    for options in ({}, {"ca": certificates.stranger}):
        said = refusal(tls.url, **options)
        assert "can't be trusted: unable to get local issuer certificate" in said or "self-signed" in said
        assert "--engine-ca names the authorities" in said


def test_a_certificate_for_another_name_is_refused(opa: Path, certificates: Certificates) -> None:
    with serving(opa, *certificates.options("named")) as running:
        assert "IP address mismatch" in refusal(running.url, ca=certificates.ca)


def test_a_server_that_asks_for_our_certificate(opa: Path, certificates: Certificates) -> None:
    asking = ["--authentication=tls", f"--tls-ca-cert-file={certificates.ca}"]
    with serving(opa, *certificates.options(), *asking) as running:
        chain, key = certificates.pairs["client"]
        assert ask(running.url, ca=certificates.ca, certificate=chain, key=key) == RIGHT
        together = chain.with_name("together.pem")
        together.write_bytes(chain.read_bytes() + key.read_bytes())
        assert ask(running.url, ca=certificates.ca, certificate=together) == RIGHT
        assert "the policy engine at https://127.0.0.1:" in refusal(running.url, ca=certificates.ca)


def test_a_file_that_is_no_certificate_is_told(tls: Server, certificates: Certificates, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no certificate", encoding="ascii")
    assert "the policy engine at https://" in refusal(tls.url, ca=wrong)
    assert "the policy engine at https://" in refusal(tls.url, ca=certificates.ca, certificate=wrong)


def test_plaintext_to_a_server_with_tls_and_the_other_way(server: Server, tls: Server) -> None:
    assert "HTTP status 400" in refusal(tls.url.replace("https", "http"))
    assert "can't be trusted" in refusal(server.url.replace("http", "https"))


@pytest.fixture(scope="module")
def guarded(opa: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    policy = tmp_path_factory.mktemp("authz") / "authz.rego"
    policy.write_text(AUTHORISE, encoding="utf-8")
    options = ("--authentication=token", "--authorization=basic")
    with serving(opa, *options, files=[policy]) as running:
        yield running


def test_a_token_from_a_file_or_the_environment(
    guarded: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", encoding="ascii")
    assert ask(guarded.url, token_file=file) == RIGHT
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    assert ask(guarded.url) == RIGHT


def test_a_wrong_or_missing_token_is_told_and_never_shown(
    guarded: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text(f"default login me password {TOKEN}\n", encoding="ascii")
    monkeypatch.setenv("HOME", str(tmp_path))  # a password of another program is none of limen's
    for token in ("", "wr0ng-t0ken"):
        monkeypatch.setenv(TOKEN_VARIABLE, token)
        said = refusal(guarded.url)
        assert "refuses us (HTTP status 401)" in said
        assert "LIMEN_ENGINE_TOKEN or --engine-token-file" in said
        assert "t0ken" not in said


@pytest.mark.parametrize("content", [b"", b"two words", b"one\ntwo", b"\xff", b"caf\xc3\xa9"])
def test_a_file_that_holds_no_token_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    said = refusal("http://127.0.0.1:1", UsageError, token_file=file)
    assert said == f"{file} holds no token | expected one line of visible ASCII characters"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://127.0.0.1:8181", "the engine's URL is 'ftp://127.0.0.1:8181'"),
        ("127.0.0.1:8181", "the engine's URL is '127.0.0.1:8181'"),
        ("https://", "the engine's URL is 'https://'"),
        ("http://127.0.0.1:99999", "the engine's URL can't be read"),
        ("http://[::1", "the engine's URL can't be read"),
        ("https://me:s3cret-t0ken@example.invalid", "the engine's URL holds an @"),
        ("https://s3cret-t0ken@example.invalid", "the engine's URL holds an @"),
        ("https:me:s3cret-t0ken@example.invalid", "the engine's URL holds an @"),
        ("https://me:t0ken/s3cret@example.invalid", "the engine's URL holds an @"),
        ("https://example.invalid/?token=s3cret-t0ken", "https://example.invalid has a query or fragment"),
        ("http://opa.example.invalid:8181", "over the network in plaintext"),
        ("http://10.0.0.1:8181", "over the network in plaintext"),
    ],
)
def test_an_address_that_can_not_or_must_not_be_used(url: str, said: str) -> None:
    refused = refusal(url, UsageError)
    assert said in refused
    assert "t0ken" not in refused


def test_a_ca_file_without_tls_is_refused(server: Server, certificates: Certificates) -> None:
    assert "has no TLS, and a CA file or certificate was given" in refusal(server.url, UsageError, ca=certificates.ca)


def test_the_address_may_come_from_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL_VARIABLE, server.url)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")  # a proxy would see verdicts
    assert ask("") == RIGHT


def test_an_address_may_have_a_path(server: Server) -> None:
    paths = []

    def note(one: Asked) -> Reply | None:
        paths.append(one.path)
        return Reply(200, b'{"result": {"version": "0.1"}}') if one.method == "POST" else Reply(200, b"{}")

    with before(server.url, note) as proxy:
        assert "OPA 0.1" in refusal(f"{proxy.url}/a/b/")
    assert all(path.startswith("/a/b/v1/") for path in paths)
