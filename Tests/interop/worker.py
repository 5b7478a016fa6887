#!/usr/bin/env python3
"""A Baton worker (Protocols/worker.md): answers tasks with Markdown. Needs pyzmq (Debian: python3-zmq)."""
import itertools, json, os, signal, sys, time, zmq

AGENT = sys.argv[1] if len(sys.argv) > 1 else os.environ["BATON_AGENT"]
TOKEN, SEAT = os.environ.get("BATON_TOKEN"), os.environ.get("BATON_INSTANCE", time.time_ns())
ME = {"version": 1, "name": "worker.py", "agent": AGENT, "instance": f"{AGENT}-{SEAT}", "credit": 1}
dealer = zmq.Context().socket(zmq.DEALER)
dealer.plain_username = AGENT.encode() if TOKEN else b"user"
if TOKEN: dealer.plain_password = TOKEN.encode()  # no password is an empty one
dealer.linger, dealer.heartbeat_ivl = 500, 5000  # a bounded goodbye; notice a dead connection
leases, waiting, ids, stopping, beat_at = {}, {}, itertools.count(1), False, 0  # task: token; id: frames

def send(verb, header, *body):
    frames = [b"BATON1", verb, json.dumps({**header, "id": (number := next(ids))}).encode(), *body]
    if verb in (b"DELIVER", b"FAIL"):
        waiting[number] = frames  # sent again until answered: one (task, token) counts once
    dealer.send_multipart(frames)

def hello():  # also after a restart of the broker: what is not in `leases` it gives to others
    send(b"HELLO", {**ME, "leases": [f"{task} {token}" for task, token in leases.items()]})

def think(packet):  # if this takes longer than a heartbeat, do it in another thread
    title, criteria = packet["task"]["title"], packet["acceptance_criteria"]
    traces = ", ".join(f"AC{n + 1}" for n in range(len(criteria))) if type(criteria) is list else "AC1"
    return (f"## Objective snapshot\n{packet['objective']}\n"
            f"## Execution plan\n- S1: {title}; owner: {AGENT}; done when: nobody objects\n"
            "## Risk register\n- K1: An input is wrong; severity: low; likelihood: low; impact: delay; "
            f"mitigation: check it; owner: {AGENT}; trigger: an objection\n"
            "## Validation checklist\n- C1: objections <= 0; unit: count; method: review; when: at handoff; "
            f"owner: {AGENT}; traces: {traces}\n## Handoff packet\nSummary: {title} is done.\n").encode()

def heard(verb, header, body):
    if verb == b"ASSIGN":
        lease, text = {"task": header["task"], "token": header["token"]}, think(json.loads(body[0]))
        leases[lease["task"]] = lease["token"]
        manifest = [{"name": "deliverables.md", "media_type": "text/markdown", "size": len(text)}]
        send(b"DELIVER", lease, json.dumps(manifest).encode(), text)
    elif header.get("code") == "no_session":
        hello()
    elif header.get("re") in waiting and not header.get("retryable"):
        frames = waiting.pop(header["re"])
        lease = {key: json.loads(frames[2])[key] for key in ("task", "token")}
        leases.pop(lease["task"], None)
        if verb == b"ERROR" and frames[1] == b"DELIVER":  # refused, and this worker knows no better
            send(b"FAIL", {**lease, "retryable": False}, json.dumps({"message": header["message"]}).encode())

signal.signal(signal.SIGTERM, lambda *_: globals().update(stopping=True))
dealer.connect(os.environ["BATON_ENDPOINT"])
hello()
while not stopping or waiting:
    if dealer.poll(200):
        _, verb, header, *body = dealer.recv_multipart()
        heard(verb, json.loads(header), body)
    if time.monotonic() >= beat_at:
        beat_at = time.monotonic() + 5  # well within the broker's heartbeat_ms
        send(b"BEAT", {}, json.dumps([{"task": t, "token": n} for t, n in leases.items()]).encode())
        for frames in list(waiting.values()):
            dealer.send_multipart(frames)
send(b"BYE", {})
