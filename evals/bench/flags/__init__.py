"""Flags: the golden calls, what is raised in them, and what that costs an agent."""
