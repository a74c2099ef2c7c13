import { startApplication } from "../kit/application.ts";
import { startHaproxy } from "../kit/haproxy.ts";
import { testFixedHost } from "./fixed-host.ts";
import { type GuardedBy, testGatewaySite } from "./gateway-visits.ts";
import { testHeaderTricks } from "./header-tricks.ts";
import { testProxiedApplication } from "./proxied-application.ts";
import { testSharedCaches } from "./shared-caches.ts";
import { testUpgrades } from "./upgrades.ts";

const haproxy: GuardedBy = {
  example: "haproxy",
  whoami: "/whoami",
  identityArrives: "percent-encoded",
  async startServer(owner, site) {
    await startApplication(owner, site.folder);
    await startHaproxy(owner, site);
  },
};

testGatewaySite("HAProxy with gatewayd", haproxy);
testProxiedApplication("HAProxy with gatewayd", {
  example: "haproxy",
  path: "/whoami",
  startServer: startHaproxy,
});
testHeaderTricks("HAProxy with gatewayd", haproxy);
testSharedCaches("HAProxy with gatewayd", haproxy, {
  silent: ["/whoami"],
  spoken: { "/whoami?public": "public, max-age=60" },
});
testUpgrades("HAProxy with gatewayd", {
  example: "haproxy",
  path: "/socket",
  startServer: startHaproxy,
});
testFixedHost("HAProxy with gatewayd", haproxy, {
  file: "haproxy.cfg",
  from: / if \{ req\.hdr\(host\) .*$/m,
});
