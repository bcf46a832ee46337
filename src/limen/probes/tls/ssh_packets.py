"""Packets of SSH before it encrypts: banner, KEXINIT, the server's signed answer (RFC 4253, 6 to 8; RFC 5656). Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from limen.probes.tls.reader import MalformedError, Reader, vector

KEXINIT, ECDH_INIT, ECDH_REPLY = 20, 30, 31
_MOST_PACKET = 1 << 16
_MARKS = ("kex-strict-", "ext-info-")
"""Prefixes of names in the list of key exchanges that are none."""


class SshHello(msgspec.Struct, frozen=True, kw_only=True):
    """What one side offers; each list in its order."""

    key_exchange: tuple[str, ...]
    host_key_algorithms: tuple[str, ...]
    ciphers: tuple[str, ...]
    """From client to server."""
    ciphers_back: tuple[str, ...]
    macs: tuple[str, ...]
    macs_back: tuple[str, ...]
    compression: tuple[str, ...]
    strict: bool
    payload: bytes
    """As it was sent: it is part of what the server signs."""


def after_banner(data: bytes) -> tuple[bytes, bytes]:
    """Return the line that begins with SSH-, without its end, and what follows it; empty where there is none yet."""
    place = 0
    while (end := data.find(b"\n", place)) >= 0:
        line = data[place:end].removesuffix(b"\r")
        place = end + 1
        if line.startswith(b"SSH-"):
            return line, data[place:]
    return b"", b""


def packets(data: bytes) -> list[bytes]:
    """Return the payloads of whole unencrypted packets; stops at what can be none."""
    found, place = [], 0
    while len(data) - place >= 5:  # its length and that of its padding
        length, padding = int.from_bytes(data[place : place + 4], "big"), data[place + 4]
        if not 1 < length <= _MOST_PACKET or padding + 1 > length or len(data) - place - 4 < length:
            break
        found.append(data[place + 5 : place + 4 + length - padding])
        place += 4 + length
    return found


def packet(payload: bytes) -> bytes:
    """Return an unencrypted packet."""
    padding = 8 - (len(payload) + 5) % 8
    padding += 8 * (padding < 4)  # four bytes at least
    return (len(payload) + padding + 1).to_bytes(4, "big") + bytes([padding]) + payload + bytes(padding)


def name_list(names: Sequence[str]) -> bytes:
    """Return a list of names as it is sent."""
    return vector(",".join(names).encode("ascii"), 4)


def read_kexinit(payload: bytes) -> SshHello | None:
    """Return an offer; None where it is not a whole one."""
    try:
        reader = Reader(payload[17:])
        lists = [tuple(reader.vector(4).decode("ascii", "replace").split(",")) for _ in range(8)]
    except MalformedError:
        return None
    names = [tuple(name for name in one if name) for one in lists]
    return SshHello(
        key_exchange=tuple(name for name in names[0] if not name.startswith(_MARKS)),
        host_key_algorithms=names[1],
        ciphers=names[2],
        ciphers_back=names[3],
        macs=names[4],
        macs_back=names[5],
        compression=names[6],
        strict=any(name.startswith("kex-strict-s") for name in names[0]),
        payload=payload,
    )
