import { useEffect, useMemo, useSyncExternalStore } from "react";

import { prefix } from "@/lib/address";
import { onShown } from "@/lib/shown";

import { LogClient, type LogState, type Port } from "./LogClient";
import type { Choice } from "./store";

/** Whose log: a task instance; -1 for one that is not mapped. */
export interface LogKey {
  dagId: string;
  runId: string;
  taskId: string;
  mapIndex: number;
}

/** Where the log of a try is read; `text`: as a file for people. */
export function logAddress({ dagId, runId, taskId, mapIndex }: LogKey, tryNumber: number, text = false): string {
  const path = [dagId, "runs", runId, "tasks", taskId, "log", String(tryNumber)].map(encodeURIComponent).join("/");
  return `${location.origin}${prefix()}/api/tradewind/ui/dags/${path}?map_index=${mapIndex}${text ? "&text=true" : ""}`;
}

const start = (): Port => new Worker(new URL("./log.worker.ts", import.meta.url), { type: "module" });

/** The log of a try: what is there, then what is written while it runs. */
export function useLog(address: string, choice: Choice): { client: LogClient; log: LogState } {
  const client = useMemo(() => new LogClient(address, start), [address]);
  const log = useSyncExternalStore(client.subscribe, client.snapshot);
  useEffect(() => client.choose(choice), [client, choice]);
  useEffect(() => onShown((shown) => client.show(shown)), [client]);
  return { client, log };
}
