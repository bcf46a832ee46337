"""Checkpoints: how far a run came, so that the next one verifies only what is new or was not reached.

What was verified before is not believed to be still there: each piece is digested again, which takes a fraction of the
time, and one that differs has the whole ledger verified from its beginning. A checkpoint is made for one way of
verifying: with other keys, another tenant or another recipe it counts for nothing. Who can write it can make a run
believe that records were verified; it belongs with whoever probes, not with the ledger.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path

import msgspec

from limen.integrity.canonical import canonical
from limen.integrity.chains import Stretch
from limen.probes.interface import AttemptError
from limen.probes.ledger.work import Setting

_MOST = 1 << 28
"""Bytes of a checkpoint that is read: the digests of about 100 terabytes."""
_DOMAIN = b"limen-checkpoint-v1\0"


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """A piece that was verified."""

    start: int
    end: int
    digest: str
    """SHA-256 of its text, 64 hex digits."""


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """How far a run came."""

    version: int = 1
    endpoint: str
    setting: str
    """Digest of how it was verified, under each key."""
    checked: dict[str, str] = {}
    """Anchored heads within what was verified, by length: others may have come since."""
    pieces: tuple[Verified, ...] = ()
    ledger: Stretch
    """All that was verified, joined."""
    length: int = 0
    """Records of the whole ledger when a run last reached its end; 0 where none did."""
    head: str = ""
    """Hash of the last of them."""
    begin: int = 0
    """Records before the first, which the ledger's witness signed as a base."""
    begin_head: str = ""
    """Hash of the last of them; empty where there are none."""


def digest(setting: Setting) -> str:
    """Return what tells one way of verifying from another; says nothing of the keys to who does not hold them."""
    expected = setting.expected
    content = {
        "tenant": expected.tenant,
        "strict": expected.strict,
        "recipe": None if setting.recipe is None else msgspec.to_builtins(setting.recipe),
        "keys": {name: hmac.digest(key, _DOMAIN, "sha256").hex() for name, key in setting.keys.items()},
    }
    return hashlib.sha256(_DOMAIN + canonical(content)).hexdigest()


def read(path: Path) -> Checkpoint | None:
    """Return the checkpoint in a file; None where there is none yet. Raises AttemptError where it can't be read."""
    try:
        if path.stat().st_size > _MOST:
            raise AttemptError(f"the checkpoint is larger than {_MOST:,} bytes; delete it to begin anew")
        return msgspec.json.decode(path.read_bytes(), type=Checkpoint)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AttemptError(f"the checkpoint can't be read: {error.strerror}") from None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise AttemptError("the checkpoint is damaged, or none; delete it to begin anew") from None


def write(path: Path, checkpoint: Checkpoint) -> None:
    """Put a checkpoint in place of the one before, whole or not at all; raises AttemptError where that fails."""
    temporary = path.with_name(path.name + ".new")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(checkpoint))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise AttemptError(f"the checkpoint can't be written: {error.strerror}") from None


def heads(setting: Setting, ledger: Stretch) -> dict[str, str]:
    """Return the anchored heads that a verified part was held against."""
    return {str(length): head for length, head in setting.expected.heads.items() if length <= ledger.records}


def behind(begin: Stretch) -> tuple[int, str]:
    """Return the number and the hash of the last record before a beginning; of record 1, 0 and nothing."""
    return begin.records, str(begin.last.hash) if begin.records and begin.last is not None else ""


def usable(checkpoint: Checkpoint, endpoint: str, setting: Setting, begin: Stretch) -> bool:
    """Return whether what a checkpoint says was verified as it would be now."""
    return (
        checkpoint.version == 1
        and checkpoint.endpoint == endpoint
        and checkpoint.setting == digest(setting)
        and (checkpoint.begin, checkpoint.begin_head) == behind(begin)
        and checkpoint.checked == heads(setting, checkpoint.ledger)
    )
