# METADATA
# title: Tables of last days
# description: Dates are integers such as 20260921, so that they compare as numbers.
package limen.lib.dates

import data.limen.lib.logic

# METADATA
# description: True where the table allows a name on a day; a name that is not in the table is never allowed.
# scope: document
allowed_on(last_days, name, day) := logic.both(
	name in object.keys(last_days),
	object.get(last_days, name, day) >= day,
)
