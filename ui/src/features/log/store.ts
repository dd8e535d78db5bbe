/**
 * A log in memory: its bytes as they came, and an index of their lines.
 *
 * Lines are read out of the bytes when they are shown, so that a log of a hundred megabytes takes little more than that.
 * A row is one line of text; a message with line feeds is several. It lives in a worker and knows nothing of the browser.
 */
import { columns, endsGroup, groupTitle, type Level, LEVELS, parseLine, plain } from "./lines";

export interface Row {
  /** Its number among all rows that are loaded, from 0. */
  number: number;
  time: string;
  level: Level;
  source: string;
  text: string;
  /** The second or a later row of one message. */
  later: boolean;
  /** How many groups it is in. */
  depth: number;
  /** It is the head of a group, which is open or folded. */
  group?: { id: number; open: boolean };
  /** Here bytes are missing, so many. */
  gap?: number;
}

export interface Choice {
  /** Null: all. */
  levels: readonly Level[] | null;
  sources: readonly string[] | null;
  query: string;
  /** Rows are broken after so many columns; null: not at all. */
  width: number | null;
}

export interface Summary {
  /** Rows to be shown, with that choice and those folds. */
  shown: number;
  /** Rows that are loaded. */
  rows: number;
  bytes: number;
  gap: number;
  levels: Readonly<Record<Level, number>>;
  sources: readonly (readonly [string, number])[];
  matches: number;
  /** Is there an error or worse? */
  errors: number;
  /** With a width: how many lines on the screen stand above each row that is shown, and after the last. */
  above: Uint32Array | null;
}

interface Block {
  bytes: Uint8Array;
  /** Of each row: first byte of its line, and after the last one the end. */
  start: Uint32Array;
  /** Which row of its message. */
  part: Uint16Array;
  width: Uint16Array;
  level: Uint8Array;
  source: Uint16Array;
  /** Innermost group; -1 for none. */
  group: Int32Array;
  /** Head of its group (1), its end (2). */
  mark: Uint8Array;
  found: { query: string; rows: number[] } | undefined;
}

const GAP = 0xffffffff;
const MOST_SOURCES = 500;
const LONGEST = 20_000;
const LEVEL_NUMBER = new Map(LEVELS.map((level, number) => [level, number]));
const decoder = new TextDecoder();

export class LogStore {
  private blocks: Block[] = [];
  /** Where the gap is: before the block of that number. */
  private gapAt = 0;
  private gap = 0;
  private readonly sources: string[] = [];
  private readonly sourceNumber = new Map<string, number>();
  private readonly sourceCount: number[] = [];
  private readonly levelCount = new Uint32Array(LEVELS.length);
  private readonly groups: { parent: number; closed: boolean }[] = [];
  private readonly folds = new Map<number, boolean>();
  private innermost = -1;
  private view: Uint32Array = new Uint32Array(0);
  private base: number[] = [];
  private choice: Choice = { levels: null, sources: null, query: "", width: null };
  private stale = true;

  /** Bytes of whole lines come at the end; `into: "gap"`: at its beginning, which makes it smaller. */
  append(bytes: Uint8Array, into: "end" | "gap" = "end"): void {
    const block = this.index(bytes);
    if (into === "end") this.blocks.push(block);
    else {
      this.blocks.splice(this.gapAt, 0, block);
      this.gapAt += 1;
      this.gap = Math.max(0, this.gap - bytes.length);
    }
    this.stale = true;
  }

  /** So many bytes between what has come and what will come are not here. */
  leaveOut(bytes: number): void {
    this.gapAt = this.blocks.length;
    this.gap = bytes;
    this.innermost = -1;
    this.stale = true;
  }

  closeGap(): void {
    this.gap = 0;
    this.stale = true;
  }

  choose(choice: Choice): void {
    this.choice = choice;
    this.stale = true;
  }

  toggle(group: number): void {
    this.folds.set(group, !this.isOpen(group));
    this.stale = true;
  }

  /** What is to be shown now. */
  summary(): Summary {
    this.refresh();
    const rows = this.blocks.reduce((sum, block) => sum + block.part.length, 0);
    const counts = Object.fromEntries(LEVELS.map((level, number) => [level, this.levelCount[number] ?? 0]));
    return {
      shown: this.view.length,
      rows,
      bytes: this.blocks.reduce((sum, block) => sum + block.bytes.length, 0),
      gap: this.gap,
      levels: counts as Record<Level, number>,
      sources: this.sources.map((name, number) => [name, this.sourceCount[number] ?? 0] as const),
      matches: this.blocks.reduce((sum, block) => sum + this.matchesOf(block).length, 0),
      errors: (this.levelCount[0] ?? 0) + (this.levelCount[1] ?? 0),
      above: this.heights(),
    };
  }

