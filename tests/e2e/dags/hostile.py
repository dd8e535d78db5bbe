"""Somebody puts a script into every text that the system lets them write."""

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import DAG, Asset, Label, Param, TaskGroup, task
from hostile_texts import HTML, RUNS, TEXT

with DAG(
    "hostile",
    schedule=None,
    description=TEXT,
    doc_md=TEXT,
    dag_display_name=f"hostile {HTML}",
    tags=[HTML[:90]],
    default_args={"owner": HTML, "doc_md": TEXT},
    owner_links={HTML: "https://example.com/"},
    params={"p": Param(HTML, type="string", title=HTML, description=TEXT, description_md=TEXT)},
) as dag:
    out = Asset(f"hostile {RUNS}", uri="s3://hostile/x", extra={"note": TEXT})

    with TaskGroup("group", tooltip=TEXT):

        @task(outlets=[out], task_display_name=f"says {HTML}", doc_md=TEXT)
        def says(*, outlet_events: dict) -> dict[str, str]:
            for line in (
                TEXT,
                f"::group::{HTML}",
                HTML,
                "::endgroup::",
                f"\x1b]8;;javascript:{RUNS}\x07x\x1b]8;;\x07",
            ):
                print(line)
            outlet_events[out].extra = {"x": TEXT}
            return {HTML: TEXT, "rows": [{HTML: TEXT}]}

        @task(map_index_template=HTML)
        def fails(number: int) -> None:
            raise RuntimeError(TEXT)

        said = says()
        said >> Label(HTML) >> fails.expand(number=[1, 2])

    asks = HITLOperator(task_id="asks", subject=HTML, body=TEXT, options=["one", HTML[:80]])
    said >> asks
