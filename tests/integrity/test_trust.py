"""The trust file: what is taken, what is refused and in which words, and when a key counts."""

from __future__ import annotations

import contextlib
import copy
import datetime
import json
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from limen.integrity.instants import instant, instant_text
from limen.integrity.notes import Checkpoint, Note, checkpoint_text, cosignature
from limen.integrity.strict_json import strict_json
from limen.integrity.trust import (
    Requirements,
    Revocation,
    Trust,
    TrustedKey,
    TrustError,
    read_requirements,
    read_trust,
    requirements_from,
    standing,
    stricter,
    trust_from,
    witnessed,
)
from tests.integrity.keys import OTHERS, public_pem, signer

BEGIN, END = instant("2026-01-01T00:00:00Z"), instant("2028-01-01T00:00:00Z")
REVOKED = instant("2027-01-01T00:00:00Z")
DAY = datetime.timedelta(days=1)


def certificate() -> str:
    private = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tsa")])
    built = x509.CertificateBuilder(name, name, private.public_key(), 1, BEGIN, END)
    return built.sign(private, None).public_bytes(Encoding.PEM).decode()


CERTIFICATE = certificate()


def key(number: int = 0, algorithm: str = "ed25519", **changed: Any) -> dict[str, Any]:
    return {
        "public_key": signer(algorithm, number).key.pem,
        "holder": "Ana Ruiz",
        "user": "aruiz",
        "roles": ["producer", "author"],
        "valid_from": "2026-01-01T00:00:00Z",
        "valid_to": "2028-01-01T00:00:00Z",
        **changed,
    }


def file(**changed: Any) -> dict[str, Any]:
    return {
        "format": "limen-trust-1",
        "keys": [key(), key(1, "ecdsa-p256", holder="Bo Li", user="bli", roles=["approver"]), key(2, "ml-dsa-65")],
        "logs": [{"origin": "limen.example/log", "public_key": signer(number=10).key.pem}],
        "witnesses": [{"name": "witness.example/w1", "public_key": signer(number=11).key.pem}],
        "authorities": [{"name": "tsa", "certificates": [CERTIFICATE]}],
        "require": {"signatures": {"producer": 1, "approver": 2}, "timestamp": True, "log": True, "witnesses": 1},
        **changed,
    }


def refused(value: Any) -> tuple[str, ...]:
    with pytest.raises(TrustError) as told:
        trust_from(value)
    assert isinstance(told.value, ValueError)
    return told.value.problems


def test_a_whole_file_is_read() -> None:
    revoked = {"at": "2027-01-01T00:00:00Z", "reason": "laptop lost"}
    content = file()
    content["keys"][0]["revoked"] = revoked
    trust = read_trust(json.dumps(content).encode())
    assert trust == trust_from(content)
    one = trust.keys[0]
    assert (one.key, one.holder, one.user, one.roles) == (signer().key, "Ana Ruiz", "aruiz", ("producer", "author"))
    assert (one.valid_from, one.valid_to) == (BEGIN, END)
    assert one.revoked == Revocation(at=REVOKED, reason="laptop lost")
    assert [each.key.algorithm for each in trust.keys] == ["ed25519", "ecdsa-p256", "ml-dsa-65"]
    assert trust.logs[0].key == signer(number=10).key
    assert trust.witnesses[0].name == "witness.example/w1"
    assert trust.authorities[0].certificates == (CERTIFICATE,)
    assert trust.require == Requirements(
        signatures={"producer": 1, "approver": 2}, timestamp=True, log=True, witnesses=1
    )
    assert trust.keys_of(signer().key.id) == (one,)
    assert trust.keys_of("0" * 64) == ()


def test_the_least_file() -> None:
    assert trust_from({"format": "limen-trust-1"}) == Trust()


