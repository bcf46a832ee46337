# METADATA
# title: "Every copy of a store is probed"
# description: "The section probes asks a storage probe of each component that gets copies of a medium."
# schemas: [{input: schema.component}]
# custom:
#   id: operations.copy_probed
#   subject: component
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:CA-7", "nist-800-53r5:CA-2", "nist-800-207:tenet-5"]
#   remediation: "Add {probe: storage, component: NAME, endpoint: …, credential: …, every: P1D} to probes."
#   not_applicable: "it gets no copies of a medium"
#   checks:
#     probe:
#       path: probes
#       message: "no storage probe is asked for, and {actual} copied {actual:item lies|items lie} here"
#   avoid: |
#     probes: []
#   prefer: |
#     probes: [{probe: storage, component: clinical-backup, endpoint: "https://objects.example/backup",
#       credential: "vault:probe", every: P1D}]
#   rationale: |
#     Backups hold everything, are looked at by nobody, and are the bucket that was public after all.
package limen.rules.operations.copy_probed

import data.limen.lib.sets

applicable := input.copies > 0

checks["probe"] := {"holds": count(sets.shared(["storage"], input.probes)) > 0, "actual": input.copies}
