import assert from "node:assert/strict";
import { test } from "node:test";
import { cookies } from "../sample.ts";
import { sendRaw, startProxied } from "./proxied.ts";

const head = `Host: wiki.example.com\r\nCookie: ${cookies}\r\n`;
const inner = "GET /smuggled HTTP/1.1\r\nHost: wiki.example.com\r\n\r\n";
const chunked = "Transfer-Encoding: chunked\r\n";

/** Requests that two readers may take for different ones (RFC 9112 §11.2). */
const ambiguous = {
  "Content-Length and Transfer-Encoding": `POST / HTTP/1.1\r\n${head}Content-Length: 4\r\n${chunked}\r\n0\r\n\r\n${inner}`,
  "the same the other way round": `POST / HTTP/1.1\r\n${head}${chunked}Content-Length: 4\r\n\r\n0\r\n\r\n${inner}`,
  "two lengths": `POST / HTTP/1.1\r\n${head}Content-Length: 0\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
  "two lengths in one": `POST / HTTP/1.1\r\n${head}Content-Length: 0, ${inner.length}\r\n\r\n${inner}`,
  "a length with a sign": `POST / HTTP/1.1\r\n${head}Content-Length: +0\r\n\r\n${inner}`,
  "a length in hexadecimal": `POST / HTTP/1.1\r\n${head}Content-Length: 0x0\r\n\r\n${inner}`,
  "an unknown coding": `POST / HTTP/1.1\r\n${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${inner}`,
  "chunked that is not last": `POST / HTTP/1.1\r\n${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${inner}`,
  "chunked twice": `POST / HTTP/1.1\r\n${head}${chunked}${chunked}\r\n0\r\n\r\n${inner}`,
  "a space before the colon": `POST / HTTP/1.1\r\n${head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${inner}`,
  "a folded line": `POST / HTTP/1.1\r\n${head}Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${inner}`,
  "a folded value": `GET / HTTP/1.1\r\n${head}X-A: 1\r\n Remote-User: root\r\n\r\n`,
  "lines that end with LF alone": `GET / HTTP/1.1\n${head.replaceAll("\r\n", "\n")}\n`,
  "a header that ends with LF alone": `GET / HTTP/1.1\r\n${head}X-A: 1\nRemote-User: root\r\n\r\n`,
  "a header that ends with CR alone": `GET / HTTP/1.1\r\n${head}X-A: 1\rRemote-User: root\r\n\r\n`,
  "NUL in a value": `GET / HTTP/1.1\r\n${head}X-A: 1\0\r\n\r\n`,
  "no name": `GET / HTTP/1.1\r\n${head}: 1\r\n\r\n`,
  "a chunk with a wrong length": `POST / HTTP/1.1\r\n${head}${chunked}\r\n2\r\nabc\r\n0\r\n\r\n${inner}`,
  "a chunk that ends with LF alone": `POST / HTTP/1.1\r\n${head}${chunked}\r\n1\na\r\n0\r\n\r\n${inner}`,
  "a chunk with a length that overflows": `POST / HTTP/1.1\r\n${head}${chunked}\r\n10000000000000000\r\n${inner}`,
  "chunks in HTTP/1.0": `POST / HTTP/1.0\r\n${head}${chunked}\r\n0\r\n\r\n${inner}`,
  "no HTTP version": `GET /smuggled\r\n${head}\r\n`,
  "another HTTP version": `GET / HTTP/1.9\r\n${head}\r\n`,
  "no host": `GET / HTTP/1.1\r\nCookie: ${cookies}\r\n\r\n`,
};

for (const [what, text] of Object.entries(ambiguous)) {
  test(`refuses ${what}, and the application hears of nothing else`, async (context) => {
    const heard: string[] = [];
    const { port } = await startProxied(context, (request, response) => {
      heard.push(`${request.url} ${request.headers["remote-user"]}`);
      request.resume();
      request.once("end", () => response.end());
    });
    const answer = await sendRaw(port, text);
    assert.ok(answer.status === 400 || answer.status === 0 || answer.status === 505, answer.body);
    assert.deepEqual(
      heard.filter((what) => what !== "/ ada"),
      [],
    );
  });
}

test("frames every body anew, so that no method's body becomes a request", async (context) => {
  const heard: string[] = [];
  const { port } = await startProxied(context, (request, response) => {
    let length = 0;
    request.on("data", (chunk) => {
      length += chunk.length;
    });
    request.once("end", () => {
      heard.push(`${request.method} ${request.url} ${length}`);
      response.end();
    });
  });
  const size = inner.length.toString(16);
  for (const method of ["DELETE", "OPTIONS", "GET", "POST", "TRACE", "SEARCH"]) {
    const end = "Connection: close\r\n\r\n";
    const text = `${method} / HTTP/1.1\r\n${head}${chunked}${end}${size}\r\n${inner}\r\n0\r\n\r\n`;
    await sendRaw(port, text);
    await sendRaw(
      port,
      `${method} / HTTP/1.1\r\n${head}Content-Length: ${inner.length}\r\n${end}${inner}`,
    );
  }
  const whole = new RegExp(`^[A-Z]+ / ${inner.length}$`);
  assert.ok(heard.length >= 10, heard.join());
  for (const line of heard) assert.match(line, whole);
});
