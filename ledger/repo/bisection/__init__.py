"""A bisection as an experiment: what lies between two ends, and the plan of the search over it."""
