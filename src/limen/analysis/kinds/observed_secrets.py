"""What the secrets probe observes: each secret that it found, and what the search covered. Never a secret itself."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from limen.analysis.kinds.common import Part


class FoundSecret(Part, frozen=True, kw_only=True):
    """One secret at one place."""

    rule: Annotated[str, Meta(description="Id of the pattern that found it, such as github-token.")]
    provider: Annotated[
        str, Meta(description="Whose secret it is, such as GitHub; generic where nobody's in particular.")
    ]
    excuse: Annotated[
        str,
        Meta(description="none, allowed (the allow-list gives a reason) or known (the baseline lists it)."),
    ]
    place: Annotated[str, Meta(description="tree (what is there today) or history (only in what was committed once).")]
    layers: Annotated[int, Meta(description="How many encodings and archives were around it.")]
    length: Annotated[int, Meta(description="Length of the secret in characters; 0 where another tool found it.")]
    entropy: Annotated[
        int, Meta(description="Its Shannon entropy, hundredths of a bit a character; 0 where another tool found it.")
    ]
    copies: Annotated[int, Meta(description="At how many places the same secret was found, this one included.")]
    tool: Annotated[str, Meta(description="Who found it: limen, or the tool whose results were read.")]


class SecretsScan(Part, frozen=True, kw_only=True):
    """What the search covered, and what it did not."""

    files: Annotated[int, Meta(description="Files that were searched, those in archives and in the history included.")]
    size: Annotated[int, Meta(description="Bytes that were searched.")]
    history: Annotated[bool, Meta(description="Whether every commit was searched, too.")]
    commits: Annotated[int, Meta(description="Commits that were searched; 0 without history.")]
    found: Annotated[int, Meta(description="Secrets that were found, excused ones included.")]
    excused: Annotated[int, Meta(description="Those of them that the allow-list or the baseline excuses.")]
    unused_allowances: Annotated[int, Meta(description="Entries of the allow-list that match nothing.")]
    unscanned: Annotated[int, Meta(description="Files and objects that were not searched.")]
    reasons: Annotated[tuple[str, ...], Meta(description="Why they were not, sorted.")]
    complete: Annotated[
        bool | UnsetType, Meta(description="Whether all was searched; absent where anything was not.")
    ] = UNSET
    in_ci: Annotated[
        bool | UnsetType,
        Meta(
            description="Whether a pipeline in the repository searches each change; absent where none was recognised."
        ),
    ] = UNSET


class SecretsFacts(Part, frozen=True, kw_only=True):
    """Either a secret that was found, or the search as a whole."""

    what: Annotated[str, Meta(description="secret or scan.")]
    secret: Annotated[FoundSecret | UnsetType, Meta(description="The secret; absent for a scan.")] = UNSET
    scan: Annotated[SecretsScan | UnsetType, Meta(description="The search; absent for a secret.")] = UNSET
