"""Ways in which observations once said yes where reality was bad or never looked at, or said what nobody may read."""

from __future__ import annotations

import io
import json
import socket
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from limen.adapters.object_stores.store import StoreAnswer
from limen.analysis.observations import Observations
from limen.analysis.reconciliation.kms import strangers
from limen.assess import Request, assess
from limen.errors import UsageError
from limen.model.probing import ProbeOptions
from limen.probes import code, kms, leak, secrets, tls
from limen.probes.attempting import attempt
from limen.probes.brokers import redis
from limen.probes.interface import Target
from limen.probes.kms.asking import ANSWERS
from limen.probes.kms.behaviour import Step
from limen.probes.kms.reading import behaviour
from limen.probes.recording import read_run, write_run
from limen.probes.running import run
from limen.probes.storage import settings
from limen.probes.storage.records import read_records
from limen.probes.tenancy.catalogue import Catalogue, PolicyEntry, RelationEntry
from limen.probes.tenancy.ids import IdCounts
from limen.probes.tenancy.judged import judged_relations
from limen.probes.tenancy.reading import read_facts
from limen.probes.tenancy.session import RefusedError
from limen.probes.tenancy.trials import _unread
from limen.probes.tls import codes
from limen.records.attempts import Attempt, Observation, ProbeRun, RawResponse
from limen.records.endpoints import holds_password, without_secret
from tests.analysis.systems import system
from tests.needs import need_semgrep
from tests.probes.declared import declared as declared_in
from tests.probes.tls.test_parsers import hello, in_records
from tests.probes.tls.test_reading import exchange, reading

NOW = 1_800_000_000
AT = 1_795_000_000
FLOW = {"probe": "tls", "flow": "up", "endpoint": "a:443"}
WHOLE = {"channel": "tls", "plaintext": False, "versions": {"offered": [13], "lowest": 13, "highest": 13}}
PARTLY = {"channel": "tls", "plaintext": False, "versions": {"offered": [13], "unknown": [12], "highest": 13}}
OLD = {"channel": "tls", "plaintext": False, "versions": {"offered": [12, 13], "lowest": 12, "highest": 13}}
SSH = {"channel": "ssh"}


def asking(*requests: dict[str, Any]) -> Any:
    parts = {"portal": {"zone": "outside"}, "gateway": {}}
    return system(parts, [{"id": "up", "from": "portal", "to": "gateway"}], probes=list(requests))


def seen(facts: dict[str, Any], endpoint: str = "a:443", at: int = NOW - 60) -> Attempt:
    observation = Observation(kind="tls_observation", detail=endpoint, facts=msgspec.json.encode(facts))
    return Attempt(probe="tls", version="1", section="flow", target="up", endpoint=endpoint, status="completed",
                   started_at=at, duration=0.1, observations=(observation,))  # fmt: skip


def lowest(found: Observations) -> bool | None:
    sight = found.claim("tls", "in_transit.tls.min", 13, (("flow", "up"),))
    return None if sight is None else sight.agreement.agrees


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_one_of_two_requests_for_one_endpoint_does_not_answer_for_the_other(order: tuple[int, int]) -> None:
    facts = [WHOLE, OLD]
    asked = asking(FLOW, {**FLOW, "options": {"server_name": "other.example"}})
    found = Observations(asked, [seen(facts[place]) for place in order], NOW)
    told = [found.matches[index].facts[0].versions.lowest for index in (0, 1)]
    assert told == [(13, 12)[place] for place in order]
    assert found.tables()["tls_observation"].size == 2
    assert lowest(found) is False


def test_a_request_that_was_added_since_was_never_asked() -> None:
    found = Observations(asking(FLOW, {**FLOW, "options": {"server_name": "other.example"}}), [seen(WHOLE)], NOW)
    assert sorted(found.matches) == [0]
    assert found.ending(1) == "no attempt was recorded"


@pytest.mark.parametrize(("key", "counts"), [("transit/old", True), ("transit/never-asked", False)])
def test_a_key_that_has_moved_since_was_never_asked(key: str, counts: bool, tmp_path: Path) -> None:
    loaded = declared_in(tmp_path, 'probe: kms, key: data-key, endpoint: "https://bao:8200", credential: "env:T"')
    moved = msgspec.structs.replace(loaded.declaration.keys["data-key"], id=key)
    declaration = msgspec.structs.replace(loaded.declaration, keys={"data-key": moved})
    facts = msgspec.json.encode({"provider": "vault", "exists": True, "algorithm": "AES-256"})
    one = Observation(kind="kms_observation", detail="transit/old", facts=facts)
    asked = Attempt(probe="kms", version="1", section="key", target="data-key", endpoint="https://bao:8200",
                    status="completed", started_at=NOW, duration=0.1, observations=(one,))  # fmt: skip
    found = Observations(declaration, [asked], NOW)
    assert (list(found.matches), len(found.unmatched)) == (([0], 0) if counts else ([], 1))


