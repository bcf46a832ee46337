"""What is accepted of what content probes find: an allow-list, a YAML file with a reason for each entry."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from limen.probes.interface import AttemptError

_EVERYTHING = re.compile(r"[*/?]*")


class Allowance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of the allow-list: what it names, all of it, is accepted."""

    reason: str
    """Why, for people; never empty."""
    rule: str | None = None
    """Id of the pattern or code rule."""
    path: str | None = None
    """Path from the target as it is reported, with `*` within a folder's name, `**` over folders; what lies in
    an archive is `a.zip!b`."""
    digest: str | None = None
    """HMAC of a secret under the declared key."""
    unscanned: bool = False
    """Whether it is files that need not be searched, rather than secrets, that are accepted."""
    until: datetime.date | None = None
    """The last day on which it holds."""


class _AllowFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal["limen-allow-1"]
    allow: tuple[Allowance, ...]


class AllowList:
    """Entries that excuse what they name, and know whether they ever did."""

    def __init__(self, entries: tuple[Allowance, ...], now: int) -> None:
        """Hold the entries at a time in seconds since 1970; raises AttemptError where one has no reason or no limit."""
        today = datetime.datetime.fromtimestamp(now, datetime.UTC).date()
        self._entries: list[tuple[int, Allowance, re.Pattern[str] | None]] = []
        for number, entry in enumerate(entries, 1):
            where = f"entry {number} of the allow-list"
            if not entry.reason.strip():
                raise AttemptError(f"{where} has no reason")
            if entry.digest is None and (entry.path is None or _EVERYTHING.fullmatch(entry.path)):
                raise AttemptError(f"{where} would accept everything: it needs a path or a digest")
            if entry.unscanned and (entry.rule or entry.digest or not entry.path):
                raise AttemptError(f"{where} is of files that are not searched: it has a path, no rule and no digest")
            if entry.until is None or entry.until >= today:
                self._entries.append((number, entry, None if entry.path is None else _glob(entry.path)))
        self._all = tuple(range(1, len(entries) + 1))
        self._used: set[int] = set()

    def excuses(self, rule: str, path: str, digest: str = "") -> bool:
        """Return whether a finding is accepted."""
        found = [number for number, entry, glob in self._entries
                 if not entry.unscanned and entry.rule in (None, rule) and entry.digest in (None, digest)
                 and (glob is None or glob.fullmatch(path))]  # fmt: skip
        self._used.update(found)
        return bool(found)

    def skips(self, path: str) -> bool:
        """Return whether a file need not be searched."""
        found = [n for n, entry, glob in self._entries if entry.unscanned and glob is not None and glob.fullmatch(path)]
        self._used.update(found)
        return bool(found)

    def unused(self) -> tuple[int, ...]:
        """Return the places of entries that matched nothing, those whose time is over among them."""
        return tuple(number for number in self._all if number not in self._used)


def load_allowances(path: Path | None, now: int) -> AllowList:
    """Return the allow-list of a file, or an empty one; raises AttemptError where it is none."""
    if path is None:
        return AllowList((), now)
    try:
        read: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        entries = msgspec.convert(read, _AllowFile).allow
    except (OSError, UnicodeDecodeError) as error:
        raise AttemptError(f"the allow-list {path.name} can't be read: {type(error).__name__}") from None
    except (yaml.YAMLError, msgspec.ValidationError, RecursionError, ValueError) as error:
        raise AttemptError(f"{path.name} is no allow-list: {' '.join(str(error).split())}") from None
    return AllowList(entries, now)


def _glob(pattern: str) -> re.Pattern[str]:
    """Return a path pattern as a regular expression: `**` stands for any folders, `*` and `?` stay within one."""
    out = ""
    for part in re.split(r"(\*\*/|\*\*|\*|\?)", pattern):
        out += {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(part, re.escape(part))
    return re.compile(out, re.DOTALL)
