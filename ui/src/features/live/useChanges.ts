import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { type Change, concerns } from "@/lib/keys";

import { type Kind, stream } from "./stream";

/**
 * Hears from the server what changed, over one connection, and has what is on the screen asked again.
 *
 * Answers whether the connection stands. While the tab is hidden nothing is asked; what became old is asked when it shows again.
 */
export function useChanges(): boolean {
  const client = useQueryClient();
  const [live, setLive] = useState(true);
  useEffect(() => {
    const source = stream();
    const merge = merged((change) => void client.invalidateQueries({ predicate: ({ queryKey }) => concerns(change, queryKey) }));
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
    source.listen((kind, text, at) => hear[kind](text, at), () => setLive(false));
    return () => source.close();
  }, [client]);
  return live;
}

const PAUSE = 400;

/** The first change is told at once; those that come within the next moment are told together after it. */
export function merged(tell: (change: Change) => void): (change: Change) => void {
  let waiting: Change | undefined;
  let pausing = false;
  const pause = () => {
    pausing = true;
    setTimeout(() => {
      pausing = false;
      if (waiting) {
        const next = waiting;
        waiting = undefined;
        tell(next);
        pause();
      }
    }, PAUSE);
  };
  return (change) => {
    if (pausing) {
      waiting = waiting ? both(waiting, change) : change;
      return;
    }
    tell(change);
    pause();
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
