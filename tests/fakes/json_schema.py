#!/usr/bin/env python3
"""Whether JSON values are what a schema says: json_schema.py SCHEMA < VALUES

VALUES holds one value a line; prints `good` for each that is valid, else what is wrong.
"""
import json
import sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    sys.exit(77)

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
for line in sys.stdin:
    error = next(validator.iter_errors(json.loads(line)), None)
    print("good" if error is None else repr(f"{error.json_path}: {error.message}"[:300]))
