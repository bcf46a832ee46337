"""What every object store is to limen: something that is asked operations, and answers or refuses."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from limen.errors import UnassessedError


class ObjectStoreError(UnassessedError):
    """No answer could be had from a store; says why, without a secret."""

    def __init__(self, reason: str, *, again: bool = False) -> None:
        """Keep the reason; `again` says that another try may succeed."""
        super().__init__(reason)
        self.reason = reason
        self.again = again


class StoreAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a store answered to one operation: what was asked for, or its refusal."""

    status: int
    """HTTP status."""
    code: str = ""
    """The store's own word for a refusal, such as AccessDenied or NoSuchBucketPolicy; empty where it did as asked."""
    content: dict[str, Any] = {}
    """What was asked for, as JSON knows it; times are ISO 8601."""
    root: str = ""
    """Name of the outermost XML element of the answer, which tells an empty answer from one of something else."""

    @property
    def denied(self) -> bool:
        """Whether the store says that the asker may not know or do that."""
        return self.code in DENIALS or (bool(self.code) and self.status in (401, 403))

    @property
    def unsupported(self) -> bool:
        """Whether the store says that it knows no such operation."""
        return self.code in ("NotImplemented", "MethodNotAllowed", "UnsupportedOperation") or self.status == 501


DENIALS = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AllAccessDisabled"})
"""Refusals for want of permission."""
WRONG_CREDENTIALS = frozenset(
    {"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidClientTokenId", "AuthFailure", "ExpiredToken",
     "InvalidToken", "UnrecognizedClientException", "InvalidSecurity", "XAdminInvalidAccessKey"}
)  # fmt: skip
"""Refusals of the credential itself."""
THROTTLED = frozenset(
    {"SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequests", "ServiceUnavailable",
     "InternalError", "RequestTimeout", "Busy"}
)  # fmt: skip
"""Refusals that another try may not meet."""


class ObjectStore(Protocol):
    """A store of objects in buckets, under S3's names of operations and parameters, in snake case."""

    def ask(self, operation: str, /, **parameters: Any) -> StoreAnswer:
        """Ask one operation, such as get_bucket_policy; a refusal is an answer.

        Raises ObjectStoreError where there is no answer, or the credential itself is refused, or it throttles.
        """
