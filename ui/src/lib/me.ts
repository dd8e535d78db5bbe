/** Who is looking, and what they may do: so that what would be refused is not offered. */
import { type ComponentType, createContext, createElement, Fragment, type ReactNode, useContext } from "react";

export type Action = "read" | "create" | "edit" | "delete";
export type Kind =
  | "dag" | "run" | "task" | "task_instance" | "log" | "xcom" | "code" | "version" | "import_error" | "audit" | "job" | "pool" | "asset"
  | "connection" | "variable" | "config" | "plugin" | "user" | "role"; // prettier-ignore

export interface Me {
  username: string;
  displayName: string;
  instance: string;
  version: string;
  /** The server's default zone. */
  zone: string;
  canLogOut: boolean;
  /** Their rights hold for every DAG; else for some. */
  allDags: boolean;
  /** They may do to some DAGs what they may not do to others. */
  varies: boolean;
  docs: boolean;
  canTestConnections: boolean;
  /** `may("run", "create")`. The server decides again, on the row. */
  may: (kind: Kind, action: Action) => boolean;
}

export const NOBODY: Me = {
  username: "",
  displayName: "",
  instance: "Tradewind",
  version: "",
  zone: "UTC",
  canLogOut: false,
  allDags: false,
  varies: false,
  docs: false,
  canTestConnections: false,
  may: () => false,
};

export const MeContext = createContext<Me>(NOBODY);

interface OnDagProps {
  dagId: string;
  children: ReactNode;
}

/** What asks the server for rights on a DAG. */
export const OnDagContext = createContext<ComponentType<OnDagProps>>(({ children }) => createElement(Fragment, null, children));

/** In here, `may` speaks of this DAG. */
export function OnDag(props: OnDagProps) {
  return createElement(useContext(OnDagContext), props);
}

export function useMe(): Me {
  return useContext(MeContext);
}
