import { readFileSync } from "node:fs";
import { countersign } from "@countersign/middleware/fastify";
import fastify from "fastify";

const site = {
  origin: "http://@HOST@:@PORT@",
  loginUrl: "@LOGIN_URL@",
  publicKey: readFileSync("@PUBLIC_KEY@", "utf8"),
};
const app = fastify();

app.addHook("onRequest", countersign(site));

app.get("/", async (request) => request.identity);

app.register(async (admin) => {
  admin.addHook("onRequest", countersign({ ...site, anyOfTokens: ["admin"] }));
  admin.get("/admin", async () => "You are an administrator.");
});

await app.listen({ port: Number("@PORT@"), host: "127.0.0.1" });
