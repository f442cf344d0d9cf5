import { Component, type ReactNode } from "react";
import { t } from "../text/text";
import { ErrorPanel } from "./ErrorPanel";

/** Keeps a broken panel from taking the page with it. */
export class Boundary extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return <ErrorPanel what={t("error.panel")} why={error.message} fix={t("error.panelFix")} />;
  }
}
