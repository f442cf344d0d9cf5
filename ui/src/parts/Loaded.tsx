import type { ReactNode } from "react";
import { timeOfDay } from "../format/time";
import type { Fetched } from "../store/state";
import { useOnline } from "../store/react";
import { t } from "../text/text";
import { CallError } from "./ErrorPanel";
import { Skeleton } from "./Skeleton";

interface Props<T> {
  of: Fetched<T>;
  onRetry: () => void;
  lines?: number;
  children: (value: T) => ReactNode;
}

/** Something fetched in whatever state it is: on its way, failed, as of a while ago, there. */
export function Loaded<T>({ of, onRetry, lines = 5, children }: Props<T>) {
  const isOnline = useOnline();
  const { load, value, error, at } = of;
  if (load === "failed" && error) return <CallError error={error} what={t("error.load")} onRetry={onRetry} />;
  if (value === undefined) return <Skeleton lines={lines} label={t("page.loading")} />;
  return (
    <>
      {error && isOnline && <CallError error={error} what={t("error.refresh")} onRetry={onRetry} />}
      {!isOnline && at !== undefined && <p className="text-sm text-text-2">{t("home.asOf", { time: timeOfDay(at) })}</p>}
      {children(value)}
    </>
  );
}
