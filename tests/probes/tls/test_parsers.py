"""What servers send is hostile: whatever the bytes, a parser says what it read or that it read nothing, and no more."""

from __future__ import annotations

import struct

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from limen.probes import tls
from limen.probes.interface import AttemptError
from limen.probes.tls import answers, codes, plaintext, preludes, records, ssh_packets
from limen.probes.tls.hello import Offer, client_hello
from limen.probes.tls.mutual import Behaviour
from limen.probes.tls.raw import Exchange, Handshakes, encoded
from limen.probes.tls.reader import MalformedError, Reader
from limen.records.attempts import RawResponse

PURPOSES = ("version", "suites", "order", "groups", "curves", "prime", "other_certificate", "transcript", "plaintext",
            "ssh", "ssh_key")  # fmt: skip


def in_records(stream: bytes) -> bytes:
    return records.record(records.HANDSHAKE, 0x0303, stream)


def hello(version: int = 0x0303, suite: int = 0xC030, extensions: bytes = b"", retry: bool = False) -> bytes:
    random = answers._RETRY if retry else bytes(range(32))
    body = version.to_bytes(2, "big") + random + b"\x00" + suite.to_bytes(2, "big") + b"\x00"
    return records.message(records.SERVER_HELLO, body + struct.pack("!H", len(extensions)) + extensions)


shaped = st.one_of(
    st.binary(max_size=600),
    st.binary(max_size=300).map(in_records),
    st.tuples(st.integers(0, 255), st.binary(max_size=300)).map(lambda it: in_records(records.message(*it))),
    st.tuples(st.binary(max_size=80), st.binary(max_size=200)).map(
        lambda it: in_records(hello(extensions=it[0]) + records.message(11, it[1]) + records.message(12, it[1]))
    ),
    st.binary(max_size=200).map(
        lambda it: hello(0x0303, 0x1301, b"\x00\x2b\x00\x02\x03\x04") + records.message(11, b"\0" + it)
        + records.message(15, it) + records.message(20, it)
    ),
    st.binary(max_size=300).map(lambda it: b"SSH-2.0-x\r\n" + ssh_packets.packet(b"\x14" + it)
                                + ssh_packets.packet(b"\x1f" + it)),
)  # fmt: skip
exchanges = st.builds(
    Exchange,
    purpose=st.sampled_from(PURPOSES),
    version=st.sampled_from(codes.VERSIONS),
    detail=st.sampled_from(
        ["", "https", "redis", "postgres", "mysql", "ldap", "smtp", "none", "a curve25519-sha256 00"]
    ),
    sent=shaped,
    received=shaped,
    ended=st.sampled_from(["enough", "closed", "reset", "silent", "too much"]),
)
behaviours = st.builds(
    Exchange,
    purpose=st.just("mutual"),
    version=st.sampled_from(codes.VERSIONS),
    detail=st.sampled_from(["none", "stranger", "right", "expired"]),
    result=st.builds(
        Behaviour,
        asked=st.sampled_from([True, False, None]),
        outcome=st.sampled_from(["refused", "answered", "finished", "failed"]),
        alert=st.sampled_from([None, 40, 50, 116]),
        status=st.sampled_from([None, 200, 400, 403]),
        says_certificate=st.booleans(),
    ).map(lambda one: msgspec.json.encode(one).decode()),
)


def interpreted(raw: RawResponse) -> None:
    try:
        seen = tls.interpret({raw.name: raw}, 1_800_000_000)
    except AttemptError:
        return
    for one in seen:
        assert msgspec.json.decode(msgspec.json.encode(one.facts), type=type(one.facts)) == one.facts


@given(st.lists(st.one_of(exchanges, behaviours), max_size=8))
def test_any_recording_is_read_or_refused(found: list[Exchange]) -> None:
    interpreted(encoded(Handshakes(host="h", port=1, name="h", protocol="https", exchanges=tuple(found), trust="file")))


@given(st.binary(max_size=300))
def test_a_recording_of_any_bytes_is_read_or_refused(content: bytes) -> None:
    interpreted(RawResponse(name="handshakes.json", media_type="application/json", content=content))


@given(shaped)
def test_parsers_of_bytes_never_raise(data: bytes) -> None:
    flight = records.flight(data)
    answers.server_hello(flight)
    for message in flight.messages:
        for suite in ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_EXPORT_X"):
            for version in (codes.TLS10, codes.TLS12):
                try:
                    answers.key_exchange(message.body, suite=suite, version=version)
                    answers.certificates(message.body, version=version)
                except MalformedError:
                    pass
    for question in plaintext.QUESTIONS.values():
        question.answers(data)
        question.complete(data)
    for payload in ssh_packets.packets(ssh_packets.after_banner(data)[1]):
        ssh_packets.read_kexinit(payload)
    preludes.ldap_result(data)
    preludes.mysql_capabilities(data)
    preludes.smtp_complete(data)
    preludes.mysql_complete(data)


@given(
    st.lists(st.tuples(st.sampled_from([1, 2, 11, 12, 14]), st.binary(max_size=3000)), max_size=6), st.integers(1, 999)
)
def test_messages_survive_any_cut_into_records(found: list[tuple[int, bytes]], size: int) -> None:
    stream = b"".join(records.message(*one) for one in found)
    data = b"".join(in_records(stream[i : i + size]) for i in range(0, len(stream), size))
    assert [(one.kind, one.body) for one in records.flight(data).messages] == found


@given(st.binary(max_size=200))
def test_what_is_cut_off_is_not_there(tail: bytes) -> None:
    whole = in_records(hello())
    assert answers.server_hello(records.flight(whole[:-1])) is None
    assert answers.server_hello(records.flight(whole + tail)) is not None


def test_an_offer_says_what_it_offers() -> None:
    offer = Offer(version=codes.TLS12, name="a.example", suites=(0xC030, 0x009C), groups=(29, 23), alpn=("h2",))
    reader = Reader(client_hello(offer)[4:])
    assert reader.number(2) == 0x0303
    reader.take(32)
    assert reader.vector(1) == b""
    assert reader.vector(2) == bytes.fromhex("c030009c")
    assert reader.vector(1) == b"\x01\x00"
    extensions = answers.extensions(reader.part(2))
    assert extensions[codes.SERVER_NAME] == b"\x00\x0c\x00\x00\x09a.example"
    assert extensions[codes.GROUPS] == bytes.fromhex("0004001d0017")
    assert extensions[codes.ALPN] == b"\x00\x03\x02h2"
    assert codes.VERSIONS_OFFERED not in extensions


def test_an_address_is_never_sent_as_a_name() -> None:
    for name in ("127.0.0.1", "::1"):
        offer = Offer(version=codes.TLS13, name=name, suites=(0x1301,), groups=(29,))
        assert name.encode() not in client_hello(offer)


def test_a_warning_is_no_refusal() -> None:
    warned = b"\x15\x03\x03\x00\x02\x01\x70" + in_records(hello())
    flight = records.flight(warned)
    assert (flight.alert, answers.server_hello(flight).suite) == (None, 0xC030)


def test_every_suite_has_one_name() -> None:
    found = codes.suites()
    assert len(found) == len(set(found.values())) == 343
    assert set(codes.suites_12()) | set(codes.suites_13()) == set(found)
    assert not set(codes.suites_12()) & set(codes.suites_13())
    assert codes.suite_name(0xC02F) == "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
    assert codes.suite_name(0xABCD) == "0xABCD"
