# METADATA
# title: "The code does what is declared of it"
# description: "No place in the code breaks a code rule, but for those that the allow-list accepts with a reason."
# schemas: [{input: schema.code_observation}]
# custom:
#   id: conformance.code_found
#   subject: code_observation
#   severity: high
#   confidence: likely
#   scope: conformance
#   controls: ["nist-800-53r5:RA-5", "nist-800-53r5:SC-13", "nist-800-53r5:AU-3", "iso-27001-2022:8.28"]
#   remediation: "Change the code, or accept the place in the allow-list with a reason."
#   not_applicable: "it is the analysis as a whole, not a place"
#   checks:
#     excused:
#       path: finding.excuse
#       needs: [finding.excuse, finding.category]
#       message: "{rule}: {category}, in code of {language}"
#   avoid: |
#     log.info("dispensed %s to %s", drug, patient.name)
#   prefer: |
#     log.info("dispensed %s to %s", drug, tokens.of(patient))
#   rationale: |
#     A posture is declared once and broken in one line: a name in a log, a certificate that nobody checks, a key in
#     the source. Nobody sees it from outside until it is used.
package limen.rules.conformance.code_found

applicable := input.what == "finding"

checks["excused"] := {
	"holds": input.finding.excuse == "allowed",
	"actual": input.finding.excuse,
	"rule": input.finding.rule,
	"category": input.finding.category,
	"language": input.finding.language,
}
