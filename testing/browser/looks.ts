import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Page } from "playwright-core";
import { takeScreenshot } from "./browser.ts";
import { pageProblems } from "./page-checks.js";

const modes = {
  light: { colorScheme: "light", viewport: { width: 1100, height: 800 } },
  dark: { colorScheme: "dark", viewport: { width: 1100, height: 800 } },
  narrow: { colorScheme: "light", viewport: { width: 360, height: 740 } },
  "narrow-dark": { colorScheme: "dark", viewport: { width: 320, height: 640 } },
} as const;

/** Looks at the page in every mode, and keeps a picture of each. */
export async function checkLooks(t: TestContext, page: Page, name: string): Promise<void> {
  await t.test(name, async () => {
    const problems: string[] = [];
    for (const [mode, { colorScheme, viewport }] of Object.entries(modes)) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize(viewport);
      const found = (await page.evaluate(pageProblems)) as string[];
      problems.push(...found.map((problem) => `in ${mode} the page ${problem}`));
      await takeScreenshot(page, `${name}-${mode}`);
    }
    assert.deepEqual(problems, [], page.url());
  });
}
