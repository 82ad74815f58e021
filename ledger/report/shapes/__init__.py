"""The shapes of `--json`, which are fixed because programs read them: values in, plain values out."""
