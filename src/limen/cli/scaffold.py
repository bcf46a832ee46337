"""The rule that `limen rules new` writes: for each kind of subject a small one that is true, to be edited."""

from __future__ import annotations

from typing import NamedTuple


class Example(NamedTuple):
    """A limit on one number of a kind of subject."""

    field: str
    """The number's path in the input."""
    counted: str
    """What it counts, as a noun in the plural."""
    limit: int
    """The value that the profile sets."""
    applicable: str
    """When the rule applies, in Rego."""
    applies: str
    """Input that makes it apply, in Rego's object notation, without braces."""
    idle: str
    """Input that makes it not apply."""
    reason: str
    """Why it then does not."""
    control: str
    """A requirement that asks for it."""
    subject: str
    """What is judged, as the sentence begins."""
    least: bool = False
    """Whether the limit is the least that is allowed; else the most."""
    optional: bool = False
    """Whether a declaration may leave the number out, so that the check needs it."""


def _some(field: str) -> tuple[str, str, str]:
    """Return what applies where a count is not 0."""
    return f"input.{field} > 0", f'"{field}": 1', f'"{field}": 0'


def _true(field: str) -> tuple[str, str, str]:
    """Return what applies where a fact is true."""
    return f"input.{field}", f'"{field}": true', f'"{field}": false'


EXAMPLES: dict[str, Example] = {
    "assertion": Example(
        "cut", "flows that break it", 0, *_true("applies"), "there is nothing that it asserts",
        "nist-800-53r5:SC-7", "An assertion",
    ),
    "brokers_observation": Example(
        "admitted", "logins that anybody could guess", 0, *_some("tried"), "no login was tried there",
        "nist-800-53r5:IA-5", "A broker's listener",
    ),
    "claim": Example(
        "age", "seconds since it was observed", 2_592_000, *_true("seen"), "nothing was observed of it",
        "nist-800-53r5:CA-7", "A claim", optional=True,
    ),
    "code_observation": Example(
        "age", "seconds since it was observed", 2_592_000, 'input.what == "scan"', '"what": "scan"',
        '"what": "finding"', "it is a place, not the analysis as a whole", "nist-800-53r5:RA-5", "An analysis of code",
    ),
    "component": Example(
        "opens_flows", "flows that start there", 20, *_some("flows"), "no flow starts or ends there",
        "nist-800-53r5:SC-7", "A component",
    ),
    "data": Example(
        "moved", "flows that move it", 20, *_some("stored"), "no component stores it",
        "nist-800-53r5:AC-4", "An item",
    ),
    "duty_pair": Example(
        "principals", "principals that hold both", 0, "input.known > 1", '"known": 2', '"known": 1',
        "no role grants both permissions", "nist-800-53r5:AC-5", "A pair of duties",
    ),
    "exposure": Example(
        "identifiers", "identifying fields", 10, *_true("plaintext"), "it can't be in plaintext there",
        "nist-800-53r5:AC-4", "What is in plaintext",
    ),
    "flow": Example(
        "crosses_zones", "zone borders on its way", 3, *_true("crossing"), "the flow stays within a zone",
        "nist-800-53r5:SC-7", "A crossing",
    ),
    "key": Example(
        "users", "components that use it", 10, *_some("seals_data"), "it seals no data",
        "nist-800-53r5:SC-12", "A key",
    ),
    "ledger": Example(
        "unredacted", "identifying flows that it records unredacted", 0, *_some("used"), "nothing is recorded in it",
        "nist-800-53r5:AU-9", "A ledger",
    ),
    "ledger_observation": Example(
        "bytes", "bytes of its text", 1_000_000_000, *_some("records"), "it has no records",
        "nist-800-53r5:AU-11", "A ledger that was read",
    ),
    "path": Example(
        "unaudited_crossings", "crossings that are not recorded", 0, *_some("hops"), "it is no way at all",
        "nist-800-53r5:AU-2", "A path",
    ),
    "principal": Example(
        "roles", "roles", 10, *_some("human_roles"), "it holds no role of people",
        "nist-800-53r5:AC-6", "A principal",
    ),
    "probe": Example(
        "every", "seconds between two askings", 604_800, *_true("endpoint"), "it does not say where to ask",
        "nist-800-53r5:CA-7", "A probe", optional=True,
    ),
    "kms_observation": Example(
        "newest_age", "seconds that the newest version was old", 31_536_000, *_true("exists"),
        "the custodian knows no such key", "nist-800-53r5:SC-12", "A key at its custodian", optional=True,
    ),
    "role": Example(
        "permissions", "permissions", 20, *_some("held_by_components"), "no component acts in it",
        "nist-800-53r5:AC-6", "A role",
    ),
    "secrets_observation": Example(
        "age", "seconds since it was observed", 2_592_000, 'input.what == "scan"', '"what": "scan"', '"what": "secret"',
        "it is a secret, not the search as a whole", "nist-800-53r5:IA-5(7)", "A search for secrets",
    ),
    "leak_observation": Example(
        "clear", "canaries in the clear", 0, *_some("canaries"), "nothing was looked for", "nist-800-53r5:SC-28",
        "A place that was searched", optional=True,
    ),
    "storage_observation": Example(
        "duty", "seconds that what lies there must be kept", 157_784_760, *_true("write_once"),
        "nothing there is written once", "nist-800-53r5:AU-11", "A store that was probed", least=True,
    ),
    "system": Example(
        "keys", "keys", 200, *_some("profiles"), "it names no profile",
        "nist-800-53r5:SC-12", "A system",
    ),
    "tenancy_observation": Example(
        "unjudged", "tables without the tenant column", 0, *_some("tables"), "no table of tenants is in it",
        "nist-800-53r5:SC-4", "A database of tenants", optional=True,
    ),
    "tenant": Example(
        "same_binding_values", "other tenants that it can't be told from", 0, *_some("components"),
        "no component belongs to it", "nist-800-53r5:AC-4", "A tenant",
    ),
    "tenant_pair": Example(
        "shared_keys", "keys that both use", 0, "input.transfers == 0", '"transfers": 0', '"transfers": 1',
        "a transfer joins the two", "nist-800-53r5:SC-12", "A pair of tenants",
    ),
    "tls_observation": Example(
        "prime_bits", "bits of its Diffie-Hellman prime", 2048, 'input.channel == "tls"', '"channel": "tls"',
        '"channel": "ssh"', "it does not speak TLS", "nist-800-53r5:SC-13", "An endpoint that was probed",
        least=True, optional=True,
    ),
    "transfer": Example(
        "unsigned_items", "items that leave the sender unsigned", 0, *_some("flows"), "it runs over no flow",
        "nist-800-53r5:SC-8", "A transfer",
    ),
    "transformation": Example(
        "trust", "trust of the zone where it happens", 1, *_true("declassifies"), "it does not lower a label",
        "nist-800-53r5:AC-4", "A declassification", least=True,
    ),
    "wire": Example(
        "depth", "keys around it", 1, *_true("crossing"), "the flow stays within a zone",
        "nist-800-53r5:SC-8", "An item on a crossing", least=True,
    ),
    "zone": Example(
        "entering_flows", "flows that enter it", 20, *_some("components"), "no component is in it",
        "nist-800-53r5:SC-7", "A zone",
    ),
}  # fmt: skip
"""By kind of subject."""


