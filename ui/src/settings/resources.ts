import type { ConfigExplainResult, ConfigGetResult } from "../rpc/protocol";
import { byCall, type Resource } from "../store/resource";
import type { Schema } from "./schema";

const isTouched = byCall(/^(config\.(set|patch|apply)|runtime\.reload)/, /^(config\.changed|system\.config_reloaded)/);

export const config: Resource<ConfigGetResult> = {
  key: "config.get",
  load: (client) => client.call("config.get", {}),
  isTouched,
};

export const configFile: Resource<ConfigGetResult> = {
  key: "config.get text",
  load: (client) => client.call("config.get", { text: true, key: null }),
  isTouched,
};

export const configSchema: Resource<Schema> = {
  key: "config.schema",
  load: async (client) => (await client.call("config.schema", {})).schema as Schema,
};

export const explained = (key: string): Resource<ConfigExplainResult> => ({
  key: `config.explain ${key}`,
  load: (client) => client.call("config.explain", { key }),
  isTouched,
});
