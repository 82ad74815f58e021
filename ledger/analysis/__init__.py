"""One question a file, over model and stats. No input or output happens here."""
