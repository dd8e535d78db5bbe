"""S17: the API server opens no connection to where somebody says."""

from __future__ import annotations

import json
import socket

import httpx
import pytest
from tests.integration.api.world import World

PLACES = (
    "http://127.0.0.1:{0}/",
    "127.0.0.1",
    "http://[::1]:{0}/",
    "http://0x7f000001:{0}/",
    "http://localhost:{0}",
)


@pytest.mark.parametrize("place", PLACES)
def test_no_operation_reaches_out(world: World, admin: httpx.Client, place: str) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.3)
        port = listener.getsockname()[1]
        where = place.format(port)
        body = {"connection_id": f"reach_{port}", "conn_type": "http", "host": where, "port": port}
        body["extra"] = json.dumps({"endpoint_url": where, "proxy": where})
        for path in ("", "/test", "/enqueue-test"):
            assert admin.post(f"/api/v2/connections{path}", json=body).status_code < 500
        admin.post("/api/v2/variables", json={"key": f"reach_{port}", "value": where})
        with pytest.raises(TimeoutError):
            listener.accept()
