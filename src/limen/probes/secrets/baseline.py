"""A baseline: what an earlier run found, so that only what is new is a finding."""

from __future__ import annotations

from pathlib import Path

import msgspec

from limen.probes.allowances import AllowList
from limen.probes.interface import AttemptError
from limen.probes.secrets.record import Found, SearchRecord


def load_known(path: Path | None, key_id: str) -> frozenset[tuple[str, str]]:
    """Return pattern and digest of what an earlier run recorded in its secrets.json.

    Raises AttemptError where the file is none, or was recorded under another key.
    """
    if path is None:
        return frozenset()
    try:
        record = msgspec.json.decode(path.read_bytes(), type=SearchRecord)
    except OSError as error:
        raise AttemptError(f"the baseline {path.name} can't be read: {type(error).__name__}") from None
    except (msgspec.MsgspecError, RecursionError) as error:
        raise AttemptError(f"{path.name} is no secrets.json of an earlier run: {error}") from None
    if record.key == "random" or record.key != key_id:
        raise AttemptError(
            f"{path.name} was recorded under another key: record it, and search, with the same `credential`"
        )
    return frozenset((one.pattern, one.digest) for one in record.found)


def excused(found: Found, allowed: AllowList, known: frozenset[tuple[str, str]]) -> Found:
    """Return a finding with its excuse."""
    if allowed.excuses(found.pattern, found.path, found.digest):
        return msgspec.structs.replace(found, excuse="allowed")
    if (found.pattern, found.digest) in known:
        return msgspec.structs.replace(found, excuse="known")
    return found
