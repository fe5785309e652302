"""Asks Azure ML's own client what it says about manifests.

Reads `[{"kind", "text", "files"?}]` as JSON from standard input and prints `[{"refuses", "message"}]`
in the same order. A manifest is refused if the client raises when it loads it, or in the checks that
it makes on its own before it creates anything:

  model, data                load, then `_to_rest_object`
  environment                load, then `_to_rest_object`, which says that exactly one of image and
                             build is needed
  component                  load, then `_validate`
  job                        load, then `_validate`; of command, sweep and automl jobs `_validate` is
                             called where they are sent. Git as code is refused as `jobs` does
  schedule                   load, then `_validate`
  registry                   load, then `_to_rest_object`
  online and batch endpoint  load, then `_to_rest_…_endpoint`, which checks the name's length and
                             the identity
  online deployment          load, `validate` of an environment that is written out, then
                             `_to_rest_object`, which checks the name and the scale settings
  batch deployment           load by `type` as the command line does, then the same

What it finds out only by uploading files (a path that does not exist, a scoring script that is not
there, an mltable without its MLTable) is not asked for. Nothing reaches the network.
"""

import contextlib
import io
import json
import logging
import os
import pathlib
import socket
import sys
import tempfile
import warnings

os.environ.update(AZURE_ML_CLI_PRIVATE_FEATURES_ENABLED="False", AZUREML_LOG_LEVEL="CRITICAL")
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)


def refuse_network(*_arguments, **_keywords):
    raise OSError("the network is not to be used here")


socket.socket.connect = refuse_network
socket.getaddrinfo = refuse_network

from azure.ai.ml import (  # noqa: E402
    load_batch_deployment,
    load_batch_endpoint,
    load_component,
    load_data,
    load_environment,
    load_job,
    load_model,
    load_online_deployment,
    load_online_endpoint,
    load_registry,
)
from azure.ai.ml.entities import Environment  # noqa: E402
from azure.ai.ml.entities._load_functions import (  # noqa: E402
    load_common,
    load_model_batch_deployment,
    load_pipeline_component_batch_deployment,
)
from azure.ai.ml.entities._schedule.schedule import Schedule  # noqa: E402
from azure.ai.ml.entities._validation import PathAwareSchemaValidatableMixin  # noqa: E402


def load_schedule(path):
    return load_common(Schedule, path)


def load_batch_deployment_by_type(path):
    with open(path, encoding="utf-8") as file:
        from azure.ai.ml._utils.utils import load_yaml

        content = load_yaml(file)
    kind = content.get("type") if isinstance(content, dict) else None
    if kind == "pipeline":
        return load_pipeline_component_batch_deployment(path)
    return load_model_batch_deployment(path) if kind == "model" else load_batch_deployment(path)


def to_rest(entity):
    entity._to_rest_object()


def deploy(entity):
    if isinstance(entity.environment, Environment):
        entity.environment.validate()
    entity._to_rest_object(location="eastus")


def validate(entity):
    if isinstance(entity, PathAwareSchemaValidatableMixin):
        entity._validate(raise_error=True)
    elif callable(getattr(entity, "_validate", None)):
        entity._validate()


def validate_job(job):
    code = getattr(job, "code", None)
    if isinstance(code, str) and code.startswith("git+"):
        raise ValueError(f"Invalid code value: {code}. Git paths are not supported.")
    validate(job)


kinds = {
    "model": (load_model, to_rest),
    "environment": (load_environment, to_rest),
    "data": (load_data, to_rest),
    "component": (load_component, validate),
    "job": (load_job, validate_job),
    "schedule": (load_schedule, validate),
    "registry": (load_registry, to_rest),
    "online-endpoint": (
        load_online_endpoint,
        lambda endpoint: endpoint._to_rest_online_endpoint(location="eastus"),
    ),
    "online-deployment": (load_online_deployment, deploy),
    "batch-endpoint": (
        load_batch_endpoint,
        lambda endpoint: endpoint._to_rest_batch_endpoint(location="eastus"),
    ),
    "batch-deployment": (load_batch_deployment_by_type, deploy),
}


def ask(row):
    load, check = kinds[row["kind"]]
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        manifest = root / "manifest.yml"
        manifest.write_text(row["text"], encoding="utf-8")
        for path, text in (row.get("files") or {}).items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        try:
            check(load(manifest))
        except Exception as error:  # whatever it raises, the manifest is refused
            return {"refuses": True, "message": f"{type(error).__name__}: {error}"[:2000]}
    return {"refuses": False, "message": ""}


rows = json.load(sys.stdin)
# The client prints as it goes; the answer alone is to stand on standard output.
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    answers = [ask(row) for row in rows]
json.dump(answers, sys.stdout)
