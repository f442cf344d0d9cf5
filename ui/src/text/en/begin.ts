import { addTexts } from "../text";

export const begin = {
  "begin.title": "First steps",
  "begin.sub": "{n} of {of} done",
  "begin.dismiss": "Do not show this again",
  "begin.done": "done",
  "begin.open": "open",
  "begin.model": "Connect a model",
  "begin.modelDone": "Answers come from {model}.",
  "begin.modelText": "Without one, Nexus only repeats simple things. A local model is found by itself; for others give a key.",
  "begin.modelGo": "Give a key",
  "begin.owner": "You are the owner",
  "begin.ownerDone": "This browser is signed in as you, with all rights.",
  "begin.ownerText": "This browser is signed in as {who}. Sign in as the owner to change how Nexus is set up.",
  "begin.channel": "Connect a channel",
  "begin.channelDone": { one: "{n} channel is connected.", other: "{n} channels are connected." },
  "begin.channelText": "Then you reach your agent from where you write anyway.",
  "begin.channelGo": "Adapters",
  "begin.notify": "Turn notifications on",
  "begin.login": "Start at login",
  "begin.loginText": "Nexus cannot see from here whether it is done. On the machine where it runs:",
  "begin.approval": "Try an approval",
  "begin.approvalDone": "You have decided about something before.",
  "begin.approvalText": "Your agent asks to fetch a page. Look at what it asks, and allow or deny it.",
  "begin.approvalGo": "Try it",
  "begin.approvalSay": "fetch https://example.org/",
} as const;

addTexts(begin);
