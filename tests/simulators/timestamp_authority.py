"""A timestamp authority on loopback: the real `openssl ts` behind HTTP, with keys of its own, and its faults."""

from __future__ import annotations

import contextlib
import datetime
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.needs import need_program

GIGABYTE = 1 << 30
_CONFIGURATION = """
[tsa]
default_tsa = it
[it]
serial = {folder}/serial
default_policy = 1.3.6.1.4.1.99999.1
digests = {digests}
signer_digest = {signing}
ess_cert_id_alg = sha256
accuracy = secs:1
"""
IN_ANSWER = (
    "wrong-nonce", "other-data", "refused", "expired", "wrong-eku", "eku-not-critical", "no-certificate",
    "weak-digest", "twin-certificate", "cut-short", "garbage", "empty",
)  # fmt: skip
"""Faults of what is answered."""
IN_SENDING = ("hanging", "dripping", "gigabyte", "redirect", "server-error", "hanging-up")
"""Faults of how it is answered."""
FAULTS = IN_ANSWER + IN_SENDING


class Authority:
    """An authority: a root, an intermediate and a certificate that timestamps; `fault` is what goes wrong."""

    def __init__(self, folder: Path, *, name: str = "Lab", days: float = 365.0, chain: bool = False) -> None:
        """Make its keys. `days` is how long its own certificate lasts; `chain`: it sends all certificates."""
        self.folder, self.fault, self.requests = folder, "", 0
        """Name of the fault, empty for none, and how often it was asked."""
        self._chain, self._lock = chain, threading.Lock()
        self._now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        root, intermediate, self._private = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
        self._intermediate, self._name = intermediate, name
        self._own = self._private.public_key()
        self._serial = x509.random_serial_number()
        ten_years = self._now + datetime.timedelta(days=3650)
        anchor = self._certificate(f"{name} Root", root.public_key(), f"{name} Root", root, end=ten_years, ca=True)
        below = self._certificate(f"{name} CA", intermediate.public_key(), f"{name} Root", root, end=ten_years, ca=True)
        self.until = self._now + datetime.timedelta(days=days)
        """When the certificate that timestamps ends."""
        self.root, self.intermediate, self.certificate = pem(anchor), pem(below), pem(self._stamping(self.until))
        """In PEM."""
        (folder / "chain.pem").write_bytes(self.intermediate + self.root)
        (folder / "root.pem").write_bytes(self.root)
        (folder / "intermediate.pem").write_bytes(self.intermediate)
        (folder / "expired.pem").write_bytes(pem(self._stamping(self._now - datetime.timedelta(days=1))))
        (folder / "own.pem").write_bytes(self.certificate)
        (folder / "own.key").write_bytes(
            self._private.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        (folder / "serial").write_text("01\n")
        for name, digests, signing in (
            ("good", "sha256", "sha256"), ("refused", "sha512", "sha256"), ("weak-digest", "sha256", "sha1"),
        ):  # fmt: skip
            configuration = _CONFIGURATION.format(folder=folder, digests=digests, signing=signing)
            (folder / f"{name}.cnf").write_text(configuration)

    @property
    def trusted(self) -> list[bytes]:
        """What an auditor trusts who knows this authority: its root, and what leads to it."""
        return [self.root, self.intermediate]

    def answer(self, query: bytes) -> bytes:
        """Return what it answers to a query of RFC 3161, with its fault."""
        self.requests += 1
        if self.fault == "garbage":
            return b"<html>not a timestamp</html>"
        if self.fault == "empty":
            return b""
        request = tsp.TimeStampReq.load(query)
        if self.fault == "wrong-nonce":
            request["nonce"] = int(request["nonce"].native) + 1
        if self.fault == "other-data":
            request["message_imprint"]["hashed_message"] = bytes(32)
        if self.fault == "no-certificate":
            request["cert_req"] = False
        made = self._signed(request.dump(force=True))
        if self.fault == "wrong-eku":
            made = self._swapped(made, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=True)
        if self.fault == "eku-not-critical":
            made = self._swapped(made, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=False)
        if self.fault == "twin-certificate":
            made = self._twinned(made)
        return made[: len(made) // 2] if self.fault == "cut-short" else made

    def _signed(self, query: bytes) -> bytes:
        with self._lock:
            (self.folder / "query").write_bytes(query)
            configuration = self.fault if self.fault in ("refused", "weak-digest") else "good"
            signer = "expired.pem" if self.fault == "expired" else "own.pem"
            subprocess.run(
                [
                    str(need_program("openssl")), "ts", "-reply", "-config", f"{configuration}.cnf",
                    "-queryfile", "query", "-inkey", "own.key", "-signer", signer, "-out", "reply",
                    *(("-chain", "chain.pem") if self._chain else ()),
                ],
                cwd=self.folder, check=True, capture_output=True,
            )  # fmt: skip
            return (self.folder / "reply").read_bytes()

    def _swapped(self, response: bytes, usage: x509.ExtendedKeyUsage, *, critical: bool) -> bytes:
        """Return a response with another certificate of the same key, issuer and number: openssl makes none such."""
        return _holding(response, self._stamping(self.until, usage, critical=critical))

    def _twinned(self, response: bytes) -> bytes:
        """Return a response by a key that may sign mail, beside it a forged certificate that says it may timestamp.

        Both have the same issuer and number, so that of the two one verifies and the other one is asked what it may.
        """
        true = self._stamping(self.until, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]))
        stranger = ec.generate_private_key(ec.SECP256R1())
        forged = self._certificate(
            f"{self._name} TSA", stranger.public_key(), f"{self._name} CA", stranger, end=self.until,
            number=self._serial, usage=x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]),
        )  # fmt: skip
        return _holding(response, true, forged)

    def _stamping(
        self,
        end: datetime.datetime,
        usage: x509.ExtendedKeyUsage | None = None,
        *,
        critical: bool = True,
    ) -> x509.Certificate:
        usage = usage or x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        return self._certificate(
            f"{self._name} TSA", self._own, f"{self._name} CA", self._intermediate, end=end, number=self._serial,
            usage=usage, critical=critical,
        )  # fmt: skip

    def _certificate(
        self,
        subject: str,
        public: ec.EllipticCurvePublicKey,
        issuer: str,
        key: ec.EllipticCurvePrivateKey,
        *,
        end: datetime.datetime,
        number: int = 0,
        ca: bool = False,
        usage: x509.ExtendedKeyUsage | None = None,
        critical: bool = True,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(_name(issuer))
            .public_key(public)
            .serial_number(number or x509.random_serial_number())
            .not_valid_before(self._now - datetime.timedelta(days=30))
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        )
        if usage is not None:
            builder = builder.add_extension(usage, critical=critical)
        return builder.sign(key, hashes.SHA256())


