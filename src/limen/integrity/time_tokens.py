"""RFC 3161 timestamps: reading a response, and whether an authority that is trusted made it over some data."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from limen.errors import Problem, UsageError
from limen.integrity.token_order import in_order

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

MOST = 1 << 20
"""Bytes of a response beyond which it is none."""
_CHAIN = 64
"""Certificates of an authority that are read at most."""
_SHA256 = "2.16.840.1.101.3.4.2.1"
_CMS_VERSION = 3
"""Version of signed data that are a timestamp's (RFC 5652 section 5.1)."""
_SIGNER_VERSION = 1
"""Version of a signer's part that names it by issuer and number, which is all that the library reads (section 5.3)."""
_STRONG = frozenset({_SHA256, "2.16.840.1.101.3.4.2.2", "2.16.840.1.101.3.4.2.3"})
"""SHA-256, SHA-384 and SHA-512: what an authority may sign a digest of."""


class TimestampError(ValueError):
    """A response that is no timestamp, or one that proves nothing here; says why in words."""


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """What a response says of itself; believe it after `verify_timestamp` only."""

    time: datetime
    """When the authority says that it saw the data; UTC."""
    until: datetime
    """When the authority's own certificate ends; from then on nobody answers for its key. UTC."""
    authority: str
    """The subject of that certificate, as RFC 4514 writes it."""
    nonce: int | None
    """The nonce that was sent back."""
    digest: bytes
    """The SHA-256 that it is over."""


def verify_timestamp(response: bytes, data: bytes, certificates: Sequence[bytes]) -> datetime:
    """Return when a trusted authority saw the data (UTC), judged by RFC 3161 section 2.3 at that time.

    `certificates` are PEM texts that the auditor trusts: a root, and intermediates that the response does not carry.
    A certificate that has ended since is no fault here; one that was revoked is for the auditor to trust no more.
    Raises TimestampError where the response is none, is over other data, or was made by nobody who is trusted;
    UsageError where the certificates are unusable or the library is missing.
    """
    library = _library()
    decoded, token = _decoded(response)
    if token.digest != hashlib.sha256(data).digest():
        raise TimestampError("it is over other data")
    roots = _certificates(certificates)
    if not roots:
        raise TimestampError("no authority's certificate is given to judge it by")
    try:
        library.VerifierBuilder(roots=roots).build().verify_message(decoded, data)
    except library.VerificationError as error:
        raise TimestampError(_words(str(error))) from None
    except Exception as error:  # noqa: BLE001 - certificates are read late, and fail in many ways
        raise TimestampError(f"it can't be verified: {type(error).__name__}") from None
    if not _carried(decoded, roots):
        raise TimestampError("a certificate that it carries, or a number of its form, was changed")
    return token.time


def read_timestamp(response: bytes) -> Token:
    """Return what a response says, unverified; raises TimestampError where it is no granted timestamp."""
    return _decoded(response)[1]


def _decoded(response: bytes) -> tuple[Any, Token]:
    from cryptography.x509 import load_der_x509_certificate

    library = _library()
    if len(response) > MOST:
        raise TimestampError(f"it is no timestamp: longer than {MOST} bytes")
    try:
        decoded = library.decode_timestamp_response(in_order(response))
        status, words = decoded.status, "; ".join(decoded.status_string)
    except (ValueError, TypeError):
        raise TimestampError("it is no RFC 3161 response") from None
    if status != 0:
        raise TimestampError(f"the authority refused it: status {status} {_printable(words)}".rstrip())
    try:
        signers = list(decoded.signed_data.signer_infos)
        held = [load_der_x509_certificate(one) for one in sorted(decoded.signed_data.certificates)[:_CHAIN]]
        own = [
            one
            for one in held
            if len(signers) == 1 and (one.issuer, one.serial_number) == (signers[0].issuer, signers[0].serial_number)
        ]
        info = decoded.tst_info
        time, nonce = info.gen_time, info.nonce
        algorithm, digest = info.message_imprint.hash_algorithm.dotted_string, bytes(info.message_imprint.message)
        weak = {one.dotted_string for one in decoded.signed_data.digest_algorithms} - _STRONG
        named = [(_printable(one.subject.rfc4514_string()), one.not_valid_after_utc) for one in own]
    except Exception:  # noqa: BLE001 - certificates are read late, and fail in many ways
        raise TimestampError("it is no RFC 3161 response: its token can't be read") from None
    if algorithm != _SHA256:
        raise TimestampError(f"it is over no SHA-256: {algorithm}")
    if weak:
        raise TimestampError(f"the authority signs a weak digest: {', '.join(sorted(weak))}")
    if len(named) != 1:  # of two, one could verify and the other say what it may
        many = "carries two certificates for its signer"
        raise TimestampError(f"it {many if named else 'does not carry the certificate of the one who signed it'}")
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    authority, until = named[0]
    return decoded, Token(time=time, until=until, authority=authority, nonce=nonce, digest=digest)


def _carried(decoded: Any, roots: Sequence[Certificate]) -> bool:
    """Return whether what no signature of the token covers is as it was made, as far as that can be told.

    The authority's chain is repeated in the token and not signed with it. So each certificate must be one that is
    trusted, or issued by one that is there; where nobody of its issuer's name is there, nothing can be told.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.x509 import load_der_x509_certificate

    def issued(one: Certificate, by: Certificate) -> bool:
        try:
            one.verify_directly_issued_by(by)
        except (InvalidSignature, ValueError, TypeError):
            return False
        return True

    try:
        held = [load_der_x509_certificate(one) for one in decoded.signed_data.certificates]
        known, named = [*held, *roots], {(root.subject, root.serial_number) for root in roots}
        for one in held:
            issuers = [other for other in known if other.subject == one.issuer]
            if one in roots:
                continue
            if (one.subject, one.serial_number) in named or (issuers and not any(issued(one, by) for by in issuers)):
                return False
        versions = {signer.version for signer in decoded.signed_data.signer_infos}
        return decoded.signed_data.version == _CMS_VERSION and versions == {_SIGNER_VERSION}
    except Exception:  # noqa: BLE001 - certificates are read late, and fail in many ways
        return False


def _certificates(pems: Sequence[bytes]) -> list[Certificate]:
    from cryptography.x509 import load_pem_x509_certificates

    found: list[Certificate] = []
    for pem in pems:
        try:
            found += (one for one in load_pem_x509_certificates(pem) if one not in found)
        except ValueError:
            hint = "give the authority's root certificate, -----BEGIN CERTIFICATE-----"
            raise UsageError(Problem(message="an authority's certificate is no PEM", hint=hint)) from None
    return found


def _words(message: str) -> str:
    """Return a library's message as words of ours; what is not known is shortened to its beginning."""
    if "Mismatch between messages" in message:
        return "it is over other data"
    if "certificate has expired" in message:
        return "the authority's certificate had ended at that time"
    if "not yet valid" in message:
        return "the authority's certificate had not begun at that time"
    if "local issuer" in message or "get issuer" in message or "self-signed" in message or "self signed" in message:
        return "no trusted authority made it"
    if "EKU" in message or "purpose" in message:
        return "its certificate is not for timestamps alone (extended key usage timeStamping, critical)"
    if "Error while verifying certificates" in message:
        return "its signature does not verify"
    return _printable(message)


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text[:200])


def _library() -> Any:
    try:
        import rfc3161_client
    except ImportError:
        message = "timestamps need limen[evidence]: rfc3161-client is missing"
        raise UsageError(Problem(message=message, hint="pip install 'limen[evidence]'")) from None
    return rfc3161_client
