"""Conditions of policies, as PostgreSQL writes them: what binds to the tenant, and what does not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET, UnsetType

from limen.analysis.kinds.observed_tenancy import PolicyPart, TenancyFacts
from limen.probes.tenancy.catalogue import Catalogue, PolicyEntry, RelationEntry
from limen.probes.tenancy.conditions import defaulted, masked, meaning
from limen.probes.tenancy.reading import read_facts

COLUMNS = ("tenant_id", "id", "status", "owner", "Odd name")
SET = "current_setting('app.tenant_id'::text)"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (f"(tenant_id = {SET})", "bound"),
        (f"({SET} = tenant_id)", "bound"),
        (f"(tenant_id = ({SET})::uuid)", "bound"),
        (f"((tenant_id)::text = {SET})", "bound"),
        (f"(tenant_id = NULLIF({SET}, ''::text))", "bound"),
        (f"((tenant_id = {SET}) AND (status = 'x'::text))", "bound"),
        (f"((tenant_id = {SET}) AND (status = 'x'::text) AND true)", "bound"),
        (f"((status = 'x'::text) AND ((tenant_id = {SET}) OR (tenant_id = {SET})))", "bound"),
        (f"((status = 'x'::text) AND ((tenant_id = {SET}) OR (tenant_id = 'y'::text)))", "unbound"),
        ("(tenant_id = 'y'::text)", "unbound"),
        (f"(((tenant_id)::text = {SET}) = false)", "unread"),
        (f"((tenant_id)::character varying(20) = {SET})", "bound"),
        ("(tenant_id = app.current_tenant())", "bound"),
        (f"(tenant_id = ANY (string_to_array({SET}, ','::text)))", "bound"),
        ("false", "bound"),
        ("true", "constant"),
        ("((true))", "constant"),
        ("(1 = 1)", "constant"),
        (f"((tenant_id = {SET}) OR true)", "constant"),
        ("(tenant_id = tenant_id)", "unbound"),
        ("(tenant_id IS NOT NULL)", "unbound"),
        ("(tenant_id <> 'a'::text)", "unbound"),
        ("(tenant_id = owner)", "unbound"),
        ("(owner = CURRENT_USER)", "unbound"),
        (f"(tenant_id = COALESCE({SET}, tenant_id))", "unbound"),
        (f"((tenant_id = {SET}) OR (current_setting('app.admin'::text, true) = 'on'::text))", "unbound"),
        (f"((tenant_id = {SET}) OR ({SET} IS NULL))", "unbound"),
        (f"((tenant_id = {SET}) OR (status = 'public'::text))", "unbound"),
        ("app.can_see(tenant_id)", "unread"),
        ("(tenant_id IN ( SELECT m.tenant_id FROM m))", "unread"),
        (f"CASE WHEN (status = 'x'::text) THEN true ELSE (tenant_id = {SET}) END", "unread"),
        ("(NOT (tenant_id = 'a'::text))", "unread"),
        ("((((", "unread"),
        ("", "unread"),
        ("(tenant_id = 'unclosed)", "unread"),
        ("(" * 3000 + ")" * 3000, "unread"),
    ],
)
def test_a_condition_means_what_it_says(condition: str, expected: str) -> None:
    assert meaning(condition, "tenant_id", COLUMNS) == expected


def test_a_quoted_column_is_found() -> None:
    assert meaning(f'("Odd name" = {SET})', "Odd name", COLUMNS) == "bound"


@given(text=st.text(alphabet="tenant_id =()ORAND'\"::,.1?COALESCE\x00é", max_size=60))
@settings(max_examples=500, deadline=None)
def test_noise_raises_nothing(text: str) -> None:
    assert meaning(text, "tenant_id", COLUMNS) in ("bound", "unbound", "constant", "unread")
    assert defaulted(text) in (True, False, UNSET)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (f"(tenant_id = COALESCE({SET}, 'a'::text))", True),
        (f"(tenant_id = NULLIF({SET}, ''::text))", False),
        ("(coalesce = 'a'::text)", False),
        ("(tenant_id = 'COALESCE('::text)", False),
        (f"(status = CASE WHEN true THEN 'x' ELSE COALESCE({SET}, 'a'::text) END)", True),
        ("", UNSET),
        ("((((", UNSET),
        (f"(tenant_id = {SET}))", UNSET),
        ("(tenant_id = 'unclosed)", UNSET),
        (f"(tenant_id = {SET})" + " " * 4000 + "AND true", UNSET),
        (f"(tenant_id = CASE WHEN ({SET} IS NULL) THEN 'a'::text ELSE {SET} END)", UNSET),
        (f"(tenant_id IN ( SELECT {SET} UNION SELECT 'a'::text))", UNSET),
    ],
)
def test_a_default_is_seen(condition: str, expected: bool | UnsetType) -> None:
    assert defaulted(condition) is expected


@pytest.mark.parametrize(
    ("using", "expected"),
    [
        ([f"(tenant_id = {SET})"], 0),
        ([f"(tenant_id = {SET})", "(((("], UNSET),
        ([f"(tenant_id = COALESCE({SET}, 'a'::text))", "(((("], 1),
    ],
)
def test_a_condition_that_cannot_be_read_leaves_the_defaults_unknown(
    using: list[str], expected: int | UnsetType
) -> None:
    policies = tuple(
        PolicyEntry(name=f"p{number}", command="r", permissive=True, using=one, check=None, roles=("public",))
        for number, one in enumerate(using)
    )
    table = RelationEntry(
        oid=1, schema="app", name="stock", kind="r", row_security=True, forced=True, partition=False, invoker=False,
        owner_above=False, owner="owner", owners=(), columns=COLUMNS, policies=policies,
    )  # fmt: skip
    catalogue = Catalogue(
        version=150005, login="probe", column="tenant_id", setting="app.tenant_id", roles=(), unknown_roles=(),
        relations=(table,), functions=(), named=(), shared=(),
    )  # fmt: skip
    made = read_facts(catalogue, (), None, "nothing is tried here")
    found = next(one.facts for one in made if one.detail == "app.stock")
    assert isinstance(found, TenancyFacts)
    assert isinstance(found.policies, PolicyPart)
    assert found.policies.defaulted == expected


def test_literals_are_masked_before_anything_is_recorded() -> None:
    given = f"((tenant_id = {SET}) OR (tenant_id = 'tenant-7'::text) OR (owner = E'it''s') OR (status = ''))"
    assert masked(given, "app.tenant_id") == (
        f"((tenant_id = {SET}) OR (tenant_id = '…'::text) OR (owner = '…') OR (status = ''))"
    )
