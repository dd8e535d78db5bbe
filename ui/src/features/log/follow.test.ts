import { expect, it } from "vitest";

import { follow, type Source } from "./follow";

type Step = (took: (bytes: number) => void) => boolean;

const broken = new TypeError("network error");

/** Answers one step after the other, and notes what happened. */
function played(steps: readonly Step[], hidden: () => boolean = () => false) {
  const noted: string[] = [];
  let next = 0;
  const source: Source = {
    read: (from, following, took) => {
      noted.push(`${following ? "follow" : "read"} ${from}`);
      const step = steps[next++];
      return new Promise((go) => go(step ? step(took) : true));
    },
    shown: () => Promise.resolve(),
    isHidden: hidden,
    lost: (is) => noted.push(is ? "lost" : "there"),
    pause: (time) => Promise.resolve(noted.push(`pause ${time}`)),
  };
  return { source, noted };
}

const takes = (bytes: number, over = false): Step => (took) => {
  took(bytes);
  return over;
};
const breaksAfter = (bytes: number): Step => (took) => {
  took(bytes);
  throw broken;
};

it("reads to the end, and is done when the try is over", async () => {
  const { source, noted } = played([takes(10), takes(5, true)]);
  await follow(100, source);
  expect(noted).toEqual(["follow 100", "there", "read 110"]);
});

it("goes on where a stream broke off", async () => {
  const { source, noted } = played([breaksAfter(10), takes(5), takes(0, true)]);
  await follow(100, source);
  expect(noted).toEqual(["follow 100", "lost", "pause 500", "follow 110", "there", "read 115"]);
});

it("does not give up, and asks ever more rarely", async () => {
  const { source, noted } = played([...Array.from({ length: 20 }, () => breaksAfter(0)), takes(1), takes(0, true)]);
  await follow(0, source);
  const pauses = noted.filter((note) => note.startsWith("pause")).map((note) => Number(note.slice(6)));
  expect(pauses.slice(0, 4)).toEqual([500, 1000, 2000, 4000]);
  expect(pauses.slice(-1)).toEqual([30_000]);
  expect(pauses).toHaveLength(20);
});

it("takes what is broken off by hiding the page for no failure", async () => {
  let hidden = true;
  const { source, noted } = played([breaksAfter(7), takes(0), takes(0, true)], () => hidden);
  source.shown = () => {
    if (noted.length > 0) hidden = false;
    return Promise.resolve();
  };
  await follow(0, source);
  expect(noted).toEqual(["follow 0", "follow 7", "there", "read 7"]);
});
