"""The authority of one folder: who is who on loopback, as a SPIFFE server would say it in production.

It is made at the first start. Servers keep their keys, since flows declare pins of them; what a client shows
lives for an hour at most (`authn.credential.lifetime` of the flows) and never touches the disk.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_SKEW = timedelta(minutes=1)
_SERVER = timedelta(days=90)
_CLIENT = timedelta(minutes=59)
_AUTHORITY = timedelta(days=3650)


class Held(NamedTuple):
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pin(self) -> str:
        """Return the pin of the public key, as `in_transit.tls.pins` has it."""
        public = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return "sha256/" + base64.b64encode(hashlib.sha256(public).digest()).decode()


class Authority:
    """Issues certificates with SPIFFE ids (NIST SP 800-53 IA-5(2), SC-17)."""

    def __init__(self, folder: Path) -> None:
        """Read the authority of a folder, and make it where there is none."""
        self._folder = folder
        self.file = folder / "authority.pem"
        """PEM of the authority: what everybody here trusts."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = private_key(folder / "authority.key")
        if not self.file.exists():
            name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of the worked service")])
            certificate = (
                _begun(name, name, key.public_key(), _AUTHORITY)
                .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
                .add_extension(_usage(signs_certificates=True), critical=True)
                .sign(key, hashes.SHA256())
            )
            write_private(self.file, certificate.public_bytes(Encoding.PEM))
        self._held = Held(x509.load_pem_x509_certificate(self.file.read_bytes()), key)

    @property
    def certificate(self) -> x509.Certificate:
        """Return the authority's own certificate."""
        return self._held.certificate

    def server(self, component: str, identity: str, host: str) -> Held:
        """Return a component's server certificate: a new one for the key that it keeps."""
        names = [x509.DNSName(host), x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        key = private_key(self._folder / f"{component}.key")
        return self._issued(key, identity, names, ExtendedKeyUsageOID.SERVER_AUTH, _SERVER)

    def client(self, identity: str, lifetime: timedelta = _CLIENT) -> Held:
        """Return a new client certificate, with a key that is in memory only."""
        key = ec.generate_private_key(ec.SECP256R1())
        return self._issued(key, identity, [], ExtendedKeyUsageOID.CLIENT_AUTH, lifetime)

    def _issued(
        self,
        key: ec.EllipticCurvePrivateKey,
        identity: str,
        names: list[x509.GeneralName],
        usage: x509.ObjectIdentifier,
        lifetime: timedelta,
    ) -> Held:
        subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "limen worked service")])
        alternatives = x509.SubjectAlternativeName([*names, x509.UniformResourceIdentifier(identity)])
        certificate = (
            _begun(subject, self.certificate.subject, key.public_key(), lifetime)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(alternatives, critical=False)
            .sign(self._held.key, hashes.SHA256())
        )
        return Held(certificate, key)


def identity_of(certificate: x509.Certificate) -> str:
    """Return the one SPIFFE id of a certificate; an empty text where there is not exactly one."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return ""
    found = names.get_values_for_type(x509.UniformResourceIdentifier)
    return found[0] if len(found) == 1 and found[0].startswith("spiffe://") else ""


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads: whole, or not at all."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def private_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """Return the key of a file; makes it where there is none."""
    if not path.exists():
        made = ec.generate_private_key(ec.SECP256R1())
        write_private(path, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    loaded = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(loaded, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} holds no key of an elliptic curve")
    return loaded


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, lifetime: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + lifetime)
    )


def _usage(*, signs_certificates: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
