# METADATA
# title: People and workloads share no role
# description: "A role says whether people or workloads hold it, and no component acts in a role for people."
# schemas: [{input: schema.role}]
# custom:
#   id: access.human_and_workload_role
#   subject: role
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-2", "nist-800-53r5:AC-5", "nist-800-53r5:IA-4", "21cfr11:11.100", "eu-annex-11:12.4",
#     "45cfr164:164.312(a)(2)(i)", "nist-800-207:5.7", "pci-dss-4.0.1:8.2.2", "pci-dss-4.0.1:8.6.1"]
#   remediation: Split the role into one for people and one for workloads.
#   not_applicable: nobody holds the role
#   checks:
#     declared:
#       path: subjects
#       message: "holders may be {actual}; a role is for human or for workload"
#     component:
#       path: held_by_components
#       message: "{actual} {actual:component acts|components act} in a role for people"
#   avoid: |
#     operator: {permissions: ["record:release"], subjects: any}
#   prefer: |
#     release_officer: {permissions: ["record:release"], subjects: human}
#     release_job: {permissions: ["release:publish"], subjects: workload}
#   rationale: |
#     A person's act must be traceable to that person. Where a service holds the same role, its use of the permission
#     looks like a person's, and the person's signature can be denied.
package limen.rules.access.human_and_workload_role

import data.limen.lib.logic

applicable := (input.held_by_components + input.held_by_principals) > 0

checks["declared"] := {"holds": input.subjects != "any", "actual": input.subjects}

checks["component"] := {
	"holds": logic.either(input.subjects != "human", input.held_by_components == 0),
	"actual": input.held_by_components,
}
