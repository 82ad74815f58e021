"""Where trials run: one module per kind of place, each an `Executor`."""
