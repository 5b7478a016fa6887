#!/usr/bin/env python3
"""A peer without libzmq: speaks ZMTP 3.0 by hand, so that it can do what libzmq never would."""
import os, socket, struct, sys

PATH, WHAT = sys.argv[1], sys.argv[2]
peer = socket.socket(socket.AF_UNIX)
peer.settimeout(20)


def take(count):
    data = b""
    while len(data) < count:
        more = peer.recv(count - len(data))
        if not more:
            sys.exit("closed")
        data += more
    return data


def command(name, data):
    body = bytes([len(name)]) + name + data
    peer.sendall(bytes([4, len(body)]) + body)


def answer():
    flags, size = take(2)
    body = take(size)
    return body[1:1 + body[0]]


def handshake():
    peer.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"PLAIN".ljust(20, b"\0") + bytes(32))
    take(64)
    command(b"HELLO", b"\x04user\x00")
    if (said := answer()) != b"WELCOME":
        sys.exit(said.decode())
    command(b"INITIATE", b"\x0bSocket-Type" + struct.pack(">I", 6) + b"DEALER")
    if (said := answer()) != b"READY":
        sys.exit(said.decode())


try:
    peer.connect(PATH)
    if WHAT == "garbage":
        peer.sendall(os.urandom(1 << 16))
        sys.exit("sent")
    handshake()
    if WHAT == "endless":
        # Frames of a message that never ends.
        frame, left = bytes(1 << 20), int(sys.argv[3])
        while left > 0:
            peer.sendall(b"\x03" + struct.pack(">Q", len(frame)) + frame)
            left -= 1
    print("in", flush=True)
    if WHAT == "endless":
        sys.stdin.read()
except OSError as error:
    sys.exit(type(error).__name__)
