"""Private keys in PEM files: PKCS#8, encrypted or not; Ed25519, ECDSA P-256 and P-384, ML-DSA-65."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NoReturn

from limen.adapters.signers.signer import Ask, OpenedKey
from limen.errors import Problem, UsageError
from limen.integrity.signatures import key_signer

MOST = 1 << 16
"""Bytes beyond which a file holds no key; an ML-DSA-65 key has 6 KB."""
_MAKE = "openssl genpkey -algorithm ed25519 -aes256 -out key.pem"


def open_signer(path: Path, ask: Ask | None) -> OpenedKey:
    """Return the key in a PEM file; `ask` is called for the passphrase where the key is encrypted.

    Raises UsageError where there is none, others can read the file, the passphrase is wrong or the key's algorithm is
    none that limen signs with.
    """
    content = _content(path)
    if b"-----BEGIN" in content and b"PRIVATE KEY-----" not in content:
        _refuse(f"{path} holds no private key", f"a public key or certificate signs nothing; make a key: {_MAKE}")
    passphrase = _passphrase(path, content, ask)
    try:
        signer = key_signer(content, passphrase)
    except ValueError as error:
        if passphrase is not None:
            _refuse(f"{path} is not opened: {error}", "nothing was signed; try again")
        _refuse(f"{path} holds no key to sign with: {error}", f"make one: {_MAKE}")
    return OpenedKey(signer.key, signer.sign, where=str(path))


def _passphrase(path: Path, content: bytes, ask: Ask | None) -> bytes | None:
    if b"ENCRYPTED" not in content:  # of PKCS#8 (RFC 5958), and of the older form of OpenSSL
        return None
    if ask is None:
        _refuse(f"{path} is encrypted, and nobody can be asked for its passphrase", "name where the passphrase is kept")
    return ask(f"passphrase of {path}").encode()


def _content(path: Path) -> bytes:
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                _refuse(f"{path} is no file", "name the PEM file of the key")
            if os.name == "posix" and found.st_mode & 0o077:
                _refuse(f"the key {path} can be read by others", f"chmod 600 {path}; if others had it, make a new key")
            content = file.read(MOST + 1)
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else "") or "it is no path"
        _refuse(f"the key {path} can't be read: {why}", f"name an existing key, or make one: {_MAKE}")
    if len(content) > MOST:
        _refuse(f"{path} is larger than 64 KiB: it is no key", "name the PEM file of the key")
    return content


def _without_waiting(path: str, flags: int) -> int:
    """Open a file, and no pipe that would be waited for."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _refuse(message: str, hint: str) -> NoReturn:
    raise UsageError(Problem(message=message, hint=hint)) from None
