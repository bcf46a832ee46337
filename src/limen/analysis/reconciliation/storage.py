"""What the storage probe's facts say of claims about media.

S3's AES256 and aws:kms are AES-256-GCM (Amazon S3 User Guide, "Protecting data with server-side encryption"), EBS is
AES-256-XTS (AWS KMS Cryptographic Details, "Amazon EBS volume encryption"); RDS, DynamoDB and EFS tell AES-256 and no
mode, which confirms no mode and contradicts another key size only.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET

from limen.analysis.kinds.observed_storage import StorageFacts
from limen.analysis.reconciliation.agreement import Agreement

_STRENGTHS = (
    "none", "3DES", "AES-128-CBC", "AES-128-XTS", "AES-128-GCM", "ChaCha20-Poly1305", "AES-256-CBC", "AES-256-XTS",
    "AES-256-GCM",
)  # fmt: skip
"""Algorithms for media from the weakest, in the order of `limen.testing.declaration_orders`."""
_MODELESS = "AES-256"
"""What some providers tell: the mode is not known."""


def algorithm(declared: str, seen: Sequence[StorageFacts]) -> Agreement | None:
    """Return the weakest algorithm that was seen beside the declared one; None where none was."""
    found = [value for one in seen for value in (one.seal.algorithm, one.seal.effective) if value is not UNSET]
    if not found or declared not in _STRENGTHS:
        return None
    weakest = min(found, key=_strength)
    if weakest == _MODELESS and _strength(declared) > _STRENGTHS.index("AES-256-CBC"):
        return None  # it may be that mode, or a weaker one
    return Agreement(observed=weakest, agrees=_strength(weakest) >= _strength(declared))


def _strength(name: str) -> int:
    """Return the rank of an algorithm, that of the weakest mode where none is told, -1 for what nobody knows."""
    if name == _MODELESS:
        return _STRENGTHS.index("AES-256-CBC")
    return _STRENGTHS.index(name) if name in _STRENGTHS else -1


def key(declared: str, seen: Sequence[StorageFacts]) -> Agreement | None:
    """Return the key that was seen beside the declared one, another one first; None where none was."""
    found = [one.seal.key for one in seen if one.seal.key is not UNSET]
    if not found:
        return None
    other = next((name for name in found if name != declared), None)
    return Agreement(observed=declared if other is None else other, agrees=other is None)


CLAIMS = {"at_rest.algorithm": algorithm, "at_rest.key": key}
"""By the path of the claim."""
