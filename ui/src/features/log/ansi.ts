/** Colours of terminals, links and found words in a line, as parts that React draws: never HTML. */
import Anser from "anser";

export interface Part {
  text: string;
  /** Name of a colour of the palette ("red", "bright-red"), or a value "r, g, b". */
  fg: string | null;
  bg: string | null;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
  /** Where it leads; http and https only. */
  href: string | null;
  /** It is what was searched for. */
  hit: boolean;
}

const LINK = /https?:\/\/[^\s<>"'`\]})]+[^\s<>"'`\]}).,;:!?]/g;

/** The parts of a line, in order. */
export function parts(text: string, query: string): Part[] {
  return styled(text).flatMap(linked).flatMap((part) => searched(part, query.toLowerCase()));
}

function styled(text: string): Part[] {
  const none = { href: null, hit: false };
  if (!text.includes("\u001b")) return [{ text, fg: null, bg: null, bold: false, dim: false, italic: false, underline: false, ...none }];
  return Anser.ansiToJson(text, { json: true, remove_empty: true, use_classes: true }).map((entry) => ({
    text: entry.content,
    fg: colour(entry.fg, entry.fg_truecolor),
    bg: colour(entry.bg, entry.bg_truecolor),
    bold: entry.decorations.includes("bold"),
    dim: entry.decorations.includes("dim"),
    italic: entry.decorations.includes("italic"),
    underline: entry.decorations.includes("underline"),
    ...none,
  }));
}

function colour(name: string | null, exact: string | null): string | null {
  if (!name) return null;
  if (name === "ansi-truecolor") return exact;
  return name.replace(/^ansi-/, "");
}

function linked(part: Part): Part[] {
  return cut(part, [...part.text.matchAll(LINK)].map((found) => [found.index, found[0].length]), (piece) => ({ ...piece, href: piece.text }));
}

function searched(part: Part, query: string): Part[] {
  if (!query) return [part];
  const lower = part.text.toLowerCase();
  const places: [number, number][] = [];
  for (let at = lower.indexOf(query); at >= 0; at = lower.indexOf(query, at + query.length)) places.push([at, query.length]);
  return cut(part, places, (piece) => ({ ...piece, hit: true }));
}

function cut(part: Part, places: readonly [number, number][], change: (piece: Part) => Part): Part[] {
  const found: Part[] = [];
  let at = 0;
  for (const [from, length] of places) {
    if (from > at) found.push({ ...part, text: part.text.slice(at, from) });
    found.push(change({ ...part, text: part.text.slice(from, from + length) }));
    at = from + length;
  }
  if (at < part.text.length || found.length === 0) found.push({ ...part, text: part.text.slice(at) });
  return found;
}
