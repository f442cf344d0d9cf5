/** Where it is kept that somebody does not want to see the first steps any more. */
const KEY = "nexus.begun";

export function isBeginning(): boolean {
  return localStorage.getItem(KEY) === null;
}

export function forgetBeginning(): void {
  localStorage.setItem(KEY, "1");
}
