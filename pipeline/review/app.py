"""The routes of the review page. Documents are looked up by id in a list; a client never names a path."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from pipeline.document import StudyDocument
from pipeline.errors import InputError, PipelineError
from pipeline.pages import render_markdown
from pipeline.review import pages, remaining
from pipeline.review.actions import Action, Label, Lines, Rename, Words, ids_changed
from pipeline.review.catalogue import Catalogue, Desk
from pipeline.review.decisions import Unfit
from pipeline.review.guard import Guard, Rules, refused
from pipeline.review.regenerate import Point, Regenerator, Rewritten
from pipeline.review.state import Item, State
from pipeline.review.storage import Conflict
from pipeline.store import dump

_ACTION: TypeAdapter[Action] = TypeAdapter(Action)
_SCRIPTS = ("app", "editing", "page", "rewriting", "sending", "where")
_STATIC = {"app.css": "text/css", "icon.svg": "image/svg+xml"} | {f"{name}.js": "text/javascript" for name in _SCRIPTS}


def now() -> str:
    """The current time for an event: UTC, ISO 8601."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# Saves a run as a fixture. Takes its record, its transcript and the accepted notes ("" if none); returns a message.
Keep = Callable[[Path, Path, str], str]


@dataclass(frozen=True, slots=True)
class Setup:
    """All that the page needs."""

    catalogue: Catalogue
    rules: Rules
    who: str
    clock: Callable[[], str] = now
    regenerator: Regenerator | None = None
    keep: Keep | None = None


