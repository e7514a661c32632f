"""Labelled calls made of templates: the same call as it is typed, transcribed and spoken."""
