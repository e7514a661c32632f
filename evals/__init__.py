"""How good the copilot is: its own figures, and the scoring of calls."""
