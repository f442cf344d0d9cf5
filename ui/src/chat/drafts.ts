/** Drafts are kept this long after the last key. */
const SAVE_MS = 500;
const DRAFT = "nexus.draft.";
const LAST = "nexus.session";

const timers = new Map<string, ReturnType<typeof setTimeout>>();

/** What was being written in a session; survives a reload, a sign-out and an update. */
export function draftOf(session: string): string {
  return localStorage.getItem(DRAFT + session) ?? "";
}

/** Keeps a draft after a pause, or at once for somebody who reads it at once. */
export function saveDraft(session: string, text: string, when: "soon" | "now" = "soon"): void {
  clearTimeout(timers.get(session));
  const save = () => {
    timers.delete(session);
    if (text === "") localStorage.removeItem(DRAFT + session);
    else localStorage.setItem(DRAFT + session, text);
  };
  if (text === "" || when === "now") save();
  else timers.set(session, setTimeout(save, SAVE_MS));
}

/** The session that was open last; the owner's main one at first. */
export function lastSession(): string {
  return localStorage.getItem(LAST) ?? "main";
}

export function rememberSession(session: string): void {
  localStorage.setItem(LAST, session);
}
