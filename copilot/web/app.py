"""The ASGI app: sockets, REST and pages on one port."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.routing import WebSocketRoute

from copilot import __version__
from copilot.service import Service
from copilot.web import escalations, rest, sockets
from copilot.web.pages import STATIC_DIR, pages_router


def create_app(service: Service) -> FastAPI:
    """The app around an opened service, which it starts and stops with itself."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        clock = await service.start()
        try:
            yield
        finally:
            clock.cancel()
            await asyncio.gather(clock, return_exceptions=True)
            await service.stop()

    app = FastAPI(
        title="Clinical call copilot",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
    )
    app.state.service = service
    app.include_router(rest.router)
    app.include_router(escalations.router)
    app.include_router(pages_router())
    app.mount("/static", StaticFiles(directory=STATIC_DIR), name="static")
    app.router.routes.insert(0, WebSocketRoute("/v1/ingest", sockets.ingest))
    app.router.routes.insert(
        0, WebSocketRoute("/v1/conversations/{conversation_id}", sockets.conversation)
    )
    app.router.routes.insert(0, WebSocketRoute("/v1/watch", sockets.watch))
    app.add_exception_handler(HTTPException, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    return app


async def _problem(request: Request, error: Exception) -> JSONResponse:
    """RFC 9457 problem details."""
    assert isinstance(error, HTTPException)  # noqa: S101
    return JSONResponse(
        {"type": "about:blank", "title": str(error.detail), "status": error.status_code},
        status_code=error.status_code,
        headers=error.headers,
        media_type="application/problem+json",
    )


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    """RFC 9457 problem details that name the fields and never repeat their content."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    faults = [
        {"field": ".".join(str(part) for part in fault["loc"]), "message": fault["msg"]}
        for fault in error.errors()
    ]
    return JSONResponse(
        {"type": "about:blank", "title": "invalid request", "status": 422, "errors": faults},
        status_code=422,
        media_type="application/problem+json",
    )
