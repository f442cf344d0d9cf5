/** What of a JSON Schema the form understands. */
export interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  description?: string;
  default?: unknown;
}

/** The schema of a key such as `adapters.echo.enabled`; a part in quotes may hold dots. */
export function schemaOf(root: Schema, key: string): Schema | undefined {
  let at: Schema | undefined = root;
  for (const part of partsOf(key)) {
    const next: Schema | boolean | undefined = at?.properties?.[part] ?? at?.additionalProperties;
    if (typeof next !== "object") return undefined;
    at = next;
  }
  return at;
}

function partsOf(key: string): string[] {
  return [...key.matchAll(/"([^"]*)"|([^.]+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

export type Kind = "boolean" | "choice" | "integer" | "number" | "text" | "lines" | "json";

/** Which control a key needs. */
export function kindOf(schema: Schema | undefined): Kind {
  if (!schema) return "json";
  if (schema.enum?.every((each) => typeof each === "string")) return "choice";
  const types = [schema.type ?? []].flat().filter((type) => type !== "null");
  if (types.length !== 1) return "json";
  const [type] = types;
  if (type === "boolean" || type === "integer" || type === "number") return type;
  if (type === "string") return "text";
  if (type === "array" && schema.items?.type === "string" && !schema.items.enum) return "lines";
  return "json";
}

/** A value as the control shows it. */
export function draftOf(kind: Kind, value: unknown): string {
  if (value === undefined || value === null) return kind === "boolean" ? "false" : "";
  if (kind === "lines") return (value as unknown[]).map(String).join("\n");
  if (kind === "json") return JSON.stringify(value, undefined, 2);
  return String(value);
}

/** What a control says as a value; throws a `SyntaxError` for what is not JSON or no number. */
export function valueOf(kind: Kind, draft: string): unknown {
  if (kind === "boolean") return draft === "true";
  if (kind === "integer" || kind === "number") {
    const value = Number(draft);
    if (draft.trim() === "" || Number.isNaN(value)) throw new SyntaxError("a number is wanted");
    return value;
  }
  if (kind === "lines") return draft.split("\n").map((line) => line.trim()).filter(Boolean);
  if (kind === "json") return JSON.parse(draft) as unknown;
  return draft;
}

/** A value in one line. */
export function lineOf(value: unknown): string {
  if (value === undefined || value === null) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}
