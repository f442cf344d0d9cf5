import { readFileSync } from "node:fs";
import tailwind from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compress } from "./scripts/compress.mjs";

const workspace = readFileSync(new URL("../Cargo.toml", import.meta.url), "utf8");
const version = /\[workspace\.package\][^[]*?version = "([^"]+)"/.exec(workspace)?.[1] ?? "0.0.0";

export default defineConfig({
  base: "/ui/",
  define: { __VERSION__: JSON.stringify(version) },
  plugins: [react(), tailwind(), compress()],
  build: {
    target: "es2023",
    // Everything is served from this machine; what is preloaded needs no helper for old browsers.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 600,
  },
  server: {
    proxy: {
      "/ws": { target: "http://127.0.0.1:18789", ws: true },
      "/health": "http://127.0.0.1:18789",
      "/open": "http://127.0.0.1:18789",
    },
  },
  // A machine that builds something else meanwhile is slow, not wrong.
  test: { include: ["src/**/*.test.ts"], testTimeout: 30_000 },
});
