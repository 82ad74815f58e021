"""Builders of variants from what a plan is asked for, one per module; `arms` puts them in order."""
