"""A small tagger of identifiers, trained on generated calls, that reads a turn in its dialogue."""
