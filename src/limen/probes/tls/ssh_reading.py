"""From an SSH server's answers to facts: its algorithms, its host keys, and whether it holds them. Pure."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import msgspec
from msgspec import UNSET

from limen.analysis.kinds.observed_tls import HostKeysPart, SshPart, TlsFacts
from limen.probes.interface import AttemptError
from limen.probes.tls import keys
from limen.probes.tls.raw import Exchange, Handshakes
from limen.probes.tls.reader import MalformedError, Reader, vector
from limen.probes.tls.ssh import hello_of
from limen.probes.tls.ssh_packets import ECDH_INIT, ECDH_REPLY, KEXINIT, after_banner, packets

_HASHES = {"curve25519-sha256": "sha256", "curve25519-sha256@libssh.org": "sha256", "ecdh-sha2-nistp256": "sha256",
           "ecdh-sha2-nistp384": "sha384", "ecdh-sha2-nistp521": "sha512"}  # fmt: skip

_SCHEMES = {
    "rsa-sha2-256": 0x0401, "rsa-sha2-512": 0x0601, "ssh-rsa": 0x0201, "ecdsa-sha2-nistp256": 0x0403,
    "ecdsa-sha2-nistp384": 0x0503, "ecdsa-sha2-nistp521": 0x0603, "ssh-ed25519": 0x0807, "ssh-ed448": 0x0808,
}  # fmt: skip
"""By name of a host key's signature, the same one of TLS."""


class _HostKey(msgspec.Struct, frozen=True, kw_only=True):
    fingerprint: str
    kind: str
    strength: int | None
    proved: bool | None


def ssh_facts(recorded: Handshakes) -> TlsFacts:
    """Return the facts; raises AttemptError where no SSH server answered."""
    first = next(exchange for exchange in recorded.exchanges if exchange.purpose == "ssh")
    banner, _ = after_banner(first.received)
    hello = hello_of(first)
    if not banner:
        raise AttemptError(
            "what answered speaks no SSH" if first.received else f"no SSH server answered: {first.ended}"
        )
    if hello is None:
        raise AttemptError("an SSH server answered, and did not say what it offers")
    found = [_host_key(exchange) for exchange in recorded.exchanges if exchange.purpose == "ssh_key"]
    return TlsFacts(
        channel="ssh",
        plaintext=False,
        ssh=SshPart(
            version=banner.split(b"-")[1].decode("ascii", "replace"),
            key_exchange=hello.key_exchange,
            host_key_algorithms=hello.host_key_algorithms,
            ciphers=tuple(dict.fromkeys(hello.ciphers + hello.ciphers_back)),
            macs=tuple(dict.fromkeys(hello.macs + hello.macs_back)),
            strict=hello.strict,
            host_keys=_part([one for one in found if one is not None], len(found), recorded.host_keys),
        ),
    )


def _part(found: list[_HostKey], asked: int, expected: tuple[str, ...]) -> HostKeysPart:
    """Return the facts of all host keys; what one of them did not show is unknown of all."""
    whole = bool(found) and len(found) == asked
    strengths = [one.strength for one in found if one.strength is not None]
    fingerprints = sorted({one.fingerprint for one in found})
    foreign = any(one not in expected for one in fingerprints)
    return HostKeysPart(
        fingerprints=tuple(fingerprints),
        kinds=tuple(sorted({one.kind for one in found})),
        strength=min(strengths) if whole and len(strengths) == len(found) else UNSET,
        proved=False if any(one.proved is False for one in found)
        else True if whole and all(one.proved for one in found) else UNSET,
        expected=UNSET if not expected or not found else False if foreign else True if whole else UNSET,
    )  # fmt: skip


def _host_key(exchange: Exchange) -> _HostKey | None:
    """Return the host key of one exchange; None where the server did not get as far as to show one."""
    _, rest = after_banner(exchange.received)
    theirs = packets(rest)
    reply = next((one for one in theirs if one[:1] == bytes([ECDH_REPLY])), None)
    if reply is None:
        return None
    try:
        reader = Reader(reply[1:])
        blob, share, signature = reader.vector(4), reader.vector(4), Reader(reader.vector(4))
        algorithm, signed = signature.vector(4).decode("ascii", "replace"), signature.vector(4)
        key = _public_key(blob)
        kind, strength = ("unreadable", None) if key is None else keys.kind(key)
        proved = None if key is None else _proved(exchange, (blob, share, algorithm, signed), key)
    except MalformedError:
        return None
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return _HostKey(fingerprint=f"SHA256:{digest}", kind=kind, strength=strength, proved=proved)


def _public_key(blob: bytes) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key

    try:
        name = Reader(blob).vector(4)
        return load_ssh_public_key(name + b" " + base64.b64encode(blob))
    except (ValueError, UnsupportedAlgorithm, TypeError):
        return None


def _proved(exchange: Exchange, reply: tuple[bytes, bytes, str, bytes], key: Any) -> bool | None:
    """Return whether the host key signs the exchange (RFC 5656, 4): banners, offers, both shares and the secret."""
    blob, share, algorithm, signed = reply
    our_banner, ours = after_banner(exchange.sent)
    their_banner, theirs = after_banner(exchange.received)
    try:
        _, kex, written = exchange.detail.split(" ")
        secret = bytes.fromhex(written)
        name = _HASHES[kex]
        init = next(one for one in packets(ours) if one[:1] == bytes([ECDH_INIT]))
        our_kexinit = next(one for one in packets(ours) if one[:1] == bytes([KEXINIT]))
        their_kexinit = next(one for one in packets(theirs) if one[:1] == bytes([KEXINIT]))
    except (ValueError, KeyError, StopIteration):
        return None
    if not secret:
        return None
    parts = (our_banner, their_banner, our_kexinit, their_kexinit, blob, Reader(init[1:]).vector(4), share)
    content = b"".join(vector(part, 4) for part in parts) + vector(_positive(secret), 4)
    return _verified(key, algorithm, signed, hashlib.new(name, content).digest())


def _positive(secret: bytes) -> bytes:
    """Return a number as SSH writes it (mpint): without leading zeros, but one where it would look negative."""
    stripped = secret.lstrip(b"\x00")
    return b"\x00" + stripped if stripped[:1] >= b"\x80" else stripped


def _verified(key: Any, algorithm: str, signed: bytes, content: bytes) -> bool | None:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    if algorithm not in _SCHEMES:
        return None
    if algorithm.startswith("ecdsa"):
        try:
            numbers = Reader(signed)
            r, s = (int.from_bytes(numbers.vector(4), "big") for _ in range(2))
        except MalformedError:
            return False
        signed = encode_dss_signature(r, s)
    return keys.signed(key, _SCHEMES[algorithm], signed, content)
