import assert from "node:assert/strict";
import type { Page, Response } from "playwright-core";
import { readIdentity } from "../interop/identity.ts";
import { withoutLoopMark } from "../kit/loop-mark.ts";

/** What a person types to sign in. */
export interface Credentials {
  readonly name: string;
  readonly password: string;
}

/** Fills in the form that the tab shows, by its labels, and sends it. */
export async function fillIn(page: Page, { name, password }: Credentials): Promise<void> {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Opens `address` without a ticket, signs in where that leads, and waits to be back there. */
export async function signInAt(page: Page, address: string, who: Credentials): Promise<void> {
  await page.goto(address);
  await fillIn(page, who);
  await page.waitForURL(address);
}

/**
 * Opens an address; gives the addresses on the way, its own last. Those with the loop breaker's mark
 * are left out: from there the site leads on to its page.
 */
export async function wayTo(page: Page, address: string): Promise<readonly string[]> {
  const response = await page.goto(address);
  const way: string[] = [];
  let request: ReturnType<Response["request"]> | null | undefined = response?.request();
  while (request) {
    if (!withoutLoopMark(request.url()).isMarked) way.unshift(request.url());
    request = request.redirectedFrom();
  }
  return way;
}

/** Checks that the tab shows an application's page about this visitor. */
export async function assertSeenAs(page: Page, user: string, tokens: string): Promise<void> {
  const text = await page.locator("body").innerText();
  const seen = readIdentity(text);
  assert.equal(seen?.user, user, `${page.url()}: ${text}`);
  assert.equal(seen?.tokens, tokens);
}

/** Waits for the page with this heading. */
export async function waitForHeading(page: Page, heading: string): Promise<void> {
  await page.getByRole("heading", { level: 1, name: heading }).waitFor();
}
