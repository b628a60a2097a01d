"""The old backend's data, brought into ours: read, judged, then written.

`source` reads the old database and changes nothing in it; `values` and `texts` say what an old value means; `tables/`
says what becomes of each old table's rows, by subject; `survey` decides numbers and pairs redemptions with copies;
`bring` runs a table's rows through that twice: to report, then to write. docs/legacy.md is the way through all of it.
"""
