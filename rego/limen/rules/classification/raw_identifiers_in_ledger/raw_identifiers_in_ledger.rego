# METADATA
# title: No raw identifiers lie in a ledger
# description: "An item that can be in plaintext in a ledger has no identifying fields, or its values are tokens."
# schemas: [{input: schema.exposure}]
# custom:
#   id: classification.raw_identifiers_in_ledger
#   subject: exposure
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AU-9", "nist-800-53r5:SI-11", "45cfr164:164.502(b)", "pci-dss-4.0.1:3.5.1",
#     "iso-27001-2022:8.12"]
#   remediation: "Log tokens or digests in place of identifiers, or seal the item for a key that the ledger does not
#     open."
#   not_applicable: the component keeps no ledger
#   checks:
#     identifiers:
#       path: identifiers
#       message: "{actual} identifying {actual:field|fields} of the item, {label}, can lie in plaintext in a ledger"
#   avoid: |
#     - {id: log, from: gateway, to: crossing-log, carries: [submission]}
#   prefer: |
#     - {id: log, from: gateway, to: crossing-log, carries: [audit-entry]}     # tokens and digests only
#   rationale: |
#     A ledger can't forget: what is written to it in error stays for years, is copied to every tier and is read by
#     auditors who may not see it. Identifiers there are a breach that can't be mended.
package limen.rules.classification.raw_identifiers_in_ledger

import data.limen.lib.logic

applicable := input.ledger

checks["identifiers"] := {
	"holds": logic.either(logic.either(input.token, input.identifiers == 0), input.plaintext == false),
	"actual": input.identifiers,
	"label": input.label.text,
}
