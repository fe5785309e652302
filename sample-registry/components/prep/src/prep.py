"""Drops the trips that cannot be real and keeps the rest as they are."""

import argparse
import csv
from pathlib import Path

FILES = ("train.csv", "holdout.csv")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trips", type=Path, required=True, help="folder with the raw trips")
    parser.add_argument("--max-passengers", type=int, default=6)
    parser.add_argument("--clean", type=Path, required=True, help="folder to write")
    arguments = parser.parse_args()

    arguments.clean.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        with open(arguments.trips / name, encoding="utf-8", newline="") as source:
            reader = csv.DictReader(source)
            columns = reader.fieldnames
            rows = list(reader)
        kept = [row for row in rows if is_real(row, arguments.max_passengers)]
        with open(arguments.clean / name, "w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(kept)
        print(f"{name}: kept {len(kept)} of {len(rows)} trips")


def is_real(trip, max_passengers):
    if any(value is None or value == "" for value in trip.values()):
        return False
    return (
        float(trip["distance_miles"]) > 0
        and float(trip["fare"]) > 0
        and 1 <= int(trip["passengers"]) <= max_passengers
    )


if __name__ == "__main__":
    main()
