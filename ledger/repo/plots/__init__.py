"""What plots are made of: the curves and numbers of trials, and their definitions."""
