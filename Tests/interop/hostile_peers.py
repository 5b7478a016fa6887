#!/usr/bin/env python3
"""Peers that mean no good, against a real broker, beside an honest client.

    hostile_peers.py BATON [--seconds N] [SCENARIO...]

For each scenario a broker is started on a home of its own. Hostile processes speak ZMTP by hand, so
that they can do what libzmq never would. Meanwhile the honest client submits one task after the
other. Printed: the broker's memory, the honest client's round trips, and whether all were served.
Ends with 1 when a bound below is broken, or when a hostile peer got what it must not get.
"""
import argparse, hashlib, itertools, json, mmap, os, resource, shutil, signal, socket, struct, subprocess, sys
import tempfile, time, traceback

MIB = 1 << 20
# The broker's own bound (receive_memory_max), and what arrives between two looks at the memory.
RECEIVE_MEMORY_MAX = 256 * MIB
BETWEEN_LOOKS = 128 * MIB
MEMORY_MAX = RECEIVE_MEMORY_MAX + BETWEEN_LOOKS
# A client's request is tried for so long altogether; one try lasts five seconds.
CLIENT_TIMEOUT = 30.0
TRY_TIMEOUT = 5.0
# How a hostile process ends that got what it must not get, or is broken itself.
FAULT_STATUS = 3
# The name that the honest client gives itself where others take it too, and its requests' numbers,
# which nobody else uses.
HONEST_NAME = b"honest"
HONEST_IDS = 1 << 40
# Who the hostile peers with a token are.
READER = {"user": b"team.reader", "password": b"secret"}
READER_ACTOR = "agent/team.reader"
AGENT = "team.writer"
CARD = {
    "format": "baton.card/1", "id": AGENT, "name": AGENT, "tags": [], "hosts": [],
    "dependencies": [], "env": [], "review": "none", "instances": 1, "concurrency": 1,
    "activation": {"tags": [], "phrases": [], "inputs": []}, "required_inputs": [],
    "deliverables": [], "sections": {}, "body": "", "extra": {},
}


class Gone(Exception):
    """The broker ended the connection, or said nothing in time."""


class Peer:
    """One connection: ZMTP 3.0, PLAIN."""

    def __init__(self, path, user=b"user", password=b"", identity=b"", timeout=10.0):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.buffer = b""
        self.ids = itertools.count(1)
        # Messages that came while a reply was waited for, and were not that reply.
        self.strays = 0
        try:
            self.socket.connect(path)
            self.greet()
            self.handshake(user, password, identity)
        except OSError as error:
            self.socket.close()
            raise Gone(str(error)) from None

    def greet(self):
        self.socket.sendall(
            b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"PLAIN".ljust(20, b"\0") + bytes(32))

    def handshake(self, user, password, identity):
        self.take(64)
        self.command(b"HELLO", bytes([len(user)]) + user + bytes([len(password)]) + password)
        self.expect(b"WELCOME")
        self.command(
            b"INITIATE", b"\x0bSocket-Type" + struct.pack(">I", 6) + b"DEALER"
            + b"\x08Identity" + struct.pack(">I", len(identity)) + identity)
        self.expect(b"READY")

    def take(self, count):
        while len(self.buffer) < count:
            more = self.socket.recv(1 << 18)
            if not more:
                raise Gone("closed")
            self.buffer += more
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def command(self, name, data):
        body = bytes([len(name)]) + name + data
        self.socket.sendall(bytes([4, len(body)]) + body)

    def expect(self, name):
        flags, body = self.frame()
        if not flags & 4 or body[1:1 + body[0]] != name:
            raise Gone(repr(body[:40]))

    def frame(self):
        flags = self.take(1)[0]
        size = struct.unpack(">Q", self.take(8))[0] if flags & 2 else self.take(1)[0]
        return flags, self.take(size)

    @staticmethod
    def encoded(frames):
        data = b""
        for place, frame in enumerate(frames):
            more = 1 if place + 1 < len(frames) else 0
            data += bytes([more | 2]) + struct.pack(">Q", len(frame)) + frame
        return data

    @classmethod
    def message(cls, verb, header, *body):
        return cls.encoded([b"BATON1", verb, json.dumps(header).encode(), *body])

    def send(self, verb, header, *body):
        number = next(self.ids)
        try:
            self.socket.sendall(self.message(verb, {"id": number, **header}, *body))
        except OSError as error:
            raise Gone(str(error)) from None
        return number

    def receive(self):
        frames = []
        try:
            while True:
                flags, body = self.frame()
                if flags & 4:
                    if body[1:1 + body[0]] == b"PING":
                        self.command(b"PONG", body[7:])
                    continue
                frames.append(body)
                if not flags & 1:
                    return frames[1], json.loads(frames[2]), frames[3:]
        except OSError as error:
            raise Gone(str(error)) from None

    def ask(self, verb, header, *body):
        number = self.send(verb, header, *body)
        while True:
            verb, header, body = self.receive()
            if header.get("re") == number and verb != b"EVENTS":
                return verb, header, body
            self.strays += 1

    def hello(self, **more):
        return self.ask(b"HELLO", {"version": 1, "name": "hostile", **more})

    def task(self, key, content=b"x"):
        manifest = [{"name": "note", "media_type": "text/plain", "size": len(content)}]
        return self.ask(b"TASK", {"key": key, "agent": AGENT}, json.dumps(manifest).encode(), content)

    def close(self):
        self.socket.close()


