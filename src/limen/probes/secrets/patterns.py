"""The patterns that secrets are known by: files of policies/secrets, and a user's own, read and compiled.

A pattern is RE2, so that no file can make it slow, and is only tried where one of its keywords stands. Four kinds:
`token` knows the secret by its own form, `near` by a form that is only telling beside its keyword, `random` by what it
is called and how random it looks, `chosen` by what it is called and that somebody may have chosen it as a password.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from limen.policy.location import policies_root
from limen.probes.interface import AttemptError

Kind = Literal["token", "near", "random", "chosen"]

_NAME_REST = r"""[\w.\-]{0,40}(?:\\?["'`\])]){0,2}"""
_ASSIGN = (
    r"""[ \t]{0,3}:[ \t]{0,3}[A-Za-z][\w\[\]. |]{0,40}[ \t]{0,3}=|[ \t]{0,20}(?:=>|:=|==|\?=|[=:(>])|"""
    r"""["']?,?\s{1,30}["']?[Vv]alue["']?[ \t]{0,3}[:=]|["'`]?\)?,[ \t]{1,3}"""
)
_OPENING = (
    r"""[ \t]{0,8}(?:[|>][+-]?\r?\n[ \t]{2,12})?(?:[A-Za-z][\w.]{1,30}\()?(?:[bBrRuUfF@$]{0,2}\\?["'`])?"""
    r"""(?:Bearer |bearer |Token |token |Bot |SSWS |Splunk |GenieKey )?"""
)
ASSIGNED = rf"{_NAME_REST}(?:{_ASSIGN}){_OPENING}"
"""What may stand between a name and its value: the rest of the name, a sign of assignment, an opening quote."""
BESIDE = rf"{_NAME_REST}(?:{_ASSIGN}|[ \t]{{1,3}}){_OPENING}"
"""The same, or a blank: where the value's own form is telling."""
_BORDER = r"(?:[^0-9A-Za-z_\-]|$)"


class SecretPattern(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One form of secret."""

    id: str
    """Its name, such as github-token: in findings, allow-lists and tests."""
    provider: str
    """Whose it is."""
    keywords: tuple[str, ...]
    """Texts, in small letters, one of which stands where the pattern is tried."""
    pattern: str
    """RE2. `token` and `whole`: from the keyword on, or from somewhere within `before` bytes before it; the secret is
    the first group, or all of it. The others: the value that is assigned to the keyword's name."""
    whole: bool = False
    """Whether the pattern says by itself where the value stands."""
    kind: Kind = "token"
    before: int = 0
    """Bytes before the keyword where the pattern may begin."""
    reach: int = 512
    """Bytes behind the keyword where it ends at the latest."""
    entropy: float = 0.0
    """Least Shannon entropy of the secret in bits a character."""
    open_left: bool = False
    """Whether a letter or digit may stand directly before it."""
    shape_only: bool = False
    """Whether nothing that looks like a placeholder is let off: a private key may begin with many equal letters."""
    samples: tuple[str, ...]
    """Templates of what it must find; `{alnum:36}` is 36 random characters, see tests/lab/samples.py."""
    decoys: tuple[str, ...] = ()
    """Templates of what it must not."""


class PatternFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of patterns."""

    format: Literal["limen-secret-patterns-1"]
    patterns: tuple[SecretPattern, ...]


class Compiled(msgspec.Struct, frozen=True):
    """A pattern ready to be tried."""

    pattern: SecretPattern
    rank: int
    """0 for token, 1 for near, 2 and 3 for the others: where two find the same, the lower is told."""
    match: Any
    """Match anchored at a position of bytes, or search from there where the pattern may begin before its keyword."""


def load_patterns(own: Iterable[Path] = ()) -> tuple[SecretPattern, ...]:
    """Return limen's patterns and a user's own; raises AttemptError where a file is none or two share an id."""
    found: dict[str, SecretPattern] = {}
    for path in [*sorted((policies_root() / "secrets").glob("*.yaml")), *own]:
        for pattern in read_patterns(path):
            if pattern.id in found:
                raise AttemptError(f"{path.name}: a second pattern is called {pattern.id}; give it a name of its own")
            found[pattern.id] = pattern
    return tuple(found.values())


def read_patterns(path: Path) -> tuple[SecretPattern, ...]:
    """Return the patterns of one file; raises AttemptError where it is none."""
    try:
        text = path.read_text(encoding="utf-8")
        patterns = msgspec.convert(yaml.load(text, Loader=_loader()), PatternFile).patterns  # noqa: S506 - safe ones
    except (OSError, UnicodeDecodeError) as error:
        raise AttemptError(f"the patterns {path.name} can't be read: {type(error).__name__}") from None
    except (yaml.YAMLError, msgspec.ValidationError, RecursionError) as error:
        raise AttemptError(f"{path.name} is no file of patterns: {' '.join(str(error).split())}") from None
    for one in patterns:
        if not one.keywords or any(word != word.lower() or len(word) < 2 for word in one.keywords):
            raise AttemptError(f"{path.name}: {one.id} needs keywords of two or more characters, in small letters")
        if not one.samples:
            raise AttemptError(f"{path.name}: {one.id} has no sample that it must find")
    return patterns


def compile_pattern(pattern: SecretPattern) -> Compiled:
    """Return a pattern ready to be tried; raises AttemptError where it is no RE2."""
    re2 = engine()
    text = pattern.pattern
    if pattern.kind != "token" and not pattern.whole:
        words = "|".join(re2.escape(word) for word in sorted(pattern.keywords, key=len, reverse=True))
        near = pattern.kind == "near"
        text = f"(?i:{words}){BESIDE if near else ASSIGNED}({text}){_BORDER if near else ''}"
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    options.never_nl = False
    try:
        compiled = re2.compile(text.encode(), options)
    except (re2.error, UnicodeEncodeError) as error:
        raise AttemptError(f"the pattern {pattern.id} is no RE2: {error}") from None
    rank = {"token": 0, "near": 1}.get(pattern.kind, 2 if pattern.whole else 3)
    return Compiled(pattern, rank, compiled.search if pattern.before else compiled.match)


def engine() -> Any:
    """Return RE2; raises AttemptError where it is not installed."""
    try:
        import re2
    except ImportError:
        raise AttemptError("the secrets probe needs limen[secrets]: pip install 'limen[secrets]'") from None
    return re2


def _loader() -> Any:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)
