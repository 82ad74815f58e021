"""Models: their versions and stages, which git has as tags in GTO's scheme."""