# What hostile processes do, until they are killed. `number` tells several of a kind apart.

def forever(path, work):
    """Works on one connection after another: whoever is thrown out comes back."""
    while True:
        try:
            work(Peer(path))
        except (Gone, OSError):
            time.sleep(0.02)


def endless(path, number):
    frame = bytes([3]) + struct.pack(">Q", MIB) + bytes(MIB)
    forever(path, lambda peer: send_on(peer, frame))


def endless_small(path, number):
    frames = b"\x01\x01x" * 20_000
    forever(path, lambda peer: send_on(peer, frames))


def giant(path, number):
    """Frames of every size above the bound, and all that is allowed below it."""
    def work(peer):
        peer.hello()
        if next(turns) % 2:
            peer.socket.sendall(b"\x02" + struct.pack(">Q", 1 << 62) + bytes(MIB))
            peer.receive()
        else:
            send_on(peer, Peer.encoded([b"BATON1", b"DELIVER", b"{}"] + [bytes(4 * MIB)] * 12))
    turns = itertools.count(number)
    forever(path, work)


def send_on(peer, data):
    """Sends without end; reads what comes, so that only the sending can hurt."""
    peer.socket.setblocking(False)
    view, place = memoryview(data), 0
    while True:
        try:
            place = (place + peer.socket.send(view[place:])) % len(data)
        except BlockingIOError:
            time.sleep(0.001)
        except OSError as error:
            raise Gone(str(error)) from None
        try:
            if peer.socket.recv(1 << 18) == b"":
                raise Gone("closed")
        except BlockingIOError:
            pass
        except OSError as error:
            raise Gone(str(error)) from None


def crowd(path, number):
    """Connections by the thousand: silent, half through the handshake, and with sessions."""
    open_peers = []
    for place in itertools.count():
        try:
            if place % 3 == 2:
                peer = Peer(path, timeout=2.0)
                peer.hello()
            else:
                peer = socket.socket(socket.AF_UNIX)
                peer.settimeout(2.0)
                peer.connect(path)
                if place % 3 == 1:
                    peer.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"PLAIN".ljust(20, b"\0"))
            open_peers.append(peer)
        except (OSError, Gone):
            time.sleep(0.01)
        if len(open_peers) >= 900:
            time.sleep(0.2)
            open_peers = open_peers[100:]


