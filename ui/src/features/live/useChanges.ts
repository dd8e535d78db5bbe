import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import type { Change } from "@/lib/keys";

import { Refresher } from "./Refresher";
import { type Kind, stream } from "./stream";

/**
 * Hears from the server what changed, over one connection, and has what is on the screen asked again.
 *
 * Answers whether the connection stands. While the tab is hidden there is none; what became old is asked when it shows again.
 */
export function useChanges(): boolean {
  const client = useQueryClient();
  const [live, setLive] = useState(true);
  useEffect(() => {
    const source = stream();
    const refresher = new Refresher(client);
    const merge = merged((change) => refresher.tell(change));
    const hear: Record<Kind, (text: string, at: number) => void> = {
      hello: (_, at) => {
        setLive(true);
        // What was read before the server began to tell may be old already.
        void client.invalidateQueries({ predicate: ({ state }) => state.dataUpdatedAt > 0 && state.dataUpdatedAt < at });
      },
      change: (text) => merge(JSON.parse(text) as Change),
      "logged-out": () => {
        source.close();
        void client.invalidateQueries(); // the first answer leads to the log-in page
      },
    };
    const lost = (refused: boolean) => {
      setLive(false);
      // Who is logged in no more is led to the log-in page by the answer.
      if (refused) void client.invalidateQueries({ queryKey: ["me"], exact: true });
    };
    source.listen((kind, text, at) => hear[kind](text, at), lost);
    return () => {
      source.close();
      refresher.close();
    };
  }, [client]);
  return live;
}

const [PAUSE, LONGEST] = [400, 10_000];

const after = (time: number) => new Promise<void>((go) => void setTimeout(go, time));

/**
 * The first change is told at once; those that come within the next moment are told together after it. Not before what
 * was told is done with, either: to ask anew breaks off what is being asked, and a busy server would never be heard out.
 */
export function merged(tell: (change: Change) => Promise<unknown>): (change: Change) => void {
  let waiting: Change | undefined;
  let pausing = false;
  const told = async (change: Change): Promise<void> => {
    pausing = true;
    await Promise.all([after(PAUSE), Promise.race([tell(change), after(LONGEST)])]);
    pausing = false;
    if (!waiting) return;
    const next = waiting;
    waiting = undefined;
    await told(next);
  };
  return (change) => {
    if (pausing) waiting = waiting ? both(waiting, change) : change;
    else void told(change);
  };
}

function both(one: Change, other: Change): Change {
  return {
    everything: (one.everything ?? false) || (other.everything ?? false),
    dags: [...new Set([...(one.dags ?? []), ...(other.dags ?? [])])],
    runs: [...(one.runs ?? []), ...(other.runs ?? [])],
    kinds: [...new Set([...(one.kinds ?? []), ...(other.kinds ?? [])])],
  };
}
