from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from knowledge_base.embedding import MiniLm
from knowledge_base.knowledge import Knowledge

STARTER = Path(__file__).parents[2] / "knowledge_base" / "starter"


@pytest.fixture(scope="session")
def embedder() -> MiniLm:
    return MiniLm()


@pytest.fixture
def opened(tmp_path: Path, embedder: MiniLm) -> Iterator[Callable[..., Knowledge]]:
    """Opens a knowledge base in a folder of the test, and closes it afterwards."""
    open_ones: list[Knowledge] = []

    def make(folder: str = "kb", **given: object) -> Knowledge:
        data = tmp_path / folder
        knowledge = Knowledge.open(data, **({"embedder": embedder} | given))  # type: ignore[arg-type]
        open_ones.append(knowledge)
        return knowledge

    yield make
    for knowledge in open_ones:
        knowledge.close()


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory, embedder: MiniLm) -> Iterator[Knowledge]:
    knowledge = Knowledge.open(tmp_path_factory.mktemp("starter"), embedder=embedder)
    report = knowledge.import_paths([STARTER], publish=True)
    assert report.problems == ()
    yield knowledge
    knowledge.close()


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a passage file with front matter; a field given as None is left out."""

    def make(name: str, text: str = "Some words to say.", **fields: object) -> Path:
        front = {
            "id": Path(name).stem,
            "kind": "faq",
            "title": "A title",
            "owner": "team",
            "approver_role": "clinical_approver",
            "effective_from": "2026-01-01",
        } | fields
        lines = [f"{key}: {value}" for key, value in front.items() if value is not None]
        path = tmp_path / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("---\n" + "\n".join(lines) + f"\n---\n\n{text}\n")
        return path

    return make
