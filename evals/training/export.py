# pyright: basic, reportMissingImports=false
"""Writes a trained network as ONNX with weights of eight bits, as the product runs it."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

Axes = Mapping[str, Mapping[int, str]]
"""For each input, which of its axes are of any length."""


def export(
    network: torch.nn.Module, path: Path, some: Mapping[str, torch.Tensor], axes: Axes
) -> float:
    """Writes a network with inputs of these names, and says what rounding costs.

    `some` inputs show the shapes; the cost is the furthest that one of their scores moves.
    """
    import onnxruntime as ort
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        torch.onnx.export(
            network.eval(), tuple(some.values()), str(whole), input_names=list(some),
            output_names=["scores"], dynamic_axes={n: dict(found) for n, found in axes.items()},
            opset_version=17, dynamo=False,
        )  # fmt: skip
        quantize_dynamic(whole, path, weight_type=QuantType.QInt8, per_channel=True)
    with torch.no_grad():
        wanted = network(*some.values()).numpy()
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    found = session.run(None, {name: rows.numpy() for name, rows in some.items()})[0]
    return float(np.abs(np.asarray(found) - wanted).max())
