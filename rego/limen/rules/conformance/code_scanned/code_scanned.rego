# METADATA
# title: "The whole code was analysed"
# description: "An analysis read at least one file with at least one rule, and left no file out."
# schemas: [{input: schema.code_observation}]
# custom:
#   id: conformance.code_scanned
#   subject: code_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:CA-2", "nist-800-53r5:RA-5"]
#   remediation: "Make every file one that can be read and parsed, or accept it in the allow-list with a reason."
#   not_applicable: "it is a place in the code, not the analysis as a whole"
#   checks:
#     complete:
#       path: scan.complete
#       needs: [scan.complete]
#       message: "not everything was analysed"
#     files:
#       path: scan.files
#       needs: [scan.files]
#       message: "no file was analysed"
#     rules:
#       path: scan.rules
#       needs: [scan.rules]
#       message: "it was analysed with no rule"
#   avoid: |
#     probes: [{probe: code, endpoint: docs}]       # where no code is
#   prefer: |
#     probes: [{probe: code, endpoint: src}]
#   rationale: |
#     An analyser that can't parse a file says so in a corner of its output and reports no finding there. No finding
#     in a file that was not read means nothing.
package limen.rules.conformance.code_scanned

applicable := input.what == "scan"

checks["complete"] := {"holds": input.scan.complete}

checks["files"] := {"holds": input.scan.files > 0, "actual": input.scan.files}

checks["rules"] := {"holds": input.scan.rules > 0, "actual": input.scan.rules}
