"""What `make bench` runs: the product beside the limit and plain DRF, interleaved, on the same rows.

contenders.py   who takes part: a process each, behind Zappa's own handler; add one here
scenarios.py    what is asked: one request each, and how each contender spells it; add one here
data.py         the rows: 1k, 100k and 1M collectibles, kept between runs in .local/bench/
worker.py       the process of one contender: an event in, an answer and its milliseconds out
limit.py        the limit: a bare WSGI function, one SQL statement, orjson
plain/          plain DRF, well queried and well written
cold.py         cold starts, and memory after many requests
server.py       requests a second under gunicorn, asked by wrk
redemptions.py  redemptions a second, by real processes
growth.py       what a day of so many people needs, from measured costs; docs/scaling.md
report.py       medians, p99 and ratios as one table
"""
