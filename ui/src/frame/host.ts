import { useSelect } from "../store/react";

/** Hues that tell one machine from another. */
export const HUES = 6;

/** Whether an address surely means the machine of whoever opens it. */
export function isHere(hostname: string): boolean {
  return ["127.0.0.1", "[::1]", "localhost"].includes(hostname) || hostname.endsWith(".localhost");
}

/** A hue for a name, always the same. */
export function hueOf(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521;
  return sum % HUES;
}

/** The name of the machine the daemon runs on, when that is not surely this one. */
export function useOtherHost(): string | undefined {
  const name = useSelect((state) => state.connection.hello?.server.host);
  return isHere(location.hostname) ? undefined : (name ?? location.hostname);
}
