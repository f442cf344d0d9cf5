import { Link } from "@tanstack/react-router";
import { principalText, shortId } from "../format/principal";
import { timeOfDay } from "../format/time";
import { Chip, type Tone } from "../parts/Chip";
import type { PermissionAnswer, PermissionRequest, PermissionStatus } from "../rpc/protocol";
import { t, type TextKey } from "../text/text";

const TONES: Record<PermissionStatus, Tone> = {
  pending: "ask",
  approved: "ok",
  denied: "danger",
  expired: "mute",
  withdrawn: "mute",
};

/** A decision that was made, in one line. */
export function Receipt({ permission }: { permission: PermissionRequest }) {
  return (
    <p className="flex flex-wrap items-center gap-2 text-sm text-text-2" data-receipt={permission.id}>
      <Chip tone={TONES[permission.status]}>{permission.action.summary.slice(0, 80)}</Chip>
      <span>{sentence(permission)}</span>
      <Link to="/r/$id" params={{ id: permission.request_id }} className="meta">
        {t("ask.trace", { id: shortId(permission.request_id) })}
      </Link>
    </p>
  );
}

const STANDING: Partial<Record<PermissionAnswer, TextKey>> = {
  approve_day: "ask.receipt.approvedDay",
  approve_always: "ask.receipt.approvedAlways",
  deny_always: "ask.receipt.deniedAlways",
};

function sentence({ kind, status, resolved_by, resolved_at, comment, answer }: PermissionRequest): string {
  const isOwner = !resolved_by || resolved_by.kind === "owner";
  const who = isOwner ? t("ask.you") : principalText(resolved_by);
  const time = timeOfDay(resolved_at ?? 0);
  const standing = answer && STANDING[answer];
  if (kind === "sender" && answer === "approve_always") return t("ask.receipt.person", { who, time });
  if (standing) return t(standing, { who, time });
  if (status === "approved") return t("ask.receipt.approved", { who, time });
  if (status === "expired") return t("ask.receipt.expired");
  if (kind === "sender" && status === "withdrawn") return t("ask.receipt.linked");
  if (status === "withdrawn") return t("ask.receipt.withdrawn");
  return comment ? t("ask.receipt.deniedWhy", { who, time, comment }) : t("ask.receipt.denied", { who, time });
}
