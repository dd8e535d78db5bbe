import { useEffect, useState } from "react";

import { type Change } from "./compare";
import { type Line } from "./highlight";
import { type Task } from "./worker";

/** What a worker makes of a task; undefined until it is done. */
function useWorker(task: Task | undefined): unknown {
  const [done, setDone] = useState<{ task: string; result: unknown }>();
  const asked = task && JSON.stringify(task);
  useEffect(() => {
    if (asked === undefined) return undefined;
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<unknown>) => {
      setDone({ task: asked, result: data });
      worker.terminate();
    };
    worker.postMessage(JSON.parse(asked));
    return () => worker.terminate();
  }, [asked]);
  return done?.task === asked ? done?.result : undefined;
}

/** The lines of a text in colours. */
export function useHighlighted(text: string | undefined): readonly Line[] | undefined {
  return useWorker(text === undefined ? undefined : { kind: "highlight", text }) as Line[] | undefined;
}

/** What differs between two texts. */
export function useCompared(before: string | undefined, after: string | undefined): readonly Change[] | undefined {
  return useWorker(before === undefined || after === undefined ? undefined : { kind: "compare", before, after }) as Change[] | undefined;
}
