import {
  type ErrorComponentProps,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Link,
  redirect,
} from "@tanstack/react-router";
import { readQuery, writeQuery } from "./address/query";
import { lastSession } from "./chat/drafts";
import { Frame } from "./frame/Frame";
import { ErrorPanel } from "./parts/ErrorPanel";
import { RpcError } from "./rpc/error";
import { t } from "./text/text";

const root = createRootRoute({
  component: Frame,
  notFoundComponent: NotFound,
  // Whatever stands in an address is a text; each page reads what it knows of it.
  validateSearch: (search: Record<string, unknown>): Partial<Record<string, string>> => search as Record<string, string>,
});
const getParentRoute = () => root;

// Each page is fetched when it is gone to, or about to be.
const home = createRoute({
  getParentRoute,
  path: "/",
  component: lazyRouteComponent(() => import("./home/HomePage"), "HomePage"),
});
const chat = createRoute({
  getParentRoute,
  path: "/chat",
  beforeLoad: () => {
    throw redirect({ to: "/chat/$session", params: { session: lastSession() }, replace: true });
  },
});
const chatSession = createRoute({
  getParentRoute,
  path: "/chat/$session",
  component: lazyRouteComponent(() => import("./chat/ChatPage"), "ChatPage"),
});
const request = createRoute({
  getParentRoute,
  path: "/r/$id",
  component: lazyRouteComponent(() => import("./request/RequestPage"), "RequestPage"),
});

const approvalsPage = lazyRouteComponent(() => import("./approvals/ApprovalsPage"), "ApprovalsPage");
const approvals = createRoute({ getParentRoute, path: "/approvals", component: approvalsPage });
const approval = createRoute({ getParentRoute, path: "/approvals/$id", component: approvalsPage });
const decided = createRoute({
  getParentRoute,
  path: "/approvals/decided",
  component: lazyRouteComponent(() => import("./approvals/DecidedPage"), "DecidedPage"),
});

const activity = createRoute({
  getParentRoute,
  path: "/activity",
  component: lazyRouteComponent(() => import("./activity/ActivityPage"), "ActivityPage"),
});
const requests = createRoute({
  getParentRoute,
  path: "/activity/requests",
  component: lazyRouteComponent(() => import("./activity/RequestsPage"), "RequestsPage"),
});
const sessions = createRoute({
  getParentRoute,
  path: "/sessions",
  component: lazyRouteComponent(() => import("./sessions/SessionsPage"), "SessionsPage"),
});

const schedule = createRoute({
  getParentRoute,
  path: "/schedule",
  component: lazyRouteComponent(() => import("./schedule/SchedulePage"), "SchedulePage"),
});
const job = createRoute({
  getParentRoute,
  path: "/schedule/$id",
  component: lazyRouteComponent(() => import("./schedule/JobPage"), "JobPage"),
});

const agents = createRoute({
  getParentRoute,
  path: "/agents",
  component: lazyRouteComponent(() => import("./agents/AgentsPage"), "AgentsPage"),
});
const agent = createRoute({
  getParentRoute,
  path: "/agents/$id",
  component: lazyRouteComponent(() => import("./agents/AgentPage"), "AgentPage"),
});

const access = createRoute({
  getParentRoute,
  path: "/access",
  beforeLoad: () => {
    throw redirect({ to: "/access/$tab", params: { tab: "people" }, replace: true });
  },
});
const accessTab = createRoute({
  getParentRoute,
  path: "/access/$tab",
  component: lazyRouteComponent(() => import("./access/AccessPage"), "AccessPage"),
});

const adapters = createRoute({
  getParentRoute,
  path: "/adapters",
  component: lazyRouteComponent(() => import("./adapters/AdaptersPage"), "AdaptersPage"),
});
const adapter = createRoute({
  getParentRoute,
  path: "/adapters/$name",
  component: lazyRouteComponent(() => import("./adapters/AdapterPage"), "AdapterPage"),
});
const deliveries = createRoute({
  getParentRoute,
  path: "/deliveries",
  component: lazyRouteComponent(() => import("./adapters/DeliveriesPage"), "DeliveriesPage"),
});

const models = createRoute({
  getParentRoute,
  path: "/models",
  component: lazyRouteComponent(() => import("./usage/ModelsPage"), "ModelsPage"),
});
const usage = createRoute({
  getParentRoute,
  path: "/usage",
  component: lazyRouteComponent(() => import("./usage/UsagePage"), "UsagePage"),
});
const credentials = createRoute({
  getParentRoute,
  path: "/credentials",
  component: lazyRouteComponent(() => import("./credentials/CredentialsPage"), "CredentialsPage"),
});
const logs = createRoute({
  getParentRoute,
  path: "/logs",
  component: lazyRouteComponent(() => import("./system/LogsPage"), "LogsPage"),
});
const diagnostics = createRoute({
  getParentRoute,
  path: "/diagnostics",
  component: lazyRouteComponent(() => import("./system/DiagnosticsPage"), "DiagnosticsPage"),
});
const settings = createRoute({
  getParentRoute,
  path: "/settings",
  component: lazyRouteComponent(() => import("./settings/SettingsPage"), "SettingsPage"),
});
const settingsFile = createRoute({
  getParentRoute,
  path: "/settings/file",
  component: lazyRouteComponent(() => import("./settings/FilePage"), "FilePage"),
});

const now = [home, chat, chatSession, request, approvals, approval, decided, activity, requests] as const;
const manage = [sessions, schedule, job, agents, agent, access, accessTab, adapters, adapter, deliveries, models] as const;
const system = [usage, credentials, logs, diagnostics, settings, settingsFile] as const;

export const router = createRouter({
  routeTree: root.addChildren([...now, ...manage, ...system]),
  defaultPreload: "intent",
  parseSearch: readQuery,
  stringifySearch: writeQuery,
  defaultErrorComponent: Broken,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

function Broken({ error }: ErrorComponentProps) {
  return (
    <div className="p-6">
      <ErrorPanel what={t("error.panel")} why={RpcError.of(error).message} fix={t("error.panelFix")}>
        <button type="button" className="btn btn-primary" onClick={() => location.reload()}>
          {t("incompatible.fix")}
        </button>
      </ErrorPanel>
    </div>
  );
}

function NotFound() {
  return (
    <div className="p-6">
      <h1 tabIndex={-1} className="mb-3 text-xl font-semibold">
        {t("notFound.title")}
      </h1>
      <Link to="/">{t("notFound.fix")}</Link>
    </div>
  );
}
