"""`python -m ledger`."""

from ledger.cli.main import run_main

run_main()
