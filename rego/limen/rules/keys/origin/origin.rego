# METADATA
# title: "Keys of the profile's uses are made in an HSM"
# description: "A key with a use that the profile names comes from one of the profile's origins."
# schemas: [{input: schema.key}]
# custom:
#   id: keys.origin
#   subject: key
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:SC-12", "fips-140-3:7.9", "fips-140-3:validation", "pci-dss-4.0.1:3.7.1"]
#   remediation: >-
#     Have the key made anew inside the HSM or KMS and move what the old one sealed; an imported key does not become
#     one of the HSM's.
#   parameters:
#     origins_allowed: {type: strings, stricter: fewer}
#     origin_uses: {type: strings, stricter: more}
#   not_applicable: nothing in the declaration uses the key
#   checks:
#     origin:
#       path: origin
#       needs: [origin]
#       message: "the key comes from {actual}; for {uses} the profile requires {required}"
#   avoid: |
#     keys:
#       root: {purpose: wrap, origin: software}
#   prefer: |
#     keys:
#       root: {purpose: wrap, origin: hsm}
#   rationale: |
#     A key that once lay in a program's memory or a file may have copies that nobody knows of, however well it is
#     kept now. What is made inside a validated module has none.
package limen.rules.keys.origin

import data.limen.lib.logic
import data.limen.lib.sets
import data.limen.parameters

applicable := count(input.uses) > 0

checks["origin"] := {
	"holds": logic.either(
		input.origin in parameters.origins_allowed,
		count(sets.shared(input.uses, parameters.origin_uses)) == 0,
	),
	"actual": input.origin,
	"uses": sets.shared(input.uses, parameters.origin_uses),
	"required": parameters.origins_allowed,
}
