"""Numbers of TLS and their names: versions, suites, groups, signature schemes, alerts, extensions (IANA registries)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

SSL3, TLS10, TLS11, TLS12, TLS13 = 9, 10, 11, 12, 13
"""Versions as ranks, as everywhere in limen."""
VERSIONS = (TLS13, TLS12, TLS11, TLS10, SSL3)
"""What is asked for, in this order."""
WIRE_VERSIONS = {SSL3: 0x0300, TLS10: 0x0301, TLS11: 0x0302, TLS12: 0x0303, TLS13: 0x0304}
"""From a rank to the number on the wire."""
RANKS = {wire: rank for rank, wire in WIRE_VERSIONS.items()}
"""From the number on the wire to a rank."""

FALLBACK_SCSV, RENEGOTIATION_SCSV = 0x5600, 0x00FF
"""Numbers among the suites that are signals (RFC 7507, RFC 5746)."""

SERVER_NAME, STATUS_REQUEST, GROUPS, POINT_FORMATS, SIGNATURES, ALPN = 0, 5, 10, 11, 13, 16
ENCRYPT_THEN_MAC, MASTER_SECRET, TICKET, VERSIONS_OFFERED = 22, 23, 35, 43
COOKIE, KEY_EXCHANGE_MODES, KEY_SHARE, RENEGOTIATION = 44, 45, 51, 0xFF01

NAMES_OF_GROUPS = {
    0x11EC: "X25519MLKEM768", 0x11EB: "SecP256r1MLKEM768", 0x11ED: "SecP384r1MLKEM1024",
    0x6399: "X25519Kyber768Draft00", 0x0201: "MLKEM768", 0x0202: "MLKEM1024", 0x0200: "MLKEM512",
    29: "X25519", 30: "X448", 23: "secp256r1", 24: "secp384r1", 25: "secp521r1",
    31: "brainpoolP256r1tls13", 32: "brainpoolP384r1tls13", 33: "brainpoolP512r1tls13",
    26: "brainpoolP256r1", 27: "brainpoolP384r1", 28: "brainpoolP512r1",
    256: "ffdhe2048", 257: "ffdhe3072", 258: "ffdhe4096", 259: "ffdhe6144", 260: "ffdhe8192",
    41: "curveSM2", 1: "sect163k1", 2: "sect163r1", 3: "sect163r2", 4: "sect193r1", 5: "sect193r2", 6: "sect233k1",
    7: "sect233r1", 8: "sect239k1", 9: "sect283k1", 10: "sect283r1", 11: "sect409k1", 12: "sect409r1",
    13: "sect571k1", 14: "sect571r1", 15: "secp160k1", 16: "secp160r1", 17: "secp160r2", 18: "secp192k1",
    19: "secp192r1", 20: "secp224k1", 21: "secp224r1", 22: "secp256k1",
}  # fmt: skip
"""Groups in the order in which they are offered."""
HYBRIDS = frozenset({0x11EC, 0x11EB, 0x11ED, 0x0201, 0x0202, 0x0200, 0x6399})
"""Groups that hold against a quantum computer; TLS 1.3 only."""
FINITE_FIELDS = frozenset(range(256, 261))
GROUPS_13 = tuple(g for g in NAMES_OF_GROUPS if g in HYBRIDS or g in (29, 30, 23, 24, 25, 31, 32, 33, 41) or g > 255)
"""Groups of TLS 1.3."""
GROUPS_12 = tuple(g for g in NAMES_OF_GROUPS if g not in HYBRIDS and g not in (31, 32, 33))
"""Groups of TLS 1.2 and earlier."""

ECDSA_SCHEMES = (0x0403, 0x0503, 0x0603, 0x0303, 0x0203, 0x081A, 0x081B, 0x081C, 0x0807, 0x0808)
RSA_SCHEMES = (0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B, 0x0401, 0x0501, 0x0601, 0x0301, 0x0201, 0x0101)
OTHER_SCHEMES = (0x0904, 0x0905, 0x0906, 0x0402, 0x0502, 0x0602, 0x0302, 0x0202, 0x0708)
SCHEMES = ECDSA_SCHEMES[:3] + RSA_SCHEMES + ECDSA_SCHEMES[3:] + OTHER_SCHEMES
"""Signature schemes that are offered: all, MD5 and SHA-1 among them, so that the server shows what it would use."""

HANDSHAKE_FAILURE, DECODE_ERROR, PROTOCOL_VERSION, INSUFFICIENT_SECURITY, NO_APPLICATION_PROTOCOL = 40, 50, 70, 71, 120
REFUSALS = frozenset({HANDSHAKE_FAILURE, PROTOCOL_VERSION, INSUFFICIENT_SECURITY})
"""Alerts that answer an offer with no: nothing of it is taken. Any other alert says nothing of the offer."""
CERTIFICATE_REFUSALS = frozenset({40, 41, 42, 43, 44, 45, 46, 48, 49, 116})
"""Alerts by which a server refuses a client's certificate, or that there is none."""


@cache
def suites() -> dict[int, str]:
    """Return the IANA names of cipher suites by their numbers, GOST, SM and export suites among them."""
    text = Path(__file__).with_name("suites.txt").read_text(encoding="ascii")
    return {int(line[:4], 16): line[5:] for line in text.splitlines()}


def suite_name(number: int) -> str:
    """Return the name of a suite, its number in hexadecimal where it has none."""
    return suites().get(number, f"0x{number:04X}")


def elliptic(number: int) -> bool:
    """Return whether a suite below TLS 1.3 exchanges keys on a curve that is chosen in the handshake."""
    return any(word in suite_name(number) for word in ("_ECDHE_", "_ECDH_anon_"))


def signing(number: int) -> bool:
    """Return whether the server signs in a handshake with a suite: with its key for all of TLS 1.3, and (EC)DHE."""
    return number in suites_13() or any(word in suite_name(number) for word in ("_ECDHE_", "_DHE_"))


def group_name(number: int) -> str:
    """Return the name of a group, its number in hexadecimal where it has none."""
    return NAMES_OF_GROUPS.get(number, f"0x{number:04X}")


@cache
def suites_13() -> tuple[int, ...]:
    """Return the suites of TLS 1.3."""
    return tuple(n for n in suites() if n >> 8 == 0x13 or n in (0x00C6, 0x00C7))


@cache
def suites_12() -> tuple[int, ...]:
    """Return the suites of TLS 1.2 and earlier: those that are likely to be chosen first."""
    found = [n for n in suites() if n not in suites_13()]
    return tuple(sorted(found, key=lambda n: (_preference(suites()[n]), n)))


def _preference(name: str) -> int:
    return ("GCM" not in name and "CHACHA" not in name) * 2 + ("ECDHE" not in name)
