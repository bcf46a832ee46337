"""What is asked of an SSH server: its algorithms, and each of its host keys with a signature; nobody logs in."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from limen.probes.interface import Context
from limen.probes.tls.address import Address
from limen.probes.tls.raw import Ended, Exchange
from limen.probes.tls.reader import vector
from limen.probes.tls.ssh_packets import (
    ECDH_INIT,
    ECDH_REPLY,
    KEXINIT,
    SshHello,
    after_banner,
    name_list,
    packet,
    packets,
    read_kexinit,
)  # fmt: skip
from limen.probes.tls.wire import Wire, connected

BANNER = b"SSH-2.0-limen\r\n"
CURVE = "curve25519-sha256"
HOST_KEYS = {
    "ssh-ed25519": ("ssh-ed25519",),
    "rsa": ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"),
    "ecdsa-256": ("ecdsa-sha2-nistp256",),
    "ecdsa-384": ("ecdsa-sha2-nistp384",),
    "ecdsa-521": ("ecdsa-sha2-nistp521",),
    "ssh-ed448": ("ssh-ed448",),
    "dss": ("ssh-dss",),
}
"""By kind of host key, the signatures with which it is asked for."""
CURVES = {
    CURVE: "x25519", "curve25519-sha256@libssh.org": "x25519", "ecdh-sha2-nistp256": "P-256",
    "ecdh-sha2-nistp384": "P-384", "ecdh-sha2-nistp521": "P-521",
}  # fmt: skip
"""Key exchanges in which we can take part."""
_PATIENCE = 5.0


def exchanges(address: Address, context: Context) -> list[Exchange]:
    """Ask for the algorithms, then for each kind of host key that they name; raises AttemptError."""
    found = [_algorithms(address, context)]
    hello = hello_of(found[0])
    if hello is None:
        return found
    kex = next((name for name in CURVES if name in hello.key_exchange), None)
    for kind, wanted in HOST_KEYS.items():
        algorithms = [one for one in wanted if one in hello.host_key_algorithms]
        if kex is not None and algorithms:
            found.append(_host_key(address, context, hello, kind, (kex, algorithms)))
    return found


def hello_of(exchange: Exchange) -> SshHello | None:
    """Return what a server offers; None where what it sent is no whole offer."""
    _, rest = after_banner(exchange.received)
    payload = next((one for one in packets(rest) if one[:1] == bytes([KEXINIT])), None)
    return None if payload is None else read_kexinit(payload)


def _algorithms(address: Address, context: Context) -> Exchange:
    with connected(address, context, patience=_PATIENCE) as wire:
        wire.send(BANNER)
        received = wire.receive(_kexinit_seen)
        return _exchange("ssh", "", BANNER, received, wire.ended)


def _host_key(
    address: Address, context: Context, hello: SshHello, kind: str, wanted: tuple[str, list[str]]
) -> Exchange:
    """Exchange keys until the server has signed with its host key; what is sent is kept, since it is signed too."""
    from limen.probes.tls.sharing import P256, P384, P521, X25519, Share

    kex, algorithms = wanted
    share = Share({"x25519": X25519, "P-256": P256, "P-384": P384, "P-521": P521}[CURVES[kex]])
    with connected(address, context, patience=_PATIENCE) as wire:
        kexinit = _our_kexinit(hello, kex, algorithms)
        wire.send(BANNER + packet(kexinit))
        wire.receive(_kexinit_seen)
        wire.send(packet(bytes([ECDH_INIT]) + vector(share.public, 4)))
        wire.receive(_reply_seen)
        # The shared secret is part of what is signed. It protects nothing: the connection ends here.
        secret = _secret(share, wire)
        sent = BANNER + packet(kexinit) + packet(bytes([ECDH_INIT]) + vector(share.public, 4))
        return _exchange("ssh_key", f"{kind} {kex} {secret.hex()}", sent, wire.received, wire.ended)


def _secret(share: object, wire: Wire) -> bytes:
    from limen.probes.tls.reader import MalformedError, Reader
    from limen.probes.tls.sharing import Share

    _, rest = after_banner(wire.received)
    reply = next((one for one in packets(rest) if one[:1] == bytes([ECDH_REPLY])), None)
    if reply is None or not isinstance(share, Share):
        return b""
    try:
        reader = Reader(reply[1:])
        reader.vector(4)
        return share.secret(reader.vector(4))
    except (MalformedError, ValueError):
        return b""


def _our_kexinit(hello: SshHello, kex: str, algorithms: list[str]) -> bytes:
    """Return an offer of one key exchange and one kind of host key; of the rest, whatever the server has."""
    lists: tuple[Sequence[str], ...] = (
        [kex], algorithms, hello.ciphers[:1], hello.ciphers_back[:1], hello.macs[:1], hello.macs_back[:1],
        ["none"], ["none"], [], [],
    )  # fmt: skip
    body = b"".join(name_list(one) for one in lists)
    return bytes([KEXINIT]) + secrets.token_bytes(16) + body + b"\x00" + bytes(4)


def _kexinit_seen(data: bytes) -> bool:
    banner, rest = after_banner(data)
    return bool(banner) and any(one[:1] == bytes([KEXINIT]) for one in packets(rest))


def _reply_seen(data: bytes) -> bool:
    _, rest = after_banner(data)
    return any(one[:1] in (bytes([ECDH_REPLY]), b"\x01") for one in packets(rest))


def _exchange(purpose: str, detail: str, sent: bytes, received: bytes, ended: Ended) -> Exchange:
    return Exchange(purpose=purpose, detail=detail, sent=sent, received=received, ended=ended)