@pytest.mark.parametrize(
    ("facts", "agrees"),
    [(PARTLY, None), (OLD, False), (WHOLE, True), (SSH, True)],
    ids=["unseen", "bad", "good", "ssh"],
)
def test_an_endpoint_that_could_not_be_seen_is_not_vouched_for_by_another(
    facts: dict[str, Any], agrees: bool | None
) -> None:
    asked = asking(FLOW, {**FLOW, "endpoint": "b:443"})
    for attempts in ([seen(WHOLE), seen(facts, "b:443")], [seen(facts, "b:443"), seen(WHOLE)]):
        assert lowest(Observations(asked, attempts, NOW)) is agrees


def test_two_things_of_one_name_are_two_subjects_whatever_else_is_called_like_the_second() -> None:
    first = seen(WHOLE)
    named = [msgspec.structs.replace(first.observations[0], detail=detail) for detail in ("x", "x 2")]
    first = msgspec.structs.replace(first, observations=tuple(named))
    other = msgspec.structs.replace(seen(OLD, "b:443"), observations=(msgspec.structs.replace(named[0]),))
    found = Observations(asking(FLOW, {**FLOW, "endpoint": "b:443"}), [first, other], NOW)
    names = list(found.tables()["tls_observation"].names())
    assert len(set(names)) == 3


@pytest.mark.parametrize("time", [10**18, -1, 10**12])
@pytest.mark.parametrize("place", ["started_at", "ended_at", "attempts"])
def test_a_recording_of_a_time_that_no_clock_shows_is_refused(time: int, place: str, tmp_path: Path) -> None:
    times = {"started_at": 1, "ended_at": 2} | ({} if place == "attempts" else {place: time})
    attempts = (seen(WHOLE, at=time if place == "attempts" else 1),)
    made = ProbeRun(tool_version="1", system="s", declaration_sha256="", attempts=attempts, **times)
    write_run(made, tmp_path / "recording")
    with pytest.raises(UsageError, match="no clock"):
        read_run(tmp_path / "recording")


@pytest.mark.parametrize(
    ("endpoint", "shown", "holds"),
    [
        ("postgresql://u:sw0rdfish@db:5432/x", "postgresql://db:5432/x", True),
        ("postgresql://u:sw0rd/fish@db:5432/x", "postgresql://db:5432/x", True),
        ("redis://:sw0rd#fish?a@db:6379", "redis://db:6379", True),
        ("https://h/x?password=sw0rdfish&a=b", "https://h/x?password=[redacted]&a=b", True),
        ("pkcs11:token=t?pin-value=sw0rdfish", "pkcs11:token=t?pin-value=[redacted]", True),
        ("https://sw0rdfish@h/x", "https://h/x", False),
        ("https://h:8200/v1/a@b", "https://h:8200/v1/a@b", False),
        ("https://[::1]:8200/a@b", "https://[::1]:8200/a@b", False),
        ("vault:transit/phi@https://kms:8200", "vault:transit/phi@https://kms:8200", False),
        ("https://h/x?region=eu", "https://h/x?region=eu", False),
    ],
)
def test_an_endpoint_is_shown_without_what_is_secret_in_it(endpoint: str, shown: str, holds: bool) -> None:
    assert (without_secret(endpoint), holds_password(endpoint)) == (shown, holds)


ENDPOINTS = [
    "postgresql://u:sw0rdfish@127.0.0.1:1/x",
    "postgresql://u:sw0rd/fish@127.0.0.1:1/x",
    "postgresql://127.0.0.1:1/x?password=sw0rdfish",
    "postgresql://sw0rdfish@127.0.0.1:1/x",
]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("recorded", [True, False], ids=["asked", "never-asked"])
def test_no_report_repeats_a_password_out_of_an_endpoint(endpoint: str, recorded: bool, tmp_path: Path) -> None:
    loaded = declared_in(tmp_path, f'probe: tls, component: service, endpoint: "{endpoint}"')
    made = run(loaded.declaration, tmp_path)
    if not recorded:
        made = msgspec.structs.replace(made, attempts=())
    path = tmp_path / "boundaries.yaml"
    done = assess(Request(path=path, profiles=("baseline",), rules=("conformance.*",), observations=made))
    assessment = done.assessment
    rows = [*assessment.attempts, *assessment.reconciliation]
    told = repr(made.attempts) + repr(rows) + repr(assessment.findings) + repr(assessment.notes)
    assert "sw0rd" not in told
    assert [one.counts for one in assessment.attempts] == [True]


