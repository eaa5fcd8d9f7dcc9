import { defineConfig, type Plugin } from "vite";

/**
 * The function that serves the page replaces %BASE% by the path under which it was called, since a stage (`/v1/`), the
 * emulator and a domain of one's own have different ones, and the policy of the page forbids a <base>.
 */
function base(): Plugin {
  let building = false;
  return {
    name: "base",
    configResolved(config) {
      building = config.command === "build";
    },
    transformIndexHtml: {
      order: "post",
      handler: (html) => (building ? html.replaceAll('"./assets/', '"%BASE%assets/') : html.replaceAll("%BASE%", "/")),
    },
  };
}

/** `npm run dev` sends calls to the API at STRATOSCOPE_URL, the address that `make run` prints. */
const api = process.env["STRATOSCOPE_URL"]?.replace(/\/$/, "");
const routes = ["/resources", "/metrics", "/costs", "/bottlenecks", "/accounts", "/openapi.json"];

export default defineConfig({
  base: "./",
  plugins: [base()],
  build: {
    target: "es2022",
    // Inlined files would be data: URLs, which the policy allows for images only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    reportCompressedSize: true,
  },
  server: {
    host: "127.0.0.1",
    port: Number(process.env["PAGE_PORT"] ?? 5173),
    ...(api
      ? {
          proxy: Object.fromEntries(
            routes.map((path) => [
              path,
              {
                target: new URL(api).origin,
                rewrite: (path: string) => new URL(api).pathname.replace(/\/$/, "") + path,
              },
            ]),
          ),
        }
      : {}),
  },
});
