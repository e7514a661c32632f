"""A whole server inside this process, on a free port of the loopback: demo, replay and tests."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn

from copilot.service import Service, open_service
from copilot.settings import Settings
from copilot.web.app import create_app


@dataclass(frozen=True)
class Running:
    """A server that runs: its parts and where it listens."""

    service: Service
    host: str
    port: int

    @property
    def http(self) -> str:
        """The base address of the pages and of REST."""
        return f"http://{self.host}:{self.port}"

    @property
    def ws(self) -> str:
        """The base address of the sockets."""
        return f"ws://{self.host}:{self.port}"


class PortInUse(OSError):
    """The address cannot be listened on; the text says which and why."""


def bind(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 takes a free one.

    Raises:
        PortInUse: with one line to show.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise PortInUse(f"cannot listen on {host}:{port}: {error.strerror}") from None
    return listening


def server(service: Service) -> uvicorn.Server:
    """The ASGI server around an opened service, with the protocol's limits."""
    config = uvicorn.Config(
        create_app(service),
        log_config=None,
        access_log=False,  # a URL is no place for what a caller sends, and nor is a log of them
        ws="websockets-sansio",
        ws_max_size=service.settings.max_frame_bytes,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    return uvicorn.Server(config)


@asynccontextmanager
async def running(settings: Settings) -> AsyncGenerator[Running]:
    """Opens a service and serves it until the context is left.

    Raises:
        PortInUse: the address is taken.
        JournalError, KnowledgeError, PackError: a part could not be opened.
    """
    listening = bind(settings.host, settings.port)
    try:
        service = await asyncio.to_thread(open_service, settings)
        host, port = listening.getsockname()[:2]
        web = server(service)
        task = asyncio.create_task(web.serve(sockets=[listening]), name="server")
        while not web.started:
            if task.done():
                task.result()
                raise RuntimeError("the server stopped while it started")
            await asyncio.sleep(0.01)
        try:
            yield Running(service, host, port)
        finally:
            web.should_exit = True
            await task
    finally:
        listening.close()
