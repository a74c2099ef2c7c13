import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { isCacheHeader } from "@countersign/gateway";

type NodeHeaders = OutgoingHttpHeaders | OutgoingHttpHeader[];

/**
 * Sends a renewed ticket along with a response, whatever headers the application gives it. It is for
 * one visitor: no cache may give it to another.
 */
export function sendRenewed(response: ServerResponse, setCookie: string): void {
  const { writeHead } = response;
  // Node calls it for every response, at the last moment for headers.
  response.writeHead = (status: number, reason?: string | NodeHeaders, headers?: NodeHeaders) => {
    response.writeHead = writeHead;
    setAll(response, typeof reason === "string" ? headers : (reason ?? headers));
    const others = [response.getHeader("Set-Cookie") ?? []].flat().map(String);
    // Not appended: that would write into a list that the application may use again.
    response.setHeader("Set-Cookie", [...new Set([...others, setCookie])]);
    for (const name of response.getHeaderNames().filter(isCacheHeader)) response.removeHeader(name);
    response.setHeader("Cache-Control", "no-store");
    return typeof reason === "string"
      ? response.writeHead(status, reason)
      : response.writeHead(status);
  };
}

/** Sets headers as `writeHead` does: an object by its names, a list of names and values in turn. */
function setAll(response: ServerResponse, headers: NodeHeaders = {}): void {
  if (!Array.isArray(headers)) {
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) response.setHeader(name, value);
    }
    return;
  }
  const pairs = headers.flatMap((name, index) =>
    index % 2 === 0 ? [[String(name), textOf(headers[index + 1])] as const] : [],
  );
  for (const [name] of pairs) response.removeHeader(name);
  for (const [name, value] of pairs) response.appendHeader(name, value);
}

/** Sends it along with a response of the web, the same way. */
export function addRenewed(headers: Headers, setCookie: string): void {
  headers.append("Set-Cookie", setCookie);
  for (const name of [...headers.keys()].filter(isCacheHeader)) headers.delete(name);
  headers.set("Cache-Control", "no-store");
}

function textOf(value: OutgoingHttpHeader | undefined): string | readonly string[] {
  return Array.isArray(value) ? [...value] : String(value ?? "");
}
