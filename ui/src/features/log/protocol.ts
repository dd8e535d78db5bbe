/** What the page and the worker that holds the log say to each other. */
import type { Choice, Row, Summary } from "./store";

export type ToWorker =
  | { kind: "open"; url: string; live: boolean }
  | { kind: "show"; on: boolean }
  | { kind: "choose"; choice: Choice }
  | { kind: "toggle"; group: number }
  | { kind: "rows"; from: number; to: number; version: number }
  | { kind: "find"; what: { match: number } | { row: number } | "error"; ask: number }
  | { kind: "fill" };

export interface Loaded extends Summary {
  /** Raised with each change of what is shown. */
  version: number;
  /** Of the whole log, in bytes. */
  size: number;
  /** More is on its way. */
  loading: boolean;
  /** Nobody writes to it any more, and all of it was read. */
  over: boolean;
  /** What is written cannot be followed at the moment. */
  lost: boolean;
}

export type FromWorker =
  | { kind: "loaded"; loaded: Loaded }
  | { kind: "rows"; from: number; version: number; rows: Row[] }
  | { kind: "found"; ask: number; place: number }
  | { kind: "failed"; message: string };
