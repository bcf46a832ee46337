"""The servers of the reference system: TLS 1.3 with hybrid groups and mutual TLS, as it declares.

By pyOpenSSL, whose OpenSSL has ML-KEM; each listens on a port of its own, and may be weakened while it does.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import DNSName
from OpenSSL import SSL

from tests.lab.tls_hostile import serving
from tests.lab.tls_pki import Held, Pki

_SUITE = b"TLS_AES_256_GCM_SHA384"
_OLD_SUITE = b"ECDHE-ECDSA-AES256-GCM-SHA384"
_GROUPS = b"X25519MLKEM768:SecP256r1MLKEM768"
_OLD_GROUPS = b"X25519MLKEM768:SecP256r1MLKEM768:P-256"
"""Those of a server that still takes TLS 1.2, which has no use for the hybrid ones."""
_WANTS_TLS = bytes.fromhex("0000000804d2162f")
"""PostgreSQL's SSLRequest (its documentation, 55.7)."""


class Posture(NamedTuple):
    """What a server takes."""

    lowest: int = SSL.TLS1_3_VERSION
    mutual: bool = True


@dataclass
class Servers:
    """What listens, by the name of the component."""

    pki: Pki
    stack: ExitStack
    ports: dict[str, int] = field(default_factory=dict)
    pins: dict[str, str] = field(default_factory=dict)
    postures: dict[str, Posture] = field(default_factory=dict)
    """How each behaves from the next connection on."""

    def start(self, name: str, host: str, *, postgres: bool = False) -> int:
        """Start a server with a certificate for a host; return its port."""
        key = ec.generate_private_key(ec.SECP256R1())
        held = self.pki.held(f"server-{name}", key=key, names=(DNSName(host),))
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.pins[name] = "sha256/" + base64.b64encode(hashlib.sha256(public).digest()).decode()
        self.postures[name] = Posture()
        self.ports[name] = self.stack.enter_context(self._listening(name, held, postgres))
        return self.ports[name]

    @contextmanager
    def _listening(self, name: str, held: Held, postgres: bool) -> Iterator[int]:
        contexts: dict[Posture, SSL.Context] = {}

        def behave(stream: socket.socket) -> None:
            if postgres and not _begun(stream):
                return
            posture = self.postures[name]
            if posture not in contexts:
                contexts[posture] = _context(self.pki, held, posture)
            with contextlib.suppress(SSL.Error):
                connection = SSL.Connection(contexts[posture], stream)
                connection.set_accept_state()
                connection.do_handshake()
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                connection.shutdown()

        with serving(behave) as port:
            yield port


def _begun(stream: socket.socket) -> bool:
    """Answer PostgreSQL's request for TLS; what comes without it is refused as pg_hba.conf's `hostssl` does."""
    asked = stream.recv(4096)
    if asked == _WANTS_TLS:
        stream.sendall(b"S")
        return True
    said = b"SFATAL\x00C28000\x00Mno pg_hba.conf entry for host, no encryption\x00RClientAuthentication\x00\x00"
    stream.sendall(b"E" + (len(said) + 4).to_bytes(4, "big") + said)
    return False


def _context(pki: Pki, held: Held, posture: Posture) -> SSL.Context:
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.use_certificate_chain_file(str(held.certificate))
    context.use_privatekey_file(str(held.key))
    context.set_min_proto_version(posture.lowest)
    context.set_tls13_ciphersuites(_SUITE)
    context.set_cipher_list(_OLD_SUITE)
    groups = _GROUPS if posture.lowest == SSL.TLS1_3_VERSION else _OLD_GROUPS
    lets = SSL._lib.SSL_CTX_set1_curves_list(context._context, groups)  # pyOpenSSL has no name for it
    assert lets == 1, f"this OpenSSL has not all of {groups.decode()}"
    if posture.mutual:
        context.load_verify_locations(str(pki.trust))
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT)
    return context
