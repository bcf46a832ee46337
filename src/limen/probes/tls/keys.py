"""How strong public keys are, and what their pins are. Pure."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

_RSA = ((15360, 256), (7680, 192), (3072, 128), (2048, 112), (1024, 80))
"""SP 800-57 Part 1 Rev. 5, table 2: bits of an RSA, DSA or DH modulus, and bits of security."""
_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


def kind(key: Any) -> tuple[str, int | None]:
    """Return kind and size of a public key, and its bits of security; None of a kind that we can't judge."""
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA-{key.key_size}", modulus_strength(key.key_size)
    if isinstance(key, dsa.DSAPublicKey):
        return f"DSA-{key.key_size}", modulus_strength(key.key_size)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"ECDSA-{_CURVES.get(key.curve.name, key.curve.name)}", min(256, key.curve.key_size // 2)
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "Ed25519", 128
    if isinstance(key, ed448.Ed448PublicKey):
        return "Ed448", 224
    name = type(key).__name__
    return ("ML-DSA", 128) if name.startswith("MLDSA") else (name, None)


def modulus_strength(bits: int) -> int:
    """Return the bits of security of a modulus: those of the next smaller one that the table has, 0 below it."""
    return next((strength for least, strength in _RSA if bits >= least), 0)


def pin(certificate: Any) -> str:
    """Return the pin of a certificate's key: sha256/ and the Base64 of its digest (RFC 7469, 2.4)."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    der = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return "sha256/" + base64.b64encode(hashlib.sha256(der).digest()).decode()


def signed(key: Any, scheme: int | None, signature: bytes, content: bytes) -> bool | None:
    """Return whether a TLS signature over content verifies; None for a scheme that we can't verify.

    `scheme` None is TLS 1.1 and earlier: MD5 and SHA-1 together for RSA, SHA-1 for ECDSA and DSA (RFC 4346, 7.4.3).
    """
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa

    named: dict[int, Any] = {2: hashes.SHA1, 3: hashes.SHA224, 4: hashes.SHA256, 5: hashes.SHA384, 6: hashes.SHA512}
    pss: dict[int, Any] = {4: hashes.SHA256, 5: hashes.SHA384, 6: hashes.SHA512}
    try:
        if isinstance(key, (ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)):
            key.verify(signature, content)
        elif isinstance(key, rsa.RSAPublicKey) and scheme is None:
            digests = hashlib.md5(content, usedforsecurity=False).digest()
            digests += hashlib.sha1(content, usedforsecurity=False).digest()
            return key.recover_data_from_signature(signature, padding.PKCS1v15(), None) == digests
        elif isinstance(key, rsa.RSAPublicKey) and scheme is not None:
            if scheme >> 8 == 8:
                chosen = pss[scheme & 15] if scheme & 15 < 9 else list(pss.values())[(scheme & 15) - 9]
                pad: Any = padding.PSS(padding.MGF1(chosen()), padding.PSS.DIGEST_LENGTH)
            else:
                chosen, pad = named[scheme >> 8], padding.PKCS1v15()
            key.verify(signature, content, pad, chosen())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            chosen = hashes.SHA1 if scheme is None else named[scheme >> 8] if scheme >> 8 < 8 else hashes.SHA384
            key.verify(signature, content, ec.ECDSA(chosen()))
        else:
            return None
    except InvalidSignature:
        return False
    except (KeyError, IndexError, UnsupportedAlgorithm, ValueError, TypeError):
        return None
    return True
