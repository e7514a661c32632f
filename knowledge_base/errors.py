"""What can go wrong with the knowledge base, said in one line."""


class KnowledgeError(RuntimeError):
    """The knowledge base could not be opened or used; the text is one line to show."""


class PassageError(ValueError):
    """A passage that is wrong: `str()` is `file:line: reason`."""

    def __init__(self, path: str, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}")
        self.path, self.line, self.reason = path, line, reason
