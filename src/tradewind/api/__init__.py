"""The API server, and the data server for tasks on this machine.

``app.create`` makes the HTTP application of the public REST API (Airflow's v2); ``server.serve`` runs it.
``data_service.run`` answers, over a Unix socket, what running tasks ask of the metadata database. Both are
doors: a request is checked (who, may they, is it well formed) in one place, handled by a plain function
inside one transaction, and only after the commit does anything leave the process. A request that fails
changes nothing; ``problems`` says what its sender is told.
"""
