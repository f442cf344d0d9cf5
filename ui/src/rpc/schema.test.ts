/// <reference types="node" />
// What is published holds before a validator that has nothing to do with the daemon: its samples fit
// its schemas, and its documents fit the schemas of their own specifications.
import { readFile, readdir } from "node:fs/promises";
import asyncapi from "@asyncapi/specs/schemas/3.0.0.json";
import * as jsonSchemaTools from "@json-schema-tools/meta-schema";
import openrpc from "@open-rpc/meta-schema";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020";
import { describe, expect, it } from "vitest";
import * as samples from "./samples";

const docs = new URL("../../../docs/schema/", import.meta.url);
const read = async (name: string) => JSON.parse(await readFile(new URL(name, docs), "utf8"));
// Formats of numbers are bounds in our schemas already.
const options = { strict: false, allErrors: false, validateFormats: false };

// Schemas of schemas bring their own draft along.
const meta = { ...options, meta: false, validateSchema: false } as const;

async function fits(name: string, values: readonly unknown[]) {
  const validate = new Ajv2020(options).compile(await read(name));
  expect(values.length, name).toBeGreaterThan(0);
  for (const value of values) {
    expect(validate(value) || validate.errors, `${name}: ${JSON.stringify(value)}`).toBe(true);
  }
}

describe("samples written by the daemon's types fit the published schemas", () => {
  for (const [method, { params, result }] of Object.entries(samples.methods)) {
    it(method, async () => {
      await fits(`methods/${method}.params.json`, params);
      await fits(`methods/${method}.result.json`, result);
    });
  }

  it("frames", async () => {
    await fits("client-frame.json", samples.clientFrames);
    await fits("server-frame.json", samples.serverFrames);
  });

  it("events", async () => {
    const at = { position: 1, at: 1_767_225_600_000 };
    await fits("recorded-event.json", samples.events.map((event) => ({ ...at, ...event })));
    await fits("transient-event.json", samples.transients);
  });

  it("and what they do not allow is refused", async () => {
    for (const name of (await readdir(new URL("methods/", docs))).filter((n: string) => n.includes(".params."))) {
      const validate = new Ajv2020(options).compile(await read(`methods/${name}`));
      expect(validate({ strangerInTheParams: 1 }), name).toBe(false);
    }
  });
});

describe("documents fit their specifications", () => {
  it("OpenRPC", async () => {
    // Its types name the export in another case.
    const { jsonSchema } = jsonSchemaTools as unknown as { jsonSchema: object };
    const ajv = new Ajv(meta).addSchema(jsonSchema, "https://meta.json-schema.tools");
    const validate = ajv.compile(openrpc as object);
    expect(validate(await read("openrpc.json")) || validate.errors).toBe(true);
  });

  it("AsyncAPI", async () => {
    const validate = new Ajv(meta).compile(asyncapi);
    expect(validate(await read("asyncapi.json")) || validate.errors).toBe(true);
  });

  it("OpenAPI", async () => {
    const outcome = await new Validator().validate(await read("openapi.json"));
    expect(outcome.valid || outcome.errors).toBe(true);
  });

  it("every reference leads somewhere", async () => {
    for (const name of ["openrpc.json", "asyncapi.json", "openapi.json"]) {
      const document = await read(name);
      const follow = (value: unknown): void => {
        if (Array.isArray(value)) value.forEach(follow);
        else if (value && typeof value === "object") {
          for (const [key, inner] of Object.entries(value)) {
            if (key === "$ref" && typeof inner === "string") {
              const steps = inner.replace("#/", "").split("/");
              const target = steps.reduce((at: any, step) => at?.[step], document);
              expect(target, `${name}: ${inner}`).toBeDefined();
            } else follow(inner);
          }
        }
      };
      follow(document);
    }
  });
});
