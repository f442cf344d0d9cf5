// Writes src/rpc/protocol.ts from the published bundle. `--check` only says whether it is stale.
import { readFile, writeFile } from "node:fs/promises";
import { compile } from "json-schema-to-typescript";

const source = new URL("../../docs/schema/bundle.draft-07.json", import.meta.url);
const target = new URL("../src/rpc/protocol.ts", import.meta.url);

const bundle = JSON.parse(await readFile(source, "utf8"));
const text = await compile(bundle, "Protocol", {
  additionalProperties: false,
  bannerComment: "// Generated from docs/schema/bundle.draft-07.json by `npm run codegen`; do not edit.",
  enableConstEnums: false,
  style: { printWidth: 100 },
});

if (process.argv.includes("--check")) {
  const committed = await readFile(target, "utf8").catch(() => "");
  if (committed !== text) {
    process.stderr.write("src/rpc/protocol.ts is stale; run: npm run codegen\n");
    process.exit(1);
  }
} else {
  await writeFile(target, text);
}
