<?php
// Tells whether the connection is encrypted by tcpcrypt.
$sessionId = $_SERVER['TCP_CRYPT_SESSID'] ?? null;
header('Content-Type: text/plain');
header('Cache-Control: no-store');
echo $sessionId === null ? "not encrypted by tcpcrypt\n" : "encrypted, session ID $sessionId\n";