def stopped(path, number):
    """Sessions whose process is stopped in the middle of a message."""
    peers = [Peer(path) for _ in range(100)]
    for peer in peers:
        peer.hello()
        peer.send(b"LIST", {"what": "tasks", "limit": 1000})
        peer.socket.sendall(b"\x03" + struct.pack(">Q", MIB) + bytes(1000))
    os.kill(os.getpid(), signal.SIGSTOP)


def tails(path, number):
    """As many tails as there may be on many connections, credit without end, and no reading."""
    peers = []
    for _ in range(40):
        peer = Peer(path)
        peer.hello()
        for _ in range(16):
            peer.send(b"TAIL", {"since": 0, "follow": True, "credit": 1 << 40, "payload": True})
        peers.append(peer)
    for peer in peers:
        peer.socket.setblocking(False)
    more = b"".join(
        Peer.message(b"MORE", {"tail": tail, "credit": 1 << 40}) for tail in range(2, 18))
    while True:
        for peer in peers:
            try:
                peer.socket.send(more)
            except OSError:
                continue
        time.sleep(0.02)


def flood(make, limit=None):
    """Pipelines requests as fast as they are taken."""
    def run(path, number):
        def work(peer):
            peer.hello()
            data = b"".join(make(number, place) for place in range(500))
            send_on(peer, data)
        forever(path, work)
    return run


def small_request(number, place):
    manifest = json.dumps([{"name": "a", "media_type": "a/b", "size": 1}]).encode()
    # The same keys again and again: the journal stays small, the work is done.
    header = {"id": place, "key": f"f{number}-{place}", "agent": AGENT}
    return Peer.message(b"TASK", header, manifest, b"x")


def malformed(number, place):
    return Peer.encoded([[b"BATON1", b"HULLO", b"{}"], [b"x"], [b"BATON1", b"STATUS", b"{\"id\":"],
                         [b"BATON1", b"LIST", b"{\"id\":1}"]][place % 4])


def beats(number, place):
    lines = [{"task": f"t-{line}", "token": line, "percent": 5} for line in range(100)]
    return Peer.message(b"BEAT", {"id": place}, json.dumps(lines).encode())


def views(number, place):
    if place % 2:
        return Peer.message(b"STATUS", {"id": place})
    return Peer.message(b"LIST", {"id": place, "what": "tasks", "limit": 1000})


def churn(path, number):
    forever(path, lambda peer: (peer.hello(), peer.send(b"BYE", {}), peer.close()))


def same_name(path, number):
    """Connections of another actor that call themselves by the honest client's routing id."""
    while True:
        for _ in range(20):
            try:
                other = Peer(path, identity=HONEST_NAME, timeout=0.2, **READER)
            except Gone:
                continue
            try:
                other.send(b"HELLO", {"version": 1, "name": "hostile"})
                other.send(b"LIST", {"what": "tasks", "limit": 10})
                while True:
                    _, header, _ = other.receive()
                    assert (header.get("re") or 0) < HONEST_IDS, f"another's reply: {header}"
                    assert header.get("actor", READER_ACTOR) == READER_ACTOR, header
            except Gone:
                pass
            other.close()
            checked()


def claims(path, number):
    """A child with a token that says it is another agent, and answers what people are asked."""
    peer = Peer(path, **READER)
    for place in itertools.count():
        _, header, _ = peer.hello(agent=AGENT, instance=f"x{place % 50}")
        assert header.get("code") == "not_permitted", header
        _, header, _ = peer.hello()
        assert header.get("actor") == READER_ACTOR, header
        _, header, _ = peer.ask(b"ANSWER", {"escalation": f"e-{place % 50}"}, b"{}")
        assert header.get("code") == "not_permitted", header
        checked()


# How often hostile processes have held an answer against what it must be: shared with them, so
# that a scenario that checks nothing is noticed.
checks = mmap.mmap(-1, 8)


def checked():
    checks[:8] = struct.pack("=Q", struct.unpack("=Q", checks[:8])[0] + 1)


