# METADATA
# title: Comparing lists of names
# description: Lists come as JSON arrays; answers are sorted, so that messages are stable.
package limen.lib.sets

# METADATA
# description: What is required and not given.
# scope: document
missing(required, given) := sort({name | some name in required} - {name | some name in given})

# METADATA
# description: What both lists name.
# scope: document
shared(a, b) := sort({name | some name in a} & {name | some name in b})
