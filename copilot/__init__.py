"""Agent-assist copilot for calls between outsourced healthcare agents and patients."""

__version__ = "0.1.0"
