"""What is under review, and all that git alone says of it."""
