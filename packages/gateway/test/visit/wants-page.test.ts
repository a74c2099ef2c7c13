import assert from "node:assert/strict";
import { test } from "node:test";
import { wantsPage } from "../../src/visit/wants-page.ts";

const browserAccept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

const asking: Readonly<Record<string, readonly [Record<string, string>, boolean]>> = {
  "a browser's page": [{ accept: browserAccept, "sec-fetch-mode": "navigate" }, true],
  "an older browser's page": [{ accept: browserAccept }, true],
  "a script with fetch": [{ accept: "*/*", "sec-fetch-mode": "cors" }, false],
  "a script that asks for HTML": [{ accept: "text/html", "sec-fetch-mode": "same-origin" }, false],
  "an image": [{ accept: "image/avif,*/*", "sec-fetch-mode": "no-cors" }, false],
  "an old library": [{ accept: browserAccept, "x-requested-with": "XMLHttpRequest" }, false],
  curl: [{ accept: "*/*" }, false],
  "a program that says nothing": [{}, false],
  "an API client": [{ accept: "application/json" }, false],
  "an event stream": [{ accept: "text/event-stream" }, false],
  "a WebSocket": [{ upgrade: "websocket", accept: "text/html" }, false],
  "an upgrade to HTTP/2": [{ upgrade: "h2c", accept: "text/html" }, true],
  "a type that only begins alike": [{ accept: "text/html5" }, false],
  XHTML: [{ accept: "application/xhtml+xml;q=0.9" }, true],
};

for (const [what, [headers, expected]] of Object.entries(asking)) {
  test(`takes ${what} for a ${expected ? "page" : "program"}`, () => {
    assert.equal(wantsPage(new Map(Object.entries(headers))), expected);
  });
}
