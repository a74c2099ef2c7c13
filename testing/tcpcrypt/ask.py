"""Prints the session ID of a connection of its own: python3 ask.py HOST PORT [CONTROL-SOCKET]"""

import json
import socket
import sys


def session_id(connection, control="/run/tcpcryptd/tcpcrypt.sock"):
    """The session ID of a connected TCP socket in upper-case hexadecimal; None without one."""
    local, remote = (
        {"address": end[0], "port": end[1]}
        for end in (connection.getsockname(), connection.getpeername())
    )
    question = {"v": 1, "id": 1, "ask": "session", "local": local, "remote": remote}
    with socket.socket(socket.AF_UNIX) as tcpcryptd:
        tcpcryptd.connect(control)
        tcpcryptd.sendall(json.dumps(question).encode() + b"\n")
        answer = json.loads(tcpcryptd.makefile().readline())
    return (answer["connection"] or {}).get("sessionId")


if __name__ == "__main__":
    host, port, *control = sys.argv[1:]
    with socket.create_connection((host, int(port))) as connection:
        # tcpcrypt has agreed on a session once the other side has answered.
        connection.sendall(b"ping")
        connection.recv(4)
        print(session_id(connection, *control))
