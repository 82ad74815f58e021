"""What does each group of the data do to a metric? Arms with and without it, weighed against each other."""
