/** Cells as pictures: a colour for each state, and a sign for those who do not see colours. */
import { type AnyState, asState, TASK_STATES } from "@/lib/states";

import { type Known } from "./cells";

/** Of one cell with the space around it, in CSS pixels. */
export const PITCH = 24;
const INSET = 2;
const SIZE = PITCH - 2 * INSET;
const RADIUS = 4;

export interface Palette {
  states: Readonly<Record<AnyState, string>>;
  /** What is legible on it. */
  on: Readonly<Record<AnyState, string>>;
  surface: string;
  line: string;
  text: string;
}

const STATES: readonly AnyState[] = ["none", ...TASK_STATES];

/** The colours of the theme that is on. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim() || "#888888";
  const states = Object.fromEntries(STATES.map((state) => [state, colour(`--state-${state}`)])) as Record<AnyState, string>;
  const on = Object.fromEntries(STATES.map((state) => [state, legibleOn(states[state])])) as Record<AnyState, string>;
  return { states, on, surface: colour("--surface"), line: colour("--line"), text: colour("--text") };
}

/** Black or white, whichever stands out more on a colour like `#2a9d58`. */
export function legibleOn(colour: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.3 ? "#0b1419" : "#ffffff";
}

/** Lines of a sign, as x, y, x, y … from the middle of the cell. */
const SIGNS: Readonly<Partial<Record<AnyState, readonly (readonly number[])[]>>> = {
  failed: [[-3, -3, 3, 3], [-3, 3, 3, -3]],
  upstream_failed: [[0, 3.5, 0, -3.5], [-3, -0.5, 0, -3.5, 3, -0.5]],
  running: [[-2, -3.5, 3.5, 0, -2, 3.5, -2, -3.5]],
  skipped: [[-3.5, -3, -0.5, 0, -3.5, 3], [0.5, -3, 3.5, 0, 0.5, 3]],
  up_for_retry: [[3.5, -1, 1.5, -3.3, -1.5, -3.3, -3.5, -1, -3.5, 1, -1.5, 3.3, 1.5, 3.3, 3.2, 2], [3.8, -4, 3.5, -1, 0.8, -1]],
  restarting: [[3.5, -1, 1.5, -3.3, -1.5, -3.3, -3.5, -1, -3.5, 1, -1.5, 3.3, 1.5, 3.3, 3.2, 2]],
  deferred: [[-1.8, -3.2, -1.8, 3.2], [1.8, -3.2, 1.8, 3.2]],
  queued: [[-3.5, 0, -3.4, 0], [0, 0, 0.1, 0], [3.4, 0, 3.5, 0]],
  scheduled: [[0, -3.5, 0, 0, 2.5, 1.8]],
  up_for_reschedule: [[-3, -3.5, 3, -3.5, 0, 0, -3, -3.5], [-3, 3.5, 3, 3.5, 0, 0, -3, 3.5]],
  awaiting_input: [[-2.2, -2, -1, -3.6, 1, -3.6, 2.2, -2, 0, 0.2, 0, 1.2], [0, 3.5, 0, 3.6]],
  removed: [[-3.5, 3.5, 3.5, -3.5]],
};

/** These are drawn as outlines: nothing has run, and nothing is wrong. */
const HOLLOW = new Set<AnyState>(["none", "removed", "skipped", "scheduled", "queued"]);

/** Draws one cell, its upper left corner at x, y. */
export function drawCell(pen: CanvasRenderingContext2D, cell: Known, x: number, y: number, palette: Palette): void {
  const left = x + INSET;
  const top = y + INSET;
  if (cell === null) {
    pen.fillStyle = palette.line;
    pen.fillRect(x + PITCH / 2 - 1.5, y + PITCH / 2 - 0.5, 3, 1);
  } else if (cell === undefined) {
    block(pen, left, top, palette.line, 0.5);
  } else {
    drawKnown(pen, cell, left, top, palette);
  }
}

