"""Asks ONNX Runtime to multiply 4-bit weights with 8-bit activations, which a model file has to say for itself.

``MatMulNBits`` computes in 32-bit floats unless its node carries ``accuracy_level = 4`` (onnxruntime, ContribOperators.md).
Most exported models do not set it, and run three to four times slower on CPUs with VNNI or AVX2. The file is protobuf:
the attribute is appended to each such node as the model is read, so that neither the ``onnx`` package nor a second copy
of the model is needed.
"""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["with_fast_matmul"]

_GRAPH, _NODE, _OP_TYPE, _ATTRIBUTE, _ATTRIBUTE_NAME = 7, 1, 4, 5, 1  # field numbers of onnx.proto
_BYTES = 2  # wire type of strings and messages

_ACCURACY = b"\x0a\x0eaccuracy_level" + b"\x18\x04" + b"\xa0\x01\x02"
"""AttributeProto: name = "accuracy_level", i = 4, type = INT."""


def with_fast_matmul(model: bytes) -> bytes:
    """Return a model with ``accuracy_level = 4`` on every ``MatMulNBits`` node that has none.

    Args:
        model: A serialised ONNX model.

    Raises:
        ValueError: It is no protobuf message.
    """
    if b"MatMulNBits" not in model:
        return model
    return _rewrite(model, _GRAPH, lambda graph: _rewrite(graph, _NODE, _patched))


def _patched(node: bytes) -> bytes:
    if b"MatMulNBits" not in node or b"accuracy_level" in node:
        return node
    for number, wire, start, end, _ in _fields(node):
        if number == _OP_TYPE and wire == _BYTES and node[start:end] == b"MatMulNBits":
            return node + bytes([_ATTRIBUTE << 3 | _BYTES]) + _varint(len(_ACCURACY)) + _ACCURACY
    return node


def _rewrite(message: bytes, number: int, change: object) -> bytes:
    parts = []
    done = 0
    for field, wire, start, end, begin in _fields(message):
        if field == number and wire == _BYTES:
            old = message[start:end]
            new = change(old)  # type: ignore[operator]
            if new is not old:
                parts += [message[done:begin], _varint(number << 3 | _BYTES), _varint(len(new)), new]
                done = end
    return b"".join([*parts, message[done:]]) if parts else message


def _fields(message: bytes) -> Iterator[tuple[int, int, int, int, int]]:
    """Yield ``(number, wire type, start and end of the content, start of the field)``."""
    position = 0
    while position < len(message):
        begin = position
        tag, position = _read_varint(message, position)
        wire = tag & 7
        if wire == 0:
            start = position
            _, position = _read_varint(message, position)
        elif wire in {1, 5}:
            start, position = position, position + (8 if wire == 1 else 4)
        elif wire == _BYTES:
            length, start = _read_varint(message, position)
            position = start + length
        else:
            raise ValueError("not an ONNX model")
        if position > len(message):
            raise ValueError("not an ONNX model")
        yield tag >> 3, wire, start, position, begin


def _read_varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(message) and shift < 64:
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
    raise ValueError("not an ONNX model")


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
