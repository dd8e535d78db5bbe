from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin
from airflow.sdk import BaseOperatorLink


def in_euros(cents: int) -> str:
    return f"{cents / 100:.2f} EUR"


class OrderLink(BaseOperatorLink):
    name = "Order"

    def get_link(self, operator, *, ti_key):  # type: ignore[no-untyped-def]
        return "https://shop.example.com/orders"


class ShopPlugin(AirflowPlugin):
    name = "shop"
    macros = (in_euros,)
    operator_extra_links = (OrderLink(),)
