import { RouterProvider } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { router } from "./router";
import { StoreContext } from "./store/react";
import { Store } from "./store/store";
import { loadLanguage } from "./text/text";
import "./styles/app.css";

const scheme = location.protocol === "https:" ? "wss:" : "ws:";

/** A refused upgrade looks like any other lost socket; whether the cookie is good, only HTTP tells. */
async function probeAuth(): Promise<"signed-in" | "signed-out" | "unreachable"> {
  try {
    const response = await fetch("/health", { headers: { accept: "application/json" }, cache: "no-store" });
    const body = (await response.json()) as { checks?: unknown };
    return body.checks === undefined ? "signed-out" : "signed-in";
  } catch {
    return "unreachable";
  }
}

const store = new Store(`${scheme}//${location.host}/ws`, probeAuth);
store.client.start();
// After sleep, a change of network or a long time in the background, an open socket proves nothing.
addEventListener("online", () => store.client.distrust());
addEventListener("offline", () => store.client.distrust());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") store.client.distrust();
});

const element = document.getElementById("root");
// The socket is on its way meanwhile. Without its language the page speaks English.
void loadLanguage()
  .catch(() => undefined)
  .then(() => {
    if (!element) return;
    createRoot(element).render(
      <StoreContext value={store}>
        <RouterProvider router={router} />
      </StoreContext>,
    );
  });
