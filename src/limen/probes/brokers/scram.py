"""SCRAM, the client's side (RFC 5802): enough to see whether a well-known password opens a broker."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets

MOST_ROUNDS = 100_000
"""Iterations that a server may ask for; more would make us work for it."""


def first(user: str) -> bytes:
    """Return client-first-message, without channel binding."""
    name = user.replace("=", "=3D").replace(",", "=2C")
    return f"n,,n={name},r={secrets.token_hex(12)}".encode()


def final(opening: bytes, challenge: bytes, password: str, mechanism: str) -> bytes:
    """Return client-final-message for the server's challenge; empty where it is none, or asks for too much."""
    digest = "sha256" if mechanism == "SCRAM-SHA-256" else "sha512"
    try:
        said = dict(part.split("=", 1) for part in challenge.decode("ascii").split(","))
        rounds, salt = int(said["i"]), base64.b64decode(said["s"], validate=True)
        nonce = said["r"]
    except (UnicodeDecodeError, ValueError, KeyError, binascii.Error):
        return b""
    if not 0 < rounds <= MOST_ROUNDS:
        return b""
    salted = hashlib.pbkdf2_hmac(digest, password.encode(), salt, rounds)
    key = hmac.digest(salted, b"Client Key", digest)
    bare, rest = opening[3:], f"c=biws,r={nonce}".encode()
    proof = hmac.digest(hashlib.new(digest, key).digest(), bare + b"," + challenge + b"," + rest, digest)
    mixed = bytes(one ^ other for one, other in zip(key, proof, strict=True))
    return rest + b",p=" + base64.b64encode(mixed)
