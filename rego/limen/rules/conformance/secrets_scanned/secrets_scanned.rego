# METADATA
# title: "The whole repository was searched for secrets"
# description: "A search left nothing out and, where the profile asks for it, went through every commit."
# schemas: [{input: schema.secrets_observation}]
# custom:
#   id: conformance.secrets_scanned
#   subject: secrets_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:CA-2", "nist-800-53r5:RA-5", "nist-800-53r5:IA-5(7)"]
#   remediation: "Make what was left out readable, or accept it in the allow-list; set options: {history: true}."
#   parameters:
#     secret_history: {type: boolean, stricter: higher}
#   not_applicable: "it is a secret, not the search as a whole"
#   checks:
#     complete:
#       path: scan.complete
#       needs: [scan.complete]
#       message: "not everything was searched"
#     files:
#       path: scan.files
#       needs: [scan.files]
#       message: "no file was searched"
#     history:
#       path: scan.history
#       needs: [scan.history]
#       message: "the commits were not searched"
#   avoid: |
#     probes: [{probe: secrets, endpoint: "."}]                              # and the history is full of them
#   prefer: |
#     probes: [{probe: secrets, endpoint: ".", options: {history: true}}]
#   rationale: |
#     A search that skips what it can't read and then says that it found nothing is the most common way to overlook a
#     secret. What was not searched is unknown, and a secret that was deleted is still in the history.
package limen.rules.conformance.secrets_scanned

import data.limen.lib.logic
import data.limen.parameters

applicable := input.what == "scan"

checks["complete"] := {"holds": input.scan.complete}

checks["files"] := {"holds": input.scan.files > 0, "actual": input.scan.files}

checks["history"] := {"holds": logic.either(input.scan.history, parameters.secret_history == false)}
