import { clientAddressOf, trustedPeer } from "@countersign/gateway";
import { Hono } from "hono";
import { fromOurForm, type Guard, withinLimits } from "./guards.ts";
import { continueToSite } from "./handlers/continue.ts";
import { asset, health } from "./handlers/files.ts";
import { refresh } from "./handlers/refresh.ts";
import { showSignIn, signIn } from "./handlers/sign-in.ts";
import { showSignOut, signOut } from "./handlers/sign-out.ts";
import { start, whoami } from "./handlers/whoami.ts";
import type { Login } from "./login.ts";
import { LoginError } from "./login-error.ts";
import { answerProblem } from "./problem-answer.ts";
import { readForm, type Visit } from "./visit.ts";

interface Route {
  readonly method: "GET" | "POST";
  readonly path: `/${string}`;
  readonly guards: readonly Guard[];
  readonly handler: (visit: Visit, login: Login) => Response | Promise<Response>;
}

/** Every path, who stands before it and who answers. A POST's form is read, and bounded, first. */
const routes: readonly Route[] = [
  { method: "GET", path: "/", guards: [], handler: start },
  { method: "GET", path: "/login", guards: [], handler: showSignIn },
  { method: "POST", path: "/login", guards: [fromOurForm, withinLimits], handler: signIn },
  { method: "GET", path: "/continue", guards: [], handler: continueToSite },
  { method: "GET", path: "/refresh", guards: [], handler: refresh },
  { method: "GET", path: "/logout", guards: [], handler: showSignOut },
  { method: "POST", path: "/logout", guards: [fromOurForm], handler: signOut },
  { method: "GET", path: "/whoami", guards: [], handler: whoami },
  { method: "GET", path: "/healthz", guards: [], handler: health },
  { method: "GET", path: "/assets/*", guards: [], handler: asset },
];

/** Answers requests. `peer` is the address of the connection, `undefined` on a unix socket. */
export type Answer = (request: Request, peer: string | undefined) => Promise<Response>;

/** Puts the routes to work for one login server. */
export function createRoutes(login: Login): Answer {
  const app = new Hono<{ Bindings: { peer: string | undefined } }>();
  for (const { method, path, guards, handler } of routes) {
    app.on(method, path, async ({ req, env }) => {
      const visit = await visitOf(req.raw, env.peer, login);
      if (visit instanceof Response) return visit;
      for (const guard of guards) {
        const answer = await guard(visit, login);
        if (answer !== undefined) return answer;
      }
      return handler(visit, login);
    });
  }
  for (const path of new Set(routes.map((route) => route.path))) {
    const allow = routes.filter((route) => route.path === path).map((route) => route.method);
    app.all(path, () =>
      answerProblem(login, "method-not-allowed", { allow: ["HEAD", ...allow].join(", ") }),
    );
  }
  app.notFound(() => answerProblem(login, "not-found"));
  app.onError((error, { req, env }) => {
    const address = addressOf(req.raw, env.peer, login);
    return answerFailure(error, address, login);
  });
  return async (request, peer) => app.fetch(request, { peer });
}

async function visitOf(
  request: Request,
  peer: string | undefined,
  login: Login,
): Promise<Visit | Response> {
  const form = await readForm(request);
  // What is left of the body is not read, so the connection cannot go on.
  if (typeof form === "string") return answerProblem(login, form, { connection: "close" });
  const { method, headers } = request;
  const url = new URL(request.url);
  return { method, url, headers, form, clientAddress: addressOf(request, peer, login) };
}

function addressOf(
  { headers }: Request,
  peer: string | undefined,
  { trustedProxies }: Login,
): string | undefined {
  const forwardedFor = headers.get("x-forwarded-for") ?? undefined;
  // A unix socket's peer has no address; the file's mode decides who connects.
  return clientAddressOf(peer ?? trustedPeer, forwardedFor, trustedProxies);
}

/** The visitor learns that something failed; the operator learns what. */
function answerFailure(error: Error, address: string | undefined, login: Login): Response {
  const reason = error instanceof LoginError ? error.code : "unexpected";
  // A full queue is expected under attack, and its cause is plain.
  if (reason !== "busy") login.reportFailure(error);
  try {
    login.audit({ event: "failure", address, reason });
  } catch (auditError) {
    // The visitor gets the answer all the same.
    login.reportFailure(auditError);
  }
  return answerProblem(login, "unavailable", { "retry-after": reason === "busy" ? "2" : "10" });
}
