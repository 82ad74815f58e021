"""What data sets hold: their files in groups, parts and samples of them, from listings alone."""
