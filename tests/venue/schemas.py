"""Alpaca's published schemas, to hold answers against."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

FOLDER = Path(__file__).parents[2] / "../shared/openapi"
DOCUMENTS = ("trading-api", "market-data-api")


@cache
def _document(name: str) -> dict[str, Any]:
    path = FOLDER / f"{name}.json"
    if not path.exists():
        pytest.skip(f"the published schemas are not at {path}")
    return json.loads(path.read_text())


def _operation(method: str, route: str) -> tuple[str, dict[str, Any]]:
    for name in DOCUMENTS:
        if route in _document(name)["paths"]:
            return name, _document(name)["paths"][route][method]
    raise KeyError(route)


def problems(method: str, route: str, answer: Any) -> list[str]:
    """Return what an answer's body has against the schema of its route, `$ref`s followed."""
    name, operation = _operation(method, route)
    told = operation["responses"][str(answer.status_code)]
    schema = told["content"]["application/json"]["schema"]
    resource = Resource.from_contents(_document(name), default_specification=DRAFT202012)
    registry = Registry().with_resource("urn:document", resource)
    rooted = _rooted(schema)
    checked = Draft202012Validator(rooted, registry=registry).iter_errors(answer.json())
    return [f"{error.json_path}: {error.message}"[:300] for error in checked]


def _rooted(schema: Any) -> Any:
    """Return a schema whose references begin at the document.

    Published alternatives overlap, so one of them or more must hold, not just one.
    """
    if isinstance(schema, dict):
        return {
            "anyOf" if key == "oneOf" else key: f"urn:document{value}"
            if key == "$ref"
            else _rooted(value)
            for key, value in schema.items()
        }
    return [_rooted(part) for part in schema] if isinstance(schema, list) else schema


def routes() -> list[tuple[str, str]]:
    """Return method and path of every published route."""
    return [
        (method, path)
        for name in DOCUMENTS
        for path, methods in _document(name)["paths"].items()
        for method in methods
        if method in ("get", "post", "put", "patch", "delete")
    ]
