"""Turns cleaned trips into the numbers that the model takes."""

import argparse
import csv
from datetime import date
from pathlib import Path

FILES = ("train.csv", "holdout.csv")
AIRPORTS = {"laguardia": 1, "jfk": 2}
COLUMNS = [
    "trip_id",
    "distance_miles",
    "hour",
    "weekday",
    "passengers",
    "airport",
    "manhattan_ends",
    "fare",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clean", type=Path, required=True, help="folder with the cleaned trips")
    parser.add_argument("--features", type=Path, required=True, help="folder to write")
    arguments = parser.parse_args()

    arguments.features.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        with open(arguments.clean / name, encoding="utf-8", newline="") as source:
            rows = [features(trip) for trip in csv.DictReader(source)]
        with open(arguments.features / name, "w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        print(f"{name}: {len(rows)} trips")


def features(trip):
    day, time = trip["pickup_time"].split(" ")
    ends = (trip["pickup_zone"], trip["dropoff_zone"])
    return {
        "trip_id": trip["trip_id"],
        "distance_miles": trip["distance_miles"],
        "hour": int(time.split(":")[0]),
        "weekday": date.fromisoformat(day).weekday(),  # Monday is 0
        "passengers": trip["passengers"],
        "airport": max(AIRPORTS.get(zone, 0) for zone in ends),
        "manhattan_ends": ends.count("manhattan"),
        "fare": trip["fare"],
    }


if __name__ == "__main__":
    main()
