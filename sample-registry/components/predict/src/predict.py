"""Predicts fares with a tree ensemble in ONNX, as an ONNX runtime does it: in 32-bit floats.

Reads what the train component writes (one TreeEnsembleRegressor) and nothing else, so that it
needs no package. For any other model use an ONNX runtime.
"""

import argparse
import csv
import struct
from pathlib import Path

TARGET = "fare"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", type=Path, required=True, help="folder with holdout.csv")
    parser.add_argument("--model", type=Path, required=True, help="folder with model.onnx")
    parser.add_argument("--predictions", type=Path, required=True, help="CSV file to write")
    arguments = parser.parse_args()

    model = read_model(arguments.model / "model.onnx")
    with open(arguments.features / "holdout.csv", encoding="utf-8", newline="") as source:
        trips = list(csv.DictReader(source))
    arguments.predictions.parent.mkdir(parents=True, exist_ok=True)
    with open(arguments.predictions, "w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(["trip_id", TARGET, "predicted"])
        for trip in trips:
            row = [float32(float(trip[name])) for name in model["features"]]
            writer.writerow([trip["trip_id"], trip[TARGET], repr(predict(model, row))])
    print(f"{len(trips)} trips")


def float32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def predict(model, row):
    total = 0.0
    for tree in model["trees"]:
        node = tree[0]
        while "weight" not in node:
            below = row[node["feature"]] <= node["threshold"]
            node = tree[node["below" if below else "above"]]
        total = float32(total + node["weight"])
    return float32(total + model["base"])


def read_model(path):
    model = fields(path.read_bytes())
    operators = [fields(node) for node in fields(model[7][0])[1]]
    names = [operator[4][0].decode("utf-8") for operator in operators]
    if names != ["TreeEnsembleRegressor"]:
        raise SystemExit(f"{path} has the operators {names}; only one TreeEnsembleRegressor works.")
    values = dict(attribute(content) for content in operators[0][5])
    properties = [fields(entry) for entry in model[14]]
    features = {entry[1][0].decode("utf-8"): entry[2][0].decode("utf-8") for entry in properties}
    return {
        "features": features["features"].split(","),
        "base": values["base_values"][0],
        "trees": read_trees(values),
    }


def read_trees(values):
    trees = {}
    for index, tree in enumerate(values["nodes_treeids"]):
        trees.setdefault(tree, {})[values["nodes_nodeids"][index]] = {
            "feature": values["nodes_featureids"][index],
            "threshold": values["nodes_values"][index],
            "below": values["nodes_truenodeids"][index],
            "above": values["nodes_falsenodeids"][index],
        }
    for index, tree in enumerate(values["target_treeids"]):
        node = trees[tree][values["target_nodeids"][index]]
        node["weight"] = values["target_weights"][index]
    return [trees[tree] for tree in sorted(trees)]


def attribute(content):
    parts = fields(content)
    floats = [struct.unpack("<f", item)[0] for item in parts.get(7, [])]
    return parts[1][0].decode("utf-8"), floats or parts.get(8, [])


def fields(message):
    """The fields of a protobuf message: number -> values, undecoded."""
    found = {}
    position = 0
    while position < len(message):
        key, position = varint(message, position)
        number, wire_type = key >> 3, key & 7
        if wire_type == 0:
            value, position = varint(message, position)
        elif wire_type in (2, 5):
            size = 4
            if wire_type == 2:
                size, position = varint(message, position)
            value = message[position : position + size]
            position += size
        else:
            raise SystemExit(f"Not an ONNX file: wire type {wire_type} at byte {position}.")
        found.setdefault(number, []).append(value)
    return found


def varint(message, position):
    value = shift = 0
    while True:
        digit = message[position]
        position += 1
        value |= (digit & 127) << shift
        shift += 7
        if digit < 128:
            return value, position


if __name__ == "__main__":
    main()
