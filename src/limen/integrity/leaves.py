"""Salted leaves of an evidence pack: each hides its content until its salt is shown, and is bound to its place.

`salt` = HMAC-SHA-256(secret, "limen-salt-v1" 00 path 00 index as 8 bytes, big endian), and the leaf's hash is
SHA-256(00 salt JCS{content, index, path, type}), so that no record can be shown as another one or from elsewhere.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from typing import Literal

from limen.integrity.canonical import canonical

Kind = Literal["file", "record"]
"""What a leaf stands for: a whole file, or one line of a file."""
SECRET_BYTES = 32
"""Bytes of a pack's secret, and of each salt."""


def salt(secret: bytes, path: str, index: int) -> bytes:
    """Return the salt of a leaf, 32 bytes; `index` is the line, from 0, and 0 for a file.

    Raises ValueError where the secret has not 32 bytes, OverflowError where the index has not 8.
    """
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"a secret of {len(secret)} bytes; it has {SECRET_BYTES}")
    return hmac.digest(secret, _domain(path) + index.to_bytes(8, "big"), "sha256")


def salted_leaf(salt: bytes, kind: Kind, path: str, index: int, content: str) -> bytes:
    """Return the hash of a leaf; `content` is the SHA-256 of the line without its newline or of the file, in hex."""
    named = _named(path)
    return hashlib.sha256(
        b'\0%b{"content":"%b","index":%d%b"%b"}' % (salt, content.encode(), index, named, kind.encode())
    ).digest()


def record_leaves(secret: bytes, path: str, lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the hash of each record of a file, given its lines without newlines; the same as one by one, and faster."""
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"a secret of {len(secret)} bytes; it has {SECRET_BYTES}")
    sha256, digest = hashlib.sha256, hmac.digest
    domain, named = _domain(path), _named(path)
    for index, line in enumerate(lines):
        salted = digest(secret, domain + index.to_bytes(8, "big"), "sha256")
        content = sha256(line).hexdigest().encode()
        yield sha256(b'\0%b{"content":"%b","index":%d%b"record"}' % (salted, content, index, named)).digest()


@functools.lru_cache(maxsize=4096)
def _domain(path: str) -> bytes:
    return b"limen-salt-v1\0" + path.encode() + b"\0"


@functools.lru_cache(maxsize=4096)
def _named(path: str) -> bytes:
    """Return the part of a leaf's text from its path to its type."""
    return b',"path":' + canonical(path) + b',"type":'
