/** What a page keeps in its address, each as a text; what is as it usually is is left out. */
export type Query = Record<string, string>;

/** Reads the part of an address after its question mark. Of a name that stands there twice the first counts. */
export function readQuery(search: string): Query {
  const query: Query = {};
  for (const [name, value] of new URLSearchParams(search)) query[name] ??= value;
  return query;
}

/** Writes it again, with the question mark; empty when there is nothing to say. */
export function writeQuery(query: Readonly<Record<string, unknown>>): string {
  const said = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const text = new URLSearchParams(said.map(([name, value]) => [name, String(value)])).toString();
  return text === "" ? "" : `?${text}`;
}

/** The values of the names in `blank`, from an address or as they usually are. */
export function filterOf<T extends Query>(blank: T, search: string): T {
  const query = readQuery(search);
  return Object.fromEntries(Object.entries(blank).map(([name, usual]) => [name, query[name] ?? usual])) as T;
}

/** The address after a change; what others keep in it stays. */
export function withFilter<T extends Query>(blank: T, search: string, change: Partial<T>): string {
  const query: Record<string, string | undefined> = { ...readQuery(search), ...change };
  for (const [name, usual] of Object.entries(blank)) if (query[name] === usual) delete query[name];
  return writeQuery(query);
}

/** One of the choices that a page offers; an address may say anything. */
export function oneOf<T extends string>(choices: readonly T[], value: string, usual: T): T {
  return choices.find((choice) => choice === value) ?? usual;
}
