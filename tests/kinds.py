"""Minutes and lecture notes of the scripted talk."""

from __future__ import annotations

import asyncio
from typing import Any

from pipeline.document import StudyDocument
from pipeline.llm import Request
from pipeline.profile import NotesName, Recipe
from pipeline.run import asummarise
from tests.scripted import Answer, ScriptedClient, transcript, written_answer

TASKS = [
    {"cites": [4], "owner": "Ben", "task": "Plan the heat exchanger.", "due": "2031"},
    {"cites": [5], "owner": "", "task": "Ask the city for its half.", "due": ""},
    {"cites": [6], "owner": "Ben", "task": "Tell the council of the loan.", "due": "2031"},
]
DECISION = {"cites": [4], "matter": "Tower", "decision": "The tower is to be replaced in 2031.", "reason": "It costs."}
EXAMPLE = {
    "cites": [4],
    "title": "Homes warmed",
    "problem": "How many homes does the exchanger warm?",
    "steps": [{"cites": [4], "text": "It replaces the tower."}, {"cites": [], "text": "It gives its heat to homes."}],
    "result": "5,000 homes",
}
QUESTION = {"cites": [6], "question": "What if there is no loan?", "answer": "Then the project is dead, says Ben."}


def empty(request: Request) -> dict[str, Any]:
    assert request.schema is not None
    return {name: [] for name in request.schema["properties"]}


def answering(fault: dict[str, Any] | None = None, **sections: Any) -> ScriptedClient:
    """A client that writes a study document with these sections; its check reports the fault, if given."""

    def answer(request: Request) -> Answer:
        known = empty(request)
        if request.name == "check":
            return known | {
                "faults": [{"verdict": "partly", "why": "it is wrong", "label": "", "lines": []} | fault]
                if fault
                else []
            }
        return {name: value for name, value in (known | written_answer() | sections).items() if name in known}

    return ScriptedClient(answer)


def made(notes: NotesName, client: ScriptedClient, recipe: Recipe | None = None) -> StudyDocument:
    return asyncio.run(asummarise(transcript(), client, recipe=recipe or Recipe(notes=notes)))


def minutes() -> StudyDocument:
    return made("minutes", answering(action_items=TASKS, decisions=[DECISION]))
