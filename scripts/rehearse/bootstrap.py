"""Start Lambda's runtime client as Lambda does: the task's folder first, the runtime's own packages last, nothing else.

Run with `python -I -S`: no site-packages, no current folder, no variable of Python's is looked at. On SIGUSR1 it writes
the file of every module that it has imported into the file that its argument names.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any


def tell(*_: Any) -> None:
    files = {getattr(module, "__file__", None) or "" for module in list(sys.modules.values())}
    Path(sys.argv[1]).write_text("\n".join(sorted(files - {""})))


signal.signal(signal.SIGUSR1, tell)

sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
sys.path.append(os.environ["LAMBDA_RUNTIME_DIR"])

from awslambdaric.__main__ import main  # type: ignore[import-not-found] # noqa: E402

main(["bootstrap", os.environ["_HANDLER"]])
