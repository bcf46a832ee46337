# METADATA
# title: The sections that the profiles require are there
# description: No section of the declaration that a profile requires is missing or empty.
# schemas: [{input: schema.system}]
# custom:
#   id: structure.required_sections
#   subject: system
#   severity: critical
#   confidence: certain
#   controls: ["nist-800-53r5:CM-6", "nist-800-53r5:PL-2", "eu-annex-11:4.3"]
#   remediation: "Write the section, or drop the profile whose law does not bind the system."
#   parameters:
#     required_sections: {type: strings, stricter: more}
#   not_applicable: "never: the system is always judged"
#   checks:
#     section:
#       path: missing_sections
#       each: missing_sections
#       message: "the section {actual} is missing or empty; the profiles require {required}"
#   avoid: |
#     profiles: [dea-controlled-substances]
#     ledgers: {}
#   prefer: |
#     profiles: [dea-controlled-substances]
#     ledgers:
#       crossing-log: {component: crossing-log, ...}
#   rationale: |
#     What is not declared has no subjects, and rules without subjects raise nothing. So a profile names the sections
#     without which it can't be answered, and their absence is itself the finding.
package limen.rules.structure.required_sections

import data.limen.parameters

applicable := true

# A removed section would otherwise leave nothing to judge, and the run would be greener for it.
checks.section[i] := {
	"holds": needed == false,
	"actual": section,
	"required": parameters.required_sections,
} if {
	some i, section in input.missing_sections
	needed := section in parameters.required_sections
}
