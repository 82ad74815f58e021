"""Where things are kept: git, DVC, files of the machine."""
