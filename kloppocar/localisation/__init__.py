"""Which texts lack which language, and all texts as a table to be translated outside and taken back.

What is localised derives from the models: every `LocalizedField` of every app is here by itself.

    registry.py   models and their fields
    coverage.py   how many texts lack each language
    table.py      rows and cells of the CSV, out and in
    taking.py     a filled table back into the database, or what would happen
    views.py      the routes
"""
