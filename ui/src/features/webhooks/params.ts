/** Which param of a run is taken from where in what is delivered: a row each, as it is typed. */
export interface Row {
  param: string;
  /** A JSON pointer: `/repository/name`. */
  pointer: string;
}

export const EMPTY: Row = { param: "", pointer: "" };

const blank = ({ param, pointer }: Row) => param.trim() === "" && pointer.trim() === "";

/** A row is whole, or not begun. */
export function wrong(row: Row): boolean {
  return !blank(row) && (row.param.trim() === "" || !/^\/([^~]|~[01])*$/.test(row.pointer.trim()));
}

/** The rows as the server takes them; those that are blank are left out. */
export function asParams(rows: readonly Row[]): Record<string, string> {
  return Object.fromEntries(rows.filter((row) => !blank(row)).map(({ param, pointer }) => [param.trim(), pointer.trim()]));
}
