/** Runs something at once, and then at most once per pause however often it is asked for. */
export class Throttle {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isAsked = false;

  constructor(
    private readonly pauseMs: number,
    private readonly action: () => void,
  ) {}

  run(): void {
    if (this.timer !== undefined) {
      this.isAsked = true;
      return;
    }
    this.action();
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (!this.isAsked) return;
      this.isAsked = false;
      this.run();
    }, this.pauseMs);
  }
}
