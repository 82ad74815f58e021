"""Bringing an experiment from one clone to another."""
