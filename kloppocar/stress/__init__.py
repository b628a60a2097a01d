"""The shipped proof: many people at once, from real processes, against a real database; then everything is counted.

A scenario (scenarios.py) sets the stage (stage.py) and plans calls; processes (run.py, process.py) make them, and the
report (report.py) holds what they were answered against what the database says. All of it happens in a scratch database
(scratch.py), or in place and marked. Nothing is imported here: the processes come by before Django is set up.
"""
