"""The repository as a ledger: experiments, code and data, read from git and DVC."""
