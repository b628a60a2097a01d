"""A server that greets like MySQL 8 and goes no further: which way of signing in does the client offer?

MySQL 8 asks for `caching_sha2_password`. MariaDB's client library loads that as a plugin, and where it finds none it
says nothing and offers the old way, which MySQL 8 refuses.
"""

import contextlib
import socket
import struct
from threading import Thread
from typing import Self

PLUGIN = b"caching_sha2_password"
# LONG_PASSWORD, CONNECT_WITH_DB, PROTOCOL_41, SECURE_CONNECTION and PLUGIN_AUTH; no TLS
CAPABILITIES = 0x1 | 0x8 | 0x200 | 0x8000 | 0x80000
DENIED = struct.pack("<BH", 0xFF, 1045) + b"#28000Nobody signs in here"


def greeting() -> bytes:
    return b"".join(
        [
            b"\x0a8.0.36\0" + struct.pack("<I", 1),
            b"abcdefgh\0" + struct.pack("<H", CAPABILITIES & 0xFFFF),
            struct.pack("<BHH", 255, 2, CAPABILITIES >> 16) + bytes([21]) + bytes(10),
            b"ijklmnopqrst\0" + PLUGIN + b"\0",
        ]
    )


def packet(number: int, body: bytes) -> bytes:
    return struct.pack("<I", len(body))[:3] + bytes([number]) + body


class GreetingServer:
    """`offers` is one answer per connection: whether the client names the plugin."""

    def __enter__(self) -> Self:
        self.offers: list[bool] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = Thread(target=self.serve, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(5)

    def serve(self) -> None:
        with contextlib.suppress(OSError):  # closed by us
            while True:
                client, _ = self.socket.accept()
                with client, contextlib.suppress(OSError):
                    client.settimeout(5)
                    client.sendall(packet(0, greeting()))
                    self.offers.append(PLUGIN in client.recv(4096))
                    client.sendall(packet(2, DENIED))
