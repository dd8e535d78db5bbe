/** Colours and compares texts beside the page, so that it never stands still. */
import { compare } from "./compare";
import { highlight } from "./highlight";

export type Task = { kind: "highlight"; text: string } | { kind: "compare"; before: string; after: string };

addEventListener("message", ({ data }: MessageEvent<Task>) => {
  postMessage(data.kind === "highlight" ? highlight(data.text) : compare(data.before, data.after));
});
