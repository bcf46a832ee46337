"""Answers read: what each protocol's answers mean, and that no bytes at all break the reading or make it guess."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from limen.analysis.kinds.observed_brokers import BrokersFacts, BrokerTlsPart
from limen.analysis.reconciliation.brokers import CLAIMS
from limen.probes import brokers
from limen.probes.brokers import amqp, hello, kafka, mqtt, nats, redis, scram
from limen.probes.brokers.address import read_address
from limen.probes.brokers.asking import DIALECTS, Answers
from limen.probes.brokers.conversation import ANONYMOUS, Conversation, Login
from limen.probes.brokers.hello import Answer
from limen.probes.brokers.proposal import propose
from limen.probes.brokers.reading import read_facts
from limen.probes.interface import AttemptError, Target
from limen.records.attempts import RawResponse

GIVEN = Login(user="guest", password="guest", given=True)
NOISE = st.lists(st.binary(max_size=80), max_size=4)


@given(protocol=st.sampled_from(sorted(DIALECTS)), answers=NOISE, given=st.booleans())
@settings(max_examples=400, deadline=None)
def test_noise_is_neither_admittance_nor_an_exception(protocol: str, answers: list[bytes], given: bool) -> None:
    reading = DIALECTS[protocol].read(answers, GIVEN if given else ANONYMOUS)
    assert reading.outcome != "admitted" or reading.spoke


@given(
    content=st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(lambda rest: b"\x16\x03\x03\x00\x50" + rest))
)
@settings(max_examples=400, deadline=None)
def test_noise_after_a_hello_is_no_exception(content: bytes) -> None:
    assert hello.told(Answer(version=12, content=content)).offered in ("yes", "no", "unknown")


@given(content=st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_a_recording_of_noise_is_an_error(content: bytes) -> None:
    raw = RawResponse(name="answers.json", media_type="application/json", content=content)
    with pytest.raises(AttemptError):
        brokers.interpret({"answers.json": raw}, 0)


@given(
    protocol=st.sampled_from(sorted(DIALECTS)),
    held=st.lists(st.tuples(st.sampled_from(("plaintext", "tls")), NOISE, st.sampled_from(("", "silent", "closed")))),
    hellos=st.lists(st.tuples(st.integers(9, 13), st.binary(max_size=60))),
)
@settings(max_examples=300, deadline=None)
def test_recorded_noise_is_never_green(protocol: str, held: list, hellos: list) -> None:  # type: ignore[type-arg]
    answers = Answers(
        protocol=protocol,
        conversations=tuple(
            Conversation(channel=channel, login=ANONYMOUS, answers=tuple(answers), end=end)
            for channel, answers, end in held
        ),
        hellos=tuple(Answer(version=version, content=content) for version, content in hellos),
    )
    try:
        facts = read_facts(answers)
    except AttemptError:
        return
    assert facts.plaintext == "answered" or facts.encrypted == "answered"


@pytest.mark.parametrize(
    ("dialect", "answers", "login", "outcome"),
    [
        (redis, [b"+PONG\r\n", b":3\r\n"], ANONYMOUS, "admitted"),
        (redis, [b"-NOAUTH Authentication required.\r\n"] * 2, ANONYMOUS, "refused"),
        (redis, [b"+PONG\r\n", b"-NOPERM this user has no permissions\r\n"], ANONYMOUS, "unknown"),
        (redis, [b"-DENIED Redis is running in protected mode\r\n"], ANONYMOUS, "refused"),
        (redis, [b"+PONG\r\n", b"-LOADING Redis is loading\r\n"], ANONYMOUS, "unknown"),
        (redis, [b"+PONG\r\n"], ANONYMOUS, "unknown"),
        (mqtt, [b"\x20\x02\x00\x00"], ANONYMOUS, "admitted"),
        (mqtt, [b"\x20\x02\x00\x04"], GIVEN, "refused"),
        (mqtt, [b"\x20\x02\x00\x03"], GIVEN, "unknown"),  # server unavailable says nothing of the password
        (nats, [b"INFO {}\r\n", b"PONG\r\n"], ANONYMOUS, "admitted"),
        (nats, [b"INFO {}\r\n", b"-ERR 'Authorization Violation'\r\n"], GIVEN, "refused"),
        (nats, [b"INFO {}\r\n", b"-ERR 'Unknown Protocol Operation'\r\n"], GIVEN, "unknown"),
        (nats, [b'INFO {"tls_required":true}\r\n'], ANONYMOUS, "unknown"),
        (amqp, [b"AMQP\x00\x01\x00\x00"], ANONYMOUS, "unknown"),
    ],
)
def test_what_an_answer_means(dialect, answers: list[bytes], login: Login, outcome: str) -> None:  # type: ignore[no-untyped-def]
    reading = dialect.read(answers, login)
    assert (reading.spoke, reading.outcome) == (True, outcome)


def test_amqp_without_the_mechanism_refuses_and_with_it_must_answer() -> None:
    names = b"ANONYMOUS PLAIN"
    body = b"\x00\x0a\x00\x0a\x00\x09" + bytes(4) + len(names).to_bytes(4, "big") + names + bytes(4)
    start = b"\x01\x00\x00" + len(body).to_bytes(4, "big") + body + b"\xce"
    tune = b"\x01\x00\x00\x00\x00\x00\x0c\x00\x0a\x00\x1e\x07\xff\x00\x02\x00\x00\x00\x3c\xce"
    assert amqp.read([start], ANONYMOUS).mechanisms == ("ANONYMOUS", "PLAIN")
    assert amqp.read([start], ANONYMOUS).outcome == "unknown"
    assert amqp.read([start, tune], ANONYMOUS).outcome == "admitted"
    assert amqp.read([start.replace(names, b"EXTERNAL PLAINS")], GIVEN).outcome == "refused"


def test_kafka_refuses_only_by_saying_so() -> None:
    def answer(api: int, body: bytes) -> bytes:
        return (len(body) + 4).to_bytes(4, "big") + api.to_bytes(4, "big") + body

    versions = answer(18, b"\x00\x00" + b"\x00\x00\x00\x01" + bytes(6))
    plain = answer(17, b"\x00\x00\x00\x00\x00\x01\x00\x05PLAIN")
    login = Login(user="admin", password="", given=True, mechanism="PLAIN")
    assert kafka.read([versions, plain], login).outcome == "unknown"
    assert kafka.read([versions, plain, answer(36, b"\x00\x00" + bytes(6))], login).outcome == "admitted"
    assert kafka.read([versions, plain, answer(36, b"\x00\x3a" + bytes(6))], login).outcome == "refused"
    assert kafka.read([versions, plain, answer(36, b"\x00\x22" + bytes(6))], login).outcome == "unknown"
    assert kafka.read([versions, answer(17, b"\x00\x22\x00\x00\x00\x00")], login).outcome == "unasked"
    assert kafka.read([b"HTTP/1.1 400 Bad Request\r\n"], ANONYMOUS).spoke is False


def test_scram_is_that_of_rfc_7677() -> None:
    opening = b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    challenge = b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    assert scram.final(opening, challenge, "pencil", "SCRAM-SHA-256").endswith(
        b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    )
    assert scram.final(opening, challenge.replace(b"4096", b"999999999"), "pencil", "SCRAM-SHA-256") == b""


@given(challenge=st.binary(max_size=60))
def test_scram_takes_no_noise(challenge: bytes) -> None:
    assert scram.final(b"n,,n=a,r=b", challenge, "", "SCRAM-SHA-512") == b""


def test_a_refusal_that_was_not_heard_is_unknown() -> None:
    """Kafka says nothing to who asks for metadata without a login; silence is no refusal, closing is."""
    head = b"\x00\x00\x00\x10\x00\x00\x00\x12\x00\x00\x00\x00\x00\x01"
    old, new = head + b"\x00\x03\x00\x00\x00\x0d", head + b"\x00\x03\x00\x04\x00\x0d"
    for versions, end, anonymous in ((old, "closed", "refused"), (old, "silent", UNSET), (new, "closed", UNSET)):
        held = Conversation(channel="plaintext", login=ANONYMOUS, answers=(versions,), end=end)
        refused = tuple(Answer(version=version, content=b"", end="closed") for version in hello.VERSIONS)
        facts = read_facts(Answers(protocol="kafka", conversations=(held,), hellos=refused))
        assert (facts.plaintext, facts.encrypted, facts.anonymous) == ("answered", "refused", anonymous)


def test_a_lower_version_that_is_unknown_leaves_the_lowest_unknown() -> None:
    server = b"\x16\x03\x03\x00\x2c\x02\x00\x00\x28\x03\x03" + bytes(32) + b"\x00\xc0\x30\x00\x00\x00"
    held = Conversation(channel="tls", login=ANONYMOUS, answers=(b"+PONG\r\n", b"-NOAUTH x\r\n"))
    for end in (b"\x15\x03\x01\x00\x02\x02\x46", b""):
        hellos = [Answer(version=version, content=end) for version in (9, 10, 11)]
        hellos.append(Answer(version=12, content=server))
        tls = read_facts(Answers(protocol="redis", conversations=(held,), hellos=tuple(hellos))).tls
        assert isinstance(tls, BrokerTlsPart)
        assert (tls.min, tls.versions) == (12 if end else UNSET, (12,))


@pytest.mark.parametrize(
    ("endpoint", "declared", "title"),
    [
        ("broker:9093", (), "kafka://broker:9093"),
        ("broker", ("amqps",), "amqp://broker:5671"),
        ("broker:9999", ("https", "mqtts"), "mqtt://broker:9999"),
        ("rediss://[::1]", (), "redis://[::1]:6380"),
        ("NATS://broker", ("kafka",), "nats://broker:4222"),
        ("broker:6379", ("redis", "kafka"), "redis://broker:6379"),
    ],
)
def test_an_endpoint_says_what_is_spoken(endpoint: str, declared: tuple[str, ...], title: str) -> None:
    assert read_address(endpoint, declared).title == title


@pytest.mark.parametrize(("endpoint", "declared"), [("broker:1", ()), ("broker:1", ("redis", "kafka")), ("", ())])
def test_an_endpoint_that_does_not_say_it_is_refused(endpoint: str, declared: tuple[str, ...]) -> None:
    with pytest.raises(AttemptError):
        read_address(endpoint, declared)


def test_the_plan_names_the_listener_and_opens_nothing() -> None:
    target = Target(probe="brokers", section="flow", name="f", endpoint="broker.invalid:9092")
    found = brokers.contacts(target)
    assert [one.where for one in found] == ["kafka://broker.invalid:9092"] * 2
    assert "5 TLS handshakes" in found[0].what
    assert "4 well-known or empty passwords" in found[1].what
    assert not any(one.writes for one in found)


def _facts(**given: object) -> BrokersFacts:
    usual: dict[str, object] = {"protocol": "redis", "plaintext": "refused", "encrypted": "answered"}
    tls = BrokerTlsPart(min=12, versions=(12, 13), client_certificate="required")
    return BrokersFacts(**{**usual, "tls": tls, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "declared", "facts", "expected"),
    [
        ("in_transit.tls.min", 12, _facts(), (12, True)),
        ("in_transit.tls.min", 13, _facts(), (12, False)),
        ("in_transit.tls.min", 12, _facts(plaintext="answered"), (0, False)),
        ("in_transit.tls.min", 12, _facts(plaintext=UNSET), None),
        ("in_transit.tls.min", 12, _facts(tls=UNSET), None),
        ("in_transit.tls.min", 12, _facts(tls=BrokerTlsPart(versions=(12,))), None),
        ("in_transit.tls.min", 12, _facts(tls=BrokerTlsPart(versions=(10, 12))), (10, False)),
        ("in_transit.tls.mutual", "required", _facts(), ("required", True)),
        ("in_transit.tls.mutual", "optional", _facts(), ("required", True)),
        ("in_transit.tls.mutual", "required", _facts(plaintext="answered"), ("off", False)),
        ("in_transit.tls.mutual", "off", _facts(plaintext="answered"), ("off", True)),
        (
            "in_transit.tls.mutual",
            "required",
            _facts(tls=BrokerTlsPart(client_certificate="optional")),
            ("optional", False),
        ),
        ("in_transit.tls.mutual", "required", _facts(tls=BrokerTlsPart()), None),
        ("in_transit.tls.mutual", "required", _facts(plaintext=UNSET), None),
    ],
)
def test_claims_are_held_against_listeners(
    path: str, declared: object, facts: BrokersFacts, expected: tuple[object, bool] | None
) -> None:
    found = CLAIMS[path](declared, [facts])
    assert (None if found is None else (found.observed, found.agrees)) == expected
    assert CLAIMS[path](declared, []) is None


def test_the_weakest_listener_counts() -> None:
    weak = _facts(tls=BrokerTlsPart(min=10, versions=(10,), client_certificate="off"))
    for path, declared in (("in_transit.tls.min", 12), ("in_transit.tls.mutual", "required")):
        found = CLAIMS[path](declared, [_facts(), weak])
        assert found is not None
        assert not found.agrees


def test_what_is_proposed_is_what_was_seen() -> None:
    assert propose([_facts()]) == {"in_transit": {"tls": {"min": "1.2", "mutual": "required"}}}
    assert propose([_facts(plaintext="answered")]) == {}
    assert propose([]) == {}


def test_facts_survive_json() -> None:
    facts = _facts(mechanisms=("PLAIN",))
    assert msgspec.json.decode(msgspec.json.encode(facts), type=BrokersFacts) == facts
