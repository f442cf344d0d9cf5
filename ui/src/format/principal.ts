import type { Chain, Principal } from "../rpc/protocol";

export function principalText(principal: Principal): string {
  return "id" in principal ? `${principal.kind.replace("_", " ")} ${principal.id}` : principal.kind;
}

export function chainText(chain: Chain): string {
  return chain.map(principalText).join(" → ");
}

/** The beginning of an id that people can tell apart and type. */
export function shortId(id: string): string {
  return id.slice(0, 10);
}

/** A principal as the daemon writes and reads it, such as `agent:main` or `person:carla`. */
export function principalId(principal: Principal): string {
  if (!("id" in principal)) return principal.kind;
  return `${principal.kind === "known" ? "person" : principal.kind}:${principal.id}`;
}