def test_every_problem_is_told_at_once() -> None:
    wrong = file(
        key=[],
        keys=[
            key(roles=[]),
            key(1, valid_from="2026-01-01", valid_to="yesterday"),
            key(2, public_key=public_pem(OTHERS["RSA"]())),
            key(3, public_key=public_pem(OTHERS["secp521r1"]())),
            key(4, valid_from="2028-01-01T00:00:00Z"),
            key(5, rolls=["author"]),
            key(6, roles=["author", "author"], revoked={"at": "2026-02-30T00:00:00Z", "reason": "lost"}),
            7,
        ],
        logs=[{"origin": "a b", "public_key": signer().key.pem}, {"origin": "a", "public_key": "rubbish"}],
        witnesses=[{"name": "w", "public_key": signer("ecdsa-p256").key.pem}],
        authorities=[
            {"name": "tsa", "certificates": ["rubbish", CERTIFICATE + CERTIFICATE]},
            {"name": "x", "certificates": []},
        ],
        require={"signatures": {"producer": 0}},
    )
    problems = refused(wrong)
    for expected in (
        "there is no section 'key'",
        "keys[0].roles: expected `array` of length >= 1",
        "keys[1].valid_from: '2026-01-01' is no time",
        "keys[1].valid_to: 'yesterday' is no time",
        "keys[2].public_key: it is a key of RSA, which is not taken: Ed25519, ECDSA P-256, ECDSA P-384 and ML",
        "keys[3].public_key: it is on the curve secp521r1, which is not taken",
        "keys[4]: valid_to is not after valid_from",
        "keys[5]: object contains unknown field `rolls`",
        "keys[6].roles: a role stands twice",
        "keys[6].revoked.at: '2026-02-30T00:00:00Z' is no time",
        "keys[7]: expected `object`, got `int`",
        "logs[0].origin: expected `str` matching regex",
        "logs[1].public_key: it is no public key in PEM",
        "witnesses[0].public_key: it is of ecdsa-p256, and logs and witnesses sign by Ed25519",
        "authorities[0].certificates[0]: expected one certificate",
        "authorities[0].certificates[1]: expected one certificate",
        "authorities[1].certificates: expected `array` of length >= 1",
        "require.signatures[...]: expected `int` >= 1",
    ):
        assert [one for one in problems if one.startswith(expected)], (expected, problems)
    assert len(problems) == 18


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([key(), key()], "overlap"),
        ([key(), key(valid_from="2027-12-31T23:59:59Z", valid_to="2029-01-01T00:00:00Z")], "overlap"),
        (
            [
                key(),
                key(holder="Bo Li", user="bli", valid_from="2028-01-01T00:00:00Z", valid_to="2029-01-01T00:00:00Z"),
            ],
            "one person's alone",
        ),
        ([key(), key(1, holder="Anna Ruiz")], "two names"),
        (
            [
                key(),
                key(
                    valid_from="2028-01-01T00:00:00Z",
                    valid_to="2029-01-01T00:00:00Z",
                    revoked={"at": "2027-01-01T00:00:00Z", "reason": "lost"},
                ),
            ],
            "only one says that it is revoked",
        ),
    ],
)
def test_entries_that_contradict_each_other(entries: list[dict[str, Any]], words: str) -> None:
    problems = refused(file(keys=entries))
    assert len(problems) == 1
    assert words in problems[0]


def test_certificates_are_decoded() -> None:
    empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    problems = refused(file(authorities=[{"name": "tsa", "certificates": [CERTIFICATE, empty]}]))
    assert problems == ("authorities[0].certificates[1]: it is no certificate in PEM",)


def test_a_key_may_count_again_later_and_users_may_have_several() -> None:
    again = key(valid_from="2028-01-01T00:00:00Z", valid_to="2029-01-01T00:00:00Z")
    trust = trust_from(file(keys=[key(), again, key(1)]))
    assert len(trust.keys_of(signer().key.id)) == 2


def test_logs_and_witnesses_have_keys_of_their_own() -> None:
    pem = signer(number=10).key.pem
    problems = refused(
        file(
            keys=[key(10)],
            logs=[{"origin": "a", "public_key": pem}, {"origin": "b", "public_key": pem}],
            witnesses=[{"name": "w", "public_key": pem}],
        )
    )
    assert len(problems) == 6
    assert all("a key of its own" in one for one in problems)
    assert "logs[0] and witnesses[0] are the same key: each log and each witness has a key of its own" in problems
    both = [{"name": "tsa", "certificates": [CERTIFICATE]}] * 2
    assert refused(file(authorities=both)) == ("the authority 'tsa' stands twice",)


def test_a_witness_counts_once_by_its_name() -> None:
    text = checkpoint_text(Checkpoint(origin="limen.example/log", size=1, root=bytes(32)))
    old, new, strange = signer(number=11), signer(number=12), signer(number=13)
    trust = trust_from(
        file(
            witnesses=[
                {"name": "w1", "public_key": old.key.pem},
                {"name": "w1", "public_key": new.key.pem},
                {"name": "w2", "public_key": signer(number=14).key.pem},
            ]
        )
    )
    made = tuple(cosignature(text, "w1", one, time) for one, time in ((old, 5), (new, 9), (strange, 99)))
    assert witnessed(Note(text=text, signatures=made), trust) == {"w1": 9}
    assert witnessed(Note(text=text, signatures=made[2:]), trust) == {}


@pytest.mark.parametrize("wrong", [None, [], "x", 5, {}, {"format": "limen-trust-2"}, {"format": 1}])
def test_values_that_are_no_trust_file(wrong: Any) -> None:
    assert len(refused(wrong)) == 1


def test_sections_of_the_wrong_type() -> None:
    problems = refused({"format": "limen-trust-1", "keys": {}, "logs": "x", "require": []})
    assert problems == ("keys: expected a list", "logs: expected a list", "require: expected `object`, got `array`")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b'{"format":"limen-trust-1","require":{"log":true,"log":false}}', "'log' stands twice"),
        (b'{"format":"limen-trust-1","format":"limen-trust-1"}', "'format' stands twice"),
        (b'{"format":"limen-trust-1","require":{"witnesses":NaN}}', "NaN is no JSON"),
        (b'{"format":"limen-trust-1"', "no JSON: Expecting"),
        (b"\xff", "not in UTF-8"),
        (b"[" * 200_000, "nested too deeply"),
        (b" " * ((1 << 24) + 1), "longer than"),
        (b"", "no JSON"),
    ],
)
def test_texts_that_are_no_trust_file(text: bytes, words: str) -> None:
    with pytest.raises(TrustError, match=words):
        read_trust(text)
    with pytest.raises(TrustError, match=words):
        read_requirements(text)