def uploads(path, number):
    """Uploads that are begun and left."""
    peers = []
    while True:
        peer = Peer(path)
        peer.hello()
        digest = hashlib.sha256(str(len(peers)).encode()).hexdigest()
        peer.send(b"PUT", {"digest": digest, "size": 16 * MIB, "offset": 0}, bytes(MIB))
        peers.append(peer)
        if len(peers) > 200:
            peers.pop(0).close()


SCENARIOS = {
    "none": (None, 0), "endless": (endless, 2), "endless-small": (endless_small, 2),
    "giant-frames": (giant, 2), "crowd": (crowd, 3), "stopped": (stopped, 2), "tails": (tails, 2),
    "flood": (flood(small_request), 2), "flood-malformed": (flood(malformed), 2),
    "flood-beats": (flood(beats), 2), "flood-views": (flood(views), 2), "churn": (churn, 3),
    "same-name": (same_name, 2), "claims": (claims, 1), "uploads": (uploads, 1),
}
# Those whose hostile peers look at what they get.
CHECKING = ("same-name", "claims")


class Broker:
    def __init__(self, baton):
        self.folder = tempfile.mkdtemp(prefix="baton-hostile.")
        self.home = self.folder + "/home"
        os.mkdir(self.home, 0o700)
        digest = hashlib.sha256(b"secret").hexdigest()
        with open(os.open(self.home + "/tokens", os.O_WRONLY | os.O_CREAT, 0o600), "w") as tokens:
            tokens.write(f"{digest} agent/team.reader\n")
        self.path = self.home + "/broker.sock"
        self.log = open(self.folder + "/log", "w+")
        self.process = subprocess.Popen(
            [baton, "broker", "--home", self.home], stdout=self.log, stderr=self.log)
        until = time.monotonic() + 20
        while not os.path.exists(self.home + "/endpoint"):
            if time.monotonic() > until or self.process.poll() is not None:
                sys.exit("the broker does not start: " + self.said())
            time.sleep(0.02)

    def resident(self):
        with open(f"/proc/{self.process.pid}/statm") as statm:
            return int(statm.read().split()[1]) * resource.getpagesize()

    def peak(self):
        """The most memory that it has had since it was started, by the kernel's count."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM:"))

    def said(self):
        self.log.seek(0)
        return self.log.read()

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder)
        return self.process.returncode


class Honest:
    """A client as the kit's: a request is sent again until it is answered, over new connections."""

    def __init__(self, broker, identity=b""):
        self.broker = broker
        self.identity = identity
        self.actor = None
        self.faults = []
        self.peer = None
        self.trips = []
        self.failed = 0
        self.reconnected = -1
        self.keys = itertools.count()

    def connect(self):
        self.peer = Peer(self.broker.path, identity=self.identity, timeout=TRY_TIMEOUT)
        self.peer.ids = itertools.count(HONEST_IDS)
        self.greet()
        self.reconnected += 1

    def greet(self):
        _, header, _ = self.peer.hello()
        actor = header.get("actor")
        self.actor = self.actor or actor
        if actor and actor != self.actor:
            self.faults.append(f"the honest client became {actor}")

    def submit(self, content=b"x"):
        key, start = f"h{next(self.keys)}", time.monotonic()
        while time.monotonic() < start + CLIENT_TIMEOUT:
            try:
                if not self.peer:
                    self.connect()
                verb, header, _ = self.peer.task(key, content)
                if self.peer.strays:
                    self.faults.append("the honest client got another's reply")
                    self.peer.strays = 0
                if verb == b"OK":
                    self.trips.append(time.monotonic() - start)
                    return
                if header["code"] == "no_session":
                    self.greet()
                elif not header["retryable"]:
                    break
            except Gone:
                if self.peer:
                    self.peer.close()
                self.peer = None
            time.sleep(0.02)
        self.failed += 1

    def percentile(self, share):
        trips = sorted(self.trips) or [float("nan")]
        return trips[min(len(trips) - 1, int(share * len(trips)))] * 1000


