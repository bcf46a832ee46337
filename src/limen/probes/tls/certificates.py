"""What certificates and their chains are worth: trust, names, dates, keys, hashes, pins, staples. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from msgspec import UNSET, UnsetType

from limen.analysis.kinds.observed_tls import CertificatePart
from limen.probes.tls import keys, stapling
from limen.probes.tls.clienting import finished_versions
from limen.probes.tls.presented import Presented
from limen.probes.tls.raw import Handshakes

Value = TypeVar("Value", int, bool)
_NO_CHECK_TIME, _PARTIAL_CHAIN = 0x200000, 0x80000
"""OpenSSL's flags: dates are judged by rules, when the assessment is made; a trust file may name an intermediate."""


class _Chain:
    """One chain, judged field by field, with every handshake in which it was presented."""

    def __init__(self, ones: Sequence[Presented], recorded: Handshakes, at: int) -> None:
        one, self.ones, self.recorded, self.at = ones[0], ones, recorded, at
        self.staple = one.staple
        self.parsed = [parsed(der) for der in one.certificates]
        self.leaf = self.parsed[0]
        self.readable = all(certificate is not None for certificate in self.parsed)
        self.why, self.chain = self.verified()
        self.finished = finished_versions(recorded)

    def verified(self) -> tuple[str | None, list[Any]]:
        """Return why the chain is not trusted, empty if it is, None if that is not known; and the chain."""
        from cryptography import x509
        from OpenSSL import crypto

        sent = [certificate for certificate in self.parsed if certificate is not None]
        if self.leaf is None or (not self.recorded.anchors and not self.recorded.trust):
            return None, sent
        store = crypto.X509Store()
        store.set_flags(_NO_CHECK_TIME | (_PARTIAL_CHAIN if self.recorded.trust == "file" else 0))
        try:
            for der in self.recorded.anchors:
                store.add_cert(crypto.X509.from_cryptography(x509.load_der_x509_certificate(der)))
            context = crypto.X509StoreContext(
                store,
                crypto.X509.from_cryptography(self.leaf),
                [crypto.X509.from_cryptography(one) for one in sent[1:]],
            )
            return "", [one.to_cryptography() for one in context.get_verified_chain()]
        except crypto.X509StoreContextError as error:
            return str(error), sent
        except (ValueError, crypto.Error):
            return None, sent

    @property
    def proved(self) -> bool | None:
        """Whether the server holds the key: each time it signed with it, or a whole handshake needed it."""
        key = None if self.leaf is None else _key(self.leaf)
        found = []
        for one in self.ones:
            signed = None if key is None else one.proved(key)
            needed = signed is None and key is not None and one.version in self.finished
            found.append(True if needed else signed)
        return False if False in found else None if None in found else True

    @property
    def for_servers(self) -> bool | None:
        from cryptography import x509
        from cryptography.x509.oid import ExtendedKeyUsageOID

        usage = _extension(self.leaf, x509.ExtendedKeyUsage)
        if usage is None:
            return None
        return usage is False or any(
            one in (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE) for one in usage.value
        )

    @property
    def names_match(self) -> bool | None:
        from cryptography import x509

        names = _extension(self.leaf, x509.SubjectAlternativeName)
        if names is None:
            return None
        return names is not False and matches(self.recorded.name, names.value)

    @property
    def must_staple(self) -> bool | None:
        from cryptography import x509

        feature = _extension(self.leaf, x509.TLSFeature)
        return None if feature is None else feature is not False

    def each(self, value: Callable[[Any], int | None]) -> int | None:
        """Return the least value of the chain; None where one is not known."""
        found = [value(certificate) for certificate in self.chain]
        return min((one for one in found if one is not None), default=None) if None not in found else None

    def hashes(self) -> int | None:
        """Return the bits of the weakest hash that is signed in the chain; a root signs itself, which says nothing."""
        signed = [one for one in self.chain if one.issuer != one.subject] or self.chain[:1]
        found = [_hash_bits(one) for one in signed]
        return None if None in found or not found else min(one for one in found if one is not None)


