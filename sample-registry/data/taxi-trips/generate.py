"""Writes trips/train.csv and trips/holdout.csv.

The trips are invented. Every number comes from a linear-congruential generator and from integer
arithmetic, so the same bytes come out on every machine and with every Python 3.

Usage: python3 generate.py [FOLDER]        (default: trips, beside this script)
"""

import sys
from pathlib import Path

SEED = 20250101
TRAIN_ROWS = 520
HOLDOUT_ROWS = 160
DAYS = 90  # 2025-01-01, a Wednesday, and the days after it
BROKEN_EVERY = 40  # one training row in so many is broken, as in real meters; prep drops them

COLUMNS = "trip_id,pickup_time,pickup_zone,dropoff_zone,distance_miles,passengers,fare"
ZONES = ["manhattan", "brooklyn", "queens", "bronx", "laguardia", "jfk"]
ZONE_WEIGHTS = [50, 16, 12, 6, 8, 8]
HOUR_WEIGHTS = [3, 2, 1, 1, 1, 2, 4, 6, 7, 6, 5, 5, 5, 5, 5, 6, 7, 9, 9, 8, 7, 6, 5, 4]
PASSENGER_WEIGHTS = [70, 16, 5, 3, 4, 2]

# Hundredths of a mile between the middles of two zones, in the order of ZONES.
DISTANCE = [
    [210, 620, 680, 900, 950, 1730],
    [620, 330, 760, 1480, 1010, 1340],
    [680, 760, 350, 1080, 490, 980],
    [900, 1480, 1080, 310, 870, 1850],
    [950, 1010, 490, 870, 260, 1060],
    [1730, 1340, 980, 1850, 1060, 300],
]


class Generator:
    """A 64-bit linear-congruential generator; its high bits are the random ones."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) * limit >> 31

    def pick(self, weights):
        rest = self.below(sum(weights))
        for index, weight in enumerate(weights):
            if rest < weight:
                return index
            rest -= weight
        raise AssertionError("the weights do not add up")

    def bell(self, width):
        """An integer around 0, bell-shaped, between -width and width."""
        return sum(self.below(2 * width + 1) for _ in range(6)) // 6 - width


def main():
    here = Path(__file__).resolve().parent
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else here / "trips"
    folder.mkdir(parents=True, exist_ok=True)
    generator = Generator(SEED)
    train = [trip(generator, number) for number in range(1, TRAIN_ROWS + 1)]
    first = TRAIN_ROWS + 1
    holdout = [trip(generator, number) for number in range(first, first + HOLDOUT_ROWS)]
    broken = [
        breakage(row, position // BROKEN_EVERY) if position % BROKEN_EVERY == 7 else row
        for position, row in enumerate(train)
    ]
    write(folder / "train.csv", broken)
    write(folder / "holdout.csv", holdout)


def trip(generator, number):
    day = generator.below(DAYS)
    hour = generator.pick(HOUR_WEIGHTS)
    minute = generator.below(60)
    start = generator.pick(ZONE_WEIGHTS)
    end = generator.pick(ZONE_WEIGHTS)
    miles = DISTANCE[start][end]
    miles += miles * generator.bell(55) // 100
    passengers = 1 + generator.pick(PASSENGER_WEIGHTS)
    cents = fare(generator, (day + 2) % 7, hour, ZONES[start], ZONES[end], miles)
    return [
        f"T{number:05d}",
        f"{date(day)} {hour:02d}:{minute:02d}",
        ZONES[start],
        ZONES[end],
        f"{miles // 100}.{miles % 100:02d}",
        str(passengers),
        f"{cents // 100}.{cents % 100:02d}",
    ]


def fare(generator, weekday, hour, start, end, miles):
    """The fare in cents: what a meter does, plus traffic that no column explains."""
    working_day = weekday < 5
    night = hour >= 20 or hour < 6
    rush = working_day and 16 <= hour < 20
    miles_per_hour = 24 if night else 12 if working_day and 8 <= hour < 20 else 16
    seconds = miles * 36 // miles_per_hour
    seconds += seconds * generator.bell(120) // 100
    if {start, end} == {"manhattan", "jfk"}:
        cents = 7000 + (500 if rush else 0)  # a flat fare
    else:
        waiting = seconds // 3
        cents = 300 + miles * 240 // 100 + waiting * 70 // 60
        cents += 250 if rush else 100 if night else 0
    cents += 500 if "laguardia" in (start, end) else 0
    cents += 250 if "manhattan" in (start, end) else 0
    cents += generator.bell(1400)
    return max(cents // 10 * 10, 300)


def date(day):
    for month, length in ((1, 31), (2, 28), (3, 31)):
        if day < length:
            return f"2025-{month:02d}-{day + 1:02d}"
        day -= length
    raise AssertionError("later than the first of three months")


def breakage(row, kind):
    broken = list(row)
    if kind % 4 == 0:
        broken[5] = ""  # nobody counted
    elif kind % 4 == 1:
        broken[4] = "0.00"  # the meter never moved
    elif kind % 4 == 2:
        broken[6] = "-" + broken[6]  # a refund
    else:
        broken[5] = "9"  # more than a cab holds
    return broken


def write(path, rows):
    lines = [COLUMNS] + [",".join(row) for row in rows]
    path.write_bytes(("\n".join(lines) + "\n").encode("ascii"))


if __name__ == "__main__":
    main()
