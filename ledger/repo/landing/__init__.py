"""What becomes of the main branch when an experiment lands."""
