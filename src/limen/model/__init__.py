"""What a boundaries file says: frozen data, no I/O, one struct for each section.

The JSON Schema of the declaration is generated from these structs (``limen.loading.schema``), so
every field carries its description here, once.
"""
