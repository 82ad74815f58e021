"""What things are: values and their text forms. No input or output happens here."""
