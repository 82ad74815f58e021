"""Numbers in, results with their warnings out."""
