package limen.lib.dates_test

import data.limen.lib.dates

last_days := {"FIPS 140-2": 20260921, "FIPS 140-3": 99991231}

test_before_the_last_day if dates.allowed_on(last_days, "FIPS 140-2", 20260920) == true

test_on_the_last_day if dates.allowed_on(last_days, "FIPS 140-2", 20260921) == true

test_the_day_after if dates.allowed_on(last_days, "FIPS 140-2", 20260922) == false

test_unknown_names_are_never_allowed if dates.allowed_on(last_days, "FIPS 140-1", 20260101) == false

test_no_day_allows_an_unknown_name if dates.allowed_on(last_days, "FIPS 140-1", 0) == false

test_an_absent_name_decides_nothing if {
	[answer | answer := dates.allowed_on(last_days, input.absent, 20260101)] == [] with input as {}
}