def policy(using: str | None, check: str | None = None, *, permissive: bool = True) -> PolicyEntry:
    return PolicyEntry(name="p", command="*", permissive=permissive, using=using, check=check, roles=("public",))


def relation(*policies: PolicyEntry, name: str = "stock", kind: str = "r") -> RelationEntry:
    return RelationEntry(oid=1, schema="app", name=name, kind=kind, row_security=True, forced=True, partition=False,
                         invoker=False, owner_above=False, owner="o", owners=(), columns=("id", "tenant_id"),
                         policies=policies)  # fmt: skip


def catalogue(one: RelationEntry, **more: Any) -> Catalogue:
    return Catalogue(version=150005, login="u", column="tenant_id", setting="app.t", roles=(), unknown_roles=(),
                     relations=(one,), functions=(), named=(), **{"shared": (), **more})  # fmt: skip


BOUND = "(tenant_id = current_setting('app.t'::text))"


def test_a_restrictive_policy_that_lets_new_rows_be_anybodys_covers_no_new_row() -> None:
    open_ = policy("true", "true")
    for check, weak in ((None, 0), (BOUND, 0), ("true", 1)):
        made = catalogue(relation(open_, policy(BOUND, check, permissive=False)))
        policies = read_facts(made, (), None, "")[0].facts.policies  # type: ignore[attr-defined]
        assert (policies.constant, policies.checks_weak) == (0, weak)


def test_a_literal_tenant_is_not_the_sessions() -> None:
    policies = read_facts(catalogue(relation(policy("(tenant_id = '…'::text)"))), (), None, "")[0].facts.policies  # type: ignore[attr-defined]
    assert policies.unbound == 1


def test_a_table_with_the_tenant_column_is_judged_though_it_is_declared_as_shared() -> None:
    assert judged_relations(catalogue(relation(), shared=("app.stock",))) != []


@pytest.mark.parametrize(
    ("state", "outcome"),
    [("42501", "refused"), ("22P02", "refused"), ("P0001", "refused"), ("XX000", "unknown"), ("53200", "unknown"),
     ("57P01", "unknown"), ("22012", "unknown"), ("55P03", "unknown"), ("55000", "unknown")],
)  # fmt: skip
def test_a_read_that_failed_for_another_reason_kept_nothing_back(state: str, outcome: str) -> None:
    assert _unread(RefusedError(state))[0] == outcome


def test_a_table_without_tenants_shows_nothing_of_their_ids() -> None:
    found = read_facts(catalogue(relation()), (), IdCounts(table="app.tenant", column="id", mismatched=0), "")
    told = next(one.facts for one in found if one.facts.what == "ids")  # type: ignore[attr-defined]
    assert (told.ids, told.unseen) == (UNSET, ("the table of tenants has no rows",))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("duty", "since", "gap"), [(0, None, UNSET), (9, None, UNSET), (0, 1, 0), (9 * 86_400, 1, UNSET)]
)
def test_where_no_record_is_nothing_is_kept(duty: int, since: int | None, gap: Any) -> None:
    content = msgspec.json.encode({"count": 0, "since": since})
    raw = {"records.json": RawResponse(name="records.json", media_type="application/json", content=content)}
    records = read_records(raw, AT, duty, None).records
    assert records is not UNSET
    assert records.gap == gap or (gap is UNSET and records.gap != 0)


@pytest.mark.parametrize(
    ("role", "member", "wildcards"),
    [
        ("projects/p/roles/sealer", "allUsers", 1),
        ("projects/p/roles/sealer", "user:one@rx.example", 0),
        ("roles/cloudkms.cryptoKeyDecrypter", "allAuthenticatedUsers", 1),
        ("roles/cloudkms.viewer", "allUsers", 0),
    ],
)
def test_a_role_of_a_projects_own_reaches_the_key_too(role: str, member: str, wildcards: int) -> None:
    policy_ = {"bindings": [{"role": role, "members": [member]}]}
    bodies = {"key": {"name": "k", "purpose": "ENCRYPT_DECRYPT"}, "policy": policy_, "ring_policy": {"bindings": []}}
    answers = {name: {"outcome": "answered", "body": body} for name, body in bodies.items()}
    content = json.dumps({"provider": "gcp-kms", "key": "k", "answers": answers}).encode()
    raw = RawResponse(name=ANSWERS, media_type="application/json", content=content)
    facts: Any = kms.interpret({ANSWERS: raw}, AT)[0].facts
    assert facts.wildcard_grants == wildcards


