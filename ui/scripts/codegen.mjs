// Writes the types and the samples of src/rpc from what the daemon's tables publish. `--check`
// only says whether they are stale.
import { readFile, writeFile } from "node:fs/promises";
import { compile } from "json-schema-to-typescript";

const docs = new URL("../../docs/schema/", import.meta.url);
const rpc = new URL("../src/rpc/", import.meta.url);
const read = async (name) => JSON.parse(await readFile(new URL(name, docs), "utf8"));

const banner = (name) => `// Generated from docs/schema/${name} by \`npm run codegen\`; do not edit.`;

const bundle = await read("bundle.draft-07.json");
const types = await compile(bundle, "Protocol", {
  additionalProperties: false,
  bannerComment: banner("bundle.draft-07.json"),
  enableConstEnums: false,
  style: { printWidth: 100 },
});

// What the daemon itself would write, held against the types above by the compiler.
const samples = await read("samples.json");
// A value a line, so that a change of one is a change of one line.
const list = (values) => `[\n${values.map((value) => `  ${JSON.stringify(value)},\n`).join("")}]`;
const rows = Object.entries(samples.methods)
  .map(([name, { params, result }]) => `  "${name}": { params: ${list(params)}, result: ${list(result)} },\n`)
  .join("");
const values = `${banner("samples.json")}
import type { ClientFrame, Events, Methods, ServerFrame, Transients } from "./protocol";

type Of<Table> = { [E in keyof Table]: { type: E; properties: Table[E] } }[keyof Table];

export const methods: {
  [M in keyof Methods]: { params: Methods[M]["params"][]; result: Methods[M]["result"][] };
} = {\n${rows}};

export const clientFrames: ClientFrame[] = ${list(samples.frames.client)};

export const serverFrames: ServerFrame[] = ${list(samples.frames.daemon)};

export const events: Of<Events>[] = ${list(samples.events)};

export const transients: Of<Transients>[] = ${list(samples.transients)};
`;

// Methods that need an idempotency key.
const ofMethod = (name) => bundle.definitions[bundle.definitions.Methods.properties[name].properties.params.$ref.split("/").at(-1)];
const commands = Object.keys(bundle.definitions.Methods.properties)
  .filter((name) => ofMethod(name).required?.includes("idempotencyKey"))
  .map((name) => `  "${name}",\n`)
  .join("");
const protocol = `${types}
/**
 * Methods that change something: each call carries an idempotency key.
 */
export const COMMANDS: ReadonlySet<keyof Methods> = new Set<keyof Methods>([\n${commands}]);
`;

for (const [name, made] of [["protocol.ts", protocol], ["samples.ts", values]]) {
  const target = new URL(name, rpc);
  if (!process.argv.includes("--check")) {
    await writeFile(target, made);
  } else if ((await readFile(target, "utf8").catch(() => "")) !== made) {
    process.stderr.write(`src/rpc/${name} is stale; run: npm run codegen\n`);
    process.exitCode = 1;
  }
}
