import { type AnswerOptions, answerPage, redirect } from "./answers.ts";
import type { Login } from "./login.ts";
import { onwardPage } from "./pages/onward.ts";

// nginx reads an answer's head into 4 KiB unless proxy_buffer_size says otherwise, and answers 502
// if it is larger. The rest is for what node:http and proxies add.
const maxHeaderBytes = 4096 - 512;

/**
 * Sends the browser on by GET, as {@link redirect} does, also where a return address is too long
 * for a header: then a page leads on, which loses nothing of it.
 */
export function sendOn(
  login: Login,
  to: `/${string}` | URL,
  options: AnswerOptions = {},
): Response {
  const answer = redirect(to, options);
  if (headerBytes(answer.headers) <= maxHeaderBytes) return answer;
  return answerPage(200, onwardPage(login, to), options);
}

/** Of ASCII alone, as all that we send is. */
function headerBytes(headers: Headers): number {
  let bytes = 0;
  for (const [name, value] of headers) bytes += `${name}: ${value}\r\n`.length;
  return bytes;
}
