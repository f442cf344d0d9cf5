#!/usr/bin/env python3
"""Bridges two files of its folder: an adapter in Python, with the standard library only.

Each line of `inbox`, or of the file that the setting `inbox` names, is handed in as an event, again
and again until the daemon has answered; each delivery is appended to `outbox`, once for each key. Nothing is lost when either side is killed:
what was answered stands in `done`, what was sent in `sent`, both on disk before anybody is told.
"""

import json
import os
import sys
import threading
import time

NAME = "files"
VERSION = "1"
LOOK_S = 0.1  # how often the inbox is looked at
ANSWER_S = 30  # after this long without an answer an event is handed in again
METHOD_NOT_FOUND, INVALID_PARAMS, NOT_NOW = -32601, -32602, -32000


class Refused(Exception):
    """A call that is answered with an error."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Pipe:
    """The daemon's end of stdout: whole lines, whichever thread writes."""

    def __init__(self):
        self.lock = threading.Lock()

    def say(self, **line):
        with self.lock:
            sys.stdout.write(json.dumps({"jsonrpc": "2.0", **line}) + "\n")
            sys.stdout.flush()


def remembered(path):
    """The lines of a file; a last one that a crash cut off does not count."""
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8", newline="\n") as file:
        return [line[:-1] for line in file if line.endswith("\n")]


def remember(path, line):
    with open(path, "a", encoding="utf-8", newline="\n") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


class Adapter:
    def __init__(self):
        self.pipe = Pipe()
        self.account = None
        self.inbox = "inbox"
        self.sent = {}
        self.waiting = {}  # our call ids -> event ids
        self.done = set()
        self.lock = threading.Lock()

    # What the daemon calls.

    def hello(self, params):
        if params.get("protocol") != 1:
            raise Refused(INVALID_PARAMS, "this adapter speaks version 1 of the contract")
        self.account = params["account_id"]
        self.inbox = params.get("config", {}).get("inbox", self.inbox)
        self.done = set(remembered("done"))
        for line in remembered("sent"):
            key, message_id = json.loads(line)
            self.sent[key] = message_id
        return {
            "protocol": 1,
            "name": NAME,
            "version": VERSION,
            "channel": NAME,
            "supports": ["monitor", "send", "health"],
            "has_idempotent_sends": True,
        }

    def send(self, params):
        try:
            key, text = params["idempotency_key"], params["text"]
            to = params["to"]
        except (KeyError, TypeError) as missing:
            raise Refused(INVALID_PARAMS, f"`send` lacks {missing}") from None
        if not all(isinstance(field, str) for field in (key, text, to)):
            raise Refused(INVALID_PARAMS, "`idempotency_key`, `to` and `text` are texts")
        if key not in self.sent:
            message_id = f"{NAME}-{len(self.sent) + 1}"
            remember("outbox", json.dumps({"to": to, "text": text}))
            remember("sent", json.dumps([key, message_id]))
            self.sent[key] = message_id
        return {"message_ids": [self.sent[key]]}

    def health(self, _params):
        return {"is_healthy": True}

    METHODS = {"hello": hello, "send": send, "health": health}

    # What comes from outside.

    def watch(self):
        """Hands in what is new, in order; each waits for the answer to the one before."""
        n_calls = 0
        while True:
            for n, text in enumerate(remembered(self.inbox), 1):
                event_id = f"line-{n}"
                if event_id in self.done:
                    continue
                n_calls += 1
                answered = threading.Event()
                with self.lock:
                    self.waiting[n_calls] = (event_id, answered)
                self.pipe.say(id=n_calls, method="event", params={"event": self.event(event_id, text)})
                if not answered.wait(ANSWER_S):
                    with self.lock:
                        self.waiting.pop(n_calls, None)
                break
            else:
                time.sleep(LOOK_S)

    def event(self, event_id, text):
        return {
            "event_id": event_id,
            "timestamp": int(time.time() * 1000),
            "content": text,
            "channel": NAME,
            "account_id": self.account,
            "sender_id": "me",
            "peer_id": "me",
        }

    def answered(self, call):
        with self.lock:
            event_id, answered = self.waiting.pop(call["id"], (None, None))
        if event_id is None:
            return
        error = call.get("error")
        if error is None or error.get("code") == INVALID_PARAMS:
            # Taken, known, or refused for good: in each case it is ours no longer.
            remember("done", event_id)
            self.done.add(event_id)
        else:
            time.sleep(LOOK_S)
        if error is not None:
            print(f"{event_id} was not taken: {error.get('message')}", file=sys.stderr)
        answered.set()

    # The loop.

    def take(self, call):
        if "method" not in call:
            self.answered(call)
            return
        if "id" not in call:
            return  # news that we do not need
        method = self.METHODS.get(call["method"])
        try:
            if method is None:
                raise Refused(METHOD_NOT_FOUND, f"there is no method {call['method']}")
            result = method(self, call.get("params") or {})
        except Refused as refused:
            self.pipe.say(id=call["id"], error={"code": refused.code, "message": str(refused)})
            return
        except OSError as error:
            self.pipe.say(id=call["id"], error={"code": NOT_NOW, "message": str(error)})
            return
        self.pipe.say(id=call["id"], result=result)
        if call["method"] == "hello":
            threading.Thread(target=self.watch, daemon=True).start()

    def serve(self):
        """Until the end of stdin, which means: finish and exit."""
        for line in sys.stdin.buffer:
            try:
                call = json.loads(line)
                if call["jsonrpc"] != "2.0":
                    raise ValueError("not JSON-RPC 2.0")
            except (ValueError, KeyError, TypeError):
                print("a line that is not JSON-RPC was passed over", file=sys.stderr)
                continue
            self.take(call)


if __name__ == "__main__":
    if sys.argv[1:] == ["info"]:
        print(json.dumps({
            "name": NAME, "version": VERSION, "channel": NAME, "protocol": [1],
            "supports": ["monitor", "send", "health"],
        }))
    else:
        Adapter().serve()
        # A thread that waits must not keep us.
        sys.stdout.flush()
        os._exit(0)
