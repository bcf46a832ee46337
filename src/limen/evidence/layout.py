"""The files of a pack: their names, which of them are records, which are public, and the order of the tree.

What is not named here is no part of a pack, and a pack that holds it is refused: nothing may hide in one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

FORMAT = "limen-pack-1"
"""Name and version of the format."""

CORE = "core/"
ASSESSMENT = "core/assessment.json"
RULES = "core/rules.jsonl"
DECISIONS = "core/decisions.jsonl"
PUBLIC = (ASSESSMENT, RULES, DECISIONS)
"""The files whose leaves come first in the tree and can't be withheld, in their order."""
DETAILS = "core/details.jsonl"
SUBJECTS = "core/subjects.jsonl"
FINDINGS = "core/findings.jsonl"
CLAIMS = "core/claims.jsonl"
ATTEMPTS = "core/attempts.jsonl"
CROSSINGS = "core/crossings.jsonl"
WAIVERS = "core/waivers.jsonl"
RECORDS = (RULES, DECISIONS, DETAILS, SUBJECTS, FINDINGS, CLAIMS, ATTEMPTS, CROSSINGS, WAIVERS)
"""The files of which each line is a leaf."""
VANISHED = "core/vanished.json"
UNDECLARED = "core/undeclared.json"
APPROVALS = "core/approvals.json"
SENSITIVITY = "core/sensitivity.json"
NOTES = "core/notes.json"
DOCUMENTS = (ASSESSMENT, VANISHED, UNDECLARED, APPROVALS, SENSITIVITY, NOTES)
"""The files of core, inputs aside, that are one leaf each."""

INPUTS = "core/inputs/"
REQUEST = "core/inputs/request.json"
DECLARATION = "core/inputs/declaration/"
POLICIES = "core/inputs/policies/"
OWN = "core/inputs/own/"
INPUT_WAIVERS = "core/inputs/waivers.yaml"
INPUT_BASELINE = "core/inputs/baseline.json"
SIGNING = "core/inputs/signing.json"
PREVIOUS = "core/inputs/previous.json"
INPUT_SENSITIVITY = "core/inputs/sensitivity/"
OBSERVATIONS = "core/inputs/observations/"
RECORDING = "core/inputs/observations/run.json"

REPORTS = "reports/"
VERIFY = "VERIFY.md"
SUMS = "SHA256SUMS"
SECRET = "envelope/secret"  # noqa: S105 (a name)
RUN = "envelope/run.json"
LOG = "envelope/log.jsonl"
CHECKPOINT = "envelope/checkpoint.txt"
STATEMENT = "envelope/statement.json"
SIGNATURES = "envelope/signatures/"
MANIFESTATION = "envelope/signatures.pdf"
TIMESTAMPS = "envelope/timestamps/"
LEAVES = "envelope/leaves.jsonl"
REDACTION = "envelope/redaction.json"

ALWAYS = (VERIFY, ASSESSMENT, RULES, DECISIONS, RUN, LOG, CHECKPOINT, STATEMENT)
"""What every pack has."""
FULL = (SUMS, SECRET, *RECORDS, *DOCUMENTS, REQUEST)
"""What a full pack has besides."""
REDACTED = (LEAVES, REDACTION)
"""What a redacted pack has instead; either makes it one."""
CORE_SUBJECT = "core"
SUBJECTS_OF_STATEMENT = (CORE_SUBJECT, SUMS, VERIFY, RUN, LOG, CHECKPOINT)
"""What the Statement names, in this order: the root of the tree as `core`, and files."""

_REPORT = r"reports/(?:limen\.(?:html|json|jsonl|sarif|xml|md|txt|pdf|xlsx)|oscal-(?:plan|results|component)\.json)"
_INPUT = (
    r"core/inputs/(?:request\.json|waivers\.yaml|baseline\.json|signing\.json|previous\.json|sensitivity/[^/]+\.json"
    r"|(?:declaration|policies|own/[0-9]+)/.+|observations/(?:run\.json|SHA256SUMS|raw/[0-9a-f]{64}))"
)
_NUMBER = "(?!0000)[0-9]{4}"
"""Signatures and timestamps are numbered from 0001."""
_ENVELOPE = rf"envelope/(?:signatures/{_NUMBER}\.json|signatures\.pdf|timestamps/{_NUMBER}\.(?:json|tsr))"
_FIXED = frozenset((*ALWAYS, *FULL, *REDACTED))
_KNOWN = re.compile(f"(?:{_REPORT}|{_INPUT}|{_ENVELOPE})", re.DOTALL)
_LONGEST = 1000
"""Bytes of a path, and 255 of a part of one, beyond which systems differ in what they can hold."""
_ODD = frozenset('\\:*?"<>|')
"""Characters that mean something to a shell, to Windows or to sha256sum."""


def is_record_file(path: str) -> bool:
    """Return whether each line of a file of core is a leaf of its own."""
    return path.startswith(CORE) and path.endswith(".jsonl") and path.count("/") == 1


def tree_order(paths: Iterable[str]) -> list[str]:
    """Return the files of core among some paths in the order of the tree: the public ones, then by their bytes."""
    inside = {path for path in paths if path.startswith(CORE)}
    return [*(path for path in PUBLIC if path in inside), *sorted(inside.difference(PUBLIC), key=_bytes)]


def is_summed(path: str) -> bool:
    """Return whether SHA256SUMS names a file: all but itself and what is made after it."""
    return path not in {SUMS, STATEMENT, MANIFESTATION} and not path.startswith((SIGNATURES, TIMESTAMPS))


def is_known(path: str) -> bool:
    """Return whether the format has a file of this name."""
    return path in _FIXED or _KNOWN.fullmatch(path) is not None


def oddity(path: str) -> str:
    """Return what makes a path one that not every system can hold or that leads elsewhere, in words; empty if fine."""
    try:
        encoded = path.encode()
    except UnicodeEncodeError:
        return "its name is no UTF-8"
    parts = path.split("/")
    if path.startswith("/"):
        return "its name is absolute"
    if any(part in ("", ".", "..") for part in parts):
        return "its name has an empty part, '.' or '..'"
    if _ODD.intersection(path) or not path.isprintable():
        return "its name has a character that not every system can hold"
    if any(part != part.strip() or part.endswith(".") for part in parts):
        return "a part of its name begins or ends with a blank, or ends with a dot"
    if len(encoded) > _LONGEST or any(len(part.encode()) > 255 for part in parts):
        return "its name is too long"
    if unicodedata.normalize("NFC", path) != path:
        return "its name is not in Unicode's composed form (NFC)"
    return ""


def collisions(paths: Iterable[str]) -> list[str]:
    """Return the paths that systems which don't tell upper from lower case hold to be one that came before them.

    A path that lies within another one, as if that were a folder, collides with it too.
    """
    ordered = sorted(paths)
    seen: dict[str, str] = {}
    found = []
    for path in ordered:
        folded = path.casefold()
        if seen.setdefault(folded, path) != path:
            found.append(path)
    folders = {folded[:at]: path for folded, path in seen.items() for at in _slashes(folded)}
    return sorted({*found, *(seen[folder] for folder in folders.keys() & seen.keys())})


def _slashes(path: str) -> list[int]:
    return [at for at, character in enumerate(path) if character == "/"]


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
