package limen.lib.lattice_test

import data.limen.lib.lattice

phi := {"level": 2, "compartments": ["phi"], "text": "confidential {phi}"}

test_equal_labels_dominate if lattice.dominates(phi, phi) == true

test_higher_and_wider_dominates if lattice.dominates({"level": 3, "compartments": ["phi", "regulatory"]}, phi) == true

test_lower_level_does_not if lattice.dominates({"level": 1, "compartments": ["phi"]}, phi) == false

test_missing_compartment_does_not if lattice.dominates({"level": 3, "compartments": ["regulatory"]}, phi) == false

test_incomparable_either_way if {
	other := {"level": 2, "compartments": ["serialization"]}
	lattice.dominates(phi, other) == false
	lattice.dominates(other, phi) == false
}

test_protected_by_level if lattice.protected(phi, [], 2) == true

test_protected_by_compartment if lattice.protected(phi, ["phi"], 3) == true

test_not_protected if lattice.protected(phi, ["regulatory"], 3) == false

test_half_a_label_decides_nothing if {
	given := {"level": 3}
	[answer | answer := lattice.dominates(given, phi)] == []
	[answer | answer := lattice.protected(given, ["phi"], 1)] == []
	[answer | answer := lattice.protected({"compartments": ["phi"]}, ["phi"], 1)] == []
}
