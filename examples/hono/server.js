import { readFileSync } from "node:fs";
import { countersign } from "@countersign/middleware/hono";
import { serve } from "@hono/node-server";
import { Hono } from "hono";

const site = {
  origin: "http://@HOST@:@PORT@",
  loginUrl: "@LOGIN_URL@",
  publicKey: readFileSync("@PUBLIC_KEY@", "utf8"),
};
const app = new Hono()
  .use(countersign(site))
  .get("/", (context) => context.json(context.var.identity))
  .use("/admin", countersign({ ...site, anyOfTokens: ["admin"] }))
  .get("/admin", (context) => context.text("You are an administrator."));

serve({ fetch: app.fetch, port: Number("@PORT@"), hostname: "127.0.0.1" });
