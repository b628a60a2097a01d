"""The desk of campaign people: Django's admin in our dress, with a dashboard on its first page and a campaign wizard.

Plain Django: no script library, no inline script, nothing that a cold start would import.
"""
