"""Loads what Cairn wrote with Azure ML's own client.

Reads `[{"kind", "path"}]` as JSON from standard input and prints, in the same order, what the client
made of each: `{"name", "version", "type", "problem"}`. Nothing reaches the network.
"""

import contextlib
import io
import json
import logging
import os
import socket
import sys
import warnings

os.environ.update(AZURE_ML_CLI_PRIVATE_FEATURES_ENABLED="False", AZUREML_LOG_LEVEL="CRITICAL")
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)


def refuse_network(*_arguments, **_keywords):
    raise OSError("the network is not to be used here")


socket.socket.connect = refuse_network
socket.getaddrinfo = refuse_network

from azure.ai.ml import (  # noqa: E402
    load_component,
    load_data,
    load_environment,
    load_job,
    load_model,
    load_online_deployment,
    load_online_endpoint,
)
from azure.ai.ml.entities._load_functions import load_common  # noqa: E402
from azure.ai.ml.entities._schedule.schedule import Schedule  # noqa: E402

loaders = {
    "models": load_model,
    "environments": load_environment,
    "components": load_component,
    "data": load_data,
    "job": load_job,
    "schedule": lambda path: load_common(Schedule, path),
    "endpoint": load_online_endpoint,
    "deployment": load_online_deployment,
}


def look(request):
    try:
        entity = loaders[request["kind"]](request["path"])
        if request["kind"] in ("models", "environments", "data"):
            entity._to_rest_object()
        elif callable(getattr(entity, "_validate", None)):
            entity._validate(raise_error=True)
    except Exception as error:  # whatever it raises, the client refuses
        return {"problem": f"{type(error).__name__}: {error}"[:2000]}
    version = getattr(entity, "version", None)
    return {
        "name": entity.name,
        "version": None if version is None else str(version),
        "type": getattr(entity, "type", None),
        "description": getattr(entity, "description", None),
        "tags": getattr(entity, "tags", None),
    }


requests = json.load(sys.stdin)
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    answers = [look(request) for request in requests]
json.dump(answers, sys.stdout, default=str)
