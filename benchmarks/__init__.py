"""How fast limen is, beside pytm and FlowStrider on the same systems; `make bench`."""
