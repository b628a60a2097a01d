"""Exit 0 when the server in this container answers: the Dockerfile's health check."""

import os
import sys
import urllib.request

HOST = (os.environ.get("ALLOWED_HOSTS") or "localhost").split(",")[0].strip().lstrip(".").replace("*", "localhost")


def main() -> int:
    url = f"http://127.0.0.1:{os.environ.get('PORT') or 8000}/health/live/"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Host": HOST}), timeout=4) as response:
            return 0 if response.status == 200 else 1
    except OSError as error:
        print(f"unhealthy: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
