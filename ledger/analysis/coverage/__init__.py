"""Which values of the parameters, and which of their combinations, have been tried."""
