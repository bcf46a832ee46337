"""What the code probe observes: each place that a code rule found, and what was analysed. Never the code itself."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from limen.analysis.kinds.common import Part


class CodeFinding(Part, frozen=True, kw_only=True):
    """One place in the code that a rule found."""

    rule: Annotated[str, Meta(description="Id of the rule, such as sensitive-data-logged.")]
    category: Annotated[
        str,
        Meta(
            description="plaintext_logging, literal_key, unverified_tls, missing_aad, weak_cipher, misdeclared_cipher, "
            "homemade_cipher, weak_random, default_secret, or other (a rule of somebody else)."
        ),
    ]
    language: Annotated[str, Meta(description="Language of the file, by its name's ending; other where unknown.")]
    excuse: Annotated[str, Meta(description="none, or allowed (the allow-list gives a reason).")]
    tool: Annotated[str, Meta(description="Who found it: limen, or the tool whose results were read.")]


class CodeScan(Part, frozen=True, kw_only=True):
    """What was analysed, and what was not."""

    files: Annotated[int, Meta(description="Files that were analysed.")]
    rules: Annotated[int, Meta(description="Rules that they were analysed with.")]
    found: Annotated[int, Meta(description="Places that were found, excused ones included.")]
    unused_allowances: Annotated[int, Meta(description="Entries of the allow-list that match nothing.")]
    unscanned: Annotated[int, Meta(description="Files that were not analysed, or only in part.")]
    reasons: Annotated[tuple[str, ...], Meta(description="Why they were not, sorted.")]
    complete: Annotated[
        bool | UnsetType, Meta(description="Whether all was analysed; absent where anything was not.")
    ] = UNSET


class CodeFacts(Part, frozen=True, kw_only=True):
    """Either a place that was found, or the analysis as a whole."""

    what: Annotated[str, Meta(description="finding or scan.")]
    finding: Annotated[CodeFinding | UnsetType, Meta(description="The place; absent for a scan.")] = UNSET
    scan: Annotated[CodeScan | UnsetType, Meta(description="The analysis; absent for a place.")] = UNSET
