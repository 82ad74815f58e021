"""The index of all experiments: a cache in SQLite, and what is asked of it."""
