import { changeFile } from "../kit/site.ts";
import { startNginx } from "../kit/web-servers.ts";
import { testGatewaySite } from "./gateway-visits.ts";
import { testProxiedApplication } from "./proxied-application.ts";
import { testSharedCaches } from "./shared-caches.ts";

testGatewaySite("nginx with gatewayd", {
  example: "nginx",
  whoami: "/whoami",
  identityArrives: "percent-encoded",
  // As long as `underscores_in_headers` and `ignore_invalid_headers` are as they are by default.
  oddHeaders: "dropped",
  startServer: startNginx,
});

testSharedCaches(
  "nginx with gatewayd",
  { example: "nginx", startServer: startNginx },
  { silent: ["/"], spoken: { "/whoami": "no-store" } },
);

testProxiedApplication("nginx with gatewayd", {
  example: "nginx",
  path: "/whoami",
  passOnCredentials(site) {
    const more = ["authorization", "hidden-ticket"].map(
      (name) => `include "${site.folder}/${name}.conf";`,
    );
    changeFile(site, "nginx.conf", /(?=include identity\.conf;)/, more.join(" "));
  },
  async startServer(owner, site) {
    // The application of the example is nginx itself, in the place of which ours stands.
    changeFile(site, "nginx.conf", /# Stands for the application[\s\S]*?\n {4}\}\n/, "");
    await startNginx(owner, site);
  },
});
