import type { Gateway } from "@countersign/gateway";
import { createKept } from "./kept.ts";
import type { GatewaySettings } from "./settings.ts";
import { openGateway } from "./sites.ts";
import type { World } from "./world.ts";

/**
 * The gateway that the settings describe, with their keys, for whoever wants to ask it without a server.
 *
 * @throws {GatewayError} as `startGateway` does for keys and secrets.
 */
export async function openGatewayOnce(
  settings: GatewaySettings,
  world: Pick<World, "baseFolder" | "environment">,
): Promise<Gateway> {
  const { gateway } = await openGateway(settings, world, createKept());
  return gateway;
}
