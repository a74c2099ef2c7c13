<?php
// A writer and reader of tickets as PHP sites have them: joins without escaping, signs with
// openssl_sign, encodes with urlencode.
//
//   php ticket.php write PRIVATE_KEY DIGEST < fields.json > cookie-value
//   php ticket.php read  PUBLIC_KEY  DIGEST < cookie-value > fields.json   (exit code 1: refused)

function write_ticket(array $fields, string $key_file, string $digest): string
{
    $pairs = [];
    foreach ($fields as $name => $value) {
        $pairs[] = "$name=$value";
    }
    $payload = implode(';', $pairs);
    $key = openssl_pkey_get_private(file_get_contents($key_file));
    if ($key === false || !openssl_sign($payload, $signature, $key, $digest)) {
        fwrite(STDERR, "cannot sign: " . openssl_error_string() . "\n");
        exit(2);
    }
    return urlencode($payload . ';sig=' . base64_encode($signature));
}

function read_ticket(string $cookie, string $key_file, string $digest): ?array
{
    $ticket = urldecode($cookie);
    $end = strpos($ticket, ';sig=');
    if ($end === false) {
        return null;
    }
    $payload = substr($ticket, 0, $end);
    $signature = base64_decode(substr($ticket, $end + 5), true);
    $key = openssl_pkey_get_public(file_get_contents($key_file));
    if ($signature === false || openssl_verify($payload, $signature, $key, $digest) !== 1) {
        return null;
    }
    $fields = [];
    foreach (explode(';', $payload) as $pair) {
        [$name, $value] = explode('=', $pair, 2);
        $fields[$name] = $value;
    }
    return $fields;
}

[, $action, $key_file, $digest] = $argv;
$input = stream_get_contents(STDIN);
if ($action === 'write') {
    echo write_ticket(json_decode($input, true, 2, JSON_THROW_ON_ERROR), $key_file, $digest);
} else {
    $fields = read_ticket($input, $key_file, $digest);
    if ($fields === null) {
        exit(1);
    }
    echo json_encode($fields, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE);
}
