# METADATA
# title: Keys are held in a validated module
# description: >-
#   A key names the module that holds it, validated to a standard that the profile accepts on the day, at its level or
#   above, with a certificate.
# schemas: [{input: schema.key}]
# custom:
#   id: rest.module
#   subject: key
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:IA-7", "nist-800-53r5:SC-13", "21cfr1311:1311.30", "21cfr1311:1311.55",
#     "nist-800-52r2:3.3.2", "fips-140-3:140-2-active", "fips-140-3:140-2-transition", "fips-140-3:validation",
#     "pci-dss-4.0.1:3.6.1.2"]
#   remediation: >-
#     Move the key to a module with a FIPS 140-3 certificate and declare its standard, level and certificate number.
#   parameters:
#     module_last_day: {type: date_table, stricter: lower}
#     module_level: {type: integer, stricter: higher}
#   not_applicable: nothing in the declaration uses the key
#   checks:
#     standard:
#       path: module.standard
#       needs: [module.standard]
#       message: "the module's standard, {actual}, is not accepted: last day {required}, 0 where it never was"
#     level:
#       path: module.level
#       needs: [module.level]
#       message: "the module's level is {actual}; the profile requires {required} at least"
#     certificate:
#       path: module.certificate
#       needs: [module.certificate]
#       message: "the module's certificate number is not given"
#   avoid: |
#     module: {standard: FIPS 140-2, level: 1}
#   prefer: |
#     module: {standard: FIPS 140-3, level: 3, certificate: "4759"}
#   rationale: |
#     Vendors say compliant where they mean similar; only a certificate says validated. The certificates of FIPS
#     140-2 moved to the Historical List on 2026-09-21, so that new procurement needs 140-3.
package limen.rules.rest.module

import data.limen.context
import data.limen.lib.dates
import data.limen.parameters

applicable := count(input.uses) > 0

checks["standard"] := {
	"holds": dates.allowed_on(parameters.module_last_day, input.module.standard, context.as_of),
	"actual": input.module.standard,
	"required": object.get(parameters.module_last_day, input.module.standard, 0),
}

checks["level"] := {
	"holds": input.module.level >= parameters.module_level,
	"actual": input.module.level,
	"required": parameters.module_level,
}

checks["certificate"] := {"holds": input.module.certificate}
