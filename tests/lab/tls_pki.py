"""Certificates of the laboratory: one authority that the probe trusts, one that it does not, and what each signed."""

from __future__ import annotations

import datetime
import ipaddress
import subprocess
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)
NAMES: tuple[x509.GeneralName, ...] = (x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1")))


class Held(NamedTuple):
    """A certificate with its key, in files."""

    certificate: Path
    """PEM, the certificate's own first."""
    key: Path
    both: Path
    """PEM of both, as a credential."""


class Pki:
    """Makes what is asked for, once, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        self._made: dict[str, Held] = {}

    @cached_property
    def rsa_key(self) -> rsa.RSAPrivateKey:
        """The key of most servers: making one takes long."""
        return rsa.generate_private_key(65537, 2048)

    @cached_property
    def authority(self) -> tuple[x509.Certificate, Any]:
        return self._authority("limen laboratory")

    @cached_property
    def other_authority(self) -> tuple[x509.Certificate, Any]:
        return self._authority("an authority that nobody trusts")

    @cached_property
    def trust(self) -> Path:
        """PEM of the authority that is trusted."""
        path = self.folder / "trust.pem"
        path.write_bytes(self.authority[0].public_bytes(Encoding.PEM))
        self._write_key(self.folder / "trust.key", self.authority[1])
        return path

    def held(self, name: str, **wanted: Any) -> Held:
        """Return a certificate with its key by name; what is wanted counts the first time."""
        if name not in self._made:
            key = wanted.pop("key", None) or self.rsa_key
            certificate = self.certificate(key, **wanted)
            pem = certificate.public_bytes(Encoding.PEM)
            paths = Held(*(self.folder / f"{name}.{end}" for end in ("pem", "key", "both")))
            paths.certificate.write_bytes(pem)
            self._write_key(paths.key, key)
            paths.both.write_bytes(paths.key.read_bytes() + pem)
            paths.both.chmod(0o600)
            self._made[name] = paths
        return self._made[name]

    def server(self, defect: str = "good") -> Held:
        """Return a server's certificate with a defect."""
        makers: dict[str, dict[str, Any]] = {
            "good": {},
            "ecdsa": {"key": ec.generate_private_key(ec.SECP256R1())},
            "expired": {"begins": -40 * DAY, "ends": -DAY},
            "not-yet": {"begins": DAY, "ends": 90 * DAY},
            "soon": {"begins": -80 * DAY, "ends": 5 * DAY},
            "wrong-host": {"names": (x509.DNSName("elsewhere.example"),)},
            "wildcard": {"names": (x509.DNSName("*.localhost"),)},
            "no-names": {"names": ()},
            "client-only": {"usage": ExtendedKeyUsageOID.CLIENT_AUTH},
            "must-staple": {"must_staple": True},
        }
        if defect == "rsa-1024":
            return self.held(defect, key=rsa.generate_private_key(65537, 1024))
        if defect == "other-authority":
            return self.held(defect, by=self.other_authority)
        if defect == "self-signed":
            return self.held(defect, by=None)
        if defect == "sha1":
            return self._sha1()
        return self.held(defect, **makers[defect])

    def client(self, defect: str = "client") -> Held:
        """Return a client's certificate: the right one, or one that expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        dates = {"begins": -40 * DAY, "ends": -DAY} if defect == "client-expired" else {}
        return self.held(defect, key=key, names=(), usage=ExtendedKeyUsageOID.CLIENT_AUTH, **dates)

    def certificate(
        self,
        key: Any,
        *,
        names: tuple[x509.GeneralName, ...] = NAMES,
        usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
        begins: datetime.timedelta = -DAY,
        ends: datetime.timedelta = 90 * DAY,
        by: tuple[x509.Certificate, Any] | bool | None = True,
        must_staple: bool = False,
    ) -> x509.Certificate:
        """Return a certificate; `by` None signs itself."""
        subject = _name("localhost")
        signer = self.authority if by is True else by
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if not signer else signer[0].subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now + begins)
            .not_valid_after(self.now + ends)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(list(names)), critical=False)
        if must_staple:
            feature = x509.TLSFeature([x509.TLSFeatureType.status_request])
            builder = builder.add_extension(feature, critical=False)
        return builder.sign(signer[1] if signer else key, hashes.SHA256())

    def ocsp(self, held: Held, status: str) -> Path:
        """Return the file of an OCSP answer of the authority on a certificate: good or revoked."""
        path = self.folder / f"{held.certificate.stem}-{status}.ocsp"
        revoked = status == "revoked"
        answer = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                cert=x509.load_pem_x509_certificate(held.certificate.read_bytes()),
                issuer=self.authority[0],
                algorithm=hashes.SHA256(),
                cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
                this_update=self.now - DAY,
                next_update=self.now + DAY,
                revocation_time=self.now - DAY if revoked else None,
                revocation_reason=x509.ReasonFlags.key_compromise if revoked else None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, self.authority[0])
            .sign(self.authority[1], hashes.SHA256())
        )
        path.write_bytes(answer.public_bytes(Encoding.DER))
        return path

    def _authority(self, name: str) -> tuple[x509.Certificate, Any]:
        key = rsa.generate_private_key(65537, 2048)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name(name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now - 30 * DAY)
            .not_valid_after(self.now + 3650 * DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        return certificate, key

    def _sha1(self) -> Held:
        """Return a certificate signed over SHA-1, which only the program openssl still makes."""
        good = self.server()
        made = Held(self.folder / "sha1.pem", good.key, self.folder / "sha1.both")
        csr, extensions = self.folder / "sha1.csr", self.folder / "sha1.ext"
        extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        quiet = {"check": True, "capture_output": True}
        subprocess.run(
            ["openssl", "req", "-new", "-key", str(good.key), "-subj", "/CN=localhost", "-out", str(csr)], **quiet
        )
        subprocess.run(
            ["openssl", "x509", "-req", "-sha1", "-in", str(csr), "-CA", str(self.trust), "-CAkey",
             str(self.folder / "trust.key"), "-set_serial", "77", "-days", "90", "-extfile", str(extensions), "-out",
             str(made.certificate)], **quiet,
        )  # fmt: skip
        return made

    def _write_key(self, path: Path, key: Any) -> None:
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
