import { type Line } from "./highlight";

/** Each line without colours: what is shown until they are known. */
export function plain(text: string): Line[] {
  return text.split("\n").map((line) => (line ? [{ text: line }] : []));
}
