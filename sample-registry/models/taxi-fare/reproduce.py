"""Trains the model again, from the data in this registry and with the code of its components.

Runs what components/taxi_pipeline describes: prep, transform, train, predict, score. It needs
Python 3.8 or newer and nothing else, and gives the same bytes everywhere.

Usage: python3 reproduce.py            writes model/ and metrics.json beside this script
       python3 reproduce.py --check    writes nothing and fails if they would change
"""

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
REGISTRY = HERE.parent.parent
TRIPS = REGISTRY / "data" / "taxi-trips" / "trips"
TRAINED_AT = "2025-04-07 09:30:00.000000"


def main():
    with tempfile.TemporaryDirectory() as folder:
        made = run_pipeline(Path(folder))
        changed = [name for name, path in made.items() if not same(path, HERE / name)]
        for name, path in made.items():
            state = "changed" if name in changed else "same"
            print(f"{state:8} {hashlib.sha256(path.read_bytes()).hexdigest()}  {name}")
        if "--check" in sys.argv[1:]:
            return 1 if changed else 0
        for name, path in made.items():
            (HERE / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(path, HERE / name)
    return 0


def run_pipeline(folder):
    clean, features, model = folder / "clean", folder / "features", folder / "model"
    predictions, metrics = folder / "predictions.csv", folder / "metrics.json"
    run("prep", trips=TRIPS, clean=clean)
    run("transform", clean=clean, features=features)
    run("train", features=features, trained_at=TRAINED_AT, model=model)
    run("predict", features=features, model=model, predictions=predictions)
    run("score", predictions=predictions, metrics=metrics)
    made = {f"model/{path.name}": path for path in sorted(model.iterdir())}
    return {**made, "metrics.json": metrics}


def run(component, **arguments):
    """Runs a component with the arguments given; the others keep their defaults."""
    source = REGISTRY / "components" / component / "src" / f"{component}.py"
    command = [sys.executable, "-B", str(source)]
    for name, value in arguments.items():
        command += [f"--{name.replace('_', '-')}", str(value)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, universal_newlines=True)
    print(re.sub("(?m)^", f"{component}: ", done.stdout.rstrip()))


def same(one, other):
    return other.is_file() and one.read_bytes() == other.read_bytes()


if __name__ == "__main__":
    sys.exit(main())
