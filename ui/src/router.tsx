import { type ErrorComponentProps, createRootRoute, createRoute, createRouter, lazyRouteComponent, Link, redirect } from "@tanstack/react-router";
import { lastSession } from "./chat/drafts";
import { Frame } from "./frame/Frame";
import { HomePage } from "./home/HomePage";
import { ErrorPanel } from "./parts/ErrorPanel";
import { RpcError } from "./rpc/error";
import { t } from "./text/text";

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound });

const home = createRoute({ getParentRoute: () => root, path: "/", component: HomePage });

const chat = createRoute({
  getParentRoute: () => root,
  path: "/chat",
  beforeLoad: () => {
    throw redirect({ to: "/chat/$session", params: { session: lastSession() }, replace: true });
  },
});

const chatSession = createRoute({
  getParentRoute: () => root,
  path: "/chat/$session",
  component: lazyRouteComponent(() => import("./chat/ChatPage"), "ChatPage"),
});

const request = createRoute({
  getParentRoute: () => root,
  path: "/r/$id",
  component: lazyRouteComponent(() => import("./request/RequestPage"), "RequestPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([home, chat, chatSession, request]),
  defaultPreload: "intent",
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
