import { type ReactNode } from "react";

import { MeContext } from "@/lib/me";

import { useMeOn } from "./useMe";

/** What is in here asks `useMe` what may be done to this DAG. */
export function RightsOnDag({ dagId, children }: { dagId: string; children: ReactNode }) {
  return <MeContext value={useMeOn(dagId)}>{children}</MeContext>;
}
