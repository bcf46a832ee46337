"""Whether the server that answered holds the key of the certificate that it presented. Pure."""

from __future__ import annotations

import hashlib
from typing import Any

from limen.probes.tls import codes, keys
from limen.probes.tls.answers import key_exchange, read_server_hello
from limen.probes.tls.reader import MalformedError, Reader
from limen.probes.tls.records import (
    CERTIFICATE_VERIFY,
    KEY_EXCHANGE,
    SERVER_HELLO,
    Flight,
    Message,
)  # fmt: skip
from limen.probes.tls.sharing import HASHES
from limen.probes.tls.transcript import hashed

_SERVER = b" " * 64 + b"TLS 1.3, server CertificateVerify\x00"


def of_transcript(whole: list[Message], key: Any) -> bool | None:
    """Return whether CertificateVerify signs the transcript of TLS 1.3 before it; None where there is none."""
    place = next((index for index, one in enumerate(whole) if one.kind == CERTIFICATE_VERIFY), None)
    hello = next((m for m in whole if m.kind == SERVER_HELLO), None)
    if place is None or hello is None:
        return None
    try:
        name = HASHES.get(read_server_hello(hello.body).suite)
        reader = Reader(whole[place].body)
        scheme, signature = reader.number(2), reader.vector(2)
        if name is None:
            return None
        before = hashed(b"".join(one.raw for one in whole[:place]), name)
    except MalformedError:
        return None
    return keys.signed(key, scheme, signature, _SERVER + hashlib.new(name, before).digest())


def of_flight(sent: bytes, found: Flight, key: Any) -> bool | None:
    """Return whether ServerKeyExchange signs both randoms and its parameters; None where the suite has none."""
    hello, body = found.body(SERVER_HELLO), found.body(KEY_EXCHANGE)
    if hello is None or body is None:
        return None
    try:
        chosen = read_server_hello(hello)
        exchange = key_exchange(body, suite=codes.suite_name(chosen.suite), version=chosen.version)
        random = sent[11:43]  # of the ClientHello in its record
    except MalformedError:
        return None
    if exchange is None or not exchange.signature or len(random) < 32:
        return None
    return keys.signed(key, exchange.scheme, exchange.signature, random + chosen.random + exchange.parameters)
