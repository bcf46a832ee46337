"""What searches for secrets and analyses of code say of claims, and when they say nothing."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import UNSET

from limen.analysis.kinds.observed_code import CodeFacts, CodeFinding
from limen.analysis.kinds.observed_secrets import SecretsFacts, SecretsScan
from limen.analysis.reconciliation import RECONCILE
from limen.analysis.reconciliation.agreement import Agreement

IN_CI = RECONCILE["secrets"]["secrets.scanning.in_ci"]
LOGGING = RECONCILE["code"]["processing.plaintext_logging"]


def scan(in_ci: Any) -> SecretsFacts:
    part = SecretsScan(files=1, size=1, history=False, commits=0, found=0, excused=0, unused_allowances=0, unscanned=0,
                       reasons=(), complete=True, in_ci=in_ci)  # fmt: skip
    return SecretsFacts(what="scan", scan=part)


def finding(category: str, excuse: str = "none") -> CodeFacts:
    part = CodeFinding(rule="r", category=category, language="python", excuse=excuse, tool="limen")
    return CodeFacts(what="finding", finding=part)


@pytest.mark.parametrize(
    ("declared", "seen", "expected"),
    [
        (True, [True], Agreement(observed=True, agrees=True)),
        (True, [False], Agreement(observed=False, agrees=False)),
        (False, [False], Agreement(observed=False, agrees=True)),
        (False, [True], Agreement(observed=True, agrees=True)),
        (True, [True, False], Agreement(observed=False, agrees=False)),
        (True, [UNSET, True], Agreement(observed=True, agrees=True)),
        (True, [UNSET], None),
        (True, [], None),
    ],
)
def test_scanning(declared: bool, seen: list[Any], expected: Agreement | None) -> None:
    assert IN_CI(declared, [scan(one) for one in seen]) == expected


def test_a_secret_says_nothing_of_scanning() -> None:
    assert IN_CI(True, [SecretsFacts(what="secret")]) is None


@pytest.mark.parametrize(
    ("declared", "facts", "expected"),
    [
        ("forbidden", [finding("plaintext_logging")], Agreement(observed="allowed", agrees=False)),
        ("forbidden", [finding("weak_cipher"), finding("plaintext_logging")],
         Agreement(observed="allowed", agrees=False)),
        ("forbidden", [finding("plaintext_logging", "allowed")], None),
        ("forbidden", [finding("weak_cipher")], None),
        ("forbidden", [CodeFacts(what="scan")], None),
        ("forbidden", [], None),
        ("allowed", [finding("plaintext_logging")], None),
    ],
)  # fmt: skip
def test_logging_is_contradicted_and_never_kept(
    declared: str, facts: list[CodeFacts], expected: Agreement | None
) -> None:
    assert LOGGING(declared, facts) == expected
