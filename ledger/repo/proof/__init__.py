"""What `ledger verify` gathers for the checks."""
