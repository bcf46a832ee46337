"""What the words of `limen probe` and `limen observe` mean: names of probes, targets, and a declaration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from limen.errors import Problem, UsageError

TAKE_PATHS = frozenset({"ledger", "secrets", "code", "leak"})
"""Probes whose target may be a file or a folder, so that after their name only a boundaries.yaml is a declaration."""
_DECLARATION = "boundaries.yaml"


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What was said on the command line."""

    names: tuple[str, ...] = ()
    """Probes; empty for all."""
    targets: tuple[str, ...] = ()
    """What one probe is to ask, without a declaration."""
    path: Path | None = None
    """The declaration, or its folder."""


def words_of(given: Sequence[str], known: Sequence[str]) -> Words:
    """Return what words mean: first names of probes, then a declaration or the targets of the one probe.

    Raises UsageError, with what is nearest, where a word is neither, or where targets have no probe or several.
    """
    names: list[str] = []
    for word in given:
        if word not in known:
            break
        names.append(word)
    rest = list(given[len(names) :])
    paths = [word for word in rest if _is_declaration(word, names)]
    targets = [word for word in rest if word not in paths]
    problems = [_no_name(word, known) for word in targets if _looks_like_a_name(word) and _close(word, known)]
    if targets and not names and not problems:
        problems = [_no_name(targets[0], known)]
    if not problems and targets and len(names) > 1:
        message = f"{targets[0]} is a target of one probe, and {len(names)} are named: {', '.join(names)}"
        problems.append(Problem(message=message, hint=f"write: limen probe {names[0]} {targets[0]}"))
    if not problems and targets and paths:
        message = f"{targets[0]} is a target typed here, and {paths[0]} a declaration"
        hint = "leave one of them out: what is typed is held against no declaration"
        problems.append(Problem(message=message, hint=hint))
    if len(paths) > 1:
        problems.append(Problem(message=f"there is one declaration, not {len(paths)}: {', '.join(paths)}"))
    problems += [
        Problem(message=f"{word!a} is no UTF-8 text", hint="name the target in UTF-8")
        for word in targets
        if any(0xD800 <= ord(character) < 0xE000 for character in word)
    ]
    if problems:
        raise UsageError(problems)
    return Words(names=tuple(names), targets=tuple(targets), path=Path(paths[0]) if paths else None)


def _is_declaration(word: str, names: Sequence[str]) -> bool:
    path = Path(word)
    try:
        if not path.exists():
            return path.name == _DECLARATION or (not names and path.suffix in (".yaml", ".yml", ".json"))
        return path.name == _DECLARATION or not TAKE_PATHS.intersection(names)
    except (OSError, ValueError):
        return False


def _looks_like_a_name(word: str) -> bool:
    """Return whether a word is a bare name: no host with a port, no URL and no path."""
    return word.isidentifier() and not Path(word).exists()


def _close(word: str, known: Sequence[str]) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(word, known, 1)


def _no_name(word: str, known: Sequence[str]) -> Problem:
    close = _close(word, known)
    if close:
        return Problem(message=f"there is no probe {word!r}", hint=f'did you mean "{close[0]}"?')
    if not _looks_like_a_name(word):
        return Problem(
            message=f"{word} is no probe's name and no declaration",
            hint=f"to ask a target, name its probe first: limen probe tls {word}; probes: {', '.join(known)}",
        )
    return Problem(message=f"there is no probe {word!r}", hint=f"probes: {', '.join(known)}")
