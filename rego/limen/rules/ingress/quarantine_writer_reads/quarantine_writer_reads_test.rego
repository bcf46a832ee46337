package limen.rules.ingress.quarantine_writer_reads_test

import data.limen.rules.ingress.quarantine_writer_reads

subject := {"quarantine": true, "quarantine_writer_reads": 0}

decide(given) := answer if {
	answer := {"applicable": quarantine_writer_reads.applicable, "checks": quarantine_writer_reads.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"separate": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"quarantine_writer_reads": 1}))
	answer.applicable == true
	answer.checks == {"separate": {"holds": false, "actual": 1}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["quarantine_writer_reads"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"quarantine_writer_reads": 5}))
	answer.applicable == true
	answer.checks == {"separate": {"holds": false, "actual": 5}}
}

test_elsewhere_is_not_applicable if {
	decide(object.union(subject, {"quarantine": false, "quarantine_writer_reads": 1})).applicable == false
}
