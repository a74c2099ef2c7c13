/**
 * Which of our packages each package may import (ARCHITECTURE.md, "Import directions").
 *
 * A package that is not listed may import none of ours.
 */
const packageImports: Readonly<Record<string, readonly string[]>> = {
  gateway: ["ticket", "binding"],
  middleware: ["gateway", "ticket", "binding"],
  settings: ["ticket"],
};

/** Packages that may depend on libraries of others at run time: they are not published. */
const mayUseLibraries: ReadonlySet<string> = new Set(["packages/settings"]);

/** Packages that meet the world by their nature: sockets, the clock, the environment. */
const worldly: ReadonlySet<string> = new Set(["packages/middleware", "packages/tcpcrypt-client"]);

/** Whether the workspace in `from` may import the workspace in `to` at run time. */
export function mayImport(from: string, to: string): boolean {
  if (from === to) return true;
  const [kind, name = ""] = from.split("/");
  const [otherKind, otherName = ""] = to.split("/");
  switch (kind) {
    case "packages":
      return otherKind === "packages" && (packageImports[name] ?? []).includes(otherName);
    case "programs":
      return otherKind === "packages" || (name === "cli" && otherKind === "programs");
    default:
      // The root's scripts, the test kit and the bench may look at anything.
      return true;
  }
}

/** Whether a package keeps away from sockets, files, the clock and the environment. */
export function isPure(folder: string): boolean {
  return folder.startsWith("packages/") && !worldly.has(folder);
}

/** Whether a workspace may have dependencies of others at run time. */
export function mayDependOnOthers(folder: string): boolean {
  return !folder.startsWith("packages/") || mayUseLibraries.has(folder);
}
