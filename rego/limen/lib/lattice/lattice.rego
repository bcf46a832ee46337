# METADATA
# title: Labels and clearances
# description: |
#   A label is a level (rank from 0) and compartments, ordered as a lattice (D. Denning, 1976).
package limen.lib.lattice

import data.limen.lib.logic
import data.limen.lib.sets

# METADATA
# description: True where a clearance admits a label, that is no lower a level and every compartment.
# scope: document
dominates(clearance, label) := logic.both(
	clearance.level >= label.level,
	sets.missing(label.compartments, clearance.compartments) == [],
)

# METADATA
# description: True where a label reaches the level, or touches one of the compartments, that a profile protects.
# scope: document
protected(label, compartments, level) := logic.either(
	label.level >= level,
	count(sets.shared(label.compartments, compartments)) > 0,
)
