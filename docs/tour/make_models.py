"""Trains the tour's models: the sample's own pipeline, with other settings of its `train` component.

Usage: python3 docs/tour/make_models.py      (Python 3.8 or newer, no package, the same bytes everywhere)
"""

import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parent.parent / "sample-registry" / "models" / "taxi-fare"))

import reproduce  # noqa: E402

MODELS = {
    "better": {"trees": 30, "learning_rate": 0.25, "min_leaf": 2},
    "worse": {"trees": 10},
    "best": {"trees": 30, "learning_rate": 0.3, "min_leaf": 2},
}

# What differs between two models; the environment files of all of them are the sample's.
KEPT = ["model/MLmodel", "model/model.onnx", "metrics.json"]


def main():
    for name, settings in MODELS.items():
        with tempfile.TemporaryDirectory() as folder:
            made = run_pipeline(Path(folder), settings)
            target = HERE / "models" / name
            target.mkdir(parents=True, exist_ok=True)
            for path in KEPT:
                shutil.copyfile(made[path], target / Path(path).name)


def run_pipeline(folder, settings):
    """As reproduce.py does it, except for what `settings` say."""
    train = reproduce.run

    def run(component, **arguments):
        train(component, **arguments, **(settings if component == "train" else {}))

    reproduce.run = run
    try:
        return reproduce.run_pipeline(folder)
    finally:
        reproduce.run = train


if __name__ == "__main__":
    main()