@pytest.mark.parametrize(
    ("answers", "login", "outcome"),
    [
        ([b"+PONG\r\n", b"-NOPERM no\r\n"], redis.LOGINS[0], "unknown"),
        ([b"+OK\r\n", b"+PONG\r\n", b"-NOPERM no\r\n"], redis.LOGINS[1], "admitted"),
        ([b"-WRONGPASS no\r\n", b"-NOAUTH\r\n", b"-NOAUTH\r\n"], redis.LOGINS[1], "refused"),
    ],
)
def test_whoever_lacks_a_right_of_redis_was_let_in(answers: list[bytes], login: Any, outcome: str) -> None:
    assert redis.read(answers, login).outcome == outcome


@pytest.mark.parametrize(("prime", "whole"), [(b"\x15\x03\x03\x00\x02\x02\x28", True), (b"", UNSET)])
def test_a_prime_that_was_not_seen_is_not_none(prime: bytes, whole: Any) -> None:
    dhe = exchange(codes.TLS12, in_records(hello(suite=0x009E)))
    asked = exchange(codes.TLS12, prime, purpose="prime")
    assert reading(dhe, asked).groups().whole is whole


def aws(statement: dict[str, Any], *grantees: str) -> Any:
    described = {"KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT", "Origin": "AWS_KMS", "CreationDate": AT - 9,
                 "Arn": "arn:aws:kms:eu-west-1:111122223333:key/k"}  # fmt: skip
    given = [{"GranteePrincipal": one, "Operations": ["Decrypt"]} for one in grantees]
    policies = {"Policy": json.dumps({"Statement": [{"Effect": "Allow", "Action": "kms:Decrypt", **statement}]})}
    answers = {"key": described, "policy": policies, "grants": given}
    content = {"provider": "aws-kms", "key": "k",
               "answers": {name: {"outcome": "answered", "body": body} for name, body in answers.items()}}  # fmt: skip
    raw = RawResponse(name=ANSWERS, media_type="application/json", content=json.dumps(content).encode())
    return kms.interpret({ANSWERS: raw}, AT)[0].facts


OURS, THEIRS = "arn:aws:iam::111122223333:role/app", "arn:aws:iam::999999999999:role/app"


def test_a_namesake_of_another_account_is_a_stranger() -> None:
    assert strangers(["app"], [aws({"Principal": {"AWS": OURS}}, OURS)]) == ()
    assert strangers(["app"], [aws({"Principal": {"AWS": THEIRS}})]) == (THEIRS,)
    assert strangers(["app"], [aws({"Principal": {"AWS": OURS}}, THEIRS)]) == (THEIRS,)


def test_another_accounts_root_is_a_stranger_and_ones_own_is_a_delegation() -> None:
    root = "arn:aws:iam::999999999999:root"
    assert strangers(["app"], [aws({"Principal": {"AWS": [OURS, root]}})]) == (root,)
    assert strangers(["app"], [aws({"Principal": {"AWS": [OURS, "111122223333"]}})]) is None


def test_a_key_that_anybody_may_use_has_no_grantees_that_agree() -> None:
    assert strangers(["app"], [aws({"Principal": "*"})]) is None


def test_a_trial_of_which_a_part_gave_no_answer_proves_nothing() -> None:
    def told(**outcomes: Any) -> Any:
        return behaviour([Step(name=name.replace("_", "-"), outcome=one) for name, one in outcomes.items()])

    kept = {"open": "same", "rotate": "done", "open_old": "same"}
    assert told(**kept)["old_ciphertext_opens"] is True
    assert "old_ciphertext_opens" not in told(open_kept="denied", **kept)
    disabled = {"open": "same", "disable": "done", "seal_disabled": "refused", "open_enabled": "same"}
    assert "disabled_refuses" not in told(open_disabled="failed", **disabled)
    assert told(open_disabled="refused", **disabled)["disabled_refuses"] is True


