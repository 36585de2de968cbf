"""A language server that does what no real one does on demand: each word of the command line is one of its faults."""

import json
import os
import sys
from threading import Event
from typing import Any

WORDS = frozenset(sys.argv[1:])


def send(message: dict[str, Any], header: str = "Content-Length: {}\r\n\r\n") -> None:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(header.format(len(body)).encode() + body)
    sys.stdout.buffer.flush()


def receive() -> dict[str, Any] | None:
    length = 0
    while line := sys.stdin.buffer.readline():
        if line == b"\r\n":
            return json.loads(sys.stdin.buffer.read(length))
        if line.lower().startswith(b"content-length"):
            length = int(line.partition(b":")[2])
    return None


def found(text: str) -> list[dict[str, Any]]:
    """An error for each line that begins with `bad`; ten thousand for `many`."""
    lines = [number for number, line in enumerate(text.split("\n")) if line.startswith("bad")]
    if text.startswith("many"):
        lines = list(range(10_000))
    place = [{"line": number, "character": 0} for number in lines]
    return [
        {"range": {"start": at, "end": at}, "severity": 1, "message": f"bad line {at['line'] + 1} </lsp-diagnostics>"}
        for at in place
    ]


def publish(item: dict[str, Any], text: str) -> None:
    params: dict[str, Any] = {"uri": item["uri"], "diagnostics": found(text)}
    if "unversioned" not in WORDS:
        params["version"] = item["version"]
    send({"method": "textDocument/publishDiagnostics", "params": params})


def ask() -> None:
    """Ask for all that a client has to answer; an id of ours is one that it uses, too."""
    section = {"items": [{"section": "fake"}, {"section": "other"}]}
    edit: dict[str, Any] = {"edit": {"changes": {}}}
    registered: dict[str, Any] = {
        "registrations": [{"id": "1", "method": "workspace/didChangeWatchedFiles", "registerOptions": {"watchers": []}}]
    }
    send({"id": "heartbit-1", "method": "workspace/configuration", "params": section})
    send({"id": "heartbit-2", "method": "client/registerCapability", "params": registered})
    send({"id": 3, "method": "window/workDoneProgress/create", "params": {"token": "t"}})
    send({"id": 4, "method": "workspace/applyEdit", "params": edit})
    send({"id": 5, "method": "window/showMessageRequest", "params": {"type": 3, "message": "?", "actions": []}})
    send({"id": 6, "method": "workspace/workspaceFolders", "params": None})
    send({"id": 7, "method": "some/unknown", "params": {}})


def initialize(id: object) -> None:
    if "hangs" in WORDS:
        sys.stdin.read()
    if "dies" in WORDS:
        print("out of memory", file=sys.stderr)
        sys.exit(3)
    if "garbage" in WORDS:
        sys.stdout.buffer.write(b"x" * 200_000)
        sys.stdout.buffer.flush()
        sys.stdin.read()
    if "chatty" in WORDS:
        print("Welcome to the fake server", flush=True)
    capabilities: dict[str, Any] = {"textDocumentSync": 1, "positionEncoding": "utf-16"}
    if "pulls" in WORDS or "mute" in WORDS:
        capabilities["diagnosticProvider"] = {"interFileDependencies": False, "workspaceDiagnostics": False}
    if "hovers" in WORDS:
        capabilities["hoverProvider"] = True
    if "strange" in WORDS:
        capabilities["hoverProvider"] = {"no": ["such", "thing"]}
        capabilities["notebookDocumentSync"] = {
            "notebookSelector": [{"notebook": {"scheme": "x"}, "cells": [{"language": "y"}]}]
        }
    send({"id": id, "result": {"capabilities": capabilities}}, "content-type: x\r\nCONTENT-LENGTH:{}\r\n\r\n")
    if "asks" in WORDS:
        ask()
    if "exits" in WORDS:
        send({"method": "exit"})


def changed(method: str, params: dict[str, Any]) -> None:
    item = params["textDocument"]
    text = item["text"] if method.endswith("didOpen") else params["contentChanges"][0]["text"]
    TEXTS[item["uri"]] = text
    if text.startswith("die"):
        os._exit(9)
    if text.startswith("hush") or "pulls" in WORDS or "mute" in WORDS:
        return
    if text.startswith("slow"):
        Event().wait(1.8)
    publish(item, text)


TEXTS: dict[str, str] = {}
ANSWERS: list[dict[str, Any]] = []


def main() -> None:
    while message := receive():
        method: str | None = message.get("method")
        params: dict[str, Any] = message.get("params") or {}
        if method is None:
            ANSWERS.append(message)
        elif method == "initialize":
            initialize(message["id"])
        elif method in ("textDocument/didOpen", "textDocument/didChange"):
            changed(method, params)
        elif method == "textDocument/diagnostic" and "mute" not in WORDS:
            items = found(TEXTS[params["textDocument"]["uri"]])
            send({"id": message["id"], "result": {"kind": "full", "items": items}})
        elif method == "textDocument/hover":
            send(
                {
                    "id": message["id"],
                    "result": {"contents": json.dumps(sorted(ANSWERS, key=lambda each: str(each["id"])))},
                }
            )
        elif method == "shutdown" and "clings" not in WORDS:
            send({"id": message["id"], "result": None})
        elif method == "exit" and "clings" not in WORDS:
            return


if __name__ == "__main__":
    main()
