"""Who a key policy of AWS KMS, or a grant, lets use the key. Pure.

A statement that lets the account's root use the key hands the decision over to IAM, whose policies KMS does not show:
then others than those seen here may use it. Conditions and denials only ever take away, so that they are not weighed.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

import msgspec

USES = frozenset(
    {"kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:Sign",
     "kms:GenerateDataKeyWithoutPlaintext", "kms:GenerateDataKeyPair", "kms:GenerateDataKeyPairWithoutPlaintext",
     "kms:GenerateMac", "kms:VerifyMac", "kms:DeriveSharedSecret"}
)  # fmt: skip
"""Actions with which a key is used."""
_ROOT = re.compile(r"(?:arn:[\w-]+:iam::)?\d{12}(?::root)?")


class Grants(NamedTuple):
    """Whom a policy or a list of grants lets use a key."""

    names: frozenset[str]
    """Names of roles, users and services."""
    wildcards: int
    """Statements that let anybody, or anything be done."""
    complete: bool
    """Whether nobody else may use it."""


def policy_grants(text: str, account: str = "") -> Grants:
    """Return whom a key policy lets use the key; raises ValueError where it is none.

    `account` is the key's own: whoever is of another is named by the whole ARN, and is nobody's namesake.
    """
    document = json.loads(text)
    statements = document.get("Statement") if isinstance(document, dict) else None
    statements = statements if isinstance(statements, list) else [statements]
    names: set[str] = set()
    wildcards, complete = 0, True
    for statement in statements:
        if not isinstance(statement, dict):
            raise ValueError("a statement of a policy is no object")
        if statement.get("Effect") != "Allow" or not _uses(statement):
            continue
        found, anybody, root = _principals(statement, account)
        conditional = bool(statement.get("Condition"))
        names |= found
        everything = "NotAction" in statement or any(a in ("*", "kms:*") for a in _texts(statement.get("Action")))
        wildcards += (anybody and not conditional) or (everything and bool(found))
        complete = complete and not root and not anybody
    return Grants(frozenset(names), wildcards, complete)


def list_grants(grants: list[Any], account: str = "") -> Grants:
    """Return whom the key's grants let use it, `account` being the key's; raises ValueError where one is none."""
    names = set()
    for grant in grants:
        if not isinstance(grant, dict) or not isinstance(principal := grant.get("GranteePrincipal"), str):
            raise ValueError("a grant without a grantee")
        if any(_matches(f"kms:{operation}", use) for operation in _texts(grant.get("Operations")) for use in USES):
            names.add(_name(principal, account))
    return Grants(frozenset(names), 0, True)


def _principals(statement: dict[str, Any], account: str) -> tuple[set[str], bool, bool]:
    """Return the names in a statement, whether it says anybody, and whether it says an account's root.

    Another account's root is a name of its own, too: all of that account may use the key.
    """
    if "NotPrincipal" in statement:
        return set(), True, False
    principal = statement.get("Principal")
    if principal == "*":
        return set(), True, False
    if not isinstance(principal, dict):
        raise ValueError("a statement without a principal")
    found, anybody, root = set(), False, False
    for value in (one for values in principal.values() for one in _texts(values)):
        if value == "*":
            anybody = True
        elif _ROOT.fullmatch(value):
            root = True
            found |= {value} if account and account not in value else set()
        else:
            found.add(_name(value, account))
    return found, anybody, root


def _uses(statement: dict[str, Any]) -> bool:
    """Return whether a statement is about using a key."""
    if "NotAction" in statement:
        left_out = _texts(statement["NotAction"])
        return any(not any(_matches(action, use) for action in left_out) for use in USES)
    return any(_matches(action, use) for action in _texts(statement.get("Action")) for use in USES)


def _matches(pattern: str, action: str) -> bool:
    expression = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    return re.fullmatch(expression, action, re.IGNORECASE) is not None or (
        action.startswith("kms:ReEncrypt") and pattern in ("kms:ReEncrypt", "kms:ReEncrypt*")
    )


def _name(principal: str, account: str) -> str:
    """Return the name in an ARN of a role, a user or a session of an account; anything else as it is."""
    if account and principal.startswith("arn:") and [*principal.split(":"), *[""] * 5][4] not in ("", account):
        return principal
    resource = principal.rsplit(":", 1)[-1]
    parts = resource.split("/")
    if parts[0] == "assumed-role" and len(parts) > 1:
        return parts[1]
    return parts[-1] if len(parts) > 1 else principal


def _texts(value: object) -> list[str]:
    """Return one text or a list of them as a list; raises ValueError for anything else."""
    try:
        return msgspec.convert(value if isinstance(value, list) else [value], type=list[str])
    except msgspec.ValidationError:
        raise ValueError("a policy is not of the known form") from None
