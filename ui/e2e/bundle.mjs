// Pages from a folder in the place of those a daemon has inside: what is being written is looked at
// and tested with `NEXUS_PAGES_DIR=dist` against a daemon that was built earlier.
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";

const folder = process.env.NEXUS_PAGES_DIR && resolve(process.env.NEXUS_PAGES_DIR);
/** A document that was handed in comes from no address, so its socket would be one into a private network. */
export const ARGS = folder ? ["--disable-features=LocalNetworkAccessChecks"] : [];
const TYPES = { html: "text/html", js: "text/javascript", css: "text/css", svg: "image/svg+xml", woff2: "font/woff2" };

/** Goes where a link leads that signs in: what a redirect brings is not ours yet. */
export async function follow(page, link) {
  const answer = await page.goto(link);
  if (folder && answer.ok()) await page.reload();
  return answer;
}

/** Hands a context the pages of the folder, if one is named, with all that the daemon says about its own. */
export async function withPages(context) {
  if (!folder) return context;
  await context.route(/./, async (route) => {
    const { pathname } = new URL(route.request().url());
    const isPage = route.request().resourceType() === "document" && !pathname.startsWith("/open");
    if (!isPage && !pathname.startsWith("/ui/")) return route.fallback();
    const answer = await route.fetch({ maxRedirects: 0 }).catch(() => undefined);
    if (!answer) return route.abort();
    const isOurs = (text) => text.includes('src="/ui/assets/') || text.includes("is not built into this program");
    if (isPage && !(answer.ok() && isOurs(await answer.text()))) return route.fallback();
    const name = isPage ? "index.html" : pathname.slice("/ui/".length);
    const body = await readFile(join(folder, name)).catch(() => undefined);
    if (!body) return route.fallback();
    const { "content-encoding": _, "content-length": __, ...headers } = answer.headers();
    const type = `${TYPES[name.split(".").at(-1)] ?? "text/plain"}; charset=utf-8`;
    await route.fulfill({ status: 200, headers: { ...headers, "content-type": type }, body });
  });
  return context;
}
