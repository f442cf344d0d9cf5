import { Tabs } from "../parts/Tabs";
import { t } from "../text/text";

export function ActivityTabs() {
  return (
    <Tabs
      label={t("activity.tabs")}
      tabs={[
        { to: "/activity", text: t("activity.live") },
        { to: "/activity/requests", text: t("activity.requests") },
      ]}
    />
  );
}
