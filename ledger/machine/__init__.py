"""This machine: its environment, processes, graphics processors and locks."""
