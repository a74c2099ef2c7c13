#!/usr/bin/python3
# A CGI script that asks tcpcryptd for the session ID of the connection that its request came on.
import json
import os
import socket


def end(which):
    return {"address": os.environ[which + "_ADDR"], "port": int(os.environ[which + "_PORT"])}


question = {"v": 1, "id": 1, "ask": "session", "local": end("SERVER"), "remote": end("REMOTE")}
with socket.socket(socket.AF_UNIX) as tcpcryptd:
    tcpcryptd.connect("/run/tcpcryptd/tcpcrypt.sock")
    tcpcryptd.sendall(json.dumps(question).encode() + b"\n")
    connection = json.loads(tcpcryptd.makefile().readline())["connection"]

print("Content-Type: text/plain\r\nCache-Control: no-store\r\n\r")
print((connection or {}).get("sessionId", "not encrypted by tcpcrypt"))
