"""Bucket policies: which of them refuse requests without TLS, and which let anyone in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from limen.probes.storage.policies import allows_everyone, lets_anyone_in, tls_only

BOTH = ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]
CLEAR = {"Bool": {"aws:SecureTransport": "false"}}


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _deny(**changed: Any) -> dict[str, Any]:
    made = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": BOTH, "Condition": CLEAR} | changed
    return {name: value for name, value in made.items() if value is not None}


def _allow(**changed: Any) -> dict[str, Any]:
    return _deny(Effect="Allow", Condition=None, **changed)


@pytest.mark.parametrize(
    ("refuses", "statements"),
    [
        (True, [_deny()]),
        (True, [_deny(Principal={"AWS": "*"})]),
        (True, [_deny(Principal={"AWS": ["*"]}, Action=["s3:*"])]),
        (True, [_deny(Action="*", Resource="*")]),
        (True, [_deny(Resource=BOTH[0]), _deny(Resource=BOTH[1])]),
        (True, [_deny(Resource="arn:aws:s3:::b*")]),
        (True, [_deny(Condition={"Bool": {"aws:SecureTransport": False}})]),
        (True, [_deny(Condition={"BoolIfExists": {"aws:securetransport": ["false"]}})]),
        (True, [_deny(Condition=None)]),
        (True, [_deny(Resource=["arn:aws-us-gov:s3:::b", "arn:aws-us-gov:s3:::b/*"])]),
        (False, []),
        (False, [_allow()]),
        (False, [_deny(Principal={"AWS": "arn:aws:iam::111122223333:root"})]),
        (False, [_deny(Principal=None, NotPrincipal={"AWS": "arn:aws:iam::111122223333:root"})]),
        (False, [_deny(Action="s3:GetObject")]),
        (False, [_deny(Resource=BOTH[1])]),
        (False, [_deny(Resource=["arn:aws:s3:::other", "arn:aws:s3:::other/*"])]),
        (False, [_deny(Condition={"Bool": {"aws:SecureTransport": "true"}})]),
        (False, [_deny(Condition={"Bool": {"aws:SecureTransport": "false", "aws:ViaAWSService": "false"}})]),
        (False, [_deny(Condition=CLEAR | {"StringEquals": {"aws:SourceVpc": "vpc-1"}})]),
        (False, [_deny(Condition={"NumericLessThan": {"s3:TlsVersion": 1.2}})]),
        (False, [_deny(Effect="deny")]),
    ],
)
def test_a_policy_refuses_requests_without_tls(refuses: bool, statements: list[dict[str, Any]]) -> None:
    assert tls_only(_policy(*statements), "b") is refuses


@pytest.mark.parametrize(
    ("lets", "statements"),
    [
        (True, [_allow()]),
        (True, [_allow(Principal={"AWS": "*"}, Action="s3:GetObject")]),
        (True, [_deny(), _allow(Action="s3:GetObject")]),
        (True, [_deny(Effect="Allow", Condition={"StringEquals": {"aws:UserAgent": "us"}})]),
        (True, [_deny(Effect="Allow", Condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})]),
        (True, [_deny(Effect="Allow", Condition={"StringNotEquals": {"aws:SourceVpc": "vpc-1"}})]),
        (True, [_deny(Effect="Allow", Condition={"StringLike": {"aws:PrincipalArn": "*"}})]),
        (True, [_allow(Principal=None, NotPrincipal={"AWS": "arn:aws:iam::111122223333:root"})]),
        (False, [_deny()]),
        (False, [_allow(Principal={"AWS": "arn:aws:iam::111122223333:role/backup"})]),
        (False, [_deny(Effect="Allow", Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}})]),
        (False, [_deny(Effect="Allow", Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})]),
        (False, [_deny(Effect="Allow", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})]),
    ],
)
def test_a_policy_lets_anyone_in(lets: bool, statements: list[dict[str, Any]]) -> None:
    assert lets_anyone_in(_policy(*statements)) is lets


def test_a_condition_is_still_an_allowance_for_everyone() -> None:
    narrowed = _policy(_deny(Effect="Allow", Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}))
    assert (allows_everyone(narrowed), allows_everyone(_policy(_deny()))) == (True, False)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"Statement": 3}', '{"Statement": [3]}', "[" * 100_000])
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, it is not shown
        lets_anyone_in(text)
