"""The part of Kubernetes' schema of batch/v1 Job (1.31) that docs/fleets.md uses, and a check by it."""

from __future__ import annotations

import re
from typing import Any

NAME = {"type": str, "pattern": r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"}
QUANTITY = {"type": str, "pattern": r"[0-9]+(m|Ki|Mi|Gi)?"}
PATH = {"type": str, "pattern": r"/[^:]*"}
TEXT, FLAG = {"type": str}, {"type": bool}
COUNT = {"type": int, "least": 0}


def _object(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": dict, "required": set(required), "properties": properties}


def _list(items: Any) -> dict[str, Any]:
    return {"type": list, "items": items}


def _enum(*values: str) -> dict[str, Any]:
    return {"type": str, "values": values}


RESOURCES = _object(cpu=QUANTITY, memory=QUANTITY)
CONTAINER = _object(
    "name",
    name=NAME,
    image=TEXT,
    command=_list(TEXT),
    args=_list(TEXT),
    env=_list(_object("name", name={"type": str, "pattern": "[A-Za-z_][A-Za-z0-9_]*"}, value=TEXT)),
    resources=_object(requests=RESOURCES, limits=RESOURCES),
    securityContext=_object(allowPrivilegeEscalation=FLAG, readOnlyRootFilesystem=FLAG),
    volumeMounts=_list(_object("name", "mountPath", name=NAME, mountPath=PATH, readOnly=FLAG)),
)
VOLUME = _object(
    "name",
    name=NAME,
    configMap=_object(name=NAME),
    secret=_object(secretName=NAME, defaultMode={**COUNT, "most": 0o777}),
)
POD = _object(
    "containers",
    restartPolicy=_enum("Never", "OnFailure"),  # of a Job
    automountServiceAccountToken=FLAG,
    securityContext=_object(runAsNonRoot=FLAG, runAsUser=COUNT, fsGroup=COUNT),
    containers=_list(CONTAINER),
    volumes=_list(VOLUME),
)
FAILURE_RULE = _object(
    "action",
    action=_enum("FailJob", "FailIndex", "Ignore", "Count"),
    onExitCodes=_object(
        "operator", "values", containerName=NAME, operator=_enum("In", "NotIn"), values=_list({"type": int, "least": 1})
    ),
)
JOB = _object(
    "apiVersion",
    "kind",
    "metadata",
    "spec",
    apiVersion=_enum("batch/v1"),
    kind=_enum("Job"),
    metadata=_object("name", name=NAME),
    spec=_object(
        "template",
        completionMode=_enum("Indexed", "NonIndexed"),
        completions=COUNT,
        parallelism=COUNT,
        backoffLimit=COUNT,
        podFailurePolicy=_object("rules", rules=_list(FAILURE_RULE)),
        template=_object(spec=POD),
    ),
)


def list_problems(value: Any, schema: dict[str, Any] = JOB, where: str = "") -> list[str]:
    """List what is wrong with a value; unknown properties are, as for a server that validates strictly."""
    if type(value) is not schema["type"]:
        return [f"{where}: {value!r} is no {schema['type'].__name__}"]
    if isinstance(value, dict):
        problems = [f"{where}.{key} is missing" for key in schema["required"] - value.keys()]
        problems += [f"{where}.{key} is unknown" for key in value.keys() - schema["properties"].keys()]
        known = {key: schema["properties"][key] for key in value.keys() & schema["properties"].keys()}
        return problems + [
            one for key, part in known.items() for one in list_problems(value[key], part, f"{where}.{key}")
        ]
    if isinstance(value, list):
        return [
            one
            for number, item in enumerate(value)
            for one in list_problems(item, schema["items"], f"{where}[{number}]")
        ]
    is_valid = (
        value in schema.get("values", [value])
        and re.fullmatch(schema.get("pattern", ".*"), str(value), re.DOTALL) is not None
        and (not isinstance(value, int) or schema.get("least", value) <= value <= schema.get("most", value))
    )
    return [] if is_valid else [f"{where}: {value!r} is not valid"]
