package limen.lib.sets_test

import data.limen.lib.sets

test_missing_is_sorted if sets.missing(["time", "actor", "record"], ["record", "purpose"]) == ["actor", "time"]

test_nothing_is_missing if sets.missing(["actor"], ["record", "actor"]) == []

test_nothing_required if sets.missing([], ["record"]) == []

test_shared_is_sorted if sets.shared(["sign", "wrap", "mac"], ["wrap", "encrypt", "sign"]) == ["sign", "wrap"]

test_shared_is_symmetric if {
	sets.shared(["wrap", "sign"], ["sign", "mac"]) == sets.shared(["sign", "mac"], ["wrap", "sign"])
}

test_nothing_shared if sets.shared(["sign"], ["wrap"]) == []

test_an_absent_list_is_not_an_empty_one if {
	[answer | answer := sets.missing(["actor"], input.absent)] == [] with input as {}
	[answer | answer := sets.missing(input.absent, ["actor"])] == [] with input as {}
	[answer | answer := sets.shared(input.absent, ["actor"])] == [] with input as {}
}
