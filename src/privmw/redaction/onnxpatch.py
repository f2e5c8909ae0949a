"""Turns a model's 4-bit weights into 8-bit ones as it is read: the same file, half the time on a CPU.

``MatMulNBits`` saves memory, not time: ONNX Runtime expands its weights to 32-bit floats again. ``DynamicQuantizeMatMul``
multiplies 8-bit weights, scaled by column, with activations that are quantised on the fly, in VNNI or AVX2 instructions
(both: onnxruntime, ContribOperators.md). A model is a protobuf message, of which only the nodes in question and their new
weights are rewritten, so that neither the ``onnx`` package nor a second copy of the model is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["with_fast_matmul"]

_GRAPH = 7
_NODE, _INITIALIZER = 1, 5
_INPUT, _OUTPUT, _NAME, _OP_TYPE, _ATTRIBUTE, _DOMAIN = 1, 2, 3, 4, 5, 7
_ATTRIBUTE_NAME, _ATTRIBUTE_INT = 1, 3
_DIMS, _DATA_TYPE, _TENSOR_NAME, _RAW_DATA = 1, 2, 8, 9
_FLOAT, _UINT8, _INT8 = 1, 2, 3
_VARINT, _BYTES = 0, 2
"""Field numbers, types and wire types of onnx.proto."""

_Field = tuple[int, int, Any]


def with_fast_matmul(model: bytes) -> bytes:
    """Return a model whose ``MatMulNBits`` nodes became ``DynamicQuantizeMatMul``; any other model as it is.

    Nodes that are not 4-bit, or whose weights are not plain arrays within the file, stay.

    Args:
        model: A serialised ONNX model.

    Raises:
        ValueError: It is no protobuf message.
    """
    if b"MatMulNBits" not in model:
        return model
    return _joined((field, wire, _graph(value) if field == _GRAPH else value) for field, wire, value in _fields(model))


def _graph(graph: bytes) -> bytes:
    fields = list(_fields(graph))
    tensors: dict[str, dict[int, Any]] = {}
    for field, _, value in fields:
        if field == _INITIALIZER:
            tensor = {number: content for number, _, content in _fields(value)}
            tensors[bytes(tensor.get(_TENSOR_NAME, b"")).decode()] = tensor
    rewritten: list[_Field] = []
    unused: set[str] = set()
    for field, wire, value in fields:
        if field == _NODE and b"MatMulNBits" in value:
            made = _node(value, tensors)
            if made is not None:
                node, weights, replaced = made
                rewritten.append((field, wire, node))
                rewritten += [(_INITIALIZER, _BYTES, tensor) for tensor in weights]
                unused |= replaced
                continue
        rewritten.append((field, wire, value))
    return _joined(
        (field, wire, value)
        for field, wire, value in rewritten
        if not (field == _INITIALIZER and bytes(dict(_numbered(value)).get(_TENSOR_NAME, b"")).decode() in unused)
    )


def _node(node: bytes, tensors: Mapping[str, dict[int, Any]]) -> tuple[bytes, list[bytes], set[str]] | None:
    """Return the new node, its new weights, and the names of the old ones."""
    inputs: list[str] = []
    numbers: dict[str, int] = {}
    output = b""
    for field, _, value in _fields(node):
        if field == _INPUT:
            inputs.append(value.decode())
        elif field == _OUTPUT:
            output = value
        elif field == _OP_TYPE and value != b"MatMulNBits":
            return None
        elif field == _ATTRIBUTE:
            attribute = dict(_numbered(value))
            numbers[attribute[_ATTRIBUTE_NAME].decode()] = int(attribute.get(_ATTRIBUTE_INT, 0))
    arrays = [tensors.get(name) for name in inputs[1:4]]
    plain = all(array is not None and _RAW_DATA in array for array in arrays)
    if not plain or numbers.get("bits") != 4 or any(inputs[4:]) or len(arrays) < 2:
        return None
    weights = _dequantised(
        [array[_RAW_DATA] for array in arrays if array], numbers["N"], numbers["K"], numbers["block_size"]
    )
    eight, scales = _by_column(weights)
    name = inputs[1]
    made = [
        (_INPUT, _BYTES, inputs[0].encode()),
        (_INPUT, _BYTES, f"{name}_int8".encode()),
        (_INPUT, _BYTES, f"{name}_scale".encode()),
        (_OUTPUT, _BYTES, output),
        (_NAME, _BYTES, f"{name}_fast".encode()),
        (_OP_TYPE, _BYTES, b"DynamicQuantizeMatMul"),
        (_DOMAIN, _BYTES, b"com.microsoft"),
    ]
    return (
        _joined(made),
        [_tensor(f"{name}_int8", _INT8, eight), _tensor(f"{name}_scale", _FLOAT, scales)],
        set(inputs[1:4]),
    )


def _dequantised(arrays: list[bytes], columns: int, rows: int, block: int) -> Any:
    """Weights as floats, ``[rows, columns]``: ``(nibble - zero point) * scale`` per block of a column."""
    import numpy  # noqa: ICN001 - only with the tier

    blocks = (rows + block - 1) // block
    packed = numpy.frombuffer(arrays[0], numpy.uint8).reshape(columns, blocks, block // 2)
    nibbles = numpy.stack([packed & 15, packed >> 4], axis=-1).reshape(columns, blocks, block).astype(numpy.float32)
    scales = numpy.frombuffer(arrays[1], numpy.float32).reshape(columns, blocks, 1)
    zeros: Any = 8.0
    if len(arrays) > 2:
        points = numpy.frombuffer(arrays[2], numpy.uint8).reshape(columns, -1)
        zeros = (
            numpy.stack([points & 15, points >> 4], axis=-1)
            .reshape(columns, -1)[:, :blocks, None]
            .astype(numpy.float32)
        )
    return ((nibbles - zeros) * scales).reshape(columns, blocks * block)[:, :rows].T


def _by_column(weights: Any) -> tuple[Any, Any]:
    import numpy  # noqa: ICN001

    scales = numpy.maximum(numpy.abs(weights).max(axis=0) / 127.0, 1e-12).astype(numpy.float32)
    return numpy.ascontiguousarray(numpy.rint(weights / scales)).astype(numpy.int8), scales


def _tensor(name: str, kind: int, array: Any) -> bytes:
    dims: list[_Field] = [(_DIMS, _VARINT, size) for size in array.shape]
    rest: list[_Field] = [(_DATA_TYPE, _VARINT, kind), (_TENSOR_NAME, _BYTES, name.encode())]
    return _joined([*dims, *rest, (_RAW_DATA, _BYTES, array.tobytes())])


def _numbered(message: bytes) -> Iterator[tuple[int, Any]]:
    return ((number, value) for number, _, value in _fields(message))


def _fields(message: bytes) -> Iterator[_Field]:
    """Yield ``(number, wire type, value)``; the value of a fixed-width field is its bytes."""
    position = 0
    while position < len(message):
        tag, position = _read_varint(message, position)
        wire = tag & 7
        value: Any
        if wire == _VARINT:
            value, position = _read_varint(message, position)
        else:
            if wire == _BYTES:
                length, position = _read_varint(message, position)
            elif wire in {1, 5}:
                length = 8 if wire == 1 else 4
            else:
                raise ValueError("not an ONNX model")
            value = message[position : position + length]
            if len(value) != length:
                raise ValueError("not an ONNX model")
            position += length
        yield tag >> 3, wire, value


def _joined(fields: Any) -> bytes:
    parts = bytearray()
    for number, wire, value in fields:
        parts += _varint(number << 3 | wire)
        if wire == _VARINT:
            parts += _varint(value)
        else:
            parts += _varint(len(value)) + value if wire == _BYTES else value
    return bytes(parts)


def _read_varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(message) and shift < 70:
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
