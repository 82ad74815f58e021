"""Experiments that a command makes whole to answer a question: their plan, and what their records say."""
