import { Component, type ReactNode } from "react";
import { t } from "../text/text";
import { ErrorPanel } from "./ErrorPanel";

interface Props {
  children: ReactNode;
  /** Another value is another try. */
  resetKey?: string;
}

/** Keeps a broken panel from taking the page with it. */
export class Boundary extends Component<Props, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override componentDidUpdate(before: Props): void {
    if (this.state.error && before.resetKey !== this.props.resetKey) this.setState({ error: undefined });
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return <ErrorPanel what={t("error.panel")} why={error.message} fix={t("error.panelFix")} />;
  }
}