def _holding(response: bytes, *certificates: x509.Certificate) -> bytes:
    """Return a response that carries these certificates, in the order of DER."""
    found = tsp.TimeStampResp.load(response)
    ders = sorted(one.public_bytes(serialization.Encoding.DER) for one in certificates)
    held = [cms.CertificateChoices(name="certificate", value=asn1_x509.Certificate.load(der)) for der in ders]
    found["time_stamp_token"]["content"]["certificates"] = cms.CertificateSet(held)
    return bytes(found.dump(force=True))


def pem(certificate: x509.Certificate) -> bytes:
    """Return a certificate in PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def verified_by_openssl(
    authority: Authority, data: bytes, response: bytes, at: datetime.datetime | None = None
) -> bool:
    """Return whether `openssl ts -verify` takes a response, trusting the authority's root alone; now, or at a time."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "data").write_bytes(data)
        Path(folder, "response").write_bytes(response)
        done = subprocess.run(
            [
                str(need_program("openssl")), "ts", "-verify", "-data", "data", "-in", "response",
                "-CAfile", str(authority.folder / "root.pem"),
                "-untrusted", str(authority.folder / "intermediate.pem"),
                *(("-attime", str(int(at.timestamp()))) if at else ()),
            ],
            cwd=folder, capture_output=True,
        )  # fmt: skip
        return done.returncode == 0 and b"Verification: OK" in done.stdout


@contextlib.contextmanager
def timestamp_authority(**given: Any) -> Iterator[tuple[Authority, str]]:
    """Run an authority for as long as the block lasts; yield it and its address."""
    with tempfile.TemporaryDirectory(prefix="limen-tsa-") as folder:
        authority, over = Authority(Path(folder), **given), threading.Event()
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(authority, over))
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield authority, f"http://127.0.0.1:{server.server_address[1]}/tsr"
        finally:
            over.set()
            server.shutdown()
            server.server_close()
            thread.join()


def _handler(authority: Authority, over: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        pass

    Handler.authority, Handler.over = authority, over
    return Handler


class _Handler(BaseHTTPRequestHandler):
    """Answers by an authority, or fails in its sending."""

    authority: Authority
    over: threading.Event

    def do_POST(self) -> None:
        query = self.rfile.read(int(self.headers["Content-Length"]))
        fault = self.authority.fault
        if self.path != "/tsr" or self.headers["Content-Type"] != "application/timestamp-query":
            self.send_error(404)
        elif fault in IN_SENDING:
            getattr(self, "_" + fault.replace("-", "_"))(query)
        else:
            content = self.authority.answer(query)
            self._begin(len(content))
            self.wfile.write(content)

    def _server_error(self, query: bytes) -> None:
        self.send_error(500)

    def _redirect(self, query: bytes) -> None:
        self.send_response(302)
        self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.end_headers()

    def _hanging(self, query: bytes) -> None:
        self.over.wait(30)

    def _hanging_up(self, query: bytes) -> None:
        self.connection.close()

    def _gigabyte(self, query: bytes) -> None:
        self._begin(GIGABYTE)
        for _ in range(GIGABYTE >> 16):
            self.wfile.write(bytes(1 << 16))

    def _dripping(self, query: bytes) -> None:
        content = self.authority.answer(query)
        self._begin(len(content))
        for byte in content:
            self.wfile.write(bytes([byte]))
            if self.over.wait(0.1):
                return

    def _begin(self, length: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def handle_one_request(self) -> None:
        with contextlib.suppress(ConnectionError, ValueError):  # the client left, as it should
            super().handle_one_request()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
