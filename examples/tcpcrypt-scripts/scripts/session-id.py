#!/usr/bin/python3
# Tells whether the connection is encrypted by tcpcrypt.
import os

session_id = os.environ.get("TCP_CRYPT_SESSID")
print("Content-Type: text/plain\r\nCache-Control: no-store\r\n\r")
print("not encrypted by tcpcrypt" if session_id is None else f"encrypted, session ID {session_id}")
