"""What policies of custodians grant: those of Vault and OpenBao, and those of AWS."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.probes.kms.aws_policies import list_grants, policy_grants
from limen.probes.kms.vault_policies import PolicyError, grant


def uses(text: str, mount: str = "transit", key: str = "phi") -> tuple[list[str], bool]:
    found = grant(text, mount, key)
    return [use.removeprefix(f"{mount}/").removesuffix(f"/{key}") for use in found.uses], found.wildcard


LAYERED = """
path "transit/*" { capabilities = ["update"] }
path "transit/decrypt/phi" { capabilities = ["deny"] }
path "transit/+/phi" { capabilities = ["deny"] }
"""
EXACT = """
path "transit/decrypt/phi" { capabilities = ["read"] }
path "transit/decrypt/*" { capabilities = ["deny"] }
"""
ALL = ["backup", "datakey/plaintext", "datakey/wrapped", "decrypt", "derive-key", "encrypt"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('path "transit/encrypt/phi" { capabilities = ["update"] }', (["encrypt"], False)),
        ('path "transit/encrypt/phi" { capabilities = ["create", "read"] }', (["encrypt"], False)),
        ('path "/transit/decrypt/phi" { policy = "write" }', (["decrypt"], False)),
        ('path "transit/encrypt/phi" { capabilities = ["list"] }', ([], False)),
        ('path "transit/encrypt/phi" { capabilities = ["deny", "update"] }', ([], False)),
        ('path "transit/encrypt/other" { capabilities = ["update"] }', ([], False)),
        ('path "other/encrypt/phi" { capabilities = ["update"] }', ([], False)),
        ('path "transit/keys/phi" { capabilities = ["read"] }', ([], False)),
        ('path "transit/decrypt/*" { capabilities = ["update"] }', (["decrypt"], True)),
        ('path "transit/decrypt/ph*" { capabilities = ["update"] }', (["decrypt"], True)),
        ('path "+/decrypt/phi" { capabilities = ["update"] }', (["decrypt"], True)),
        ('path "transit/decrypt/{{identity.entity.name}}" { capabilities = ["update"] }', (["decrypt"], True)),
        ('path "transit/+" { capabilities = ["update"] }', ([], False)),
        # The most specific path counts alone.
        (LAYERED, (["hmac/phi/sha2-256", "sign/phi/sha2-256"], True)),
        (EXACT, (["decrypt"], False)),
        ("# nothing\n", ([], False)),
        ("", ([], False)),
        ('{"path": {"transit/decrypt/phi": {"capabilities": ["update"]}}}', (["decrypt"], False)),
        ('{"path": [{"transit/decrypt/phi": {"policy": "deny"}}]}', ([], False)),
    ],
)  # fmt: skip
def test_a_policy_of_vault(text: str, expected: tuple[list[str], bool]) -> None:
    found, wildcard = uses(text)
    wanted = [one.removesuffix("/phi") for one in expected[0]]
    assert ([one for one in found if "/" not in one or one in wanted], wildcard) == (wanted, expected[1])


def test_everything() -> None:
    found, wildcard = uses('path "*" { capabilities = ["sudo", "update"] }')
    assert wildcard
    assert set(ALL) <= set(found)


@pytest.mark.parametrize(
    "text",
    ['path "x" {', "zzz", 'path = "x"', '{"path": 1}', '{"path": {"x": 1}}', "[" * 5000, '{"a":' * 5000,
     "x" * (1 << 19), 'path "x" { capabilities = "update" }', 'path "x" { policy = "everything" }'],
    ids=range(10),
)  # fmt: skip
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(PolicyError):
        uses(text)


@given(st.text(max_size=80))
def test_any_text_is_a_policy_or_refused(text: str) -> None:
    try:
        uses(text)
    except PolicyError:
        return


ROLE = "arn:aws:iam::111122223333:role/team/clinical-db"


def statement(principal: Any, action: Any = "kms:Decrypt", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"} | more


@pytest.mark.parametrize(
    ("statements", "names", "wildcards", "complete"),
    [
        ([statement({"AWS": ROLE})], {"clinical-db"}, 0, True),
        ([statement({"AWS": "arn:aws:sts::111122223333:assumed-role/automation/session"})], {"automation"}, 0, True),
        ([statement({"Service": "logs.amazonaws.com"})], {"logs.amazonaws.com"}, 0, True),
        ([statement({"AWS": "*"})], set(), 1, False),
        ([statement("*")], set(), 1, False),
        ([statement("*", Condition={"StringEquals": {"kms:CallerAccount": "1"}})], set(), 0, False),
        ([statement({"AWS": "arn:aws:iam::111122223333:root"}, "kms:*")], set(), 0, False),
        ([statement({"AWS": "111122223333"}, "kms:*")], set(), 0, False),
        ([statement({"AWS": ROLE}, "kms:*")], {"clinical-db"}, 1, True),
        ([statement({"AWS": ROLE}, "*")], {"clinical-db"}, 1, True),
        ([statement({"AWS": ROLE}, ["kms:DescribeKey", "kms:Put*"])], set(), 0, True),
        ([statement({"AWS": ROLE}, "kms:ReEncrypt*")], {"clinical-db"}, 0, True),
        ([statement({"AWS": ROLE}, "kms:d?crypt")], {"clinical-db"}, 0, True),
        ([statement({"AWS": ROLE}, Effect="Deny")], set(), 0, True),
        ([{"Effect": "Allow", "NotPrincipal": {"AWS": ROLE}, "Action": "kms:Decrypt"}], set(), 1, False),
        ([{"Effect": "Allow", "Principal": {"AWS": ROLE}, "NotAction": "kms:DescribeKey"}], {"clinical-db"}, 1, True),
        ([{"Effect": "Allow", "Principal": {"AWS": ROLE}, "NotAction": "kms:*"}], set(), 0, True),
    ],
)
def test_a_policy_of_aws(statements: list[Any], names: set[str], wildcards: int, complete: bool) -> None:
    found = policy_grants(json.dumps({"Statement": statements}))
    assert (set(found.names), found.wildcards, found.complete) == (names, wildcards, complete)


def test_a_policy_of_one_statement_needs_no_list() -> None:
    assert policy_grants(json.dumps({"Statement": statement({"AWS": ROLE})})).names == {"clinical-db"}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"Statement": [1]}', '{"Statement": [{"Effect": "Allow"}]}'])
def test_what_is_no_policy_of_aws_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="."):
        policy_grants(text)


def test_grants_of_aws() -> None:
    grants = [
        {"GranteePrincipal": ROLE, "Operations": ["Decrypt"]},
        {"GranteePrincipal": "arn:aws:iam::111122223333:user/looker", "Operations": ["DescribeKey"]},
    ]
    assert list_grants(grants).names == {"clinical-db"}


@given(st.recursive(st.none() | st.booleans() | st.text(max_size=9),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                        st.sampled_from(["Statement", "Effect", "Principal", "Action", "NotAction", "AWS"]), inner),
                    max_leaves=15))  # fmt: skip
def test_any_json_is_a_policy_or_refused(document: Any) -> None:
    try:
        policy_grants(json.dumps(document))
    except ValueError:
        return
