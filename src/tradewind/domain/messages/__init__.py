"""What crosses a process border, as msgspec structs.

``wire`` says how they travel; ``lifecycle`` goes between scheduler and worker host; ``runner`` between host,
parent and task process; ``data`` from a task process to whoever answers for the database; ``parsing``
between DAG processor and importer. Values that only user code understands (XComs, conf, kwargs) travel as
JSON text and are not decoded on the way.
"""
