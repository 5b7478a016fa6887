#!/usr/bin/python3
"""Runs Debian's jsonschema over Protocols/schemas and Protocols/vectors.

Every schema has to be a correct 2020-12 schema, every vector under valid/ has to be accepted and
every one under invalid/ refused. The Swift tests claim the same of Baton's own checks.
"""
import json
import pathlib
import sys

import jsonschema

PROTOCOLS = pathlib.Path(__file__).resolve().parents[2] / "Protocols"


def main():
    faults = []
    checked = 0
    for path in sorted(PROTOCOLS.glob("schemas/*.schema.json")):
        name = path.name.removesuffix(".schema.json")
        schema = json.loads(path.read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for folder, wanted in (("valid", True), ("invalid", False)):
            vectors = sorted((PROTOCOLS / "vectors" / name / folder).glob("*.json"))
            if not vectors:
                faults.append(f"{name}: no {folder} vectors")
            for vector in vectors:
                document = json.loads(vector.read_text(encoding="utf-8"))
                checked += 1
                if validator.is_valid(document) != wanted:
                    errors = [error.message for error in validator.iter_errors(document)]
                    faults.append(f"{vector.relative_to(PROTOCOLS)}: not {folder}: {errors[:1]}")
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{checked} vectors, {len(faults)} faults")
    return 1 if faults or checked == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
