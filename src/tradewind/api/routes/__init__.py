"""What the doors lead to: ``public`` is Airflow's REST API v2, ``execution`` what running tasks ask."""
