"""What a site is made from, and the folder that it lies in."""
