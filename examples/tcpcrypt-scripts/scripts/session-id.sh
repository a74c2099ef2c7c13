#!/bin/sh
# Tells whether the connection is encrypted by tcpcrypt.
printf 'Content-Type: text/plain\r\nCache-Control: no-store\r\n\r\n'
if [ -n "$TCP_CRYPT_SESSID" ]; then
  printf 'encrypted, session ID %s\n' "$TCP_CRYPT_SESSID"
else
  printf 'not encrypted by tcpcrypt\n'
fi
