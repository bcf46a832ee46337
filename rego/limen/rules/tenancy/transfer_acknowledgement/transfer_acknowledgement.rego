# METADATA
# title: The receiver acknowledges a transfer in time
# description: "A transfer declares the receiver's deadline, and it is within the profile's maximum."
# schemas: [{input: schema.transfer}]
# custom:
#   id: tenancy.transfer_acknowledgement
#   subject: transfer
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AU-10", "21cfr1304:1304.21(a)"]
#   remediation: "Declare acknowledge_within as PT24H or less, and treat a missing acknowledgement as an incident."
#   parameters:
#     acknowledgement_maximum: {type: duration, stricter: lower}
#   not_applicable: "never: every transfer is judged"
#   checks:
#     deadline:
#       path: acknowledge_within
#       needs: [acknowledge_within]
#       message: "the receiver has {actual} to acknowledge; the profile requires {required} at most"
#   avoid: |
#     acknowledge_within: P7D
#   prefer: |
#     acknowledge_within: PT24H
#   rationale: |
#     What was sent and not acknowledged is lost, stolen or denied, and the trail grows cold by the hour. A deadline
#     turns silence into an alarm.
package limen.rules.tenancy.transfer_acknowledgement

import data.limen.parameters

applicable := true

checks["deadline"] := {
	"holds": input.acknowledge_within <= parameters.acknowledgement_maximum,
	"actual": input.acknowledge_within,
	"required": parameters.acknowledgement_maximum,
}
