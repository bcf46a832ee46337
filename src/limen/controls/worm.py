"""Write once, read many: an object store whose lock nobody lifts before its time, not even who owns it.

Every object is put with a retention in COMPLIANCE mode, read back, and its lock is read back, too: a store that takes a
lock and does not show it has none. Serves NIST SP 800-53 AU-9(3), AU-11 and CP-9, 17 CFR 240.17a-4(f) and 21 CFR
11.10(c).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from limen.adapters.object_stores.store import ObjectStore, ObjectStoreError, StoreAnswer
from limen.errors import UnassessedError

MOST = 1 << 30
"""Bytes of an object; longer segments are cut smaller."""
_PIECE = 1 << 22
"""Bytes that are read at once: below what one answer may hold."""


class WormError(UnassessedError):
    """An object is not kept as it must be: not there, not what was put, or not locked for long enough."""


class Kept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of one object, as it was put."""

    key: str
    version: str
    sha256: str
    bytes: int
    until: str
    """Until when it is locked; UTC."""


class WormStore:
    """A bucket with object lock."""

    def __init__(self, store: ObjectStore, bucket: str, prefix: str = "") -> None:
        """Keep where."""
        self._store, self._bucket, self._prefix = store, bucket, prefix

    def put(self, name: str, content: bytes, until: datetime) -> Kept:
        """Put an object, locked until then; return it after content and lock were read back.

        Raises WormError where it is not kept as it must be.
        """
        if len(content) > MOST:
            raise WormError(f"an object of {len(content)} bytes is too large to be put at once: cut segments smaller")
        digest = hashlib.sha256(content)
        answer = self._asked(
            "put_object",
            Key=self._prefix + name,
            Body=content,
            ChecksumAlgorithm="SHA256",
            ChecksumSHA256=base64.b64encode(digest.digest()).decode(),
            ObjectLockMode="COMPLIANCE",
            ObjectLockRetainUntilDate=until.astimezone(UTC).replace(microsecond=0),
        )
        version = answer.content.get("VersionId")
        if not isinstance(version, str) or not version or version == "null":
            raise WormError("the object store gives no versions: its bucket needs versioning and object lock")
        kept = Kept(
            key=self._prefix + name,
            version=version,
            sha256=digest.hexdigest(),
            bytes=len(content),
            until=until.astimezone(UTC).replace(microsecond=0).isoformat(),
        )
        self.check(kept)
        return kept

    def check(self, kept: Kept) -> None:
        """Raise WormError where an object's content or lock is not what it was when it was put."""
        made, size = hashlib.sha256(), 0
        for piece in self.pieces(kept):
            made.update(piece)
            size += len(piece)
        if (made.hexdigest(), size) != (kept.sha256, kept.bytes):
            raise WormError("an object is not what was put")
        answer = self._asked("get_object_retention", Key=kept.key, VersionId=kept.version)
        found = answer.content.get("Retention", {})
        try:
            until = datetime.fromisoformat(str(found["RetainUntilDate"]))
            locked = found["Mode"] == "COMPLIANCE" and until >= datetime.fromisoformat(kept.until)
        except (KeyError, ValueError, TypeError):
            locked = False
        if not locked:
            raise WormError("an object is not locked in COMPLIANCE mode for as long as it was put for")

    def pieces(self, kept: Kept) -> Iterator[bytes]:
        """Yield the content of an object; raises WormError where it can't be read."""
        for start in range(0, kept.bytes, _PIECE):
            end = min(kept.bytes, start + _PIECE)
            answer = self._asked("get_object", Key=kept.key, VersionId=kept.version, Range=f"bytes={start}-{end - 1}")
            piece = str(answer.content.get("Body", "")).encode("latin-1")
            if len(piece) != end - start:
                raise WormError("an object is shorter than what was put")
            yield piece

    def remove(self, kept: Kept) -> None:
        """Delete a version whose lock is over; raises WormError where the store refuses."""
        self._asked("delete_object", Key=kept.key, VersionId=kept.version)

    def _asked(self, operation: str, **parameters: object) -> StoreAnswer:
        try:
            answer = self._store.ask(operation, Bucket=self._bucket, **parameters)
        except ObjectStoreError as error:
            raise WormError(f"the object store: {error.reason}") from None
        if answer.code or answer.status >= 300:
            raise WormError(f"the object store refuses {operation}: {answer.code or answer.status}")
        return answer
