"""What the web UI's views are made of, one file a view. Names begin with ``UI``: they are of no REST v2."""
