"""Mutual TLS 1.3 exactly as boundaries.yaml declares it: one suite, two hybrid post-quantum groups, both ends known.

Python's ssl lets nobody choose suites or groups of TLS 1.3; pyOpenSSL, on the OpenSSL that cryptography brings, does
(NIST SP 800-52r2, SP 800-53 SC-8; FIPS 203 for ML-KEM).
"""

from __future__ import annotations

import contextlib
import select
import socket
import time
from collections.abc import Callable
from typing import TypeVar

from cryptography import x509
from OpenSSL import SSL
from OpenSSL._util import lib
from OpenSSL.crypto import X509

from examples.service.pki import Held

SUITE = b"TLS_AES_256_GCM_SHA384"
GROUPS = b"X25519MLKEM768:SecP256r1MLKEM768"
_CHUNK = 1 << 16
_Done = TypeVar("_Done")


class TlsError(ConnectionError):
    """The other end is not who it should be, was silent for too long, or is gone."""


def context(held: Held, authority: x509.Certificate) -> SSL.Context:
    """Return what either end needs: its own certificate, and the authority that the other's must come from."""
    made = SSL.Context(SSL.TLS_METHOD)
    made.set_min_proto_version(SSL.TLS1_3_VERSION)
    made.set_tls13_ciphersuites(SUITE)
    if lib.SSL_CTX_set1_curves_list(made._context, GROUPS) != 1:  # noqa: SLF001 - pyOpenSSL has no name for it
        raise TlsError(f"this OpenSSL lacks {GROUPS.decode()}: pip install --upgrade cryptography")
    made.use_certificate(held.certificate)
    made.use_privatekey(held.key)
    made.check_privatekey()
    store = made.get_cert_store()
    if store is None:
        raise TlsError("there is no store of trusted certificates")
    store.add_cert(X509.from_cryptography(authority))
    made.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT)
    # No resumption: each connection shows its certificate anew, so that none outlives its hour.
    made.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    made.set_options(SSL.OP_NO_TICKET)
    return made


class Stream:
    """One end of a connection, whose every step ends by a deadline."""

    def __init__(self, made: SSL.Context, sock: socket.socket, *, server: bool) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._tls = SSL.Connection(made, sock)
        self._until = 0.0
        if server:
            self._tls.set_accept_state()
        else:
            self._tls.set_connect_state()

    def within(self, seconds: float) -> None:
        """Give what follows so many seconds altogether."""
        self._until = time.monotonic() + seconds

    def handshake(self) -> x509.Certificate:
        """Shake hands, and return the certificate that the other end has proved to hold."""
        self._done(self._tls.do_handshake)
        peer = self._tls.get_peer_certificate(as_cryptography=True)
        if peer is None:
            raise TlsError("the other end showed no certificate")
        return peer

    def read(self, wake: socket.socket | None = None) -> bytes:
        """Return what came; nothing at the end, or as soon as there is something to read at `wake`."""
        try:
            return self._done(lambda: self._tls.recv(_CHUNK), wake)
        except (SSL.ZeroReturnError, InterruptedError):
            return b""

    def write(self, content: bytes) -> None:
        """Send everything."""
        rest = memoryview(content)
        while rest:
            some = bytes(rest[:_CHUNK])
            rest = rest[self._done(lambda some=some: self._tls.send(some)) :]  # type: ignore[misc]

    def close(self) -> None:
        """Say that nothing more comes, and close."""
        with contextlib.suppress(SSL.Error, OSError):
            self._tls.shutdown()
        self._socket.close()

    def _done(self, step: Callable[[], _Done], wake: socket.socket | None = None) -> _Done:
        while True:
            try:
                return step()
            except SSL.WantReadError:
                self._wait([self._socket, *([wake] if wake else [])], [])
            except SSL.WantWriteError:
                self._wait([], [self._socket])
            except SSL.ZeroReturnError:
                raise
            except (SSL.Error, OSError) as error:
                raise TlsError(f"TLS ended: {type(error).__name__}") from None
            if wake is not None and select.select([wake], [], [], 0)[0]:
                raise InterruptedError

    def _wait(self, read: list[socket.socket], write: list[socket.socket]) -> None:
        left = self._until - time.monotonic()
        if left <= 0 or not any(select.select(read, write, [], left)):
            raise TlsError("the other end was silent for too long")