def certificate_part(chains: Sequence[Presented], recorded: Handshakes, at: int) -> CertificatePart:
    """Return the facts of all chains that were presented, the weakest of each field; `at` in seconds since 1970."""
    equal: dict[tuple[tuple[bytes, ...], bytes], list[Presented]] = {}
    for one in chains:
        equal.setdefault((one.certificates, one.staple), []).append(one)
    judged = [_Chain(ones, recorded, at) for ones in equal.values()]
    known = [one for one in judged if one.leaf is not None]
    staples = [_staple(one) for one in judged]
    pins = sorted({tuple(pin for pin in map(_pin, one.chain) if pin) for one in known})
    weakest = min(known, key=lambda one: _strength(one.leaf) or 0, default=None)
    starts = [_timestamp(c.not_valid_before_utc) for one in judged for c in one.chain]
    return CertificatePart(
        count=len({one.certificates[0] for one in chains}),
        readable=all(one.readable for one in judged),
        proved=_worst(one.proved for one in judged),
        trusted=_worst(None if one.why is None else not one.why for one in judged),
        why_not_trusted=next((one.why for one in judged if one.why), ""),
        for_servers=_worst(one.for_servers for one in judged),
        names_match=_worst(one.names_match for one in judged),
        valid_from_at=max(starts) if starts and len(known) == len(judged) else UNSET,
        expires_at=_least(one.each(lambda c: _timestamp(c.not_valid_after_utc)) for one in judged),
        key=_kind(weakest.leaf)[0] if weakest is not None else "",
        key_strength=_least(one.each(_strength) for one in judged),
        signature_hash=_least(one.hashes() for one in judged),
        staple=next((s for s in stapling.STATES if s in staples), UNSET),
        must_staple=_most(one.must_staple for one in judged),
        pins=tuple(pins),
    )


def matches(name: str, names: Any) -> bool:
    """Return whether a certificate's names hold a host name or address (RFC 9525, 6); its common name never counts."""
    from cryptography import x509

    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        wanted = name.lower().rstrip(".").split(".")
        for given in names.get_values_for_type(x509.DNSName):
            labels = given.lower().rstrip(".").split(".")
            if len(labels) != len(wanted) or labels[1:] != wanted[1:]:
                continue
            if labels[0] == wanted[0] or (labels[0] == "*" and len(labels) > 2):
                return True
        return False
    return address in names.get_values_for_type(x509.IPAddress)


def parsed(der: bytes) -> Any:
    """Return a certificate; None where it can't be parsed, whatever the library makes of it."""
    import warnings

    from cryptography import x509
    from cryptography.utils import CryptographyDeprecationWarning

    # What is wrong with a certificate is a fact about it, and nothing for the standard error.
    warnings.filterwarnings("ignore", category=CryptographyDeprecationWarning)
    try:
        certificate = x509.load_der_x509_certificate(der)
        _ = (certificate.issuer, certificate.subject, certificate.not_valid_after_utc, certificate.extensions)
        certificate.public_key()
    except Exception:  # noqa: BLE001 - whatever a parser of hostile bytes raises: it can't be read
        return None
    return certificate


def _extension(certificate: Any, kind: Any) -> Any:
    """Return an extension, False where the certificate has none, None where there is no certificate."""
    from cryptography import x509

    if certificate is None:
        return None
    try:
        return certificate.extensions.get_extension_for_class(kind)
    except x509.ExtensionNotFound:
        return False


def _key(certificate: Any) -> Any:
    try:
        return certificate.public_key()
    except Exception:  # noqa: BLE001 - as above: unsupported kinds raise several
        return None


def _kind(certificate: Any) -> tuple[str, int | None]:
    key = _key(certificate)
    return ("", None) if key is None else keys.kind(key)


def _strength(certificate: Any) -> int | None:
    return _kind(certificate)[1]


def _pin(certificate: Any) -> str:
    return "" if _key(certificate) is None else keys.pin(certificate)


def _hash_bits(certificate: Any) -> int | None:
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        used = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return None
    if used is None:
        return 256  # EdDSA and ML-DSA hash by themselves
    return 0 if used.name in ("md5", "sha1") else int(used.digest_size) * 8


def _staple(one: _Chain) -> str:
    issuer = one.chain[1] if len(one.chain) > 1 else None
    return stapling.state(one.staple, one.leaf, issuer, one.at)


def _timestamp(moment: Any) -> int:
    return int(moment.timestamp())


def _worst(values: Iterable[bool | None]) -> bool | UnsetType:
    """Return False if any is, else unknown if any is, else True."""
    found = list(values)
    return False if False in found else UNSET if None in found or not found else True


def _most(values: Iterable[bool | None]) -> bool | UnsetType:
    found = list(values)
    return True if True in found else UNSET if None in found or not found else False


def _least(values: Iterable[int | None]) -> int | UnsetType:
    found = list(values)
    return min(one for one in found if one is not None) if found and None not in found else UNSET
