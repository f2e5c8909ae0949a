"""The rewritten model is the same model, faster."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privmw.redaction.nermodel import find_model
from privmw.redaction.onnxpatch import with_fast_matmul


def logits(model: bytes, ids: list[int]) -> Any:
    """Run a model over some tokens."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    batch = np.array([ids], dtype=np.int64)
    feed = {"input_ids": batch, "attention_mask": np.ones_like(batch), "token_type_ids": np.zeros_like(batch)}
    return session.run(None, feed)[0][0]


def test_the_rewritten_model_decides_alike() -> None:
    """Nearly every token gets the label that the original model gives it, and no 4-bit node is left."""
    original = next(find_model("rampart").rglob("*.onnx")).read_bytes()
    rewritten = with_fast_matmul(original)
    assert b"MatMulNBits" in original
    assert b"MatMulNBits" not in rewritten
    ids = [101, *range(2000, 2110), 102]
    same = (logits(original, ids).argmax(-1) == logits(rewritten, ids).argmax(-1)).mean()
    assert same >= 0.95


@pytest.mark.parametrize("model", [b"", b"\x08\x07", b"anything without such nodes"])
def test_other_models_stay(model: bytes) -> None:
    """A model without 4-bit weights is not touched."""
    assert model is with_fast_matmul(model)


@given(st.binary(max_size=60))
def test_broken_files_raise_value_error(noise: bytes) -> None:
    """Whatever stands in a file, it is rewritten, left alone or refused."""
    with suppress(ValueError):
        assert b"MatMulNBits" in with_fast_matmul(b"MatMulNBits" + noise)
