"""Is it the training data or the evaluation data? Every version of the one with every version of the other."""
