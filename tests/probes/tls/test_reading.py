"""What a recording says, and what it does not: a connection that merely ended is not a refusal."""

from __future__ import annotations

from typing import Any

import pytest

from limen.probes.interface import AttemptError
from limen.probes.tls import codes
from limen.probes.tls.raw import Exchange, Handshakes
from limen.probes.tls.reading import Reading
from tests.probes.tls.test_parsers import hello, in_records

REFUSAL = b"\x15\x03\x03\x00\x02\x02\x46"
INTERNAL = b"\x15\x03\x03\x00\x02\x02\x50"


def exchange(version: int, received: bytes, ended: str = "enough", purpose: str = "version", **more: Any) -> Exchange:
    return Exchange(purpose=purpose, version=version, received=received, ended=ended, **more)


def reading(*exchanges: Exchange) -> Reading:
    return Reading(Handshakes(host="h", port=1, name="h", protocol="https", exchanges=exchanges), 1_800_000_000)


TAKEN = exchange(codes.TLS12, in_records(hello()))


@pytest.mark.parametrize(
    ("others", "refused"),
    [
        pytest.param([exchange(11, REFUSAL)], True, id="protocol-version"),
        pytest.param([exchange(11, in_records(hello(0x0303)))], True, id="another-version-is-chosen"),
        pytest.param([exchange(11, INTERNAL)], False, id="internal-error-says-nothing"),
        pytest.param([exchange(11, b"", "silent")], False, id="silence-says-nothing"),
        pytest.param([exchange(11, b"", "closed")], False, id="one-end-without-a-word-says-nothing"),
        pytest.param([exchange(11, b"", "closed")] * 2, True, id="two-ends-without-a-word"),
        pytest.param([exchange(11, b"", "reset"), exchange(11, b"", "closed")], True, id="reset-and-closed"),
        pytest.param([exchange(11, b"", "closed"), exchange(11, INTERNAL)], False, id="closed-then-internal-error"),
        pytest.param([exchange(11, b"", "closed"), exchange(11, b"", "silent")], False, id="closed-then-silent"),
        pytest.param([], False, id="not-asked"),
    ],
)
def test_a_version_is_refused_only_where_the_server_says_so(others: list[Exchange], refused: bool) -> None:
    rest = [exchange(version, REFUSAL) for version in (13, 10, 9)]
    versions = reading(TAKEN, *rest, *others).versions()
    assert versions.offered == (12,)
    assert versions.refused == ((9, 10, 11, 13) if refused else (9, 10, 13))
    assert versions.unknown == (() if refused else (11,))
    assert versions.lowest == (12 if refused else reading_unset())


def reading_unset() -> object:
    from msgspec import UNSET

    return UNSET


@pytest.mark.parametrize(
    ("last", "whole"),
    [
        (exchange(12, b"\x15\x03\x03\x00\x02\x02\x28", purpose="suites"), True),
        (exchange(12, b"", "silent", purpose="suites"), False),
        (exchange(12, INTERNAL, purpose="suites"), False),
        (exchange(12, in_records(hello(suite=0x009C)), purpose="suites"), False),
    ],
)
def test_suites_are_whole_only_where_the_rest_was_refused(last: Exchange, whole: bool) -> None:
    refused = [exchange(version, REFUSAL) for version in (13, 11, 10, 9)]
    facts = reading(TAKEN, *refused, last).facts()
    assert (facts.suites.whole is True) == whole


def plain(received: bytes, ended: str = "enough", protocol: str = "https") -> Exchange:
    return Exchange(purpose="plaintext", detail=protocol, received=received, ended=ended)


@pytest.mark.parametrize(
    ("found", "served"),
    [
        (plain(b"HTTP/1.1 200 OK\r\n"), True),
        (plain(b"HTTP/1.1 403 Forbidden\r\n"), True),
        (plain(b"HTTP/1.1 400 Bad Request\r\n"), None),
        (plain(b"HTTP/1.1 400 Bad Request\r\n\r\nThe plain HTTP request was sent to HTTPS port"), False),
        (plain(b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"), False),
        (plain(b"HTTP/1.1 301 Moved\r\n"), False),
        (plain(REFUSAL, "closed"), False),
        (plain(b"", "closed"), False),
        (plain(b"", "silent"), None),
        (plain(b"N\0\0\2\xff\x15\x04#28000Access denied", protocol="mysql"), None),
        (plain(b"M\0\0\2\xff\x57\x0c#08004no", protocol="mysql"), False),
        (plain(b"E\0\0\0\x30SFATAL\0C53300\0Mtoo many\0RInitProcess\0\0", protocol="postgres"), None),
        (plain(b"E\0\0\0\x30SFATAL\0C28000\0Mno\0RClientAuthentication\0\0", protocol="postgres"), False),
        (plain(b"R\0\0\0\x08\0\0\0\0", protocol="postgres"), True),
        (plain(b"450 later\r\n", protocol="smtp"), None),
        (plain(b"530 Must issue a STARTTLS command first\r\n", protocol="smtp"), False),
        (plain(b"-NOAUTH Authentication required.\r\n", protocol="redis"), True),
        (plain(b"AMQP\x00\x00\x09\x01", protocol="amqps"), True),
        (plain(b"\x20\x02\x00\x05", protocol="mqtts"), True),
        (plain(b"\x00\x00\x00\x0aLMEN\x00\x00\x00\x00", protocol="kafka"), True),
    ],
)
def test_plaintext_is_served_refused_or_unknown(found: Exchange, served: bool | None) -> None:
    from msgspec import UNSET

    assert reading(TAKEN, found).plaintext()[0] is (UNSET if served is None else served)


def test_nothing_is_said_in_words() -> None:
    for found, reason in (
        ([exchange(13, b"", "silent")], "says nothing"),
        ([exchange(13, INTERNAL)], "alert 80"),
        ([exchange(13, b"HTTP/1.1 400 Bad")], "speaks no TLS"),
        ([exchange(13, b"\x16\x03\x03\x40\x00aa", "silent")], "did not get as far"),
        ([exchange(13, b"", "reset")], "ends every connection"),
        ([exchange(13, b"", result="no tls")], "says that it speaks no TLS"),
    ):
        with pytest.raises(AttemptError, match=reason):
            reading(*found).facts()
