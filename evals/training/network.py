# pyright: basic, reportMissingImports=false
"""The tagger's network in PyTorch, for training: the first layers of MiniLM, with features of words.

What a word looks like and what lists say of it (`guardrails.phi.tagger.features`) is added to its
subwords before the first layer, so that the layers read both, and is set beside what they make of it.
"""

import torch
from torch import nn
from torch.nn import functional

from evals.training.minilm import their_weights
from guardrails.phi.tagger.features import COLUMNS, ROWS

WIDTH, HEADS, INNER, POSITIONS = 384, 12, 1536, 512
LAYERS = 3
_WIDE = {"word": 48, "prefix": 32, "suffix": 32, "names": 32, "lists": 24, "shape": 16}
_SMALL = 12
_FEATURES, _HEAD = 128, 192


class Layer(nn.Module):
    """One layer of a BERT encoder."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.out = nn.Linear(WIDTH, WIDTH)
        self.out_norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.inner, self.outer = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        """`bias` (turns, 1, 1, subwords): very low for padding."""
        turns, subwords, _ = x.shape

        def heads(linear: nn.Linear) -> torch.Tensor:
            return linear(x).view(turns, subwords, HEADS, WIDTH // HEADS).transpose(1, 2)

        scores = heads(self.query) @ heads(self.key).transpose(2, 3) / (WIDTH // HEADS) ** 0.5
        shares = self.dropout(torch.softmax(scores + bias, dim=-1))
        mixed = (shares @ heads(self.value)).transpose(1, 2).reshape(turns, subwords, WIDTH)
        x = self.out_norm(x + self.dropout(self.out(mixed)))
        return self.norm(x + self.dropout(self.outer(functional.gelu(self.inner(x)))))


class Network(nn.Module):
    """Scores of the labels for every word of a batch of turns; see `forward`."""

    def __init__(self, subwords: int, labels: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.subwords = nn.Embedding(subwords, WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))
        wide = [_WIDE.get(name, _SMALL) for name in COLUMNS]
        self.tables = nn.ModuleList(map(nn.Embedding, ROWS, wide))
        self.features = nn.Linear(sum(wide), _FEATURES)
        self.into = nn.Linear(_FEATURES, WIDTH, bias=False)
        self.first = nn.Linear(2 * WIDTH + _FEATURES, _HEAD)
        self.near = nn.Conv1d(_HEAD, _HEAD, 3, padding=1)
        self.last = nn.Linear(_HEAD, labels)
        for table in self.tables:
            nn.init.normal_(table.weight, std=0.1)
        nn.init.normal_(self.into.weight, std=0.01)

    def forward(
        self,
        subwords: torch.Tensor,
        owners: torch.Tensor,
        columns: torch.Tensor,
        starts: torch.Tensor,
        ends: torch.Tensor,
    ) -> torch.Tensor:
        """Scores (turns, words, labels).

        `subwords` (turns, subwords), 0 is padding; `owners`: the word of each piece, from 1, 0 for
        none; `columns` (turns, words, columns), reduced to the rows of the tables; `starts` and
        `ends` (turns, words): the first and last piece of each word.
        """
        found = [table(columns[:, :, i]) for i, table in enumerate(self.tables)]
        features = functional.gelu(self.features(torch.cat(found, dim=-1)))
        features = self.dropout(features)
        none = torch.zeros_like(features[:, :1])
        own = _gather(torch.cat([none, features], dim=1), owners)
        places = torch.arange(subwords.shape[1], device=subwords.device)
        x = self.subwords(subwords) + self.positions(places)[None] + self.into(own)
        x = self.dropout(self.norm(x))
        bias = (subwords == 0).to(x.dtype)[:, None, None, :] * -1e4
        for layer in self.layers:
            x = layer(x, bias)
        words = torch.cat([_gather(x, starts), _gather(x, ends), features], dim=-1)
        words = self.dropout(functional.gelu(self.first(words)))
        near = functional.gelu(self.near(words.transpose(1, 2)).transpose(1, 2))
        return self.last(self.dropout(words + near))


def _gather(rows: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    return torch.gather(rows, 1, places[:, :, None].expand(-1, -1, rows.shape[2]))


def begin_with_minilm(network: Network, vocabulary: list[str]) -> None:
    """Starts from the first layers of the packaged model."""
    found = their_weights(vocabulary, range(LAYERS), POSITIONS)
    state = {name: torch.from_numpy(rows) for name, rows in found.items()}
    network.load_state_dict({**network.state_dict(), **state})
