"""Fits gradient-boosted regression trees and writes them as an MLflow model in ONNX.

The same rows give the same bytes on every machine: floating-point numbers are only added,
subtracted, multiplied, divided and compared, one after the other in a fixed order. (Not with
`sum`: from Python 3.12 on it rounds floats differently.)
"""

import argparse
import csv
import hashlib
import struct
from pathlib import Path

import onnx_file

FEATURES = ["distance_miles", "hour", "weekday", "passengers", "airport", "manhattan_ends"]
TARGET = "fare"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", type=Path, required=True, help="folder with train.csv")
    parser.add_argument("--trees", type=int, default=24)
    parser.add_argument("--max-depth", type=int, default=3)
    parser.add_argument("--learning-rate", type=float, default=0.2)
    parser.add_argument("--min-leaf", type=int, default=6, help="fewest trips in a leaf")
    parser.add_argument("--trained-at", help="time to record in the model, in UTC")
    parser.add_argument("--model", type=Path, required=True, help="folder to write")
    arguments = parser.parse_args()

    rows, targets = read(arguments.features / "train.csv")
    base, trees = boost(rows, targets, arguments)
    content = onnx_file.encode(base, trees, FEATURES, TARGET)
    write_model(arguments.model, content, arguments.trained_at)
    print(f"{len(rows)} trips, {len(trees)} trees, {len(content)} bytes")


def read(path):
    with open(path, encoding="utf-8", newline="") as source:
        trips = list(csv.DictReader(source))
    rows = [[float32(float(trip[name])) for name in FEATURES] for trip in trips]
    return rows, [float(trip[TARGET]) for trip in trips]


def float32(value):
    """The value as the runtime will see it."""
    return struct.unpack("<f", struct.pack("<f", value))[0]


def add_up(values):
    total = 0.0
    for value in values:
        total += value
    return total


def boost(rows, targets, options):
    base = float32(add_up(targets) / len(targets))
    rests = [target - base for target in targets]
    # Sorted once; each node filters it. Equal values keep the order of the rows.
    orders = [sorted(range(len(rows)), key=lambda row: rows[row][f]) for f in range(len(FEATURES))]
    trees = []
    for _ in range(options.trees):
        tree = []
        grow(tree, rows, rests, orders, options.max_depth, options)
        trees.append(tree)
    return base, trees


def grow(tree, rows, rests, orders, depth, options):
    """Appends a node and those below it to the tree, and takes its leaves off the rests."""
    members = orders[0]
    node = len(tree)
    split = best_split(rows, rests, orders, options.min_leaf) if depth > 0 else None
    if split is None:
        mean = add_up(rests[row] for row in sorted(members)) / len(members)
        weight = float32(options.learning_rate * mean)
        tree.append({"weight": weight})
        for row in members:
            rests[row] -= weight
        return node
    feature, threshold = split
    tree.append({"feature": feature, "threshold": threshold})
    below = [[row for row in order if rows[row][feature] <= threshold] for order in orders]
    above = [[row for row in order if rows[row][feature] > threshold] for order in orders]
    tree[node]["below"] = grow(tree, rows, rests, below, depth - 1, options)
    tree[node]["above"] = grow(tree, rows, rests, above, depth - 1, options)
    return node


def best_split(rows, rests, orders, min_leaf):
    """The split that leaves the smallest squared error; the first of equals; None if none helps."""
    count = len(orders[0])
    total = add_up(rests[row] for row in sorted(orders[0]))
    best_gain = total * total / count
    best = None
    for feature, order in enumerate(orders):
        left = 0.0
        for position in range(count - 1):
            left += rests[order[position]]
            taken = position + 1
            low, high = rows[order[position]][feature], rows[order[taken]][feature]
            if low == high or taken < min_leaf or count - taken < min_leaf:
                continue
            right = total - left
            gain = left * left / taken + right * right / (count - taken)
            if gain > best_gain:
                best_gain = gain
                middle = float32((low + high) / 2)
                best = (feature, middle if middle < high else low)
    return best


REQUIREMENTS = ["mlflow==2.22.0", "numpy==1.26.4", "onnx==1.17.0", "onnxruntime==1.20.1"]
PYTHON = "3.11.9"


def write_model(folder, content, trained_at):
    folder.mkdir(parents=True, exist_ok=True)
    columns = ", ".join(
        '{"type": "float", "name": "%s", "required": true}' % name for name in FEATURES
    )
    ml_model = [
        "flavors:",
        "  onnx:",
        "    code: null",
        "    data: model.onnx",
        "    onnx_version: 1.17.0",
        "    providers:",
        "    - CPUExecutionProvider",
        "  python_function:",
        "    data: model.onnx",
        "    env:",
        "      conda: conda.yaml",
        "      virtualenv: python_env.yaml",
        "    loader_module: mlflow.onnx",
        f"    python_version: {PYTHON}",
        "mlflow_version: 2.22.0",
        f"model_size_bytes: {len(content)}",
        f"model_uuid: {hashlib.sha256(content).hexdigest()[:32]}",
        "signature:",
        f"  inputs: '[{columns}]'",
        '  outputs: \'[{"type": "float", "name": "%s", "required": true}]\'' % TARGET,
        "  params: null",
    ]
    if trained_at:
        ml_model.append(f"utc_time_created: '{trained_at}'")
    conda = [
        "channels:",
        "- conda-forge",
        "dependencies:",
        f"- python={PYTHON}",
        "- pip=24.0",
        "- pip:",
        *(f"  - {requirement}" for requirement in REQUIREMENTS),
        "name: mlflow-env",
    ]
    python_env = [
        f"python: {PYTHON}",
        "build_dependencies:",
        "- pip==24.0",
        "dependencies:",
        "- -r requirements.txt",
    ]
    (folder / "model.onnx").write_bytes(content)
    write_lines(folder / "MLmodel", ml_model)
    write_lines(folder / "conda.yaml", conda)
    write_lines(folder / "python_env.yaml", python_env)
    write_lines(folder / "requirements.txt", REQUIREMENTS)


def write_lines(path, lines):
    path.write_bytes(("\n".join(lines) + "\n").encode("utf-8"))


if __name__ == "__main__":
    main()
