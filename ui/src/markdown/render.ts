import DOMPurify from "dompurify";
import { Marked } from "marked";
import { t } from "../text/text";

/** Rendered blocks that are kept; a long conversation has a few hundred. */
const CACHE_LEN_MAX = 2_000;

const marked = new Marked({
  gfm: true,
  renderer: {
    // One level for all: a model's headings follow no order, those of the page must.
    heading({ tokens, depth }) {
      return `<h3 class="h${depth}">${this.parser.parseInline(tokens)}</h3>`;
    },
    // Nothing is fetched from elsewhere: a picture becomes a link to it.
    image({ href, text }) {
      return `<a href="${escape(href)}">${escape(text || href)}</a>`;
    },
    checkbox({ checked }) {
      return checked ? "☑ " : "☐ ";
    },
    html({ text }) {
      return escape(text);
    },
    code({ text, lang }) {
      const language = (lang ?? "").split(/\s/)[0] ?? "";
      const label = language ? t("chat.codeIn", { language }) : t("chat.code");
      return (
        `<div class="code"><button type="button" class="code-copy" data-copy>${t("chat.copy")}</button>` +
        `<pre tabindex="0" role="group" aria-label="${escape(label)}"><code>${escape(text)}</code></pre></div>`
      );
    },
  },
  hooks: {
    postprocess: (html) =>
      html
        .replaceAll("<table>", `<div class="table" tabindex="0" role="group" aria-label="${t("chat.table")}"><table>`)
        .replaceAll("</table>", "</table></div>"),
  },
});

function escape(text: string): string {
  const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (sign) => names[sign] ?? sign);
}

DOMPurify.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName !== "A") return;
  node.setAttribute("target", "_blank");
  node.setAttribute("rel", "noopener noreferrer nofollow");
});

const POLICY = {
  ALLOWED_TAGS: [
    "p", "br", "hr", "h3", "strong", "em", "del", "code", "pre", "blockquote", "ul", "ol", "li",
    "a", "table", "thead", "tbody", "tr", "th", "td", "div", "button",
  ],
  ALLOWED_ATTR: ["href", "class", "tabindex", "role", "aria-label", "start", "align", "type", "data-copy", "target", "rel"],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
  // The pattern above is for addresses only.
  ADD_URI_SAFE_ATTR: ["tabindex", "start", "align", "type", "data-copy"],
  RETURN_TRUSTED_TYPE: true as const,
};

const cache = new Map<string, TrustedHTML>();

/** Markdown as markup that is safe to show. `isSettled`: it will be asked for again as it is. */
export function render(block: string, isSettled: boolean): TrustedHTML {
  const known = cache.get(block);
  if (known !== undefined) return known;
  const html = marked.parse(block, { async: false });
  const safe = DOMPurify.sanitize(html, POLICY);
  if (isSettled) {
    if (cache.size >= CACHE_LEN_MAX) cache.clear();
    cache.set(block, safe);
  }
  return safe;
}
