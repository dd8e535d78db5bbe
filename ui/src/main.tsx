import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/jetbrains-mono/wght.css";
import "./styles/theme.css";
import "./styles/base.css";
import "./styles/states.css";

import { CSPProvider } from "@base-ui/react/csp-provider";
import { Tooltip } from "@base-ui/react/tooltip";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode, useEffect, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";

import { ApiError } from "./api/client";
import { openEarly } from "./features/live/stream";
import { ME } from "./features/session/useMe";
import { speak, start } from "./i18n";
import { keep, load, type Preferences, PreferencesContext } from "./lib/preferences";
import { router } from "./routes/router";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      // What the server refused, it will refuse again.
      retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status < 500),
    },
  },
});

const dark = matchMedia("(prefers-color-scheme: dark)");

function paint({ theme }: Preferences): void {
  const isDark = theme === "dark" || (theme === "system" && dark.matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
}

function App({ first }: { first: Preferences }) {
  const [preferences, setPreferences] = useState(first);
  useEffect(() => {
    paint(preferences);
    void speak(preferences.language);
    const repaint = () => paint(preferences);
    dark.addEventListener("change", repaint);
    return () => dark.removeEventListener("change", repaint);
  }, [preferences]);
  const state = useMemo(
    () => ({
      ...preferences,
      change: (some: Partial<Preferences>) => {
        keep(some);
        setPreferences((old) => ({ ...old, ...some }));
      },
    }),
    [preferences],
  );
  return (
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={client}>
        <PreferencesContext value={state}>
          <Tooltip.Provider>
            <RouterProvider router={router} />
          </Tooltip.Provider>
        </PreferencesContext>
      </QueryClientProvider>
    </CSPProvider>
  );
}

// What every page needs is under way while the words of the language are loaded.
openEarly();
client.query(ME).catch(() => undefined); // who shows the page tells what went wrong
const first = load();
paint(first);
await start(first.language);
const place = document.getElementById("app");
if (place) {
  createRoot(place).render(
    <StrictMode>
      <App first={first} />
    </StrictMode>,
  );
}
