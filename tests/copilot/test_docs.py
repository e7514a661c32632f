"""The documents that come from the code are current."""

from scripts.generate_docs import documents


def test_generated_documents_are_current() -> None:
    stale = [path.name for path, text in documents().items() if path.read_text() != text]
    assert stale == [], "run `make docs`"