def test_a_signing_policy_has_the_shape_of_require() -> None:
    assert read_requirements(b'{"signatures":{"approver":2}}') == Requirements(signatures={"approver": 2})
    with pytest.raises(TrustError, match="the signing policy: object contains unknown field `witness`"):
        requirements_from({"witness": 1})
    with pytest.raises(TrustError, match="the signing policy.timestamp: expected `bool`"):
        requirements_from({"timestamp": 1})


def test_both_must_be_met() -> None:
    one = Requirements(signatures={"producer": 1, "approver": 1}, timestamp=True)
    other = Requirements(signatures={"approver": 2}, log=True, witnesses=3)
    both = Requirements(signatures={"approver": 2, "producer": 1}, timestamp=True, log=True, witnesses=3)
    assert stricter(one, other) == stricter(other, one) == both


def trusted(revoked: datetime.datetime | None = None) -> TrustedKey:
    return TrustedKey(
        key=signer().key,
        holder="Ana Ruiz",
        user="aruiz",
        roles=("author",),
        valid_from=BEGIN,
        valid_to=END,
        revoked=None if revoked is None else Revocation(at=revoked, reason="laptop lost"),
    )


@pytest.mark.parametrize(
    ("at", "covered", "revoked", "ok", "words"),
    [
        (BEGIN, None, None, True, "is valid now"),
        (BEGIN - DAY, None, None, False, "not yet now"),
        (END - DAY, None, None, True, "is valid now"),
        (END, None, None, False, "expired now"),
        (END, END - DAY, None, True, "expired at 2028-01-01T00:00:00Z; it was valid at its trusted timestamp"),
        (END, END, None, False, "expired at its trusted timestamp"),
        (END - DAY, END - DAY, None, True, "is valid at its trusted timestamp, 2027-12-31T00:00:00Z"),
        (BEGIN + DAY, BEGIN - DAY, None, False, "not yet at its trusted timestamp"),
        (REVOKED + DAY, None, REVOKED, False, "laptop lost; no trusted timestamp shows that it signed before"),
        (REVOKED - DAY, None, REVOKED, False, "no trusted timestamp"),
        (REVOKED + DAY, REVOKED - DAY, REVOKED, True, "revoked at 2027-01-01T00:00:00Z: laptop lost; it signed before"),
        (REVOKED + DAY, REVOKED, REVOKED, False, "its earliest trusted timestamp is 2027-01-01T00:00:00Z"),
        (END + DAY, REVOKED - DAY, REVOKED, True, "it signed before, at its trusted timestamp"),
        (END + DAY, REVOKED + DAY, REVOKED, False, "laptop lost"),
    ],
)
def test_when_a_key_counts(
    at: datetime.datetime,
    covered: datetime.datetime | None,
    revoked: datetime.datetime | None,
    ok: bool,
    words: str,
) -> None:
    found = standing(trusted(revoked), at, covered)
    assert found.ok == ok
    assert words in found.words


@given(st.datetimes(timezones=st.just(datetime.UTC)))
def test_an_instant_comes_back(at: datetime.datetime) -> None:
    assert instant(f"{at.replace(microsecond=0, tzinfo=None).isoformat()}Z") == at.replace(microsecond=0)
    if at.year > 999:
        assert instant(instant_text(at)) == at.replace(microsecond=0)


@pytest.mark.parametrize(
    "text", ["", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00+00:00", "2026-13-01T00:00:00Z"]
)
def test_texts_that_are_no_instant(text: str) -> None:
    with pytest.raises(ValueError, match="no time"):
        instant(text)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
GOOD = file()
PATHS = [
    ("keys",), ("keys", 0), ("keys", 0, "public_key"), ("keys", 1, "roles"), ("keys", 2, "valid_to"),
    ("keys", 0, "revoked"), ("logs", 0, "origin"), ("witnesses", 0), ("authorities", 0, "certificates"),
    ("require",), ("require", "signatures"), ("format",), ("odd",),
]  # fmt: skip


@given(st.sampled_from(PATHS), values)
def test_no_value_gives_another_error(path: tuple[Any, ...], value: Any) -> None:
    content = copy.deepcopy(GOOD)
    inner = content
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    with contextlib.suppress(TrustError):
        trust_from(content)


@given(st.binary() | st.text().map(str.encode))
def test_no_text_gives_another_error(content: bytes) -> None:
    with pytest.raises(TrustError):
        read_trust(content)
    with pytest.raises(TrustError):
        requirements_from(content)


@given(values.filter(lambda value: value == value))
def test_strict_json_reads_what_json_reads(value: Any) -> None:
    try:
        text = json.dumps(value, allow_nan=False).encode()
    except ValueError:
        return
    assert strict_json(text) == json.loads(text)
