"""The rules that code is analysed with: files of policies/semgrep, and a user's own, in semgrep's format."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from limen.policy.location import policies_root
from limen.probes.code.languages import canonical
from limen.probes.interface import AttemptError

CATEGORIES = (
    "plaintext_logging", "literal_key", "unverified_tls", "missing_aad", "weak_cipher", "misdeclared_cipher",
    "homemade_cipher", "weak_random", "default_secret",
)  # fmt: skip
"""What limen's own rules find; whatever somebody else's find is `other`."""


class CodeRules(NamedTuple):
    """The rules of one analysis."""

    document: bytes
    """All of them, as one file of semgrep's format."""
    sha256: str
    categories: dict[str, str]
    """By the rule's id."""
    languages: frozenset[str]
    """Languages that any of them reads."""


def load_rules(own: Iterable[Path], algorithms: Sequence[str]) -> CodeRules:
    """Return limen's rules and a user's own; raises AttemptError where a file is none or two rules share an id.

    A rule that only counts where an algorithm is declared is left out unless one of `algorithms` begins with it.
    """
    rules: list[dict[str, Any]] = []
    categories: dict[str, str] = {}
    languages: set[str] = set()
    for path in [*sorted((policies_root() / "semgrep").glob("*.yaml")), *own]:
        for rule in _read(path):
            told = rule.get("metadata")
            told = told.get("limen", {}) if isinstance(told, dict) else {}
            told = told if isinstance(told, dict) else {}
            declared = told.get("declared")
            if declared is not None and not any(one.startswith(str(declared)) for one in algorithms):
                continue
            name = rule["id"]
            if name in categories:
                raise AttemptError(f"{path.name}: a second rule is called {name}; give it a name of its own")
            category = told.get("category")
            categories[name] = category if category in CATEGORIES else "other"
            languages.update(canonical(str(one)) for one in rule.get("languages") or ())
            rules.append(rule)
    document = yaml.dump({"rules": rules}, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper)).encode()
    return CodeRules(document, hashlib.sha256(document).hexdigest(), categories, frozenset(languages))


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        read = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
    except OSError as error:
        raise AttemptError(f"the code rules {path.name} can't be read: {type(error).__name__}") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise AttemptError(f"{path.name} is no file of code rules: {' '.join(str(error).split())[:300]}") from None
    rules = read.get("rules") if isinstance(read, dict) else None
    if not isinstance(rules, list) or not rules:
        raise AttemptError(f"{path.name} is no file of code rules: it has no list of rules")
    for rule in rules:
        name = rule.get("id") if isinstance(rule, dict) else None
        if not isinstance(name, str) or not name.replace("-", "").replace("_", "").isalnum():
            raise AttemptError(f"{path.name}: a rule has no id of letters, digits and hyphens")
    return rules
