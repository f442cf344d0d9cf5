import { addTexts } from "../text";

export const request = {
  "replay.title": "Step by step",
  "replay.none": "Nothing of this turn is recorded any more: its session was reset or removed.",
  "replay.back": "Back",
  "replay.next": "Next",
  "replay.steps": "Steps of the turn",
  "replay.position": "{n} of {of}",
  "replay.asked": "What it was asked",
  "replay.reply": "The model replied",
  "replay.replyCalls": { one: "The model asked for {n} tool call", other: "The model asked for {n} tool calls" },
  "replay.onlyCalls": "It said nothing beside.",
  "replay.call": "Call of {tool}",
  "replay.result": "Result of {tool}",
  "replay.asksYou": "You are asked",
  "replay.decided": "Allowed",
  "replay.refused": "Not allowed",
  "replay.waits": "It waits for an answer.",
  "replay.pictures": { one: "{n} picture came with it.", other: "{n} pictures came with it." },
  "replay.end": "The turn ended",
} as const;

addTexts(request);
