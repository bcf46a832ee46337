# METADATA
# title: No version outlives its cryptoperiod
# description: >-
#   The current version of a key is no older than the declared cryptoperiod, which is within the profile's maximum.
# schemas: [{input: schema.key}]
# custom:
#   id: keys.cryptoperiod
#   subject: key
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:SC-12", "nist-800-57pt1r5:5.3", "pci-dss-4.0.1:3.7.4"]
#   remediation: Rotate the key now and declare activated anew; shorten a cryptoperiod that is beyond the maximum.
#   parameters:
#     cryptoperiod_maximum: {type: duration, stricter: lower}
#   not_applicable: nothing in the declaration uses the key
#   checks:
#     age:
#       path: activated
#       needs: [age, cryptoperiod]
#       message: "the current version is {actual} old; its cryptoperiod is {required}"
#     begun:
#       path: age
#       needs: [age]
#       message: "the current version is activated after the day that is judged by"
#     period:
#       path: cryptoperiod
#       needs: [cryptoperiod]
#       message: "the cryptoperiod is {actual}; the profile allows {required} at most"
#   avoid: |
#     keys:
#       signing: {activated: 2019-01-01, cryptoperiod: P3Y}
#   prefer: |
#     keys:
#       signing: {activated: 2026-01-01, cryptoperiod: P1Y}
#   rationale: |
#     A rotation interval is an intention; the date shows whether it happened. SP 800-57 Part 1 limits how long a
#     version may protect new data, since both exposure and the volume under one key grow with time.
package limen.rules.keys.cryptoperiod

import data.limen.parameters

applicable := count(input.uses) > 0

checks["age"] := {
	"holds": input.age <= input.cryptoperiod,
	"actual": input.age,
	"required": input.cryptoperiod,
}

# A day in the future is a slip of the pen, and would make any key young.
checks["begun"] := {
	"holds": input.age >= 0,
	"actual": input.age,
	"required": 0,
}

checks["period"] := {
	"holds": input.cryptoperiod <= parameters.cryptoperiod_maximum,
	"actual": input.cryptoperiod,
	"required": parameters.cryptoperiod_maximum,
}
