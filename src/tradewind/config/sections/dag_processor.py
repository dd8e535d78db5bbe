"""[dag_processor]"""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.config.option import option


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class DagProcessor:
    """What reads DAG files. Times are seconds."""

    parsing_processes: int = option("2", "Files that are imported at once.", minimum=1)
    min_file_process_interval: float = option(
        "30", "A file is read again after so long, changed or not.", minimum=0
    )
    refresh_interval: float = option(
        "300", "Longest time between two full listings of the folder.", minimum=0
    )
    scan_interval: float = option(
        "5", "Time between two scans for changes that file events do not tell.", minimum=0.1
    )
    dag_file_processor_timeout: float = option("50", "Time one file may take in all.", minimum=1)
    file_memory_limit: int = option(
        "4096", "MiB of address space for importing one file; 0 for no limit.", minimum=0
    )
    file_parsing_sort_mode: str = option(
        "modified_time", "Order of files.", choices=("modified_time", "random_seeded_by_host", "alphabetical")
    )
    stale_dag_threshold: float = option("50", "A DAG not seen for so long after its file was read is stale.")
    disable_bundle_versioning: bool = option(
        "False", "Run the newest version of a bundle, never a pinned one."
    )
    dag_bundle_config_list: str = option("", "DAG bundles as a JSON list; not set: the dags folder.")
    dag_bundle_storage_path: str = option("", "Where bundles keep their copies.")
    health_check_threshold: float = option("30", "Without a sign of life for so long it counts as dead.")
