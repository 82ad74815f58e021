"""Plan, execute, collect: how trials are run."""
