"""Words and orders that several reports share."""

from __future__ import annotations

import re
from collections.abc import Iterable

from limen.records.assessment import Assessment, Finding
from limen.records.statuses import SEVERITIES
from limen.records.subjects import Step, percent_encoded

# Control characters, bidirectional controls and what is invisible: they fool terminals and readers of logs.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
# What Markdown, or GitHub after it, would take for markup. GitHub looks for mentions and issues in the rendered text,
# where an entity is a character again, so these get an invisible break behind them.
_MARKUP = re.compile(r"[\\*_\[\]~`<>&|$@#]|:(?=//)|(?<=www)\.|(?<=gh)-(?=\d)|^[-+=]", re.IGNORECASE)
_LIST = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
_BREAK = "&#8203;"
STATUS_WORDS = {
    "error": "error",
    "fail": "fail",
    "not_assessed": "not assessed",
    "pass": "pass",
    "not_applicable": "not applicable",
    "out_of_scope": "out of scope",
}


def printable(text: str) -> str:
    """Return text with control, bidirectional and invisible characters spelt out."""
    if text.isprintable():  # nothing unsafe is
        return text
    return _UNSAFE.sub(lambda found: spelt(ord(found[0])), text)


def spelt(code: int) -> str:
    r"""Return a code point as ``\uXXXX``, or ``\UXXXXXXXX`` beyond the first plane."""
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def spelt_json(content: bytes) -> bytes:
    r"""Return JSON with the same unsafe characters as ``\uXXXX``: it says the same, and harms no terminal."""
    if content.isascii() and b"\x7f" not in content:
        return content
    return _UNSAFE.sub(_json_escape, content.decode()).encode()


def _json_escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be")
    return "".join(f"\\u{units[n]:02x}{units[n + 1]:02x}" for n in range(0, len(units), 2))


def one_line(text: str) -> str:
    """Return printable text with all white space, newlines too, folded to single spaces."""
    if text.isprintable() and "  " not in text and text.strip() == text:  # as nearly all texts are
        return text
    return printable(" ".join(text.split()))


def markdown(text: str) -> str:
    """Return text on one line in which GitHub's Markdown sees no markup, mention, issue, link or border of a cell."""
    return _LIST.sub(r"\1\\\2", _MARKUP.sub(_plain, one_line(text)))


def _plain(found: re.Match[str]) -> str:
    character = found[0]
    if character in "*_[]~\\" or (character in "-+=" and found.start() == 0):
        return f"\\{character}"
    return f"&#{ord(character)};" + (_BREAK if character in "@#-" else "")


def anchor(text: str) -> str:
    """Return a name as part of a fragment: only RFC 3986's unreserved characters and percent-encoded bytes."""
    return percent_encoded(one_line(text))


def cut(text: str, most: int) -> str:
    """Return text with at most so many characters, with an ellipsis where something was left out."""
    return text if len(text) <= most else text[: max(1, most - 1)] + "…"


def order(finding: Finding) -> tuple[int, int, int, str, str, str]:
    """Return the sort key that puts the worst first: open before accepted, errors, severity, then names."""
    return (
        finding.disposition != "open",
        {"error": 0, "fail": 1, "not_assessed": 2}[finding.status],
        SEVERITIES.index(finding.severity),
        finding.rule,
        finding.subject,
        finding.path,
    )


def by_crossing(findings: Iterable[Finding]) -> list[tuple[str, list[Finding]]]:
    """Return findings grouped by crossing (or by subject where there is none), worst group and worst finding first."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.crossing or finding.subject, []).append(finding)
    for group in groups.values():
        group.sort(key=order)
    return sorted(groups.items(), key=lambda item: (order(item[1][0])[:3], -len(item[1]), item[0]))


def decisions_line(assessment: Assessment) -> str:
    """Return the number of decisions by status, every status named."""
    total = sum(assessment.counts.values())
    parts = [f"{assessment.counts[status]:,} {words}" for status, words in STATUS_WORDS.items()]
    return f"{total:,} decisions: {', '.join(parts)}"


def step_words(step: Step) -> str:
    """Return one step of a witness in words."""
    state = f"sealed by {' in '.join(step.state)}" if step.state else "in plaintext"
    item = f"{step.item} " if step.item else ""
    by = f" over {step.flow}" if step.flow else ""
    guess = " (assumed: the flow does not say what it carries)" if step.assumed else ""
    verbs = {
        "originates": "originates it",
        "stores": "stores it",
        "flows": "receives it",
        "returns": "gets it back",
        "terminates": "sees it where TLS ends",
        "opens": "opens it",
        "seals": "seals it",
        "produces": "produces it",
    }
    verb = verbs.get(step.action, step.action)
    return f"{step.component} {verb.replace('it', item.strip() or 'it', 1)}{by}, {state}{guess}"


def plural(count: int, noun: str) -> str:
    """Return a count with its noun: 1 finding, 2 findings."""
    return f"{count:,} {noun if count == 1 else noun + 's'}"
