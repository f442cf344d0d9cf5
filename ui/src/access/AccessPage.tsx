import "../text/en/access";
import { useParams } from "@tanstack/react-router";
import { type ComponentType, Suspense } from "react";
import { Page } from "../parts/Page";
import { Skeleton } from "../parts/Skeleton";
import { Tabs } from "../parts/Tabs";
import { later } from "../browser/later";
import { t } from "../text/text";

const TABS = ["people", "devices", "keys", "grants", "policies", "check", "audit", "outside"] as const;
type Tab = (typeof TABS)[number];

const PARTS: Record<Tab, ComponentType> = {
  people: later(() => import("./People")),
  devices: later(() => import("./Devices")),
  keys: later(() => import("./Keys")),
  grants: later(() => import("./Grants")),
  policies: later(() => import("./Policies")),
  check: later(() => import("./Check")),
  audit: later(() => import("./Audit")),
  outside: later(() => import("./Outside")),
};

/** Who may do what: eight parts, each with an address of its own. */
export function AccessPage() {
  const { tab: asked } = useParams({ strict: false });
  const tab = TABS.find((each) => each === asked) ?? "people";
  const Part = PARTS[tab];
  return (
    <Page title={t("access.title")} sub={t("access.sub")} isFull={tab === "audit"}>
      <Tabs
        label={t("access.tabs")}
        tabs={TABS.map((each) => ({ to: "/access/$tab", params: { tab: each }, text: t(`access.${each}`) }))}
      />
      <Suspense fallback={<Skeleton lines={5} label={t("page.loading")} />}>
        <Part />
      </Suspense>
    </Page>
  );
}
