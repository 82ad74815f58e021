"""Whether what a commit would run may run here, and what of a stranger's commit no command may follow."""
