import { testAdapter } from "@countersign/testing/kit/adapter-contract.ts";
import { applications } from "./applications.ts";
import { askSites, listen, optionsFor } from "./ask-over-http.ts";

for (const [name, application] of Object.entries(applications)) {
  testAdapter(name, (context, settings) =>
    askSites(settings, async (site) =>
      listen(context, await application([optionsFor(site, settings)])),
    ),
  );
}
