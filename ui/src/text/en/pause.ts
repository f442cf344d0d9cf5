import { addTexts } from "../text";

export const pause = {
  "palette.pause": "Pause agents",
  "palette.resume": "End the pause",
  "pause.title": "Pause",
  "pause.changeTitle": "Change the pause",
  "pause.what": "What stands still",
  "pause.choice.new_work": "Pause new work",
  "pause.choice.new_work.text": "What runs goes on to its end. What comes in is taken and waits.",
  "pause.choice.all": "Pause everything now",
  "pause.choice.all.text": "Runs also stop before their next step, and nothing is sent out. A step that has begun ends first.",
  "pause.choice.while": "Pause everything for a while",
  "pause.choice.while.text": "The same, and it goes on by itself when the time is up.",
  "pause.span": "For how long",
  "pause.note": "Nothing is lost: what waited runs once afterwards, also when the daemon was started anew in between.",
  "pause.go": "Pause",
  "pause.done": "Paused",
  "pause.resume": "Resume",
  "pause.resumed": "Agents go on",
  "pause.change": "Change…",
  "pause.region": "Pause",
  "pause.is.new_work": "New work is paused",
  "pause.is.all": "Everything is paused",
  "pause.since": "since {time}",
  "pause.sinceBy": "since {time} by {who}",
  "pause.you": "you",
  "pause.until": "until {time} ({left} left)",
  "pause.open": "until somebody resumes",
  "pause.onHold": { one: "{n} request is on hold", other: "{n} requests are on hold" },
  "pause.noneHeld": "nothing is on hold",
} as const;

addTexts(pause);
