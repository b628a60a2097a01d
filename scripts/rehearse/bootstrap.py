"""Start Lambda's runtime client as Lambda does: the task's folder first, the runtime's own packages last, nothing else.

Run with `python -I -S`: no site-packages, no current folder, no variable of Python's is looked at.
"""

import os
import sys

sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
sys.path.append(os.environ["LAMBDA_RUNTIME_DIR"])

from awslambdaric.__main__ import main  # type: ignore[import-not-found]

main(["bootstrap", os.environ["_HANDLER"]])