class _RequestBody(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Decision(_RequestBody):
    """An action, and the revision that its author saw."""

    revision: Annotated[int, Field(ge=0)]
    action: dict[str, Any]


class Check(_RequestBody):
    """A text for code to check, with its lead, the lines that it cites and the statement that it is to replace."""

    text: Words
    lines: Lines = ()
    label: Label = ""
    target: Annotated[str, Field(max_length=80)] = ""


class RewriteRequest(_RequestBody):
    """A statement for the model to rewrite."""

    target: Annotated[str, Field(max_length=80)]
    instruction: Annotated[str, Field(max_length=500)] = ""


def create_app(setup: Setup) -> Starlette:
    """The whole application."""
    review = _Routes(setup)
    return Starlette(
        routes=[
            Route("/", review.list),
            Route("/d/{id}", review.document),
            Route("/d/{id}/state", review.state),
            Route("/d/{id}/act", review.act, methods=["POST"]),
            Route("/d/{id}/check", review.check, methods=["POST"]),
            Route("/d/{id}/regenerate", review.regenerate, methods=["POST"]),
            Route("/d/{id}/keep", review.keep, methods=["POST"]),
            Route("/d/{id}/export.{form}", review.export),
            Route("/static/{name}", review.static),
        ],
        middleware=[Middleware(Guard, rules=setup.rules)],
        exception_handlers=dict.fromkeys((PipelineError, HTTPException, ValidationError), _error_response),
    )


async def _error_response(request: Request, err: Exception) -> Response:
    """The reason why a request failed: JSON for the page's script, text for somebody who opened an address."""
    status, why, headers = 500, str(err), None
    if isinstance(err, HTTPException):
        status, why, headers = err.status_code, err.detail, err.headers
    elif isinstance(err, ValidationError):
        fault = err.errors(include_url=False, include_input=False)[0]
        status, why = 422, f"{'.'.join(map(str, fault['loc'])) or 'request'}: {fault['msg']}"
    answer = refused(status, why) if request.method == "POST" else PlainTextResponse(why, status)
    answer.headers.update(headers or {})
    return answer


class _Routes:
    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    def _desk(self, request: Request) -> Desk:
        desk = self.setup.catalogue.desk(request.path_params["id"])
        if desk is None:
            raise HTTPException(404, "there is no such document")
        return desk

    def list(self, request: Request) -> Response:
        query = request.query_params.get("q", "")[:200]
        return HTMLResponse(pages.list_page(self.setup.catalogue.entries(), query, self.setup.rules.csrf))

    def document(self, request: Request) -> Response:
        desk = self._desk(request)
        with desk.lock:
            regenerates = self.setup.regenerator is not None
            id_ = request.path_params["id"]
            return HTMLResponse(pages.document_page(id_, desk, self.setup.rules.csrf, regenerates=regenerates))

    def state(self, request: Request) -> Response:
        desk = self._desk(request)
        with desk.lock:
            if request.query_params.get("since") == str(desk.review.timeline.revision):
                return Response(status_code=204)
            return JSONResponse(pages.update(desk))

    async def act(self, request: Request) -> Response:
        body = Decision.model_validate_json(await request.body())
        action = _ACTION.validate_python(body.action)
        return await run_in_threadpool(self._act, request, body.revision, action)

    def _act(self, request: Request, revision: int, action: Action) -> Response:
        desk = self._desk(request)
        with desk.lock:
            before = desk.state
            try:
                event = desk.review.add(action, base=revision, who=self.setup.who, clock=self.setup.clock)
            except Unfit as err:
                raise HTTPException(422, str(err)) from err
            except Conflict as err:
                return JSONResponse(self._conflict(desk, action, err), 409)
            changed = {"changed": pages.changed_ids(before, desk.state)}
            items = pages.changed_items(desk, before) if event.n == revision + 1 else None
            if items is None:
                return JSONResponse(pages.update(desk) | changed | _remark(desk, before, action))
            return JSONResponse(pages.small_update(desk, before) | changed | {"items": items})

    def _conflict(self, desk: Desk, action: Action, conflict: Conflict) -> dict[str, Any]:
        """Both versions: the statements as others have changed them, and the action that was sent."""
        items = [i for id_ in sorted(ids_changed(action) or ()) if (i := desk.state.item(id_))]
        return pages.update(desk) | {
            "error": "somebody else has decided this",
            "who": sorted({e.who for e in conflict.later}),
            "theirs": [{"id": i.id, "text": i.text, "label": i.label, "standing": i.standing} for i in items],
            "yours": action.model_dump(mode="json"),
        }

    async def check(self, request: Request) -> Response:
        body = Check.model_validate_json(await request.body())
        return await run_in_threadpool(self._check, request, body)

    def _check(self, request: Request, body: Check) -> Response:
        desk = self._desk(request)
        with desk.lock:
            item = desk.state.item(body.target)
            return JSONResponse({"remarks": desk.remarks(body.text, body.lines, item, body.label)})

    async def regenerate(self, request: Request) -> Response:
        body = RewriteRequest.model_validate_json(await request.body())
        rewrite = self.setup.regenerator
        if rewrite is None:
            raise HTTPException(422, "no model is connected: start studydoc review with --model")
        desk, point = await run_in_threadpool(self._point, request, body.target)
        new = await rewrite(point, body.instruction)
        return await run_in_threadpool(self._rewritten, desk, point.item, new)

    def _point(self, request: Request, target: str) -> tuple[Desk, Point]:
        """The statement to rewrite, with its context."""
        desk = self._desk(request)
        with desk.lock:
            item = desk.state.item(target)
            if item is None:
                raise HTTPException(404, "there is no such statement")
            if not item.lines:
                raise HTTPException(422, "this cites no lines, so the model has nothing to write it from")
            return desk, Point(item, desk.state.above(item), desk.recording)

    def _rewritten(self, desk: Desk, item: Item, new: Rewritten) -> Response:
        """The model's new text beside the earlier ones, with code's remarks on it in the statement's present place."""
        with desk.lock:
            remarks = desk.remarks(new.text, new.lines, desk.state.item(item.id), item.label)
        response = {"earlier": item.was, "yours": item.text, "new": new.text, "lines": new.lines, "remarks": remarks}
        return JSONResponse(response)

    def keep(self, request: Request) -> Response:
        desk = self._desk(request)
        if self.setup.keep is None or desk.transcript.path is None:
            raise HTTPException(422, "this document cannot be kept as a fixture: its transcript is not a file")
        with desk.lock:
            accepted = any(item.standing == "accepted" for item in desk.state.items)
            notes = render_markdown(_accepted(desk), reviewed=True) if accepted else ""
        try:
            return JSONResponse({"said": self.setup.keep(desk.record, Path(desk.transcript.path), notes)})
        except PipelineError as err:
            raise HTTPException(422, str(err)) from err

    def export(self, request: Request) -> Response:
        desk, form = self._desk(request), request.path_params["form"]
        if form not in ("md", "json"):
            raise HTTPException(404, "there is no such form")
        with desk.lock:
            accepted = _accepted(desk)
        text = render_markdown(accepted, reviewed=True) if form == "md" else dump(accepted)
        kind = "text/markdown" if form == "md" else "application/json"
        name = quote(os.fsencode(f"{desk.record.stem}.reviewed.{form}"), safe="")
        headers = {"content-disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)

    def static(self, request: Request) -> Response:
        kind = _STATIC.get(request.path_params["name"])
        if kind is None:
            raise HTTPException(404, "there is no such file")
        content = files("pipeline.review").joinpath("static", request.path_params["name"]).read_bytes()
        return Response(content, media_type=kind)


def _remark(desk: Desk, before: State, action: Action) -> dict[str, str]:
    """What a rename changed and left, for the page to show; empty after other actions."""
    if not isinstance(action, Rename):
        return {}
    return {"remark": remaining.remark(before, desk.state, action, desk.document, desk.transcript)}


def _accepted(desk: Desk) -> StudyDocument:
    try:
        return desk.reviewed()
    except InputError as err:
        raise HTTPException(422, str(err)) from err
