#!/usr/bin/perl
# Tells whether the connection is encrypted by tcpcrypt.
use strict;
use warnings;

my $session_id = $ENV{TCP_CRYPT_SESSID};
print "Content-Type: text/plain\r\nCache-Control: no-store\r\n\r\n";
print defined $session_id ? "encrypted, session ID $session_id\n" : "not encrypted by tcpcrypt\n";
