"""What is recorded of a search: places, numbers and digests. Never a secret, never a line of a file."""

from __future__ import annotations

from typing import Literal

import msgspec

from limen.probes.tally import Unscanned

FORMAT = "limen-secrets-1"
MOST_FOUND = 20_000
"""Secrets beyond which the rest is only counted."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One secret at one place."""

    pattern: str
    """Id of the pattern, or of the other tool's rule."""
    provider: str
    path: str
    """Path from the target, as text; `archive.zip!member` within an archive, `commit message` for that of a commit."""
    line: int
    """From 1; 0 where another tool does not say. Within an encoding: where the encoded text begins."""
    column: int
    """In bytes, from 1."""
    commit: str = ""
    """The commit that brought it; empty for what is there today."""
    layers: tuple[str, ...] = ()
    """Archives and encodings around it, the outermost first: zip, gzip, base64, hex, url and so on."""
    length: int
    """Bytes of the secret."""
    entropy: float
    """Bits a byte, to two places."""
    digest: str
    """HMAC-SHA-256 of the secret under the key that `key` names: equal digests are equal secrets."""
    tool: str = "limen"
    excuse: Literal["none", "allowed", "known"] = "none"


class SearchRecord(msgspec.Struct, frozen=True, kw_only=True):
    """All that was recorded of one search."""

    format: Literal["limen-secrets-1"] = "limen-secrets-1"
    sort: Literal["repository", "folder", "file"]
    """What the target is; of a repository, what git ignores is left out unless `ignored` says otherwise."""
    ignored: bool
    history: bool
    patterns: int
    """Patterns that it was searched with."""
    patterns_sha256: str
    """SHA-256 over the patterns, as JSON."""
    key: str
    """Id of the key of the digests, or `random`: a key of this run alone, which nobody kept."""
    files: int
    size: int
    """Bytes that were searched."""
    commits: int
    found: tuple[Found, ...]
    dropped: int
    """Secrets beyond the first `MOST_FOUND`."""
    unscanned: tuple[Unscanned, ...]
    excluded: tuple[Unscanned, ...]
    """What the allow-list says need not be searched, by its reason."""
    unused_allowances: tuple[int, ...]
    """Places in the allow-list, from 1, of entries that match nothing."""
    pipelines: tuple[str, ...]
    """Files of pipelines that were read."""
    in_ci: bool | None
    """Whether a pipeline searches each change; None where none was recognised that does."""
