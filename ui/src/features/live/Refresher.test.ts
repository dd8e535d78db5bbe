import { InfiniteQueryObserver, QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { keys } from "@/lib/keys";

import { Refresher } from "./Refresher";

let client: QueryClient;
let refresher: Refresher;
let leave: (() => void)[];

beforeEach(() => {
  vi.useFakeTimers();
  client = new QueryClient();
  refresher = new Refresher(client);
  leave = [];
});

afterEach(() => {
  for (const each of leave) each();
  refresher.close();
  vi.useRealTimers();
});

/** A list on the screen of which so many pages were read; answers how often the server was asked since. */
async function list(pages: number): Promise<() => number> {
  let asked = 0;
  const observer = new InfiniteQueryObserver(client, {
    queryKey: keys.all("dags", pages),
    initialPageParam: 0,
    queryFn: ({ pageParam }) => {
      asked += 1;
      return Promise.resolve(pageParam);
    },
    getNextPageParam: (last: number) => last + 1,
  });
  leave.push(observer.subscribe(() => undefined));
  await vi.advanceTimersByTimeAsync(0);
  for (let page = 1; page < pages; page += 1) await observer.fetchNextPage();
  asked = 0;
  return () => asked;
}

it("asks a short list again at once", async () => {
  const asked = await list(5);
  await refresher.tell({ dags: ["a"] });
  expect(asked()).toBe(5);
});

it("asks a long list a page a second at most, and the last change is not lost", async () => {
  const asked = await list(50);
  for (let second = 0; second < 100; second += 1) {
    void refresher.tell({ dags: ["a"] });
    await vi.advanceTimersByTimeAsync(1000);
  }
  expect(asked()).toBe(100);
  void refresher.tell({ dags: ["a"] });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked()).toBe(150);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked()).toBe(150); // nothing changed since
});

it("asks a long list that has rested at once", async () => {
  const asked = await list(20);
  await vi.advanceTimersByTimeAsync(60_000);
  await refresher.tell({ dags: ["a"] });
  expect(asked()).toBe(20);
});

it("counts questions that stand for rows of one list together", async () => {
  let asked = 0;
  for (let page = 0; page < 20; page += 1) {
    const queryFn = () => Promise.resolve((asked += 1));
    leave.push(new QueryObserver(client, { queryKey: keys.all("runs", "recent", [page]), queryFn }).subscribe(() => undefined));
  }
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toBe(20);
  for (let second = 0; second < 19; second += 1) {
    await refresher.tell({ runs: [["a", "r"]] });
    await vi.advanceTimersByTimeAsync(1000);
  }
  expect(asked).toBe(20);
  await vi.advanceTimersByTimeAsync(2000);
  expect(asked).toBe(40);
});