  /** The rows to be shown from one place in the view to another. */
  rows(from: number, to: number): Row[] {
    this.refresh();
    return Array.from(this.view.subarray(from, to), (number) => this.row(number));
  }

  /** Where in the view the n-th match stands, with its groups opened; -1 where there is none. */
  placeOfMatch(nth: number): number {
    let left = nth;
    for (const [place, block] of this.blocks.entries()) {
      const found = this.matchesOf(block);
      const row = found[left];
      if (row !== undefined) return this.reveal((this.base[place] ?? 0) + row);
      left -= found.length;
    }
    return -1;
  }

  /** Where in the view the first error stands, with its groups opened; -1 where there is none. */
  placeOfError(): number {
    this.refresh();
    for (const [place, block] of this.blocks.entries()) {
      const row = block.level.findIndex((level) => level <= 1);
      if (row >= 0) return this.reveal((this.base[place] ?? 0) + row);
    }
    return -1;
  }

  /** Where in the view the row of that number stands, with its groups opened, or what follows it; -1 for none. */
  reveal(number: number): number {
    this.refresh();
    const [block, row] = this.locate(number);
    for (let group = block?.group[row] ?? -1; group >= 0; group = this.groups[group]?.parent ?? -1) this.folds.set(group, true);
    this.stale = true;
    this.refresh();
    return this.view.findIndex((each) => each !== GAP && each >= number);
  }

  private index(bytes: Uint8Array): Block {
    const start: number[] = [];
    const part: number[] = [];
    const width: number[] = [];
    const level: number[] = [];
    const source: number[] = [];
    const group: number[] = [];
    const mark: number[] = [];
    let at = 0;
    while (at < bytes.length) {
      const feed = bytes.indexOf(10, at);
      const end = feed < 0 ? bytes.length : feed;
      if (end > at) {
        const line = parseLine(decoder.decode(bytes.subarray(at, end)));
        const levelNumber = LEVEL_NUMBER.get(line.level) ?? LEVELS.length - 1;
        const sourceNumber = this.numberOf(line.source);
        this.levelCount[levelNumber] = (this.levelCount[levelNumber] ?? 0) + 1;
        for (const [nth, text] of line.texts.entries()) {
          const kind = this.grouped(text);
          start.push(at);
          part.push(Math.min(nth, 0xffff));
          width.push(Math.min(columns(text), LONGEST));
          level.push(levelNumber);
          source.push(sourceNumber);
          group.push(kind === 2 ? -1 : this.innermost);
          mark.push(kind);
        }
      }
      at = end + 1;
    }
    start.push(bytes.length);
    return {
      bytes,
      start: Uint32Array.from(start),
      part: Uint16Array.from(part),
      width: Uint16Array.from(width),
      level: Uint8Array.from(level),
      source: Uint16Array.from(source),
      group: Int32Array.from(group),
      mark: Uint8Array.from(mark),
      found: undefined,
    };
  }

  private grouped(text: string): 0 | 1 | 2 {
    if (!text.startsWith("::") && !text.startsWith("##")) return 0;
    if (groupTitle(text) !== null) {
      this.groups.push({ parent: this.innermost, closed: false });
      this.innermost = this.groups.length - 1;
      return 1;
    }
    if (!endsGroup(text)) return 0;
    const ended = this.groups[this.innermost];
    if (ended) {
      ended.closed = true;
      this.innermost = ended.parent;
    }
    return 2;
  }

  private numberOf(source: string): number {
    const known = this.sourceNumber.get(source) ?? (this.sources.length < MOST_SOURCES ? this.sources.push(source) - 1 : 0);
    this.sourceNumber.set(source, known);
    this.sourceCount[known] = (this.sourceCount[known] ?? 0) + 1;
    return known;
  }

  /** A group that has ended is folded until somebody opens it. */
  private isOpen(group: number): boolean {
    return this.folds.get(group) ?? !this.groups[group]?.closed;
  }

  private hidden(group: number): boolean {
    for (let each = group; each >= 0; each = this.groups[each]?.parent ?? -1) if (!this.isOpen(each)) return true;
    return false;
  }

