"""Writes a tree ensemble as the bytes of an ONNX file, without the onnx package.

An ONNX file is a protobuf message. The numbers below are the field numbers of onnx.proto; fields
are written in their order and repeated ones unpacked, as the onnx package does it.
"""

import struct

INT, STRING, FLOATS, INTS, STRINGS = 2, 3, 6, 7, 8  # AttributeProto.AttributeType
ELEMENT_FLOAT = 1  # TensorProto.DataType


def encode(base, trees, features, target):
    """One TreeEnsembleRegressor: `features` (rows x columns) in, `target` (rows x 1) out."""
    nodes = [(t, n, node) for t, tree in enumerate(trees) for n, node in enumerate(tree)]
    leaves = [(t, n, node) for t, n, node in nodes if "weight" in node]
    attributes = [
        attribute("aggregate_function", STRING, b"SUM"),
        attribute("base_values", FLOATS, [base]),
        attribute("n_targets", INT, 1),
        attribute("nodes_falsenodeids", INTS, [node.get("above", 0) for _, _, node in nodes]),
        attribute("nodes_featureids", INTS, [node.get("feature", 0) for _, _, node in nodes]),
        attribute("nodes_modes", STRINGS, [mode(node) for _, _, node in nodes]),
        attribute("nodes_nodeids", INTS, [n for _, n, _ in nodes]),
        attribute("nodes_treeids", INTS, [t for t, _, _ in nodes]),
        attribute("nodes_truenodeids", INTS, [node.get("below", 0) for _, _, node in nodes]),
        attribute("nodes_values", FLOATS, [node.get("threshold", 0.0) for _, _, node in nodes]),
        attribute("post_transform", STRING, b"NONE"),
        attribute("target_ids", INTS, [0 for _ in leaves]),
        attribute("target_nodeids", INTS, [n for _, n, _ in leaves]),
        attribute("target_treeids", INTS, [t for t, _, _ in leaves]),
        attribute("target_weights", FLOATS, [node["weight"] for _, _, node in leaves]),
    ]
    regressor = (
        text(1, "features")
        + text(2, target)
        + text(3, "trees")
        + text(4, "TreeEnsembleRegressor")
        + b"".join(field(5, item) for item in attributes)
        + text(7, "ai.onnx.ml")
    )
    graph = (
        field(1, regressor)
        + text(2, "taxi-fare")
        + field(11, table("features", len(features)))
        + field(12, table(target, 1))
    )
    return (
        number(1, 8)  # IR version
        + text(2, "taxi-fare-train")
        + field(7, graph)
        + field(8, text(1, "") + number(2, 15))
        + field(8, text(1, "ai.onnx.ml") + number(2, 3))
        + field(14, text(1, "features") + text(2, ",".join(features)))
    )


def mode(node):
    return b"LEAF" if "weight" in node else b"BRANCH_LEQ"


def attribute(name, kind, value):
    if kind == INT:
        body = number(3, value)
    elif kind == STRING:
        body = field(4, value)
    elif kind == FLOATS:
        body = b"".join(key(7, 5) + struct.pack("<f", item) for item in value)
    elif kind == INTS:
        body = b"".join(number(8, item) for item in value)
    else:
        body = b"".join(field(9, item) for item in value)
    return text(1, name) + body + number(20, kind)


def table(name, columns):
    """ValueInfoProto of float32 rows: any number of them, so many columns."""
    shape = field(1, text(2, "rows")) + field(1, number(1, columns))
    return text(1, name) + field(2, field(1, number(1, ELEMENT_FLOAT) + field(2, shape)))


def field(tag, content):
    return key(tag, 2) + varint(len(content)) + content


def text(tag, value):
    return field(tag, value.encode("utf-8"))


def number(tag, value):
    return key(tag, 0) + varint(value)


def key(tag, wire_type):
    return varint(tag << 3 | wire_type)


def varint(value):
    """Base 128, low digits first."""
    digits = bytearray()
    while value > 127:
        digits.append(value & 127 | 128)
        value >>= 7
    digits.append(value)
    return bytes(digits)
