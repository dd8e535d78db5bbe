"""Writes our OpenAPI document beside this file: what the types of the web app's client are made from."""

import json
from pathlib import Path

from tradewind.api import openapi
from tradewind.api.routes import public, ui

document = openapi.document([*public.operations(), *ui.operations()], title="Tradewind", version="2")
Path(__file__).with_name("openapi.json").write_text(json.dumps(document), encoding="utf-8")