  private refresh(): void {
    if (!this.stale) return;
    this.stale = false;
    const { levels, sources } = this.choice;
    const levelOn = Uint8Array.from(LEVELS, (level) => (levels === null || levels.includes(level) ? 1 : 0));
    const sourceOn = Uint8Array.from(this.sources, (source) => (sources === null || sources.includes(source) ? 1 : 0));
    const folded = Uint8Array.from(this.groups, (_, group) => (this.hidden(group) ? 1 : 0));
    const total = this.blocks.reduce((sum, block) => sum + block.part.length, 0);
    const view = new Uint32Array(total + 1);
    let size = 0;
    let base = 0;
    this.base = [];
    for (const [place, block] of this.blocks.entries()) {
      if (this.gap > 0 && place === this.gapAt) view[size++] = GAP;
      this.base.push(base);
      for (let row = 0; row < block.part.length; row += 1) {
        const chosen = levelOn[block.level[row] ?? 0] === 1 && sourceOn[block.source[row] ?? 0] === 1;
        if (chosen && this.standsOpen(block, row, folded)) view[size++] = base + row;
      }
      base += block.part.length;
    }
    if (this.gap > 0 && this.gapAt >= this.blocks.length) view[size++] = GAP;
    this.view = view.subarray(0, size);
  }

  /** No group around it is folded; the ends of groups are never shown. */
  private standsOpen({ group, mark }: Block, row: number, folded: Uint8Array): boolean {
    const inside = group[row] ?? -1;
    if (mark[row] === 2) return false;
    const around = mark[row] === 1 ? (this.groups[inside]?.parent ?? -1) : inside;
    return around < 0 || folded[around] === 0;
  }

  private heights(): Uint32Array | null {
    const { width } = this.choice;
    if (width === null) return null;
    const above = new Uint32Array(this.view.length + 1);
    let total = 0;
    let place = 0;
    for (const [nth, number] of this.view.entries()) {
      above[nth] = total;
      if (number === GAP) total += 1;
      else {
        while (number >= (this.base[place + 1] ?? GAP)) place += 1;
        total += Math.max(1, Math.ceil((this.blocks[place]?.width[number - (this.base[place] ?? 0)] ?? 1) / width));
      }
    }
    above[this.view.length] = total;
    return above;
  }

  private locate(number: number): [Block | undefined, number] {
    let low = 0;
    let high = this.base.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.base[middle] ?? 0) <= number) low = middle;
      else high = middle - 1;
    }
    return [this.blocks[low], number - (this.base[low] ?? 0)];
  }

  private row(number: number): Row {
    if (number === GAP) return { number: -1, time: "", level: "none", source: "", text: "", later: false, depth: 0, gap: this.gap };
    const [block, row] = this.locate(number);
    if (!block) return { number, time: "", level: "none", source: "", text: "", later: false, depth: 0 };
    const line = parseLine(lineOf(block, row));
    const part = block.part[row] ?? 0;
    const inside = block.group[row] ?? -1;
    const head = block.mark[row] === 1;
    const full = line.texts[part] ?? "";
    const text = head ? (groupTitle(full) ?? full) : full;
    return {
      number,
      time: line.time,
      level: line.level,
      source: line.source,
      text: text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text,
      later: part > 0,
      depth: this.depthOf(inside) - (head ? 1 : 0),
      ...(head ? { group: { id: inside, open: this.isOpen(inside) } } : {}),
    };
  }

  private depthOf(group: number): number {
    let depth = 0;
    for (let each = group; each >= 0; each = this.groups[each]?.parent ?? -1) depth += 1;
    return depth;
  }

  private matchesOf(block: Block): readonly number[] {
    const query = this.choice.query.toLowerCase();
    if (!query) return [];
    if (block.found?.query !== query) block.found = { query, rows: matching(block, query) };
    const { levels, sources } = this.choice;
    if (levels === null && sources === null) return block.found.rows;
    return block.found.rows.filter(
      (row) =>
        (levels === null || levels.includes(LEVELS[block.level[row] ?? 0] ?? "none")) &&
        (sources === null || sources.includes(this.sources[block.source[row] ?? 0] ?? "")),
    );
  }
}

function lineOf(block: Block, row: number): string {
  const from = block.start[row] ?? 0;
  const feed = block.bytes.indexOf(10, from);
  return decoder.decode(block.bytes.subarray(from, feed < 0 ? block.bytes.length : feed));
}

/** Rows with the query in them. Where JSON writes it as it is, most lines are ruled out unread. */
function matching(block: Block, query: string): number[] {
  const asItIs = !/["\\\p{Cc}]/u.test(query);
  const rows: number[] = [];
  let known = -1;
  let texts: string[] | null = null;
  for (let row = 0; row < block.part.length; row += 1) {
    const from = block.start[row] ?? 0;
    if (from !== known) {
      known = from;
      const raw = lineOf(block, row);
      texts = asItIs && !raw.includes("\\u") && !raw.toLowerCase().includes(query) ? null : parseLine(raw).texts;
    }
    if (block.mark[row] !== 2 && texts && plain(texts[block.part[row] ?? 0] ?? "").toLowerCase().includes(query)) rows.push(row);
  }
  return rows;
}