@pytest.mark.parametrize(("sent_at", "clear"), [(None, UNSET), (1, 0)])
def test_a_place_that_is_merely_not_empty_is_not_shown_to_be_in_use(
    sent_at: int | None, clear: Any, tmp_path: Path
) -> None:
    (tmp_path / "log").write_text("an old line\n")
    (tmp_path / "arrived").write_text("ZZ-CANARY-0001\n")
    told = {"canaries": [{"kind": "mrn", "value": "ZZ-CANARY-0001"}]} | ({"sent_at": sent_at} if sent_at else {})
    (tmp_path / "canaries.json").write_text(json.dumps(told))
    options = msgspec.convert({"canaries": "canaries.json", "delivered": {"endpoint": "file:arrived"}}, ProbeOptions)
    target = Target(probe="leak", section="component", name="s", endpoint="file:log", options=options, folder=tmp_path)
    found = leak.interpret({one.name: one for one in attempt(leak, target).raw}, 0)[0].facts  # type: ignore[arg-type]
    assert (found.delivered, found.clear) == (True, clear)  # type: ignore[attr-defined]


def test_what_the_store_calls_public_is_public_whatever_is_read_in_the_policy() -> None:
    answers = dict.fromkeys(("get_public_access_block", "get_bucket_acl", "get_bucket_ownership_controls", "anonymous"),
                            StoreAnswer(status=403, code="AccessDenied"))  # fmt: skip
    odd = {"Statement": [{"Effect": "Allow", "Principal": {"Federated": "*"}, "Action": "s3:*", "Resource": "*"}]}
    answers["get_bucket_policy"] = StoreAnswer(status=200, content={"Policy": json.dumps(odd)})
    for public in (True, False):
        status = {"PolicyStatus": {"IsPublic": public}}
        answers["get_bucket_policy_status"] = StoreAnswer(status=200, content=status)
        assert settings.openness(answers).policy is public


TOKEN = b"ghp_" + b"R4nD0mT0k3nV4lu3Zx9Qw8Er7Ty6Ui5Op4As"


def test_a_program_that_unpacks_itself_hides_no_secret(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.py", b"key = '" + TOKEN + b"'\n" + b"# filling\n" * 100)
    (tmp_path / "tool.pyz").write_bytes(b"#!/usr/bin/env python3\n" + packed.getvalue())
    noted = io.BytesIO()
    with zipfile.ZipFile(noted, "w") as archive:
        archive.writestr("b.txt", b"nothing")
        archive.comment = b"token = '" + TOKEN + b"'"
    (tmp_path / "noted.zip").write_bytes(noted.getvalue())
    target = Target(probe="secrets", section="system", name="s", endpoint=".", folder=tmp_path)
    found = attempt(secrets, target)  # type: ignore[arg-type]
    assert sorted(one.detail for one in found.observations if one.detail) == [
        "github-token at noted.zip:1:10",
        "github-token at tool.pyz!a.py:1:8",
    ]


def test_a_script_whose_name_does_not_say_its_language_is_code(tmp_path: Path) -> None:
    need_semgrep()
    (tmp_path / "tool").write_text("#!/usr/bin/env python3\nimport requests\nrequests.get('https://h', verify=False)\n")
    target = Target(probe="code", section="system", name="s", endpoint=".", folder=tmp_path)
    found = attempt(code, target, timeout=120)  # type: ignore[arg-type]
    assert [one.detail for one in found.observations if one.detail] == ["python-tls-not-verified at tool:3:1"]


@contextmanager
def envoy() -> Iterator[int]:
    """Serve HTTP as Envoy does by default: HTTP/1.0 is told to upgrade, and 1.1 without a host is a bad request."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        listener.settimeout(0.1)
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(2)
                try:
                    said = connection.recv(4096)
                    status = b"426 Upgrade Required" if b"HTTP/1.0" in said else b"400 Bad Request"
                    if b"HTTP/1.1" in said and b"\r\nHost: 127.0.0.1\r\n" in said:
                        status = b"200 OK"
                    if said.startswith(b"GET"):
                        connection.sendall(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\n\r\n")
                except OSError:
                    pass

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        thread.join()
        listener.close()


def test_a_server_that_wants_a_host_serves_plaintext_all_the_same(tmp_path: Path) -> None:
    with envoy() as port:
        endpoint = f"https://127.0.0.1:{port}"
        target = Target(probe="tls", section="typed", name=endpoint, endpoint=endpoint, folder=tmp_path)
        found = attempt(tls, target, timeout=30)  # type: ignore[arg-type]
    assert found.status == "completed", found.reason
    facts = msgspec.json.decode(found.observations[0].facts)
    assert (facts["channel"], facts["plaintext"]) == ("none", True)
