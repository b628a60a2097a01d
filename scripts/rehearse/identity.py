"""Stands in for Cognito: an RSA key of this rehearsal, its public half on loopback, and tokens signed with it."""

import json
import time
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, Self

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from . import REGION

KEY_ID = "rehearsal"


class Issuer:
    """`url` is where the key set lies; `key_set` the same as text, to be pinned."""

    def __init__(self, pool: str, client: str) -> None:
        self.pool, self.client = pool, client
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        self.key_set = json.dumps({"keys": [{**public, "kid": KEY_ID, "alg": "RS256", "use": "sig"}]})
        self.tokens: list[str] = []

    def __enter__(self) -> Self:
        text = self.key_set.encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: Any) -> None:
                """Nobody reads it."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwks.json"
        Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def token(self, sub: str, *, email: str = "", staff: bool = False) -> str:
        """An ID token with an e-mail, otherwise an access token."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "sub": sub,
            "iss": f"https://cognito-idp.{REGION}.amazonaws.com/{self.pool}",
            "iat": now,
            "auth_time": now,
            "exp": now + 3600,
            "jti": str(uuid.uuid4()),
        }
        if email:
            claims |= {"token_use": "id", "aud": self.client, "email": email, "email_verified": True}
        else:
            claims |= {"token_use": "access", "client_id": self.client, "username": sub}
        if staff:
            claims["cognito:groups"] = ["admin"]
        token = jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": KEY_ID})
        self.tokens.append(token)
        return token
