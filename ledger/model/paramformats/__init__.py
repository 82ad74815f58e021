"""One module for each format of parameter files; `paramfiles` chooses among them."""
