import {
  Activity,
  Bot,
  CalendarClock,
  ChartColumn,
  Cpu,
  FileText,
  House,
  KeyRound,
  type LucideIcon,
  MessageSquare,
  MessagesSquare,
  Plug,
  Send,
  Settings,
  ShieldCheck,
  ShieldQuestionMark,
  Stethoscope,
} from "lucide-react";
import type { TextKey } from "../text/text";

export interface Place {
  to:
    | "/"
    | "/chat"
    | "/approvals"
    | "/activity"
    | "/sessions"
    | "/schedule"
    | "/agents"
    | "/access"
    | "/adapters"
    | "/deliveries"
    | "/models"
    | "/usage"
    | "/credentials"
    | "/logs"
    | "/diagnostics"
    | "/settings";
  text: TextKey;
  icon: LucideIcon;
  group: "now" | "manage" | "system";
  /** The key that goes there after `g`. */
  key: string;
  /** Whether it stands in the bar of a phone. */
  isInBar?: boolean;
}

/** Every page that can be gone to: the sidebar, the palette, the bar of a phone and the keys show these. */
export const PLACES: readonly Place[] = [
  { to: "/", text: "nav.home", icon: House, group: "now", key: "h", isInBar: true },
  { to: "/chat", text: "nav.chat", icon: MessageSquare, group: "now", key: "c", isInBar: true },
  { to: "/approvals", text: "nav.approvals", icon: ShieldQuestionMark, group: "now", key: "a", isInBar: true },
  { to: "/activity", text: "nav.activity", icon: Activity, group: "now", key: "v", isInBar: true },
  { to: "/sessions", text: "nav.sessions", icon: MessagesSquare, group: "manage", key: "i" },
  { to: "/schedule", text: "nav.schedule", icon: CalendarClock, group: "manage", key: "s" },
  { to: "/agents", text: "nav.agents", icon: Bot, group: "manage", key: "g" },
  { to: "/access", text: "nav.access", icon: ShieldCheck, group: "manage", key: "p" },
  { to: "/adapters", text: "nav.adapters", icon: Plug, group: "manage", key: "n" },
  { to: "/deliveries", text: "nav.deliveries", icon: Send, group: "manage", key: "o" },
  { to: "/models", text: "nav.models", icon: Cpu, group: "manage", key: "m" },
  { to: "/usage", text: "nav.usage", icon: ChartColumn, group: "system", key: "u" },
  { to: "/credentials", text: "nav.credentials", icon: KeyRound, group: "system", key: "k" },
  { to: "/logs", text: "nav.logs", icon: FileText, group: "system", key: "l" },
  { to: "/diagnostics", text: "nav.diagnostics", icon: Stethoscope, group: "system", key: "d" },
  { to: "/settings", text: "nav.settings", icon: Settings, group: "system", key: "," },
];

export const GROUPS = ["now", "manage", "system"] as const;
