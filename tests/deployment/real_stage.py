"""A stage that `make deploy` cannot tell from one at AWS: an emulated AWS whose function really runs the deployed zip,
and an address that hands HTTP requests to it as API Gateway would."""

import base64
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from scripts.rehearse import REGION
from scripts.rehearse.aws import EmulatedAWS
from scripts.rehearse.events import Reply, Request, rest_api
from scripts.rehearse.runtime import Function

INVOKE = "/2015-03-31/functions/{}/invocations"


class RunningAWS(EmulatedAWS):
    """Invocations reach the newest code; one instance of it is kept warm. Downloads of code stay on loopback."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.instance: Function | None = None
        self.running = ""
        self.starter = ThreadPoolExecutor(1)  # an instance dies with the thread that started it

    def __exit__(self, *_: object) -> None:
        self.starter.submit(self.stop).result()
        self.starter.shutdown()
        super().__exit__(*_)

    def stop(self) -> None:
        if self.instance:
            self.instance.__exit__(None, None, None)
            self.instance = None

    def answer(self, environ, start_response):
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if method == "POST" and path == INVOKE.format(self.name):
            return self.invocation(environ, start_response)
        if path.startswith("/code/"):
            start_response("200 OK", [("Content-Type", "application/zip")])
            return [(self.folder / path.removeprefix("/code/")).read_bytes()]
        if method == "GET" and path.startswith("/2015-03-31/functions/") and path.count("/") == 3:
            return self.described(environ, start_response)
        return super().answer(environ, start_response)

    def invocation(self, environ, start_response):
        event = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        log = self.folder / "function.log"
        before = log.stat().st_size if log.exists() else 0
        found = self.invoke(event)
        said = log.read_bytes()[before:][-4096:]
        headers = [("Content-Type", "application/json"), ("X-Amz-Log-Result", base64.b64encode(said).decode())]
        if found.error is not None:
            headers.append(("X-Amz-Function-Error", "Unhandled"))
        start_response("200 OK", headers)
        return [json.dumps(found.value if found.error is None else found.error).encode()]

    def described(self, environ, start_response):
        """GetFunction, whose code's address would lead to a real bucket."""
        _, _, kind_and_name = environ["PATH_INFO"].rpartition("/")
        if kind_and_name.startswith("function:"):  # as Zappa asks when it goes back; the emulation knows no such name
            _, name, version = kind_and_name.split(":")
            answer = self.client("lambda").get_function(FunctionName=name, Qualifier=version)
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps({"Code": answer["Code"], "Configuration": {"FunctionName": name}}).encode()]
        held = []
        body = b"".join(self.moto(environ, lambda status, headers: held.append((status, headers))))
        status, headers = held[0]
        answer = json.loads(body)
        if "Code" in answer:
            digest = answer["Configuration"]["CodeSha256"].encode().hex()
            answer["Code"]["Location"] = f"{self.endpoint}/code/{digest}.zip"
            body = json.dumps(answer).encode()
        start_response(status, [(name, value) for name, value in headers if name.lower() != "content-length"])
        return [body]

    def invoke(self, event):
        return self.starter.submit(self.invoke_newest, event).result()

    def invoke_newest(self, event):
        """In an instance of its own when the code is not that of the running one."""
        found = self.client("lambda").get_function_configuration(FunctionName=self.name)
        if found["CodeSha256"] != self.running:
            self.stop()
            self.start(found)
        assert self.instance
        return self.instance.invoke(event)

    def start(self, found):
        digest = found["CodeSha256"].encode().hex()
        task = self.folder / f"task-{digest}"
        archive = self.folder / f"{digest}.zip"
        archive.write_bytes(self.code())
        with zipfile.ZipFile(archive) as content:
            content.extractall(task)
        variables = found["Environment"]["Variables"] | {"AWS_ENDPOINT_URL": self.endpoint}
        variables["AWS_LAMBDA_FUNCTION_NAME"] = self.name
        self.instance = Function(task, found["Handler"], variables, self.folder / "function.log").__enter__()
        self.running = found["CodeSha256"]

    def code(self) -> bytes:
        """What the function was last made of, from the emulation's own memory."""
        from moto.backends import get_backend
        from moto.core import DEFAULT_ACCOUNT_ID

        backend = get_backend("lambda")[DEFAULT_ACCOUNT_ID][REGION]
        return bytes(backend.get_function(self.name).code_bytes)


class Gateway:
    """The stage's address on loopback."""

    def __init__(self, aws: RunningAWS, stage: str) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer = aws.invoke(rest_api(Request("GET", self.path), stage))
                if answer.error is not None:
                    reply = Reply(502, {}, json.dumps({"message": "Internal server error"}).encode())
                else:
                    reply = Reply.of(answer.value)
                self.send_response(reply.status)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, *_: object) -> None:
                """The function's log is what counts."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
