"""A TLS 1.3 handshake up to the server's Finished: all its messages, decrypted, CertificateVerify among them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from limen.probes.tls import codes
from limen.probes.tls.answers import ServerHello, read_server_hello
from limen.probes.tls.hello import Offer, client_hello
from limen.probes.tls.reader import Reader
from limen.probes.tls.records import (
    ALERT,
    CERTIFICATE_VERIFY,
    FATAL,
    FINISHED,
    HANDSHAKE,
    MESSAGE_HASH,
    SERVER_HELLO,
    Message,
    message,
    messages,
    record,
    records,
)  # fmt: skip
from limen.probes.tls.sharing import COMPUTED, HASHES, ServerRecords, Share
from limen.probes.tls.wire import Wire

_CHANGE = record(20, 0x0303, b"\x01")


class Transcript:
    """One handshake; `messages` is what counts in its transcript, `finished` whether the server said all of it."""

    def __init__(self, wire: Wire, *, name: str, alpn: Sequence[str], group: int, schemes: Sequence[int]) -> None:
        """Prepare it in the group that the server is known to prefer."""
        self.wire, self.share = wire, Share(group)
        self.offer = Offer(
            version=codes.TLS13,
            name=name,
            suites=tuple(HASHES),
            groups=tuple(dict.fromkeys((group, *COMPUTED))),
            shares=((group, self.share.public),),
            schemes=schemes,
            alpn=alpn,
            random=secrets.token_bytes(32),
            session=secrets.token_bytes(32),
        )
        self.messages = b""
        self.alert: int | None = None
        self.finished = False

    @property
    def scheme(self) -> int | None:
        """The scheme of the server's signature; None while it has not signed."""
        signed = next((one.body for one in messages(self.messages)[0] if one.kind == CERTIFICATE_VERIFY), b"")
        return int.from_bytes(signed[:2], "big") if len(signed) > 1 else None

    def run(self) -> None:
        """Shake hands; raises ValueError where what comes can't be followed, which leaves `messages` as they are."""
        hello = self._hello(self.offer)
        if hello is not None and hello.retry:
            hello = self._again(hello)
        if hello is None or hello.retry:
            return
        self._read(ServerRecords(hello.suite, self.share.secret(hello.share), self._hashed(hello)))

    def _hello(self, offer: Offer) -> ServerHello | None:
        """Send an offer and return the server's hello; None where there is none."""
        ours = client_hello(offer)
        self.messages += ours
        change = _CHANGE if len(self.messages) > len(ours) else b""
        self.wire.taken()
        self.wire.send(change + record(HANDSHAKE, 0x0301 if not change else 0x0303, ours))
        data = self.wire.receive(lambda data: _first(data) is not None or _over(data))
        found = _first(data)
        if found is None or found.kind != SERVER_HELLO:
            self.alert = _alert(data)
            return None
        self.messages += found.raw
        return read_server_hello(found.body)

    def _again(self, retry: ServerHello) -> ServerHello | None:
        """Answer a HelloRetryRequest with what it asks for."""
        group = retry.group if retry.group is not None else self.share.group
        self.share = Share(group)
        cookie = Reader(retry.extensions.get(codes.COOKIE, b"\x00\x00")).vector(2)
        offer = Offer(
            **{name: getattr(self.offer, name) for name in self.offer.__struct_fields__}
            | {"shares": ((group, self.share.public),), "cookie": cookie}
        )
        return self._hello(offer)

    def _hashed(self, hello: ServerHello) -> bytes:
        """Return the transcript until now as it is hashed."""
        return hashed(self.messages, HASHES.get(hello.suite, "sha256"))

    def _read(self, keys: ServerRecords) -> None:
        """Read and decrypt until the server's Finished; what comes after it is sealed with other keys."""
        opened, stream = 0, b""
        while True:
            found, _, foreign = records(self.wire.received)
            sealed = [(kind, body) for kind, body in found if kind in (23, ALERT)]
            for kind, body in sealed[opened:]:
                opened += 1
                inner, content = (kind, body) if kind == ALERT else keys.open(body)
                if inner == ALERT and len(content) > 1 and content[0] == FATAL:
                    self.alert = content[1]
                    return
                if inner != HANDSHAKE:
                    continue
                whole, stream = messages(stream + content)
                self.messages += b"".join(one.raw for one in whole)
                if any(one.kind == FINISHED for one in whole):
                    self.finished = True
                    return
            before = len(self.wire.received)
            if foreign or self.wire.ended != "enough":
                return
            self.wire.receive(lambda data, before=before: len(data) > before)  # type: ignore[misc]
            if len(self.wire.received) == before:
                return


def hashed(transcript: bytes, name: str) -> bytes:
    """Return a transcript as it is hashed: with a HelloRetryRequest, a hash stands for the first ClientHello."""
    import hashlib

    whole, _ = messages(transcript)
    if len(whole) > 1 and whole[1].kind == SERVER_HELLO and read_server_hello(whole[1].body).retry:
        first = message(MESSAGE_HASH, hashlib.new(name, whole[0].raw).digest())
        return first + transcript[len(whole[0].raw) :]
    return transcript


def _first(data: bytes) -> Message | None:
    """Return the first whole handshake message of plaintext records."""
    stream = b""
    for kind, body in records(data)[0]:
        if kind != HANDSHAKE:
            if kind == 20:
                continue
            break
        stream += body
    found, _ = messages(stream)
    return found[0] if found else None


def _over(data: bytes) -> bool:
    found, _, foreign = records(data)
    return foreign or any(kind == ALERT for kind, _ in found)


def _alert(data: bytes) -> int | None:
    for kind, body in records(data)[0]:
        if kind == ALERT and body[:1] == bytes([FATAL]) and len(body) > 1:
            return body[1]
    return None
