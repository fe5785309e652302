"""Says how good the predictions are."""

import argparse
import csv
import json
import math
from pathlib import Path


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--predictions", type=Path, required=True, help="CSV file to read")
    parser.add_argument("--metrics", type=Path, required=True, help="JSON file to write")
    arguments = parser.parse_args()

    with open(arguments.predictions, encoding="utf-8", newline="") as source:
        pairs = [(float(row["fare"]), float(row["predicted"])) for row in csv.DictReader(source)]
    metrics = measure(pairs)
    arguments.metrics.parent.mkdir(parents=True, exist_ok=True)
    arguments.metrics.write_bytes((json.dumps(metrics, indent=2) + "\n").encode("utf-8"))
    print(json.dumps(metrics))


def measure(pairs):
    count = len(pairs)
    mean = math.fsum(actual for actual, _ in pairs) / count
    squares = math.fsum((actual - predicted) * (actual - predicted) for actual, predicted in pairs)
    spread = math.fsum((actual - mean) * (actual - mean) for actual, _ in pairs)
    return {
        "r2": round(1 - squares / spread, 6),
        "rmse": round(math.sqrt(squares / count), 6),
        "mae": round(math.fsum(abs(actual - predicted) for actual, predicted in pairs) / count, 6),
        "rows": count,
    }


if __name__ == "__main__":
    main()
