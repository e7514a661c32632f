"""Cues: what is said in a turn, however it is worded, heard in the turn's one embedding."""
