"""What a bucket's policy says, read without judging it: whether it refuses requests without TLS, and lets anyone in."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterator
from typing import Any

_SECURE = "aws:securetransport"
_NARROWING = frozenset(
    {"aws:sourcevpc", "aws:sourcevpce", "aws:sourceaccount", "aws:sourcearn", "aws:principalorgid",
     "aws:principalaccount", "aws:principalarn", "aws:userid", "aws:sourceip", "aws:principalorgpaths",
     "s3:dataaccesspointaccount", "s3:dataaccesspointarn", "aws:sourceorgid", "aws:sourceowner"}
)  # fmt: skip
"""Conditions that let in named ones only: those by which Amazon S3 itself calls a policy not public."""
_EXACT = ("stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress")


def statements(text: str) -> list[dict[str, Any]]:
    """Return the statements of a policy; raises ValueError where the text is none."""
    try:
        policy = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(policy, dict) or "Statement" not in policy:
        raise ValueError("no policy")
    found = policy["Statement"]
    listed = [found] if isinstance(found, dict) else found
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise ValueError("no statements")
    return listed


def tls_only(text: str, bucket: str) -> bool:
    """Return whether every request without TLS to the bucket and its objects is refused to everyone."""
    refused: set[str] = set()
    for one in statements(text):
        if (
            one.get("Effect") == "Deny"
            and _everyone(one)
            and _all_actions(one)
            and _only_insecure(one.get("Condition"))
        ):
            refused.update(kind for kind in ("bucket", "objects") if _covers(one, bucket, kind))
    return refused == {"bucket", "objects"}


def lets_anyone_in(text: str) -> bool:
    """Return whether a statement allows something to everyone, under no condition that names who or from where."""
    return any(
        one.get("Effect") == "Allow" and _everyone(one) and not _narrowed(one.get("Condition"))
        for one in statements(text)
    )


def allows_everyone(text: str) -> bool:
    """Return whether a statement allows something to everyone, under whatever condition."""
    return any(one.get("Effect") == "Allow" and _everyone(one) for one in statements(text))


def _everyone(statement: dict[str, Any]) -> bool:
    if "NotPrincipal" in statement:
        return statement.get("Effect") == "Allow"  # allows everyone but those; denies not everyone
    principal = statement.get("Principal")
    named = principal.get("AWS") if isinstance(principal, dict) else principal
    return "*" in _texts(named)


def _all_actions(statement: dict[str, Any]) -> bool:
    return any(action.lower() in ("*", "s3:*") for action in _texts(statement.get("Action")))


def _covers(statement: dict[str, Any], bucket: str, kind: str) -> bool:
    resources = _texts(statement.get("Resource"))
    wanted = f"arn:aws:s3:::{bucket}" + ("/*" if kind == "objects" else "")
    for resource in resources:
        plain = resource.replace("arn:aws-cn:", "arn:aws:").replace("arn:aws-us-gov:", "arn:aws:")
        if plain in ("*", wanted) or (plain.endswith("*") and fnmatch.fnmatchcase(wanted, plain.replace("[", "[[]"))):
            return True
    return False


def _only_insecure(condition: Any) -> bool:
    """Return whether a condition holds exactly for requests without TLS; without one it holds for all, too."""
    if condition in (None, {}):
        return True
    pairs = list(_conditions(condition))
    return len(pairs) == 1 and all(
        operator in ("bool", "boolifexists") and key == _SECURE and [value.lower() for value in values] == ["false"]
        for operator, key, values in pairs
    )


def _narrowed(condition: Any) -> bool:
    return any(
        key in _NARROWING
        and operator.removesuffix("ifexists") == operator
        and operator.rpartition(":")[2] in _EXACT
        and values
        and not any(value in ("*", "0.0.0.0/0", "::/0") for value in values)
        for operator, key, values in _conditions(condition)
    )


def _conditions(condition: Any) -> Iterator[tuple[str, str, list[str]]]:
    for operator, keys in condition.items() if isinstance(condition, dict) else ():
        for key, values in keys.items() if isinstance(keys, dict) else ():
            yield str(operator).lower(), str(key).lower(), _texts(values)


def _texts(value: Any) -> list[str]:
    if isinstance(value, bool):
        return [str(value).lower()]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [] if value is None or isinstance(value, dict) else [str(value)]
