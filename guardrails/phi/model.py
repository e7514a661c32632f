"""What may be missing."""


class ModelError(RuntimeError):
    """A packaged model or list is missing or is not the one that was pinned."""
