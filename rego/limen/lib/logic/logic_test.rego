package limen.lib.logic_test

import data.limen.lib.logic

test_either_needs_one if {
	logic.either(true, false) == true
	logic.either(false, true) == true
	logic.either(true, true) == true
	logic.either(false, false) == false
}

test_both_needs_all if {
	logic.both(true, true) == true
	logic.both(true, false) == false
	logic.both(false, true) == false
	logic.both(false, false) == false
}

test_an_absent_operand_decides_nothing if {
	[answer | answer := logic.either(true, input.absent)] == [] with input as {}
	[answer | answer := logic.either(input.absent, true)] == [] with input as {}
	[answer | answer := logic.both(true, input.absent)] == [] with input as {}
	[answer | answer := logic.both(input.absent, true)] == [] with input as {}
}
