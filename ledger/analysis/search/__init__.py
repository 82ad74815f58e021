"""Searches: trials that follow from trials. Each module is one pure function of a plan and its records."""
