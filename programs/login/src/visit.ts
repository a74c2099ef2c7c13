/** One request to the login server, with its form read. */
export interface Visit {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  /** Empty unless the request is a POST with a form. */
  readonly form: URLSearchParams;
  readonly clientAddress: string | undefined;
}

/** Why a request's form cannot be read. */
export type FormRefusal = "too-large" | "not-a-form" | "bad-request";

/** The most bytes of a form, field names and percent-encoding included. */
export const maxFormBytes = 16 * 1024;

/** Reads the form of a POST, and no more of the body than {@link maxFormBytes}. */
export async function readForm(request: Request): Promise<URLSearchParams | FormRefusal> {
  if (request.method !== "POST") return new URLSearchParams();
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") return "not-a-form";
  if (Number(request.headers.get("content-length") ?? 0) > maxFormBytes) return "too-large";
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of request.body ?? []) {
      bytes += piece.length;
      if (bytes > maxFormBytes) return "too-large";
      pieces.push(piece);
    }
  } catch {
    // The client went away in the middle, which is no failure of ours.
    return "bad-request";
  }
  return new URLSearchParams(Buffer.concat(pieces).toString("utf8"));
}

/** The one value of a field; `undefined` if it is missing or said twice. */
export function only(fields: URLSearchParams, name: string): string | undefined {
  const values = fields.getAll(name);
  return values.length === 1 ? values[0] : undefined;
}

/** The cookies that the browser sent, as one header. */
export function cookiesOf(visit: Visit): string {
  return visit.headers.get("cookie") ?? "";
}
