import { type XComName } from "./useXcoms";

/** An XCom's name as the address has it. */
export function shownIn({ dag, run, task, mapIndex, key }: XComName): string[] {
  return [dag, run, task, String(mapIndex), key];
}

/** Which XCom an address names; undefined where it names none. */
export function nameOf(parts: readonly string[] | undefined): XComName | undefined {
  const [dag, run, task, place, key] = parts ?? [];
  const mapIndex = Number(place);
  if (dag === undefined || run === undefined || task === undefined || key === undefined || !Number.isInteger(mapIndex)) return undefined;
  return { dag, run, task, mapIndex, key };
}

export function taskLabel(task: string, mapIndex: number): string {
  return mapIndex < 0 ? task : `${task} [${mapIndex}]`;
}
