import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Feed, FEED_LEN_MAX } from "./feed";

const event = (position: number) => ({ position, at: 0, type: "x", properties: {} });
const positions = (feed: Feed) => feed.events.map(({ position }) => position);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("events are painted in batches, each once and in order", () => {
  const feed = new Feed();
  const painted = vi.fn();
  feed.subscribe(painted);
  for (const position of [5, 6, 7]) feed.push(event(position));
  expect(painted).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(100);
  expect(painted).toHaveBeenCalledTimes(2);
  feed.push(event(6));
  feed.push(event(8));
  vi.advanceTimersByTime(200);
  expect(positions(feed)).toEqual([5, 6, 7, 8]);
});

test("earlier events go before, and what is known is not doubled", () => {
  const feed = new Feed();
  feed.push(event(5));
  feed.prepend([3, 4, 5].map(event));
  expect(positions(feed)).toEqual([3, 4, 5]);
});

test("however many come at once, and however seldom it is painted, only the latest are kept", () => {
  const feed = new Feed();
  let position = 0;
  for (const n of [10, 3 * FEED_LEN_MAX, 5_000, 5_000, 5_000]) {
    for (let each = 0; each < n; each++) feed.push(event(++position));
    vi.advanceTimersByTime(200);
    expect(feed.events.length).toBeLessThanOrEqual(FEED_LEN_MAX);
    const kept = positions(feed);
    expect(kept.at(-1)).toBe(position);
    expect(kept).toEqual(kept.map((_, n) => position - kept.length + 1 + n));
  }
});

test("the oldest go when there are too many", () => {
  const feed = new Feed();
  feed.push(event(0));
  for (let n = 1; n <= FEED_LEN_MAX; n++) feed.push(event(n));
  vi.advanceTimersByTime(100);
  expect(feed.events.length).toBeLessThanOrEqual(FEED_LEN_MAX);
  expect(positions(feed).at(-1)).toBe(FEED_LEN_MAX);
});
