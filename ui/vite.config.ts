import react from "@vitejs/plugin-react";
import { compression, defineAlgorithm } from "vite-plugin-compression2";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Relative addresses: the app also runs below a path prefix that only the server knows.
  base: "./",
  plugins: [
    react(),
    compression({ algorithms: [defineAlgorithm("gzip", { level: 9 }), "brotliCompress"], threshold: 1024 }),
  ],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  build: {
    outDir: "../src/tradewind/web",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // the policy allows no data: but for images
    chunkSizeWarningLimit: 1600, // elk, in a worker of its own
    // What most pages need comes in two files: a hundred small ones take longer than they weigh.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "libraries", minShareCount: 12, test: /node_modules\/(@base-ui|@floating-ui|@tanstack|i18next|lucide-react|openapi-fetch|react|react-dom|react-i18next|scheduler|tabbable|use-sync-external-store)\// },
            { name: "shared", minShareCount: 12, test: /src\/(components\/(?!MarkdownInner)|lib\/|features\/session\/)/ },
          ],
        },
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ["/api", "/auth", "/login", "/logout", "/openapi.json"].map((path) => [path, "http://127.0.0.1:8080"]),
    ),
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test-setup.ts"],
    restoreMocks: true,
  },
});
