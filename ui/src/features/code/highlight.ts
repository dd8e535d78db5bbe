/** Python as lines of coloured pieces. Runs in a worker: a long file takes a moment. */
import { common, createLowlight } from "lowlight";

export interface Piece {
  text: string;
  /** What it is in the language: keyword, string, comment …; undefined for plain text. */
  kind?: string | undefined;
}

export type Line = readonly Piece[];

interface Node {
  type: string;
  value?: string;
  properties?: { className?: unknown };
  children?: readonly Node[];
}

const { python } = common;
const lowlight = createLowlight(python ? { python } : {});

/** Each line of a text with its pieces. */
export function highlight(text: string): Line[] {
  const lines: Piece[][] = [[]];
  collect(lowlight.highlight("python", text), undefined, lines);
  return lines;
}

function collect(node: Node, kind: string | undefined, lines: Piece[][]): void {
  if (node.type === "text") {
    (node.value ?? "").split("\n").forEach((text, place) => {
      if (place > 0) lines.push([]);
      if (text !== "") lines.at(-1)?.push(kind ? { text, kind } : { text });
    });
    return;
  }
  const inner = kindOf(node) ?? kind;
  for (const child of node.children ?? []) collect(child, inner, lines);
}

function kindOf({ properties }: Node): string | undefined {
  const names = properties?.className;
  const first: unknown = Array.isArray(names) ? names[0] : undefined;
  return typeof first === "string" ? first.replace("hljs-", "") : undefined;
}
