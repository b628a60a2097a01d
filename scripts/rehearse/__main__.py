"""Rehearse a whole deployment without an AWS account: what `make rehearse` does.

    python -m scripts.rehearse [--stage production] [--without mysqlclient|plugin|cognito|static] [--keep]

Zappa deploys and updates the stage against an emulated AWS; the very zip that it uploaded is then run by Lambda's own
runtime client, against a private MariaDB that takes TLS only. `--without` takes a part out of the zip, to show that the
rehearsal would notice. Exit code 1 when a step is red.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from scripts.mariadb import MariaDBError, heed_signals
from scripts.package import PackageError, environment

from . import unpack
from .rehearsal import rehearse


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stage", default="production", help="a stage of zappa_settings.json (default: production)")
    parser.add_argument("--without", default="", choices=sorted(unpack.PARTS), help="take this out of the zip")
    parser.add_argument("--keep", action="store_true", help="keep the folder with the zip and the logs")
    options = parser.parse_args()
    heed_signals()
    folder = Path(tempfile.mkdtemp(prefix="kloppocar-rehearsal-"))
    try:
        environment.prepare()
        return rehearse(folder, options.stage, options.without)
    except (PackageError, MariaDBError) as error:
        print(f"rehearse: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if options.keep:
            print(f"rehearse: everything lies in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
