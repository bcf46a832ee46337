# METADATA
# title: Every data item has a label
# description: A data item declares its level and its compartments.
# schemas: [{input: schema.data}]
# custom:
#   id: classification.unlabelled
#   subject: data
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:AC-16", "nist-800-53r5:RA-2", "nist-800-207:tenet-1",
#     "iso-27001-2022:5.12", "iso-27001-2022:5.13"]
#   remediation: Declare label with one of labels.levels and the compartments that apply.
#   not_applicable: "never: every data item is judged"
#   checks:
#     label:
#       path: label
#       message: "no label is declared; the item is taken for {label} until it has one"
#   avoid: |
#     submission: {identifiers: [subject_id]}
#   prefer: |
#     submission: {label: {level: restricted, compartments: [phi]}, identifiers: [subject_id]}
#   rationale: |
#     Where data may go is decided by its label, so an item without one can be judged nowhere. It counts as the most
#     sensitive there is, and lattice rules on it are not assessed until somebody decides.
package limen.rules.classification.unlabelled

applicable := true

checks["label"] := {"holds": input.labelled, "label": input.label.text}
