/** What there is to administer: a page an entry, in the groups in which they are offered. */
import { type ComponentType, lazy } from "react";

import type { Kind } from "@/lib/me";
import type { ViewProps } from "@/lib/search";

interface AdminPage {
  /** A right to read this is what the page wants. */
  wants: Kind;
  View: ComponentType<ViewProps>;
}

export const PAGES = {
  variables: { wants: "variable", View: lazy(() => import("@/features/variables/Variables")) },
  connections: { wants: "connection", View: lazy(() => import("@/features/connections/Connections")) },
  pools: { wants: "pool", View: lazy(() => import("@/features/pools/Pools")) },
  xcoms: { wants: "xcom", View: lazy(() => import("@/features/xcoms/Xcoms")) },
  workers: { wants: "task_instance", View: lazy(() => import("@/features/system/Workers")) },
  jobs: { wants: "job", View: lazy(() => import("@/features/system/Jobs")) },
  deadlines: { wants: "run", View: lazy(() => import("@/features/system/Deadlines")) },
  "import-errors": { wants: "import_error", View: lazy(() => import("./import-errors")) },
  config: { wants: "config", View: lazy(() => import("@/features/config/Config")) },
  providers: { wants: "plugin", View: lazy(() => import("@/features/providers/Providers")) },
  plugins: { wants: "plugin", View: lazy(() => import("@/features/plugins/Plugins")) },
  users: { wants: "user", View: lazy(() => import("@/features/people/Users")) },
  groups: { wants: "user", View: lazy(() => import("@/features/people/Groups")) },
  roles: { wants: "role", View: lazy(() => import("@/features/people/Roles")) },
  tokens: { wants: "user", View: lazy(() => import("@/features/people/Tokens")) },
  webhooks: { wants: "user", View: lazy(() => import("@/features/webhooks/Webhooks")) },
  audit: { wants: "audit", View: lazy(() => import("@/features/audit/Audit")) },
} satisfies Record<string, AdminPage>;

export type AdminPageName = keyof typeof PAGES;

export function isAdminPage(name: string | undefined): name is AdminPageName {
  return name !== undefined && Object.hasOwn(PAGES, name);
}

export const GROUPS: Record<"data" | "system" | "people", readonly AdminPageName[]> = {
  data: ["variables", "connections", "pools", "xcoms"],
  system: ["workers", "jobs", "deadlines", "import-errors", "config", "providers", "plugins"],
  people: ["users", "groups", "roles", "tokens", "webhooks", "audit"],
};
