"""The old backend's routes for clients that are still out there: the same rows and flows, in the old shapes.

`table.py` names every old route and what it does now. Loaded at the first such request, and only with LEGACY_BRIDGE.
"""
