import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { ListenAddress } from "@countersign/settings";
import { createHttpServer } from "./http-server.ts";
import { type Listener, listen } from "./listener.ts";
import { openLogin } from "./open-login.ts";
import { type Answer, createRoutes } from "./routes.ts";
import type { LoginSettings } from "./settings.ts";
import type { World } from "./world.ts";

/** A login server that runs. */
export interface RunningLogin {
  /** `http://127.0.0.1:34567` or `unix:/path`. */
  readonly addresses: readonly string[];
  /** Takes on new settings, or throws and goes on with the old ones. */
  reload(settings: LoginSettings): Promise<void>;
  /** Finishes the requests under way, then closes everything. */
  stop(): Promise<void>;
}

/**
 * Starts the login server.
 *
 * @throws {LoginError} any code but `busy`.
 */
export async function startLogin(settings: LoginSettings, world: World): Promise<RunningLogin> {
  // Lives as long as the process, so that a reload does not void the forms people have open.
  const formSecret = randomBytes(32);
  let shift = beginShift(settings, world, formSecret);
  const serve = (at: ListenAddress) =>
    listen(
      createHttpServer(
        () => shift.publicUrl,
        (request, peer) => shift.answer(request, peer),
      ),
      at,
    );

  let at = placeOf(settings, world);
  let listener: Listener;
  try {
    listener = await serve(at);
  } catch (error) {
    await shift.end();
    throw error;
  }

  return {
    get addresses() {
      return [listener.address];
    },
    async reload(next) {
      const nextShift = beginShift(next, world, formSecret);
      const nextAt = placeOf(next, world);
      const moved = !isDeepStrictEqual(at, nextAt);
      let nextListener = listener;
      try {
        if (moved) nextListener = await serve(nextAt);
      } catch (error) {
        await nextShift.end();
        throw error;
      }
      const [lastShift, lastListener] = [shift, listener];
      [shift, listener, at] = [nextShift, nextListener, nextAt];
      if (moved) await lastListener.stop();
      await lastShift.end();
      world.log.info({ address: listener.address }, "login server took on new settings");
    },
    async stop() {
      await listener.stop();
      await shift.end();
      world.log.info({}, "login server stopped");
    },
  };
}

/** The time of one set of settings: requests that began in it end in it. */
interface Shift {
  readonly publicUrl: string;
  readonly answer: Answer;
  /** Waits for the requests under way, then closes what the shift has opened. */
  end(): Promise<void>;
}

function beginShift(settings: LoginSettings, world: World, formSecret: Uint8Array): Shift {
  const opened = openLogin(settings, world, formSecret);
  const routes = createRoutes(opened.login);
  const underWay = new Set<Promise<Response>>();
  return {
    publicUrl: settings.publicUrl,
    answer(request, peer) {
      const answering = routes(request, peer);
      underWay.add(answering);
      return answering.finally(() => underWay.delete(answering));
    },
    async end() {
      await Promise.allSettled(underWay);
      await opened.close();
    },
  };
}

function placeOf({ listen }: LoginSettings, { baseFolder }: World): ListenAddress {
  return listen.kind === "unix" ? { ...listen, path: resolve(baseFolder, listen.path) } : listen;
}
