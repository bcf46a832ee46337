"""Probes: each asks reality about a declared posture and records observations; none judges."""
