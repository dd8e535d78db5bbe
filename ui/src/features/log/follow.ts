/** Reads what is still written to a log, until its try is over. */

const [FIRST, LONGEST] = [500, 30_000];

export interface Source {
  /** Reads from a byte on, with `follow` as long as more comes; tells what it took as it comes. Answers whether the try is over. */
  read: (from: number, follow: boolean, took: (bytes: number) => void) => Promise<boolean>;
  /** Settles at once, or when the page shows again. */
  shown: () => Promise<void>;
  /** What is read was broken off because the page is hidden. */
  isHidden: () => boolean;
  /** The connection is lost, or there again. */
  lost: (is: boolean) => void;
  pause: (time: number) => Promise<unknown>;
}

/** A broken stream is taken up where it ended, ever more rarely while that fails. */
export async function follow(from: number, source: Source): Promise<void> {
  let at = from;
  const took = (bytes: number) => {
    at += bytes;
  };
  for (let failures = 0; ; ) {
    await source.shown();
    try {
      await source.read(at, true, took);
      source.lost(false);
      failures = 0;
      if (await source.read(at, false, took)) return;
      await source.pause(FIRST);
    } catch {
      if (source.isHidden()) continue;
      source.lost(true);
      await source.pause(Math.min(LONGEST, FIRST * 2 ** failures));
      failures += 1;
    }
  }
}
