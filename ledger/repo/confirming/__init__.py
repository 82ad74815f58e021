"""Putting a finding to the test: which arm it is, what it was worth, and the plan that confirms it."""