function drawKnown(pen: CanvasRenderingContext2D, cell: NonNullable<Known>, left: number, top: number, palette: Palette): void {
  const state = asState(cell.state);
  const counts = Object.entries(cell.counts ?? {});
  const hollow = HOLLOW.has(state);
  if (counts.length > 1) parts(pen, counts, left, top, palette);
  else if (hollow) outline(pen, left, top, palette.states[state]);
  else block(pen, left, top, palette.states[state], 1);
  const ink = hollow ? palette.states[state] : palette.on[state];
  const [first] = counts;
  if (first && (counts.length > 1 || cell.mapped)) {
    const middle = counts.length > 1 ? (SIZE - STRIP) / 2 : SIZE / 2 + 0.5;
    pen.fillStyle = hollow && counts.length === 1 ? palette.text : palette.on[state];
    pen.fillText(short(first[1]), left + SIZE / 2, top + middle, SIZE - 2);
  } else {
    sign(pen, state, left + SIZE / 2, top + SIZE / 2, ink);
  }
}

function block(pen: CanvasRenderingContext2D, left: number, top: number, colour: string, alpha: number): void {
  pen.globalAlpha = alpha;
  pen.fillStyle = colour;
  pen.beginPath();
  pen.roundRect(left, top, SIZE, SIZE, RADIUS);
  pen.fill();
  pen.globalAlpha = 1;
}

function outline(pen: CanvasRenderingContext2D, left: number, top: number, colour: string): void {
  pen.strokeStyle = colour;
  pen.lineWidth = 1.25;
  pen.beginPath();
  pen.roundRect(left + 0.75, top + 0.75, SIZE - 1.5, SIZE - 1.5, RADIUS - 0.5);
  pen.stroke();
}

const STRIP = 5;

/** Several states: the one that stands for all above, and the share of each in a strip below. */
function parts(pen: CanvasRenderingContext2D, counts: readonly [string, number][], left: number, top: number, palette: Palette): void {
  const total = counts.reduce((sum, [, many]) => sum + many, 0);
  pen.save();
  pen.beginPath();
  pen.roundRect(left, top, SIZE, SIZE, RADIUS);
  pen.clip();
  pen.fillStyle = palette.states[asState(counts[0]?.[0])];
  pen.fillRect(left, top, SIZE, SIZE - STRIP - 1);
  pen.fillStyle = palette.surface;
  pen.fillRect(left, top + SIZE - STRIP - 1, SIZE, STRIP + 1);
  let at = left;
  for (const [state, many] of counts) {
    const wide = Math.max(2, (SIZE * many) / total);
    pen.fillStyle = palette.states[asState(state)];
    pen.fillRect(at, top + SIZE - STRIP, wide - 0.5, STRIP);
    at += wide;
  }
  pen.restore();
}

/** A number in at most three signs: 999, 1k, 12k. */
export function short(many: number): string {
  return many < 1000 ? String(many) : `${Math.floor(many / 1000)}k`;
}

function sign(pen: CanvasRenderingContext2D, state: AnyState, x: number, y: number, ink: string): void {
  const lines = SIGNS[state];
  if (!lines) return;
  pen.strokeStyle = ink;
  pen.lineWidth = 1.6;
  pen.beginPath();
  for (const line of lines) {
    pen.moveTo(x + (line[0] ?? 0), y + (line[1] ?? 0));
    for (let at = 2; at < line.length; at += 2) pen.lineTo(x + (line[at] ?? 0), y + (line[at + 1] ?? 0));
  }
  pen.stroke();
}

/** A canvas, made ready for cells: its size in CSS pixels, sharp on the screen that it is on. */
export function prepare(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const scale = devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  pen.scale(scale, scale);
  pen.lineCap = "round";
  pen.lineJoin = "round";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.font = `600 9.5px ${getComputedStyle(document.documentElement).getPropertyValue("--font") || "sans-serif"}`;
  return pen;
}
