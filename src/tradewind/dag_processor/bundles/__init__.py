"""Where DAG files come from: folders, each with a name.

A bundle gives a path; everything else (listing, reading, storing) is the same for all of them. A bundle that
cannot be used is a configuration error and stops the processor at its start.
"""

from tradewind.dag_processor.bundles.local import LocalDagBundle, from_config

__all__ = ["LocalDagBundle", "from_config"]
