# pyright: basic, reportMissingImports=false
"""The listener's network in PyTorch, for training: the last layers of MiniLM, learnt for cues.

The first layers are those of the embedding model as they are, so that an utterance is read by them
once, for its meaning and for its cues.
"""

import torch
from torch import nn
from torch.nn import functional

from evals.training.minilm import their_weights
from evals.training.network import WIDTH, Layer

BELOW, ABOVE = 4, 2
"""The layers of the embedding model that are shared, and those that are learnt for cues."""
_HIDDEN = 320


class Hearing(nn.Module):
    """Scores of cues for a batch of turns."""

    def __init__(self, cues: int, dropout: float = 0.15) -> None:
        super().__init__()
        self.sides = nn.Embedding(2, WIDTH)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(ABOVE))
        self.hidden = nn.Linear(3 * WIDTH, _HIDDEN)
        self.dropout = nn.Dropout(0.3)
        self.cues = nn.Linear(_HIDDEN, cues)
        nn.init.normal_(self.sides.weight, std=0.02)

    def forward(
        self, states: torch.Tensor, kept: torch.Tensor, agent: torch.Tensor
    ) -> torch.Tensor:
        """`states` (turns, subwords, width) after the shared layers; `kept` (turns, subwords) is 1
        where there is a subword, 0 for padding; `agent` (turns,) is 1 where the agent speaks.
        """
        x = states + self.sides(agent)[:, None]
        bias = (1.0 - kept)[:, None, None, :] * -1e4
        for layer in self.layers:
            x = layer(x, bias)
        there = kept[:, :, None]
        mean = (x * there).sum(1) / there.sum(1).clamp(min=1.0)
        most = (x - (1.0 - there) * 1e4).amax(1)
        read = torch.cat([x[:, 0], mean, most], dim=-1)
        return self.cues(self.dropout(functional.gelu(self.hidden(self.dropout(read)))))


class Below(nn.Module):
    """The shared layers, which do not learn."""

    def __init__(self, subwords: list[str]) -> None:
        super().__init__()
        self.subwords = nn.Embedding(len(subwords), WIDTH)
        self.positions = nn.Embedding(512, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer(0.0) for _ in range(BELOW))
        found = their_weights(subwords, range(BELOW), 512)
        self.load_state_dict({name: torch.from_numpy(rows) for name, rows in found.items()})
        self.eval().requires_grad_(False)

    def forward(self, ids: torch.Tensor, kept: torch.Tensor) -> torch.Tensor:
        x = self.subwords(ids) + self.positions(torch.arange(ids.shape[1]))[None]
        x = self.norm(x)
        for layer in self.layers:
            x = layer(x, (1.0 - kept)[:, None, None, :] * -1e4)
        return x


def begin_with_minilm(network: Hearing) -> None:
    """Starts from the last layers of the packaged model."""
    found = their_weights(["[PAD]"], range(BELOW, BELOW + ABOVE), 1)
    state = {n: torch.from_numpy(rows) for n, rows in found.items() if n.startswith("layers")}
    network.load_state_dict({**network.state_dict(), **state})
