"""What goes over the wire, field by field as Airflow's API v2 has it.

Plain msgspec structs: the same classes encode answers, check bodies and describe both in the OpenAPI
document. Their names are the names of that document's components.
"""
