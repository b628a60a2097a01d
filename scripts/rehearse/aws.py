"""AWS on loopback: moto's server, and what it does not know put in front of it."""

import contextlib
import json
import re
from threading import Thread
from typing import Any, Self

import boto3
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from . import CREDENTIALS, NOT_THE_DEVELOPERS, REGION

is_url_list = re.compile(r"/2021-10-31/functions/[^/]+/urls").fullmatch  # ListFunctionUrlConfigs: there are none


class Silent(WSGIRequestHandler):
    def log_request(self, *_: Any) -> None:
        """Zappa says itself what it does."""


class EmulatedAWS:
    """`variables` lead any program to it; `client` asks it."""

    def __enter__(self) -> Self:
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.server = make_server("127.0.0.1", 0, self.answer, threaded=True, request_handler=Silent)
        self.endpoint = f"http://127.0.0.1:{self.server.port}"
        self.variables = CREDENTIALS | NOT_THE_DEVELOPERS | {"AWS_ENDPOINT_URL": self.endpoint}
        self.thread = Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)

    def answer(self, environ: dict[str, Any], start_response: Any) -> Any:
        if environ["REQUEST_METHOD"] == "GET" and is_url_list(environ["PATH_INFO"]):
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps({"FunctionUrlConfigs": []}).encode()]
        return self.moto(environ, start_response)

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.endpoint,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )

    def make_pool(self) -> tuple[str, str]:
        """A user pool and an app client, by their ids."""
        cognito = self.client("cognito-idp")
        pool = cognito.create_user_pool(PoolName="rehearsal")["UserPool"]["Id"]
        client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="app")["UserPoolClient"]["ClientId"]
        return pool, client

    def make_bucket(self, name: str) -> None:
        place = {"LocationConstraint": REGION}
        self.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=place)

    def make_secret(self, name: str, held: dict[str, str]) -> None:
        self.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(held))

    def exists(self, call: Any, **arguments: Any) -> bool:
        with contextlib.suppress(call.__self__.exceptions.ClientError):
            call(**arguments)
            return True
        return False
