# METADATA
# title: Reality is at least as strong as the declaration
# description: What was observed is at least as strong as what is declared.
# schemas: [{input: schema.claim}]
# custom:
#   id: conformance.contradicted
#   subject: claim
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:CA-7", "nist-800-53r5:CM-6", "eu-annex-11:4.3", "nist-800-207:tenet-5",
#     "iso-27001-2022:8.9"]
#   remediation: "Bring the system to what is declared, or declare what it is and face the findings."
#   not_applicable: nothing was observed of the claim
#   checks:
#     agrees:
#       path: observed
#       needs: [agrees, observed_words]
#       message: "{claim} is declared as {declared} and was observed as {seen}"
#   avoid: |
#     in_transit: {tls: {min: "1.3"}}       # and the endpoint takes 1.2
#   prefer: |
#     in_transit: {tls: {min: "1.3"}}       # and the endpoint refuses 1.2
#   rationale: |
#     A declaration is a promise. All other judgements rest on it, so that one that is not true makes them worthless.
package limen.rules.conformance.contradicted

applicable := input.seen

checks["agrees"] := {
	"holds": input.agrees,
	"actual": input.observed,
	"declared": input.declared_words,
	"seen": input.observed_words,
	"claim": input.claim,
}
