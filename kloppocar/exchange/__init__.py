"""Every resource that staff write by the API, as CSV or JSON: out, and back in by the API's own write serializers.

registry.py   which resources, in an order in which they can be made
columns.py    a serializer's fields as columns of a table, out and in
export.py     rows out, batch by batch
source.py     a file as rows, one by one
taking.py     rows in: checked whole, then written batch by batch
row.py        one row against what stands in the database
report.py     what became of each row
pages.py      the same in the admin
"""
