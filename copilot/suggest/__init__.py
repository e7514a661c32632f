"""Suggestions: composed from approved passages, worded by a language model where one is set up."""
