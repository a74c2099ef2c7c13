// `node scripts/run.js FILE [ARGUMENT…]`: installs what is missing, then runs FILE on Node 24.
import { resolve } from "node:path";
import { installDependencies, orExplain, root, runScript } from "./setup.js";

orExplain(() => {
  const [file, ...args] = process.argv.slice(2);
  if (file === undefined) throw new Error("usage: node scripts/run.js FILE [ARGUMENT…]");
  installDependencies();
  runScript(resolve(root, file), args);
});
