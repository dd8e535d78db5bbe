"""What programs do with REST v2, noun by noun: create, read, change, delete, page, filter, be refused."""
