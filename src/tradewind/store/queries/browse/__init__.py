"""What people look through: lists with filters, an order and pages, and the single rows of such lists.

``listing`` is the machinery; each other module declares one noun's list: its columns, what may be
filtered and sorted. Rows leave as frozen structs made for showing; deciding uses ``store.records``.
"""