def parameter_name(rule_id: str, example: Example) -> str:
    """Return the name of the rule's parameter: its own, so that no other rule's is changed by it."""
    return f"{rule_id.replace('.', '_')}_{'least' if example.least else 'most'}"


def rule_text(rule_id: str, kind: str, controls: tuple[str, ...]) -> str:
    """Return the rule's module."""
    example = EXAMPLES[kind]
    parameter = parameter_name(rule_id, example)
    bound = "at least" if example.least else "at most"
    applicable = example.applicable
    needs = f"\n#       needs: [{example.field}]" if example.optional else ""
    listed = ", ".join(f'"{control}"' for control in controls or (example.control,))
    return f"""\
# METADATA
# title: "{example.subject}: {example.counted}, {bound} what the profile says"
# description: "Held against the profile's limit: {example.counted}."
# schemas: [{{input: schema.{kind}}}]
# custom:
#   id: {rule_id}
#   subject: {kind}
#   severity: medium
#   confidence: certain
#   controls: [{listed}]
#   remediation: "Change the declaration until it keeps to the limit, or set another limit in your profile."
#   parameters:
#     {parameter}: {{type: integer, stricter: {"higher" if example.least else "lower"}}}
#   not_applicable: "{example.reason}"
#   checks:
#     limit:
#       path: {example.field}{needs}
#       message: "{example.counted}: {{actual}}; the profile allows {bound} {{required}}"
#   rationale: |
#     This rule is an example that limen wrote. It judges what it says, and no more: make it say what yours must.
package limen.rules.{rule_id}

import data.limen.parameters

applicable := {applicable}

checks["limit"] := {{
	"holds": input.{example.field} {">=" if example.least else "<="} parameters.{parameter},
	"actual": input.{example.field},
	"required": parameters.{parameter},
}}
"""


def test_text(rule_id: str, kind: str) -> str:
    """Return the module of the rule's tests."""
    example = EXAMPLES[kind]
    name = rule_id.rpartition(".")[2]
    good, bad, worst = (1, 0, -1) if example.least else (1, 2, 100)

    def case(title: str, change: str, checks: str) -> str:
        return f"""\
test_{title} if {{
	answer := decide({change})
	answer.applicable == true
	answer.checks == {checks}
}}
"""

    def limit(number: int, holds: bool) -> str:
        return f'{{"limit": {{"holds": {str(holds).lower()}, "actual": {number}, "required": 1}}}}'

    def given(number: int) -> str:
        return f'object.union(subject, {{"{example.field}": {number}}})'

    return f"""\
package limen.rules.{rule_id}_test

import data.limen.rules.{rule_id}

parameters := {{"{parameter_name(rule_id, example)}": 1}}

subject := {{{example.applies}, "{example.field}": {good}}}

decide(given) := answer if {{
	answer := {{"applicable": {name}.applicable, "checks": {name}.checks}}
		with input as given
		with data.limen.parameters as parameters
}}

{case("conforming", "subject", limit(good, True))}
{case("violating", given(bad), limit(bad, False))}
{case("missing_field", f'json.remove(subject, ["{example.field}"])', "{}")}
{case("still_applies", given(worst), limit(worst, False))}
test_not_applicable if {{
	decide(object.union(subject, {{{example.idle}}})).applicable == false
}}
"""


def profile_text(profile_id: str, rule_id: str, kind: str) -> str:
    """Return a profile that selects the rule."""
    example = EXAMPLES[kind]
    return f"""\
id: {profile_id}
title: Rules of our own
description: What we ask of a system beyond the profiles that limen brings.
rules:
  - {rule_id}
parameters:
  {parameter_name(rule_id, example)}: {example.limit}
"""
