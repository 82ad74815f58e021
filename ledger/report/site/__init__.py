"""The pages of a site: values to files."""
