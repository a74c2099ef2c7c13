import { startApplication } from "../kit/application.ts";
import { startCaddy } from "../kit/caddy.ts";
import { changeFile } from "../kit/site.ts";
import { type GuardedBy, testGatewaySite } from "./gateway-visits.ts";
import { testHeaderTricks } from "./header-tricks.ts";
import { testProxiedApplication } from "./proxied-application.ts";
import { testSharedCaches } from "./shared-caches.ts";
import { testUpgrades } from "./upgrades.ts";

const caddy: GuardedBy = {
  example: "caddy",
  whoami: "/whoami",
  identityArrives: "percent-encoded",
  async startServer(owner, site) {
    await startApplication(owner, site.folder);
    await startCaddy(owner, site);
  },
};

testGatewaySite("Caddy with gatewayd", caddy);
testHeaderTricks("Caddy with gatewayd", caddy);
testSharedCaches("Caddy with gatewayd", caddy, {
  silent: ["/", "/whoami"],
  spoken: { "/whoami?public": "public, max-age=60" },
});
testUpgrades("Caddy with gatewayd", {
  example: "caddy",
  path: "/whoami",
  startServer: startCaddy,
});
testProxiedApplication("Caddy with gatewayd", {
  example: "caddy",
  path: "/whoami",
  passOnCredentials: (site) => {
    changeFile(site, "countersign.caddy", /(?<=copy_headers .*)$/m, " Cookie Authorization");
  },
  startServer: startCaddy,
});
