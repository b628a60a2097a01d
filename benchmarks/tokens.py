"""A key, and tokens as Cognito signs them, that every contender takes."""

import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

ISSUER, CLIENT, KEY_ID = "https://issuer.example/pool", "bench-app", "bench"
DAY = 24 * 3600


def issue(sub: str, redeemer: str) -> tuple[dict[str, str], dict[str, str]]:
    """The environment that names the key, and ID tokens: "mine" for `sub`, "staff" for them as an administrator, and
    "redeemer" for somebody whose copies nobody looks at.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = json.loads(RSAAlgorithm.to_jwk(key.public_key())) | {"kid": KEY_ID, "alg": "RS256", "use": "sig"}
    environment = {
        "COGNITO_JWKS": json.dumps({"keys": [public]}),
        "COGNITO_ISSUER": ISSUER,
        "COGNITO_CLIENT_IDS": CLIENT,
        "COGNITO_USER_POOL_ID": "bench",
    }
    signed = {"mine": sign(key, sub), "staff": sign(key, sub, groups=["admin"]), "redeemer": sign(key, redeemer)}
    return environment, signed


def sign(key: rsa.RSAPrivateKey, sub: str, groups: list[str] | None = None) -> str:
    now = int(time.time())
    claims: dict[str, Any] = {"sub": sub, "iss": ISSUER, "aud": CLIENT, "token_use": "id", "cognito:username": sub}
    claims |= {"iat": now, "auth_time": now, "exp": now + DAY}
    if groups:
        claims["cognito:groups"] = groups
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": KEY_ID})
