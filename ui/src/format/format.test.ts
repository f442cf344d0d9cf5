import { describe, expect, it } from "vitest";
import { t } from "../text/text";
import { amountOf, budgetText, costText } from "./amount";
import { segments, shortArguments } from "./payload";
import { ago, duration } from "./time";

describe("figures for people", () => {
  it("shows spans in at most two units", () => {
    const spans = [0.2, 184, 5_100, 41_000, 252_000, 7_440_000, 273_600_000];
    expect(spans.map(duration)).toEqual(["<1 ms", "184 ms", "5.1 s", "41 s", "4 m 12 s", "2 h 4 m", "3 d 4 h"]);
    expect(ago(90_000)).toBe("1 m ago");
  });

  it("never shows an unknown cost as zero", () => {
    expect(costText({ micro_usd: 0, basis: "unknown" })).toBe("unknown");
    expect(costText({ micro_usd: 412_000, basis: "price_table" })).toBe("$0.41");
    expect(costText({ micro_usd: 900, basis: "price_table" })).toBe("$0.000900");
    expect(costText({ micro_usd: 0, basis: "free" })).toBe("free");
    expect(costText({ micro_usd: 1_000_000, basis: "unknown" })).toBe("≥ $1.00");
  });

  it("says how much of a budget is spent in the words of its resource", () => {
    expect(budgetText("money", 1_250_000)).toBe("$1.25");
    expect(budgetText("tool_calls", amountOf({ tool_calls: 1 }, "tool_calls"))).toBe("1 tool call");
    expect(budgetText("model_time", 61_000)).toBe("61 s of model time");
  });

  it("chooses the plural form by the count", () => {
    expect(t("waiting.button", { n: 1 })).toBe("1 waiting");
    expect(t("home.unhealthy", { n: 2 })).toBe("2 things are amiss");
  });
});

describe("what a person approves", () => {
  it("names characters that cannot be seen", () => {
    expect(segments("a\u202Eb\u200B")).toEqual([
      { text: "a", isHidden: false },
      { text: "U+202E", isHidden: true },
      { text: "b", isHidden: false },
      { text: "U+200B", isHidden: true },
    ]);
    expect(segments("tab\tand\nline")).toEqual([{ text: "tab\tand\nline", isHidden: false }]);
  });

  it("finds the argument that tells most", () => {
    expect(shortArguments({ encoding: "utf8", path: "a.txt" })).toBe("a.txt");
    expect(shortArguments({ n: 1 })).toBe('{"n":1}');
    expect(shortArguments({})).toBe("");
  });
});
