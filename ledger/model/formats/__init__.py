"""Text to values and back: YAML, parameter files, metrics, curves, lock files."""
