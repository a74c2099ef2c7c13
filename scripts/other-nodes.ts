// Installs the other versions of Node that the tests run on; prints the path of each binary.
import { installNode, newestNode, oldestNode } from "./nodes/other-nodes.ts";

for (const node of [oldestNode, newestNode]) process.stdout.write(`${installNode(node)}\n`);
