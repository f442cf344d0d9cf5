/** Drafts are kept this long after the last key. */
const SAVE_MS = 500;
const DRAFT = "nexus.draft.";
const LAST = "nexus.session";

const timers = new Map<string, ReturnType<typeof setTimeout>>();

/** What was being written in a session; survives a reload, a sign-out and an update. */
export function draftOf(session: string): string {
  return localStorage.getItem(DRAFT + session) ?? "";
}

export function saveDraft(session: string, text: string): void {
  clearTimeout(timers.get(session));
  const save = () => {
    timers.delete(session);
    if (text === "") localStorage.removeItem(DRAFT + session);
    else localStorage.setItem(DRAFT + session, text);
  };
  if (text === "") save();
  else timers.set(session, setTimeout(save, SAVE_MS));
}

/** The session that was open last; the owner's main one at first. */
export function lastSession(): string {
  return localStorage.getItem(LAST) ?? "main";
}

export function rememberSession(session: string): void {
  localStorage.setItem(LAST, session);
}
