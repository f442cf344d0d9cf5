import { dangerOf } from "../approval/danger";
import { wants } from "../approval/wants";
import type { PermissionRequest } from "../rpc/protocol";
import { t } from "../text/text";

/** What the system is asked to show. Never more than what kind of thing waits. */
export interface Notice {
  /** One with the same tag takes its place, also that of another tab. */
  tag: string;
  body: string;
  /** The approval it is about; several are about none. */
  permission?: string;
  /** Stays until somebody takes notice. */
  isUrgent: boolean;
}

/** More than this many become one notice. */
const SINGLE_MAX = 3;

/** Approvals that came while nobody looked. */
export interface Unseen {
  known: ReadonlySet<string>;
  waiting: ReadonlySet<string>;
}

export const NOTHING_SEEN: Unseen = { known: new Set(), waiting: new Set() };

/** What is unseen after the list of pending approvals, or whether somebody looks, has changed. */
export function withPending({ known, waiting }: Unseen, pending: readonly PermissionRequest[], isLooking: boolean): Unseen {
  const isUnseen = ({ id }: PermissionRequest) => !isLooking && (waiting.has(id) || !known.has(id));
  return { known: new Set(pending.map(({ id }) => id)), waiting: new Set(pending.filter(isUnseen).map(({ id }) => id)) };
}

/** The notices for what is unseen: one each, or one for all when there are many. */
export function noticesOf({ waiting }: Unseen, pending: readonly PermissionRequest[]): Notice[] {
  const unseen = pending.filter(({ id }) => waiting.has(id));
  const isUrgent = unseen.some((permission) => dangerOf(permission) !== undefined);
  if (unseen.length > SINGLE_MAX) return [{ tag: "nexus-approvals", body: t("notify.many", { n: unseen.length }), isUrgent }];
  return unseen.map((permission) => ({
    tag: `nexus-${permission.id}`,
    body: wants(permission),
    permission: permission.id,
    isUrgent: dangerOf(permission) !== undefined,
  }));
}
