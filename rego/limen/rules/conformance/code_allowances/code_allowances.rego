# METADATA
# title: "Every entry of the allow-list of the code probe is in use"
# description: "No entry of the allow-list matches nothing any more, and none is past its last day."
# schemas: [{input: schema.code_observation}]
# custom:
#   id: conformance.code_allowances
#   subject: code_observation
#   severity: medium
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:CA-7", "nist-800-53r5:CM-3"]
#   remediation: "Take the entry out of the allow-list; where its day is over, decide anew."
#   not_applicable: "it is a finding, not the search as a whole"
#   checks:
#     used:
#       path: scan.unused_allowances
#       needs: [scan.unused_allowances]
#       message: "entries of the allow-list that match nothing: {actual}"
#   avoid: |
#     allow: [{rule: tls-not-verified, path: old/client.py, reason: test data}]     # and the file is gone
#   prefer: |
#     allow: []
#   rationale: |
#     An entry that matches nothing waits for something that it was never meant for, and excuses it without anybody
#     looking.
package limen.rules.conformance.code_allowances

applicable := input.what == "scan"

checks["used"] := {"holds": input.scan.unused_allowances == 0, "actual": input.scan.unused_allowances}
