"""One module a command: what it does, without a terminal."""
