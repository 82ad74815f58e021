"""Experiments that are planned and of which nothing has run: what tests begin with that are not about `new`."""

from __future__ import annotations

from conftest import Project


def one_seed(project: Project) -> None:
    """One trial, without a prediction."""
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "1")


def two_seeds(project: Project) -> None:
    """Two trials."""
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "2")


def three_seeds(project: Project) -> None:
    """Three trials."""
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "3")


def wider(project: Project) -> None:
    """One trial of an experiment that takes its name from its title."""
    project.ledger("new", "Wider", "--seeds", "1")


def wider_twice(project: Project) -> None:
    """Two of them."""
    project.ledger("new", "Wider", "--seeds", "2")
