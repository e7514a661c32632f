"""A pack that is wrong."""


class PackError(ValueError):
    """A rule or protocol pack that cannot be used: `str()` is `file:line: reason`."""

    def __init__(self, path: str, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}")
        self.path, self.line, self.reason = path, line, reason
