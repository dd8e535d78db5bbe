/** Has what became old asked again: at once, but a long list, which is asked page by page, not more often than a page a second. */
import type { Query, QueryClient } from "@tanstack/react-query";

import { type Change, concerns } from "@/lib/keys";

/** Lists up to here are asked at once. */
const FEW = 5;
const A_PAGE = 1000;

export class Refresher {
  private readonly waiting = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(private readonly client: QueryClient) {}

  /** Settles when what is asked at once was answered. */
  tell(change: Change): Promise<void> {
    const pages = this.pages();
    return this.client.invalidateQueries({
      predicate: (query) => concerns(change, query.queryKey) && !this.isPutOff(query, pages(query)),
    });
  }

  close(): void {
    for (const timer of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
  }

  /** It is long, on the screen, and was asked a moment ago: then its turn comes later. */
  private isPutOff(query: Query, pages: number): boolean {
    if (pages <= FEW || !query.isActive()) return false;
    const asking = query.state.fetchStatus === "fetching";
    const pause = query.state.dataUpdatedAt + pages * A_PAGE - Date.now();
    if (!asking && pause <= 0) return false;
    if (!this.waiting.has(query.queryHash)) this.later(query, Math.max(pause, A_PAGE));
    return true;
  }

  private later(query: Query, pause: number): void {
    const look = () => {
      this.waiting.delete(query.queryHash);
      // What is being asked is heard out: it would never end where much changes.
      if (query.state.fetchStatus === "fetching") this.later(query, A_PAGE);
      else void this.client.invalidateQueries({ queryKey: query.queryKey, exact: true });
    };
    this.waiting.set(query.queryHash, setTimeout(look, pause));
  }

  /** How many questions there are of its kind: pages of one list, or queries of the same name, each for some rows of one. */
  private pages(): (query: Query) => number {
    const name = ({ queryKey }: Query) => JSON.stringify(queryKey.slice(0, 3));
    const alike = new Map<string, number>();
    for (const query of this.client.getQueryCache().findAll({ type: "active", queryKey: ["all"] })) {
      if (query.queryKey.length > 3) alike.set(name(query), (alike.get(name(query)) ?? 0) + 1);
    }
    return (query) => {
      const { pages } = (query.state.data ?? {}) as { pages?: unknown };
      return Math.max(Array.isArray(pages) ? pages.length : 1, alike.get(name(query)) ?? 1);
    };
  }
}
