"""A trial of a bucket's lock: an object of the probe's own, locked for seconds, that one tries to get rid of.

A refusal alone proves nothing: it may be for want of permission. So each attempt is repeated when the lock is over,
and counts as refused only where it is allowed then. That also leaves nothing behind.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from msgspec import UNSET

from limen.adapters.object_stores.store import StoreAnswer
from limen.probes.interface import AttemptError, Context, Target
from limen.probes.storage.asking import Asker
from limen.probes.storage.places import Place

LOCKED = 8.0
"""Seconds that the probe's objects are locked."""
IN_TIME = LOCKED - 1.5
"""Seconds after writing until which a step certainly met the lock: servers tell their time in whole seconds."""
TAKES = 2 * LOCKED + 4
"""Seconds that a trial may take."""
_BYPASS: dict[str, Any] = {"BypassGovernanceRetention": True}
NO_LOCK = frozenset({"ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration"})
"""What stores say where a bucket has no object lock."""
_CONTENT = b"limen storage probe: a test object without meaning; it is deleted when its lock is over\n"
_LEFT = "limen-probe-"
"""How the names of the probe's own objects begin."""


def try_lock(target: Target, place: Place, context: Context) -> dict[str, Any]:
    """Return what each step of the trial was answered; raises AttemptError where the server is lost."""
    prefix = "" if target.options.test_prefix is UNSET else target.options.test_prefix.strip("/")
    if not prefix:
        raise AttemptError("the option test_prefix names no prefix")
    asker = Asker(target, place, context)
    if context.remaining() < TAKES:
        return {"unproven": f"a trial takes {TAKES:g} seconds; --timeout gives it more", "steps": {}, "at": {}}
    trial = _Trial(asker, place.name, f"{prefix}/{_LEFT}{secrets.token_hex(8)}")
    trial.clear(prefix)
    try:
        trial.run()
    finally:
        trial.end()
    return {"mode": trial.mode, "steps": asker.answers, "at": trial.at}


class _Trial:
    """One trial; its steps are the asker's answers."""

    def __init__(self, asker: Asker, bucket: str, key: str) -> None:
        self.asker, self.bucket, self.key = asker, bucket, key
        self.version = ""
        self.mode = ""
        self.bypasses = False
        """Whether the lock gave way to a request to bypass it."""
        self.at: dict[str, float] = {}
        """Seconds after writing at which each step was answered."""
        self._written = 0.0

    def run(self) -> None:
        """Write, lock, try, wait, and try again."""
        lock = self.asker.ask("configuration", "get_object_lock_configuration", Bucket=self.bucket)
        if lock.code and not (lock.unsupported or lock.code in NO_LOCK):
            return  # an object without an end of its own would be locked by the bucket's default, for years
        configured = lock.content.get("ObjectLockConfiguration", {})
        rule = configured.get("Rule", {}).get("DefaultRetention", {}) if isinstance(configured, dict) else {}
        self.mode = str(rule.get("Mode") or "COMPLIANCE")
        until = self._server_time() + timedelta(seconds=LOCKED)
        locked = {"ObjectLockMode": self.mode, "ObjectLockRetainUntilDate": until} if not lock.code else {}
        self._written = time.monotonic()
        written = self.put("put", **locked)
        if written.code:
            return
        self.version = str(written.content.get("VersionId") or "")
        self.step("head", "head_object", Bucket=self.bucket, Key=self.key, **self._which())
        if not locked or not self.version:
            self.delete("unlocked_delete")
            return
        # Back to an end that is still to come: whether that is refused is seen, and the lock stays on either way.
        self.retain("lengthen", until + timedelta(seconds=2))
        self.retain("shorten", until + timedelta(seconds=1))
        self.delete("delete")
        if self.look("after_delete").code:
            self.version = ""
            return
        self.delete("bypass", **_BYPASS)
        if self.look("after_bypass").code:  # whoever may bypass can also show that a legal hold does not give way
            self.bypasses = True
            self.version = str(self.put("second_put", **locked).content.get("VersionId") or "")
        else:
            self._wait_until(until + timedelta(seconds=3))
        if self.version:
            self.hold("hold", "ON")
            self.delete("held_delete", **(_BYPASS if self.bypasses else {}))
            self.look("after_held_delete")

    def end(self) -> None:
        """Take away what is left, which also proves that it could have been taken away but for the lock."""
        if self.version:
            self.hold("release", "OFF")
            self.delete("free_delete", **(_BYPASS if self.bypasses else {}))
            self.look("after_free_delete")

    def step(self, name: str, operation: str, **parameters: Any) -> StoreAnswer:
        """Ask one step, and note when it was answered."""
        answer = self.asker.ask(name, operation, **parameters)
        self.at[name] = round(time.monotonic() - self._written, 3)
        return answer

    def put(self, step: str, **lock: Any) -> StoreAnswer:
        """Write the object."""
        return self.step(
            step,
            "put_object",
            Bucket=self.bucket,
            Key=self.key,
            Body=_CONTENT,
            ChecksumAlgorithm="SHA256",
            ChecksumSHA256=base64.b64encode(hashlib.sha256(_CONTENT).digest()).decode(),
            **lock,
        )

    def retain(self, step: str, until: datetime) -> None:
        """Set another end of its retention."""
        retention = {"Mode": self.mode, "RetainUntilDate": until}
        self.step(step, "put_object_retention", Bucket=self.bucket, Key=self.key, **self._which(), Retention=retention)

    def hold(self, step: str, status: str) -> None:
        """Put it under a legal hold, or take that off."""
        self.step(
            step,
            "put_object_legal_hold",
            Bucket=self.bucket,
            Key=self.key,
            **self._which(),
            LegalHold={"Status": status},
        )

    def delete(self, step: str, **named: Any) -> None:
        """Delete the version."""
        self.step(step, "delete_object", Bucket=self.bucket, Key=self.key, **self._which(), **named)

    def look(self, step: str) -> StoreAnswer:
        """Look whether the version is still there: stores say 204 of what was never there, too."""
        return self.step(step, "head_object", Bucket=self.bucket, Key=self.key, **self._which())

    def clear(self, prefix: str) -> None:
        """Delete what an interrupted trial left, whose lock is long over."""
        listed = self.asker.ask(
            "left", "list_object_versions", Bucket=self.bucket, Prefix=f"{prefix}/{_LEFT}", MaxKeys=50
        )
        for kind in ("Versions", "DeleteMarkers"):
            for one in listed.content.get(kind) or ():
                if isinstance(one, dict) and str(one.get("Key", "")).startswith(f"{prefix}/{_LEFT}"):
                    named = {"Key": str(one["Key"]), "VersionId": str(one.get("VersionId") or "null")}
                    self.asker.ask("left_delete", "delete_object", Bucket=self.bucket, **named)
        self.asker.answers.pop("left", None)
        self.asker.answers.pop("left_delete", None)

    def _which(self) -> dict[str, str]:
        return {"VersionId": self.version} if self.version else {}

    def _server_time(self) -> datetime:
        try:
            return parsedate_to_datetime(self.asker.date).astimezone(UTC)
        except (TypeError, ValueError):
            return datetime.now(UTC)

    def _wait_until(self, moment: datetime) -> None:
        """Wait until the server's clock says so, which may run apart from ours."""
        ahead = self._server_time() - datetime.now(UTC)
        left = (moment - datetime.now(UTC) - ahead).total_seconds()
        time.sleep(min(max(left, 0.0), 2.0 * LOCKED))
