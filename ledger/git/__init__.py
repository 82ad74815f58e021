"""Git: objects, trees, refs and work trees; knows nothing of experiments."""
