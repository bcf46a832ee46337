"""OCSP answers that a server staples to its certificate (RFC 6066, 8; RFC 6960). Pure."""

from __future__ import annotations

from typing import Any

STATES = ("revoked", "invalid", "unknown", "none", "good")
"""From the worst to the best: invalid can't be read, is for another certificate, out of date or not signed rightly."""


def state(staple: bytes, leaf: Any, issuer: Any, at: int) -> str:
    """Return what a staple says of a certificate at a time, in seconds since 1970."""
    from cryptography.x509 import ocsp

    if not staple:
        return "none"
    if leaf is None:
        return "unknown"
    try:
        answer = ocsp.load_der_ocsp_response(staple)
        if (
            answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL
            or answer.serial_number != leaf.serial_number
        ):
            return "invalid"
        until = answer.next_update_utc
        if answer.this_update_utc.timestamp() > at + 300 or (until is not None and until.timestamp() < at):
            return "invalid"
        if issuer is None:
            return "unknown"
        if not _signed(answer, issuer):
            return "invalid"
        return {ocsp.OCSPCertStatus.GOOD: "good", ocsp.OCSPCertStatus.REVOKED: "revoked"}.get(
            answer.certificate_status, "unknown"
        )
    except Exception:  # noqa: BLE001 - whatever a parser of hostile bytes raises
        return "invalid"


def _signed(answer: Any, issuer: Any) -> bool:
    """Return whether the certificate's issuer, or whom it delegated, signed the answer."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.x509.oid import ExtendedKeyUsageOID

    signer = issuer
    for one in answer.certificates:
        try:
            one.verify_directly_issued_by(issuer)
            usage = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        except (InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
            continue
        if ExtendedKeyUsageOID.OCSP_SIGNING in usage:
            signer = one
            break
    try:
        return _verifies(signer.public_key(), answer)
    except InvalidSignature:
        return False


def _verifies(key: Any, answer: Any) -> bool:
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    used, body, signature = answer.signature_hash_algorithm, answer.tbs_response_bytes, answer.signature
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, body, padding.PKCS1v15(), used)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, body, ec.ECDSA(used))
    else:
        key.verify(signature, body)
    return True
