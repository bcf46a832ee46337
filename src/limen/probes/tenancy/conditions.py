"""What a policy's condition asks, as pg_get_expr writes it: does it hold the row's tenant against the session's?

Only what can be followed is decided: a sub-select or a function of the row's columns is `unread`, never bound. The
text is masked before it is recorded: a literal may be a tenant's id.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Literal

from msgspec import UNSET, UnsetType

Meaning = Literal["bound", "unbound", "constant", "unread"]
"""bound: no row of another tenant fulfils it; constant: every row does; unbound: it asks something else."""

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>[EBXN]?'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")*")
      | (?P<word>[^\W\d][\w$]*)
      | (?P<number>\d[\w.]*)
      | (?P<mark>::|[(),\[\].]|[-+*/<>=~!@\#%^&|`?:]+)
    )""",
    re.VERBOSE,
)
_LONGEST = 4_000
"""Letters of a condition beyond which it is not read."""
_SESSION = frozenset({"current_user", "session_user", "user", "current_role", "system_user"})
_KEYWORDS = frozenset({"and", "or", "not", "is", "null", "true", "false", "any", "all", "array", "in", "as"})


class UnreadableError(ValueError):
    """A condition that is no expression as PostgreSQL writes it."""


def masked(condition: str, setting: str) -> str:
    """Return a condition without its literals, but for the empty one and the setting's name."""

    def mask(found: re.Match[str]) -> str:
        return found[0] if found[0].strip("EBXN")[1:-1] in ("", setting) else "'…'"

    return re.sub(r"[EBXN]?'(?:[^']|'')*'", mask, condition)


def meaning(condition: str, column: str, columns: Collection[str]) -> Meaning:
    """Return what a condition asks of a row, given the tenant's column and all columns of the table."""
    try:
        return _meaning(_tokens(condition), column, columns)
    except (UnreadableError, RecursionError):
        return "unread"


def defaulted(condition: str) -> bool | UnsetType:
    """Return whether a condition puts another value in place of a setting that is not set; unset where unreadable.

    A CASE or a sub-select may do so, too, in ways that are not followed.
    """
    try:
        tokens = [token.lower() for token in _tokens(condition)]
        whole = _closing(["(", *tokens, ")"], 0) == len(tokens) + 1
    except UnreadableError:
        return UNSET
    if any(tokens[place : place + 2] == ["coalesce", "("] for place in range(len(tokens))):
        return True
    return False if tokens and whole and not {"case", "select"} & set(tokens) else UNSET


def _tokens(text: str) -> list[str]:
    found, place, text = [], 0, text.strip()
    if len(text) > _LONGEST:
        raise UnreadableError("too long")
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise UnreadableError(text)
        found.append(match[0].strip())
        place = match.end()
    return found


def _meaning(tokens: Sequence[str], column: str, columns: Collection[str]) -> Meaning:
    tokens = _bare(tokens)
    if not tokens:
        raise UnreadableError("nothing")
    words = [token.lower() for token in tokens]
    if words in (["true"], ["false"]):
        return "constant" if words == ["true"] else "bound"
    if "case" in words or "select" in words:
        return "unread"
    for joint in ("or", "and"):
        parts = _split(tokens, joint)
        if len(parts) > 1:
            found = {_meaning(part, column, columns) for part in parts}
            order: tuple[Meaning, ...] = ("constant", "unbound", "unread", "bound")
            if joint == "and":
                order = ("bound", "unread", "unbound", "constant")
            return next(one for one in order if one in found)
    sides = _split(tokens, "=")
    if len(sides) == 2:
        return _comparison(sides[0], sides[1], column, columns)
    named = _columns(tokens, columns)
    if named and _calls(tokens):
        return "unread"  # a function of the row may ask anything
    return "unread" if words[0] == "not" and column in named else "unbound"


def _comparison(left: Sequence[str], right: Sequence[str], column: str, columns: Collection[str]) -> Meaning:
    ours, others = _columns(left, columns), _columns(right, columns)
    if not ours and not others:
        return "unbound" if _of_session(left) or _of_session(right) else "constant"
    for side, named, opposite in ((left, ours, others), (right, others, ours)):
        if named == [column] and not opposite and _only_column(side):
            other = right if side is left else left
            return "bound" if _of_session(other) else "unbound"  # a literal shows every session one tenant's rows
    if column in ours and column in others:  # COALESCE(setting, tenant_id), or the column with itself
        return "unbound"
    return "unread" if column in (*ours, *others) and (_calls(left) or _calls(right)) else "unbound"


def _bare(tokens: Sequence[str]) -> Sequence[str]:
    """Return tokens without parentheses around all of them."""
    while len(tokens) >= 2 and tokens[0] == "(" and _closing(tokens, 0) == len(tokens) - 1:
        tokens = tokens[1:-1]
    return tokens


def _closing(tokens: Sequence[str], opening: int) -> int:
    depth = 0
    for place in range(opening, len(tokens)):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(tokens[place], 0)
        if depth == 0:
            return place
    raise UnreadableError("unbalanced")


def _split(tokens: Sequence[str], joint: str) -> list[Sequence[str]]:
    parts, start, depth = [], 0, 0
    for place, token in enumerate(tokens):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token, 0)
        if depth == 0 and token.lower() == joint:
            parts.append(tokens[start:place])
            start = place + 1
    parts.append(tokens[start:])
    return parts


def _columns(tokens: Sequence[str], columns: Collection[str]) -> list[str]:
    """Return the columns of the row that tokens name, each once, in order."""
    found: list[str] = []
    for place, token in enumerate(tokens):
        name = token[1:-1].replace('""', '"') if token.startswith('"') else token
        called = tokens[place + 1 : place + 2] == ["("]
        is_type = place > 0 and tokens[place - 1] == "::"
        if name in columns and name not in found and not called and not is_type:
            found.append(name)
    return found


def _only_column(tokens: Sequence[str]) -> bool:
    """Return whether tokens are a column, perhaps cast to a type, and no more."""
    tokens = _bare(tokens)
    if "::" in tokens:
        at = list(tokens).index("::")
        is_type = all(re.match(r"[\w\"(),\[\].]|::", token) for token in tokens[at + 1 :])
        return is_type and _only_column(tokens[:at])
    return len(tokens) == 1


def _calls(tokens: Sequence[str]) -> bool:
    return any(
        tokens[place + 1 : place + 2] == ["("] and re.match(r'[\w"]', token) and token.lower() not in _KEYWORDS
        for place, token in enumerate(tokens)
    )


def _of_session(tokens: Sequence[str]) -> bool:
    return _calls(tokens) or any(token.lower() in _SESSION for token in tokens)
