import { describe, expect, it } from "vitest";

import { Stream } from "./stream";

describe("the stream of changes", () => {
  it("keeps what was said before somebody listens, and tells the rest at once", () => {
    const source = new EventTarget() as EventSource;
    const say = (kind: string, data = "{}") => source.dispatchEvent(new MessageEvent(kind, { data }));
    const stream = new Stream(() => source);
    const heard: string[] = [];
    say("hello");
    say("change", "one");
    stream.listen((kind, text) => heard.push(`${kind} ${text}`), () => heard.push("lost"));
    say("change", "two");
    source.onerror?.(new Event("error"));
    expect(heard).toEqual(["hello {}", "change one", "change two", "lost"]);
  });
});