def play(hostile, path, number, name):
    """A hostile process: it works until it is killed. To be thrown out is what it must expect."""
    try:
        hostile(path, number)
    except Gone as gone:
        print(f"{name}: a hostile peer was thrown out: {gone}", file=sys.stderr, flush=True)
    except BaseException:
        print(f"{name}: {traceback.format_exc()}", file=sys.stderr, flush=True)
        os._exit(FAULT_STATUS)
    os._exit(0)


def end(children):
    """Kills what still runs; how many had ended by themselves with a fault."""
    faults = 0
    for child in children:
        ended, status = os.waitpid(child, os.WNOHANG)
        if not ended:
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
        # One that ended between the two looks is caught, too.
        faults += os.waitstatus_to_exitcode(status) not in (0, -signal.SIGKILL)
    return faults


def run(baton, name, seconds):
    hostile, count = SCENARIOS[name]
    broker = Broker(baton)
    honest = Honest(broker, HONEST_NAME if name == "same-name" else b"")
    honest.connect()
    honest.peer.ask(b"REGISTER", {}, json.dumps(CARD).encode())
    for _ in range(40 if name == "tails" else 1):
        honest.submit(b"y" * 250_000)
    honest.trips.clear()
    checks[:8] = bytes(8)
    before, children = broker.resident(), []
    for number in range(count):
        child = os.fork()
        if child == 0:
            honest.peer.socket.detach()
            play(hostile, broker.path, number, name)
        children.append(child)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        honest.submit()
        time.sleep(0.005)
    hostile_faults = end(children)
    for _ in range(10):
        honest.submit()
    alive = broker.process.poll() is None
    peak, after = (broker.peak(), broker.resident()) if alive else (0, 0)
    reopened = broker.said().count("connections were closed")
    code = broker.end() if alive else broker.process.returncode
    faults = []
    if not alive or code != 0:
        faults.append(f"the broker ended with {code}")
    if peak - before > MEMORY_MAX:
        faults.append(f"memory grew by more than {MEMORY_MAX // MIB} MiB")
    if hostile_faults:
        faults.append(f"{hostile_faults} hostile processes ended with a fault, see above")
    if name in CHECKING and not any(checks[:8]):
        faults.append("no answer to a hostile peer was checked")
    faults += sorted(set(honest.faults))
    if honest.failed:
        faults.append(f"{honest.failed} honest requests were not served in {CLIENT_TIMEOUT:.0f} s")
    print(f"{name:16}{before // MIB:7}{peak // MIB:7}{after // MIB:7}{len(honest.trips):8}"
          f"{honest.failed:7}{honest.percentile(0.5):9.1f}{honest.percentile(0.99):9.1f}"
          f"{honest.percentile(1):9.1f}{reopened:9}{honest.reconnected:8}  {'; '.join(faults)}",
          flush=True)
    return not faults


def main(words):
    parser = argparse.ArgumentParser(
        description="Peers that mean no good, against a real broker, beside an honest client.",
        epilog="scenarios: " + " ".join(SCENARIOS))
    parser.add_argument("baton", metavar="BATON", help="the program")
    parser.add_argument("scenarios", metavar="SCENARIO", nargs="*", help="which (all)")
    parser.add_argument("--seconds", metavar="N", type=float, default=10.0, help="each (10)")
    given = parser.parse_intermixed_args(words)
    unknown = [name for name in given.scenarios if name not in SCENARIOS]
    if unknown:
        parser.error(f"there is no scenario {', '.join(unknown)}; there are {' '.join(SCENARIOS)}")
    if not os.access(given.baton, os.X_OK):
        parser.error(f"{given.baton} is no program")
    baton, seconds, words = given.baton, given.seconds, given.scenarios
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))
    print("                    memory, MiB         honest client, round trips in ms\n"
          "scenario         before   peak  after  served failed      p50      p99      max"
          " reopened reconn.", flush=True)
    results = [run(baton, name, seconds) for name in words or SCENARIOS]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main(sys.argv[1:])
