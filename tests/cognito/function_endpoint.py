"""A Lambda endpoint on loopback, in front of the very handler that Zappa calls: what an emulated Cognito invokes.

    python -m tests.cognito.function_endpoint PORT

Answers POST /2015-03-31/functions/NAME/invocations as Lambda does. Every event is printed as one line of JSON.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import django

FUNCTION = "kloppocar-dev"


class Invocations(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        if self.path != f"/2015-03-31/functions/{FUNCTION}/invocations":
            self.answer(404, {"Message": f"Function not found: {self.path}", "Type": "User"})
            return
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        print(json.dumps(event), flush=True)  # noqa: T201
        from kloppocar.management.commands import event as handler

        try:
            self.answer(200, handler.run(event))
        except Exception as error:  # noqa: BLE001 - as Lambda reports a function's error
            self.answer(200, {"errorMessage": str(error), "errorType": type(error).__name__}, failed=True)

    def answer(self, status: int, body: Any, *, failed: bool = False) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        if failed:
            self.send_header("X-Amz-Function-Error", "Unhandled")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Quiet: the events are printed."""


def main(port: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kloppocar.settings")
    django.setup()
    from kloppocar.management.commands import event as handler

    handler.prepare("dev")
    ThreadingHTTPServer(("127.0.0.1", int(port)), Invocations).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
