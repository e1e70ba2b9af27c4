"""A turn as a plain FastAPI application takes it: what `cargo bench --bench turns` measures beside Callward's.

It does a turn's work and nothing more: read the call's row in PostgreSQL, check which turn it awaits, work out the menu's next
page from the key, save the call in a transaction guarded by its turn, render a VoiceXML page of the same size as Callward's.
No encryption, no limits, no record, no repeats.

    python3 -m venv /tmp/rival && /tmp/rival/bin/pip install fastapi "uvicorn[standard]" asyncpg
    CALLWARD_BENCH_RIVAL="/tmp/rival/bin/python benches/rival.py" cargo bench --bench turns

The benchmark hands in PORT, DATABASE_URL (a database of the cluster that it makes) and PAGE_BYTES. One worker, on uvloop and
httptools, as `uvicorn[standard]` installs them.
"""

import json
import os
from contextlib import asynccontextmanager
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import asyncpg
import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response

CONNECTIONS = 16
CHOICES = [
    ("1", "To hear your balance, press 1."),
    ("2", "To block a card, press 2."),
    ("3", "For our opening hours, press 3."),
]
WORDS = "What can I do for you? {choices} For an agent, press 0. To hear this again, press 9."
PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<vxml version="2.1" xmlns="http://www.w3.org/2001/vxml" xml:lang="en">
<property name="termchar" value=""/>
<catch event="connection.disconnect.hangup"><submit next="/call/{call}/hangup" method="post"/></catch>
<form id="turn"><field name="keys"><prompt timeout="5s">{words}</prompt>
<grammar mode="dtmf" root="keys" version="1.0"><rule id="keys"><one-of>{items}</one-of></rule></grammar>
<noinput>Sorry, I did not notice a key. Press 1, 2 or 3, or 0 for an agent.<reprompt/></noinput>
<nomatch>That key is not on the list. Press 1, 2 or 3, or 0 for an agent.<reprompt/></nomatch>
<filled><submit next="/call/{call}?turn={turn}" method="post" namelist="keys"/></filled></field></form>
<!--{filling}--></vxml>
"""
TABLE = "CREATE TABLE IF NOT EXISTS rival_calls (id BIGINT PRIMARY KEY, turn INTEGER NOT NULL, body JSONB NOT NULL)"
NEW_CALL = "INSERT INTO rival_calls VALUES ($1, 0, $2) ON CONFLICT (id) DO NOTHING"
READ = "SELECT turn, body FROM rival_calls WHERE id = $1"
SAVE = "UPDATE rival_calls SET turn = turn + 1, body = $3 WHERE id = $1 AND turn = $2"


@asynccontextmanager
async def lifespan(app: FastAPI):
    # The folder of the socket has to be the only host that asyncpg sees.
    address = os.environ["DATABASE_URL"].replace("@localhost/", "@/")
    async with asyncpg.create_pool(address, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        await pool.execute(TABLE)
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/call/{call}")
async def turn(call: int, request: Request) -> Response:
    fields = parse_qs((await request.body()).decode())
    key = fields.get("keys", [""])[0]
    async with app.state.pool.acquire() as connection:
        row = await connection.fetchrow(READ, call)
        if row is None:
            await connection.execute(NEW_CALL, call, json.dumps({"pressed": 0, "step": "menu"}))
            row = await connection.fetchrow(READ, call)
        body = advance(json.loads(row["body"]), key)
        async with connection.transaction():
            saved = await connection.execute(SAVE, call, row["turn"], json.dumps(body))
        if saved != "UPDATE 1":
            raise HTTPException(409, "another request has taken this turn")
    return Response(page(call, row["turn"] + 1), media_type="application/voicexml+xml", headers={"cache-control": "no-store"})


def advance(body: dict, key: str) -> dict:
    known = any(key == choice for choice, _ in CHOICES)
    return {"pressed": body["pressed"] + 1, "step": "menu" if known else "agent"}


def page(call: int, turn: int) -> str:
    words = escape(WORDS.format(choices=" ".join(words for _, words in CHOICES)))
    items = "".join(f"<item>{key}</item>" for key, _ in CHOICES)
    text = PAGE.format(call=call, turn=turn, words=words, items=items, filling="")
    return text.replace("<!---->", f"<!--{'.' * (int(os.environ.get('PAGE_BYTES', 0)) - len(text))}-->")


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning", access_log=False)
