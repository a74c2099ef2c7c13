import type { AskForRenewal } from "@countersign/gateway";
import { request } from "undici";

/** A visitor waits for it. */
const answersWithinMs = 3_000;
const maxBodyBytes = 16_384;

/** Asks the login server for a new ticket. It sends browsers back from there; nobody follows here. */
export const askForRenewal: AskForRenewal = async ({ url, cookies, clientAddress }) => {
  const { headers, body } = await request(url, {
    headers: { cookie: cookies, "x-forwarded-for": clientAddress },
    signal: AbortSignal.timeout(answersWithinMs),
  });
  await body.dump({ limit: maxBodyBytes });
  return [headers["set-cookie"] ?? []].flat();
};
