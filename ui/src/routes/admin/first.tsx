import { Navigate } from "@tanstack/react-router";

import { NotFound } from "@/routes/not-found";
import { useMe } from "@/lib/me";

import { GROUPS, PAGES } from "./pages";

/** `/admin`: the first page that the viewer may read. */
export default function FirstAdminPage() {
  const { may } = useMe();
  const first = Object.values(GROUPS).flat().find((page) => may(PAGES[page].wants, "read"));
  return first ? <Navigate to="/admin/$page" params={{ page: first }} replace /> : <NotFound />;
}
