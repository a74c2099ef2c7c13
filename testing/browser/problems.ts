import type { Page } from "playwright-core";

/** Tells of everything about a page that a developer would see in red. */
export function watchPage(page: Page, report: (problem: string) => void): void {
  const tell = (problem: string) => report(`${page.url()}: ${problem}`);
  page.on("pageerror", (error) => tell(error.message));
  page.on("console", (message) => {
    const text = message.text();
    // Chromium says this of pages that are meant to answer 403, too; files are checked below.
    if (text.startsWith("Failed to load resource")) return;
    if (["error", "warning"].includes(message.type())) tell(text);
  });
  page.on("response", (response) => {
    if (response.request().resourceType() === "document" || response.status() < 400) return;
    tell(`${response.status()} for ${response.url()}`);
  });
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText ?? "";
    // A page that goes on by itself gives up what it was still loading.
    if (reason !== "net::ERR_ABORTED") tell(`${reason} for ${request.url()}`);
  });
}
