# METADATA
# title: "Plaintext reaches no log, dump or trace"
# description: >-
#   A component where protected items can be in plaintext forbids plaintext in logs and debug output and writes no
#   core dumps.
# schemas: [{input: schema.component}]
# custom:
#   id: processing.plaintext_leaks
#   subject: component
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AU-3", "nist-800-53r5:SC-28", "nist-800-53r5:SI-11", "nist-800-53r5:SI-12",
#     "45cfr164:164.312(a)(1)", "iso-27001-2022:8.12"]
#   remediation: >-
#     Declare plaintext_logging and debug_output forbidden and core_dumps disabled, and switch them off in the
#     runtime.
#   parameters:
#     protected_compartments: {type: strings, stricter: more}
#     protected_level: {type: integer, stricter: lower}
#     own_trust: {type: integer, stricter: lower}
#   not_applicable: "no item can be in plaintext here, or the component is outside the system's own zones"
#   checks:
#     logging:
#       path: processing.plaintext_logging
#       message: "plaintext, up to {label}, in logs is {actual}; it must be {required}"
#     dumps:
#       path: processing.core_dumps
#       message: "core dumps with plaintext, up to {label}, are {actual}; they must be {required}"
#     debug:
#       path: processing.debug_output
#       message: "plaintext, up to {label}, in debug output is {actual}; it must be {required}"
#   avoid: |
#     processing: {plaintext_logging: allowed, core_dumps: enabled, debug_output: allowed}
#   prefer: |
#     processing: {plaintext_logging: forbidden, core_dumps: disabled, debug_output: forbidden}
#   rationale: |
#     Logs and dumps are collected, shipped abroad and read by support, outside every clearance of the model. Most
#     large disclosures of health data in plaintext were log files.
package limen.rules.processing.plaintext_leaks

import data.limen.lib.lattice
import data.limen.lib.logic
import data.limen.parameters

applicable := logic.both(input.holds_plaintext > 0, input.trust >= parameters.own_trust)

checks["logging"] := {
	"holds": logic.either(input.processing.plaintext_logging == "forbidden", exempt),
	"actual": input.processing.plaintext_logging,
	"required": "forbidden",
	"label": input.effective_label.text,
}

checks["dumps"] := {
	"holds": logic.either(input.processing.core_dumps == "disabled", exempt),
	"actual": input.processing.core_dumps,
	"required": "disabled",
	"label": input.effective_label.text,
}

checks["debug"] := {
	"holds": logic.either(input.processing.debug_output == "forbidden", exempt),
	"actual": input.processing.debug_output,
	"required": "forbidden",
	"label": input.effective_label.text,
}

exempt := lattice.protected(
	input.effective_label,
	parameters.protected_compartments,
	parameters.protected_level,
) == false
