"""From what a plan is asked for to its variants: one builder a module, and `arms`, which puts them in order."""
