# METADATA
# title: Joining booleans without losing unknowns
# description: |
#   Each function is undefined where an operand is, so that an absent input never decides anything.
#   Rego's own body conjunction would be undefined where it should be false.
package limen.lib.logic

# METADATA
# description: True where at least one of the two is true.
# scope: document
either(a, b) := true in {a, b}

# METADATA
# description: True where both are true.
# scope: document
both(a, b) := {a, b} == {true}
