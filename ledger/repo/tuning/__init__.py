"""Configurations of parameters that were tried: what the records hold of them."""
