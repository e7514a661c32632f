"""The pages: served as they are; each is a client of the public protocol."""

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from copilot import __version__

_HERE = Path(__file__).parent
STATIC_DIR = _HERE / "static"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def pages_router() -> APIRouter:
    """The routes of the pages. No page carries data: it comes over the socket, with a token."""
    router = APIRouter(include_in_schema=False)
    templates = Jinja2Templates(directory=_HERE / "templates")

    def page(request: Request, name: str, conversation_id: str = "") -> HTMLResponse:
        values = {"conversation_id": conversation_id, "version": __version__}
        return templates.TemplateResponse(request, name, values, headers=HEADERS)

    @router.get("/")
    async def home(request: Request) -> HTMLResponse:  # pyright: ignore[reportUnusedFunction]
        return page(request, "home.html")

    @router.get("/watch")
    async def watch(request: Request) -> HTMLResponse:  # pyright: ignore[reportUnusedFunction]
        return page(request, "watch.html")

    @router.get("/agent/{conversation_id}")
    async def agent(  # pyright: ignore[reportUnusedFunction]
        request: Request, conversation_id: str
    ) -> HTMLResponse:
        return page(request, "agent.html", conversation_id)

    return router
